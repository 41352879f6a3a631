#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""udp_gro.py FROM TO ADDRESS: send 20 datagrams between two namespaces to a socket that lets
GRO merge them; print how many came, and how many bytes came at once at most."""

import socket
import sys

from wire import enter

UDP_GRO = 104

sender_netns, receiver_netns, address = sys.argv[1:]
family = socket.AF_INET6 if ":" in address else socket.AF_INET
enter(receiver_netns)
receiver = socket.socket(family, socket.SOCK_DGRAM)
receiver.setsockopt(socket.IPPROTO_UDP, UDP_GRO, 1)
receiver.settimeout(2)
receiver.bind((address, 4747))
enter(sender_netns)
sender = socket.socket(family, socket.SOCK_DGRAM)
for _ in range(20):
    sender.sendto(bytes(500), (address, 4747))
sizes = []
try:
    while sum(sizes) < 20 * 500:
        sizes.append(len(receiver.recv(65536)))
except socket.timeout:
    pass
print(sum(sizes) // 500, max(sizes, default=0))
