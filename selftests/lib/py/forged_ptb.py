#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""forged_ptb.py FROM TO LABEL MTU: send a packet too big to FROM, as a router would for a GRE
packet from FROM to TO with this flow label, which carries a ping from 10.0.0.1 to 10.0.0.2.
"""

import socket
import struct
import sys

saddr, daddr = (socket.inet_pton(socket.AF_INET6, a) for a in sys.argv[1:3])
label, mtu = (int(a) for a in sys.argv[3:5])

LENGTH = 1400  # of the inner packet
inner = struct.pack(">BBHHHBBH4s4s", 0x45, 0, LENGTH, 1, 0x4000, 64, 1, 0,
                    bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]))
inner += struct.pack(">BBHHH", 8, 0, 0, 1, 1) + bytes(1000)
outer = struct.pack(">IHBB", 6 << 28 | label, LENGTH + 4, 47, 63) + saddr + daddr
error = struct.pack(">BBHI", 2, 0, 0, mtu) + outer + struct.pack(">HH", 0, 0x800) + inner

sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
sock.sendto(error[:1232], (sys.argv[1], 0))
