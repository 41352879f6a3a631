#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""forged_error.py NETNS FROM TO KEY HOW: send TO a "fragmentation needed" about a packet
with this key that TO has not sent to FROM. HOW is good, or what is wrong with it: sum is
the checksum, code one that does not exist, short has too few bytes of the packet, version
has a bit in the GRE header that gre.ko reads as the version, and ethernet is about a
packet that gretap sends."""

import struct
import sys

from wire import ETH_P_IP, ETH_P_TEB, Sender, checksum, gre, ipv4, udp


def main():
    netns, source, to, key, how = sys.argv[1:]
    inner = ipv4("10.0.0.1", "10.0.0.2", 17, udp(9, 9, bytes(1400)), df=True)
    packet = ipv4(to, source, 47, gre(
        ETH_P_TEB if how == "ethernet" else ETH_P_IP, inner, key=int(key),
        bits=0x40 if how == "version" else 0), df=True)
    message = struct.pack("!BBHHH", 3, 4 if how != "code" else 16, 0, 0, 1000)
    message += packet[:24 if how == "short" else 548]
    total = checksum(message) ^ (how == "sum")
    Sender(netns).send(ipv4(source, to, 1, message[:2] +
                            struct.pack("!H", total) + message[4:]))


main()
