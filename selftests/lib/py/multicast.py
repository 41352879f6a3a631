#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""multicast.py receive GROUP DEVICE COUNT | send GROUP DEVICE

A stream of numbered packets to UDP port 5004, 20 a second. "receive" joins the
group with IGMP, prints "joined", waits for COUNT new packets, prints the time
from the first to the last, and ends; "send" goes on until it is ended."""

import socket
import sys
import time

PORT = 5004


def membership(group, device):
    index = socket.if_nametoindex(device)
    return (socket.inet_aton(group) + socket.inet_aton("0.0.0.0")
            + index.to_bytes(4, sys.byteorder))


def receive(group, device, count):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((group, PORT))
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                    membership(group, device))
    print("joined", flush=True)
    seen = set()
    sources = set()
    began = None
    while len(seen) < count:
        data, (source, _) = sock.recvfrom(100)
        began = began or time.monotonic()
        seen.add(data)
        sources.add(source)
    print(f"{len(seen)} packets from {' '.join(sources)} "
          f"in {time.monotonic() - began:.1f} s", flush=True)


def send(group, device):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 8)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                    membership(group, device))
    number = 0
    while True:
        number += 1
        sock.sendto(str(number).encode(), (group, PORT))
        time.sleep(0.05)


if sys.argv[1] == "receive":
    receive(sys.argv[2], sys.argv[3], int(sys.argv[4]))
else:
    send(sys.argv[2], sys.argv[3])
