#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""short_quotes.py NETNS DEVICE MTU: be a router that quotes 8 bytes (RFC 792). For
each packet with DF that comes in on DEVICE and is larger than MTU, this sends an
error, while the errors of its kernel are filtered out. It runs until it is ended."""

import socket
import struct
import sys

from wire import ETH_P_IP, Sender, Tap, checksum, ipv4


def main():
    netns, device, mtu = sys.argv[1], sys.argv[2], int(sys.argv[3])
    tap = Tap(netns, device, ETH_P_IP)
    sender = Sender(netns)
    own = None
    print("ready", flush=True)
    while True:
        got = tap.read(3600)
        if got is None:
            continue
        packet = got[1]
        if not packet[6] & 0x40 or len(packet) <= mtu or packet[9] != 47:
            continue
        if own is None:
            probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            probe.connect((socket.inet_ntoa(packet[12:16]), 9))
            own = probe.getsockname()[0]
        # What came as a super-packet is many packets on a real wire.
        message = struct.pack("!BBHHH", 3, 4, 0, 0, mtu) + packet[:28]
        message = (message[:2] + struct.pack("!H", checksum(message)) +
                   message[4:])
        sender.send(ipv4(own, socket.inet_ntoa(packet[12:16]), 1, message))


main()
