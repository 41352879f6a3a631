#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""extension_headers.py NETNS FROM TO KEY: send GRE packets with this key behind extension
headers that a receiver accepts: options that it has to skip (twice), a routing header without
segments left, and an atomic fragment. Then send three that it discards: an option that it has to
refuse, a routing header with a segment left, and a fragment whose rest never comes."""

import struct
import sys

from wire import ETH_P_IP, Sender, gre, ipv4, ipv6, udp

OPTIONS, ROUTING, FRAGMENT, GRE = 60, 43, 44, 47


def options(protocol, kind=0x04):
    return struct.pack("!BBBBBBBB", protocol, 0, kind, 1, 3, 1, 1, 0)


def routing(protocol, left):
    """A routing header of an experimental type (RFC 4727)."""
    return struct.pack("!BBBBI", protocol, 0, 253, left, 0)


def fragment(protocol, more):
    return struct.pack("!BBHI", protocol, 0, more, 7)


def main():
    netns, source, to, key = sys.argv[1:]
    sender = Sender(netns)
    packet = gre(ETH_P_IP, ipv4("10.0.0.1", "10.0.0.2", 17, udp(9, 9, bytes(64))),
                 key=int(key))
    for first, headers in (
            (OPTIONS, options(GRE)),
            (OPTIONS, options(OPTIONS) + options(GRE)),
            (ROUTING, routing(GRE, 0)),
            (FRAGMENT, fragment(GRE, 0)),
            (OPTIONS, options(GRE, 0x84)),
            (ROUTING, routing(GRE, 1)),
            (FRAGMENT, fragment(GRE, 1))):
        sender.send(ipv6(source, to, first, headers + packet))


main()
