#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""datagrams.py FROM TO ADDRESS: send 2,000 datagrams of 1,200 bytes from one
namespace to ADDRESS in the other, 20 in a super-packet. Print how many different
ones arrive, and how many of those differ from what was sent."""

import os
import socket
import struct
import sys
import time

from wire import enter

UDP_SEGMENT = 103
SO_RCVBUFFORCE = 33
PORT, COUNT, SIZE, AT_ONCE = 9000, 2000, 1200, 20


def datagram(number):
    return struct.pack("!I", number) + bytes([number % 256]) * (SIZE - 4)


def send(netns, address):
    enter(netns)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, SIZE)
    for first in range(0, COUNT, AT_ONCE):
        udp.sendto(b"".join(map(datagram, range(first, first + AT_ONCE))), (address, PORT))
        time.sleep(0.001)


def receive(udp):
    numbers, damaged = set(), 0
    try:
        while len(numbers) < COUNT:
            data = udp.recv(2 * SIZE)
            number = struct.unpack("!I", data[:4])[0]
            numbers.add(number)
            damaged += data != datagram(number)
    except TimeoutError:
        pass
    print("%d datagrams, %d damaged" % (len(numbers), damaged))


sender, receiver, to = sys.argv[1:]
enter(receiver)
listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
listening.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
listening.bind((to, PORT))
listening.settimeout(3)
child = os.fork()
if not child:
    send(sender, to)
    os._exit(0)
receive(listening)
os.waitpid(child, 0)
