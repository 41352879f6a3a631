#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""advertise.py DEVICE PREFIX: send a router advertisement for this /64 to all nodes."""

import socket
import struct
import sys

device, prefix = sys.argv[1:]
message = struct.pack(">BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0)
message += struct.pack(">BBBBIII", 3, 4, 64, 0xc0, 3600, 3600, 0)
message += socket.inet_pton(socket.AF_INET6, prefix)

sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
sock.sendto(message, ("ff02::1", 0, 0, socket.if_nametoindex(device)))
