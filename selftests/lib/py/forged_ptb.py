#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""forged_ptb.py FROM TO LABEL MTU
forged_ptb.py FROM TO LABEL ROUTER DEVICE TARGET [fragment]

Send a packet too big to FROM, as a router would for a GRE packet from FROM to TO with this flow
label, which carries a ping from 10.0.0.1 to 10.0.0.2. Or send a redirect about it, from ROUTER
on DEVICE, which says that TARGET is the way to TO, with a fragment header if asked for.
"""

import socket
import struct
import sys

from wire import Sender, checksum, ipv6

saddr, daddr = (socket.inet_pton(socket.AF_INET6, a) for a in sys.argv[1:3])
label = int(sys.argv[3])

LENGTH = 1400  # of the inner packet
inner = struct.pack(">BBHHHBBH4s4s", 0x45, 0, LENGTH, 1, 0x4000, 64, 1, 0,
                    bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]))
inner += struct.pack(">BBHHH", 8, 0, 0, 1, 1) + bytes(1000)
outer = struct.pack(">IHBB", 6 << 28 | label, LENGTH + 4, 47, 63) + saddr + daddr
embedded = outer + struct.pack(">HH", 0, 0x800) + inner

sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
if len(sys.argv) == 5:
    error = struct.pack(">BBHI", 2, 0, 0, int(sys.argv[4])) + embedded[:1224]
else:
    router, device, target = sys.argv[4:7]
    error = (struct.pack(">BBHI", 137, 0, 0, 0) +
             socket.inet_pton(socket.AF_INET6, target) + daddr +
             struct.pack(">BBHI", 4, 129, 0, 0) + embedded[:1024])
    if len(sys.argv) > 7:
        pseudo = socket.inet_pton(socket.AF_INET6, router) + saddr
        total = checksum(pseudo + struct.pack(">II", len(error), 58) + error)
        error = error[:2] + struct.pack(">H", total) + error[4:]
        Sender().send(ipv6(router, sys.argv[1], 44,
                           struct.pack(">BBHI", 58, 0, 0, 1) + error, ttl=255))
        sys.exit()
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, 255)
    sock.bind((router, 0, 0, socket.if_nametoindex(device)))
sock.sendto(error, (sys.argv[1], 0))
