#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""nfqueue.py NETNS QUEUE: accept each packet that a rule puts into the queue. The
kernel then goes on with it in the context of this program. It runs until it is
ended, and prints "ready" when the queue exists."""

import socket
import struct
import sys

from wire import enter

NETLINK_NETFILTER = 12
PACKET, VERDICT, CONFIG = 0x300, 0x301, 0x302
NLM_F_REQUEST, NLM_F_ACK = 1, 4
NFQA_PACKET_HDR, NFQA_VERDICT_HDR = 1, 2
NFQA_CFG_CMD, NFQA_CFG_PARAMS = 1, 2
BIND, COPY_META, ACCEPT = 1, 1, 1


def attribute(kind, data):
    length = 4 + len(data)
    return struct.pack("=HH", length, kind) + data + bytes(-length % 4)


def message(kind, queue, attributes, flags=0):
    body = struct.pack("!BBH", socket.AF_UNSPEC, 0, queue) + attributes
    return struct.pack("=IHHII", 16 + len(body), kind, NLM_F_REQUEST | flags, 0,
                       0) + body


def ask(netlink, request):
    netlink.send(request)
    error, = struct.unpack_from("=i", netlink.recv(65536), 16)
    if error:
        raise OSError(-error, "nfnetlink_queue")


def packet_ids(data):
    """Of all packets in what one read returned."""
    while len(data) >= 20:
        length, kind = struct.unpack_from("=IH", data)
        at = 20
        while kind == PACKET and at < length:
            size, name = struct.unpack_from("=HH", data, at)
            if name & 0x3fff == NFQA_PACKET_HDR:
                yield data[at + 4:at + 8]
            at += size + -size % 4
        data = data[length + -length % 4:]


def main():
    netns, queue = sys.argv[1], int(sys.argv[2])
    enter(netns)
    netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                            NETLINK_NETFILTER)
    ask(netlink, message(CONFIG, queue, attribute(
        NFQA_CFG_CMD, struct.pack("!BBH", BIND, 0, socket.AF_INET)), NLM_F_ACK))
    ask(netlink, message(CONFIG, queue, attribute(
        NFQA_CFG_PARAMS, struct.pack("!IB", 0, COPY_META)), NLM_F_ACK))
    print("ready", flush=True)
    while True:
        for packet_id in packet_ids(netlink.recv(65536)):
            netlink.send(message(VERDICT, queue, attribute(
                NFQA_VERDICT_HDR, struct.pack("!I", ACCEPT) + packet_id)))


main()
