#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""stream.py SECONDS NETNS1 NETNS2 ADDRESS1,ADDRESS2...: send 1,000 datagrams per second
between each pair of addresses, in both directions. Print for each pair how many of them
are lost from the first to the second, and back."""

import selectors
import socket
import struct
import sys
import time

from wire import enter

PORT, RATE = 9000, 1000
QUIET = 3  # seconds without a datagram at the end
SO_RCVBUFFORCE = 33


class End:
    """One end of a pair: it sends numbers and collects those of the other end."""

    def __init__(self, netns, address, peer):
        enter(netns)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        self.socket.bind((address, PORT))
        self.socket.setblocking(False)
        self.peer = (peer, PORT)
        self.seen = set()

    def send(self, number):
        try:
            self.socket.sendto(struct.pack("!I", number), self.peer)
        except OSError:
            pass  # it is lost

    def receive(self):
        try:
            self.seen.add(struct.unpack("!I", self.socket.recv(64))[0])
        except OSError:
            pass  # an ICMP error


def run(ends, count):
    readable = selectors.DefaultSelector()
    for end in ends:
        readable.register(end.socket, selectors.EVENT_READ, end)
    start = last = time.monotonic()
    number = 0
    while number < count or time.monotonic() < last + QUIET:
        now = time.monotonic()
        while number < count and start + number / RATE <= now:
            for end in ends:
                end.send(number)
            number, last = number + 1, now
        wait = start + number / RATE - now if number < count else QUIET
        for key, _ in readable.select(max(wait, 0)):
            key.data.receive()
            last = time.monotonic()


seconds, first, second, *pairs = sys.argv[1:]
total = int(seconds) * RATE
everything = []
for pair in pairs:
    one, two = pair.split(",")
    everything += [End(first, one, two), End(second, two, one)]
print("ready", flush=True)
run(everything, total)
for i in range(0, len(everything), 2):
    print(total - len(everything[i + 1].seen), total - len(everything[i].seen))
