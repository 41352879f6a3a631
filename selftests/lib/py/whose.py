#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""whose.py A B: see which tunnel of A a packet of B belongs to. Each line of
the standard input is a packet and who has to get it:

    DEVICE|nobody SOURCE DESTINATION [key KEY] [out DEVICE-OF-B]

or a command of gretool in A: "gretool WORD..."."""

import socket
import subprocess
import sys
import time

import ktap
from wire import ETH_P_ALL, PACKET_OUTGOING, enter, gre, ipv4, ipv6

A, B = sys.argv[1:3]
PAYLOAD = 0x1234

enter(A)
# Not bound: hears every device, and its address says which.
everywhere = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                           socket.htons(ETH_P_ALL))
enter(B)


def send(source, destination, payload, out):
    family, ip = ((socket.AF_INET6, ipv6) if ":" in destination else
                  (socket.AF_INET, ipv4))
    raw = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
    if out:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, out.encode())
    raw.sendto(ip(source, destination, 47, payload), (destination, 0))


def who_gets(mark, timeout):
    """The device that it came out of; "nobody" after the time."""
    end = time.monotonic() + timeout
    while True:
        everywhere.settimeout(max(0.001, end - time.monotonic()))
        try:
            data, (device, _, kind, _, _) = everywhere.recvfrom(65536)
        except socket.timeout:
            return "nobody"
        if kind == PACKET_OUTGOING or not data.endswith(mark):
            continue
        if data == mark:
            return device
        # It is outside still; it must come out soon, if it does at all.
        end = min(end, time.monotonic() + 0.2)


for number, line in enumerate(sys.stdin):
    words = line.split("#")[0].split()
    if not words:
        continue
    if words[0] == "gretool":
        subprocess.run(["gretool", "-n", A] + words[1:], check=True)
        continue
    expected, source, destination = words[:3]
    more = dict(zip(words[3::2], words[4::2]))
    key = int(more["key"], 0) if "key" in more else None
    mark = b"packet %d" % number
    send(source, destination, gre(PAYLOAD, mark, key=key), more.get("out"))
    ktap.equal(" ".join(words[1:]), expected, who_gets(mark, 5))
ktap.conclude()
