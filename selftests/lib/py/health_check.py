#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""health_check.py NETNS OUTER-SOURCE OUTER-DESTINATION SOURCE DESTINATION: send
three ICMP echo replies inside of GRE, as the health check of a provider does."""

import socket
import struct
import sys

from wire import ETH_P_IP, checksum, enter, gre, ipv4

netns, outer_source, outer_destination, source, destination = sys.argv[1:]
enter(netns)
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
for number in range(3):
    body = struct.pack("!HH", 0x6772, number) + b"grex"
    reply = struct.pack("!BBH", 0, 0, checksum(bytes(4) + body)) + body
    inner = ipv4(source, destination, socket.IPPROTO_ICMP, reply)
    raw.sendto(ipv4(outer_source, outer_destination, socket.IPPROTO_GRE,
                    gre(ETH_P_IP, inner)), (outer_destination, 0))
