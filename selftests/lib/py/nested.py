#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""nested.py NETNS LEVELS: send a packet to the tunnel 192.0.2.1 from 192.0.2.2. In it is
one in FOU, port 5555, to 10.97.0.1 from 10.98.0.1, in that another one, and so on."""

import sys

from wire import ETH_P_IP, Sender, gre, ipv4, udp

netns, levels = sys.argv[1], int(sys.argv[2])
packet = ipv4("10.98.0.1", "10.97.0.1", 1, b"\0" * 8)
for _ in range(levels):
    packet = ipv4("10.98.0.1", "10.97.0.1", 17,
                  udp(5555, 5555, gre(ETH_P_IP, packet)))
Sender(netns).send(ipv4("192.0.2.2", "192.0.2.1", 47, gre(ETH_P_IP, packet)))
