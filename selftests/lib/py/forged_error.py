#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""forged_error.py NETNS FROM TO KEY HOW: send TO a "fragmentation needed" or a "packet too
big" about a packet with this key that TO has not sent to FROM. HOW is good, or what is wrong
with it: sum is the checksum, code one that does not exist (in ICMP, whose receiver looks at
it), short has too few bytes of the packet, version has a bit in the GRE header that gre.ko
reads as the version, and ethernet is about a packet that gretap sends."""

import socket
import struct
import sys

from wire import ETH_P_IP, ETH_P_TEB, Sender, checksum, gre, ipv4, ipv6, udp


def error_ipv6(source, to, embedded, how):
    message = struct.pack("!BBHI", 2, 0, 0, 1300)
    message += embedded[:44 if how == "short" else 1100]
    pseudo = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(
        socket.AF_INET6, to) + struct.pack("!II", len(message), 58)
    total = checksum(pseudo + message) ^ (how == "sum")
    return ipv6(source, to, 58, message[:2] + struct.pack("!H", total) + message[4:])


def main():
    netns, source, to, key, how = sys.argv[1:]
    inner = ipv4("10.0.0.1", "10.0.0.2", 17, udp(9, 9, bytes(1400)), df=True)
    carried = gre(ETH_P_TEB if how == "ethernet" else ETH_P_IP, inner, key=int(key),
                  bits=0x40 if how == "version" else 0)
    if ":" in to:
        Sender(netns).send(error_ipv6(source, to, ipv6(to, source, 47, carried), how))
        return
    packet = ipv4(to, source, 47, carried, df=True)
    message = struct.pack("!BBHHH", 3, 4 if how != "code" else 16, 0, 0, 1000)
    message += packet[:24 if how == "short" else 548]
    total = checksum(message) ^ (how == "sum")
    Sender(netns).send(ipv4(source, to, 1, message[:2] +
                            struct.pack("!H", total) + message[4:]))


main()
