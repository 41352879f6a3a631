#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""nbma.py hear: print each NHRP packet that comes in on gre1, with the link-layer
address of its sender.
nbma.py say ADDRESS TEXT: send one to that address, as nhrpd does."""
import socket
import sys

NHRP = 0x2001


def hear():
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(NHRP))
    packets.bind(("gre1", NHRP))
    print("ready", flush=True)
    while True:
        data, sender = packets.recvfrom(2000)
        address = socket.inet_ntoa(sender[4]) if len(sender[4]) == 4 else "-"
        print(address, data.decode(), flush=True)


def say(address, text):
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    if address:
        packets.sendto(text.encode(), ("gre1", NHRP, 0, 0, socket.inet_aton(address)))
    else:
        packets.bind(("gre1", NHRP))
        packets.send(text.encode())


if sys.argv[1] == "hear":
    hear()
else:
    say(*sys.argv[2:])
