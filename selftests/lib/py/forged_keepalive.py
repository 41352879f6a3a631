#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""forged_keepalive.py FROM TO INNER_FROM INNER_TO: send TO the keepalive of a vendor that uses
inner addresses, in GRE without a key."""

import socket
import struct
import sys

from wire import checksum

source, to, inner_source, inner_to = (socket.inet_aton(a) for a in sys.argv[1:5])
header = struct.pack(">BBHHHBBH", 0x45, 0xc0, 24, 1, 0, 255, 47, 0) + inner_source + inner_to
header = header[:10] + struct.pack(">H", checksum(header)) + header[12:]
request = struct.pack(">HH", 0, 0x800) + header + struct.pack(">HH", 0, 0)

sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, 47)
sock.bind((sys.argv[1], 0))
sock.sendto(request, (sys.argv[2], 0))
