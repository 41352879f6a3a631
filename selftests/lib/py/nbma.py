#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""nbma.py hear: print each NHRP packet that comes in on gre1, with the link-layer
address of its sender.
nbma.py say ADDRESS TEXT: send one to that address, as nhrpd does."""
import socket
import struct
import sys

NHRP = 0x2001


# struct sockaddr_ll with the address of an IPv6 neighbour. Python's own functions know link-layer
# addresses of eight bytes at most.
LINK_NAME = "=HHiHBB16s"


def receive_from(packets):
    import ctypes  # takes long to start
    data = ctypes.create_string_buffer(2000)
    name = ctypes.create_string_buffer(struct.calcsize(LINK_NAME))
    size = ctypes.c_int(len(name))
    got = ctypes.CDLL(None).recvfrom(packets.fileno(), data, len(data), 0, name,
                                     ctypes.byref(size))
    *_, length, address = struct.unpack(LINK_NAME, name)
    return data[:got], address[:length]


def send_to(packets, address, data):
    import ctypes
    name = struct.pack(LINK_NAME, socket.AF_PACKET, socket.htons(NHRP),
                       socket.if_nametoindex("gre1"), 0, 0, len(address), address)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.sendto(packets.fileno(), data, len(data), 0, name, len(name)) < 0:
        raise OSError(ctypes.get_errno(), "sendto")


def hear():
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(NHRP))
    packets.bind(("gre1", NHRP))
    with open("/sys/class/net/gre1/addr_len") as file:
        is_ipv6 = file.read().strip() == "16"
    print("ready", flush=True)
    while True:
        if is_ipv6:
            data, address = receive_from(packets)
        else:
            data, (*_, address) = packets.recvfrom(2000)
        family = {4: socket.AF_INET, 16: socket.AF_INET6}.get(len(address))
        sender = socket.inet_ntop(family, address) if family else "-"
        print(sender, data.decode(), flush=True)


def say(address, text):
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    if ":" in address:
        send_to(packets, socket.inet_pton(socket.AF_INET6, address), text.encode())
    elif address:
        packets.sendto(text.encode(), ("gre1", NHRP, 0, 0, socket.inet_aton(address)))
    else:
        packets.bind(("gre1", NHRP))
        packets.send(text.encode())


if sys.argv[1] == "hear":
    hear()
else:
    say(*sys.argv[2:])
