#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# limit: 300
# underlay: IPv4 or IPv6
"""ICMP errors about outer packets, made byte by byte: what reaches the source of
the inner packet, and what must not.

    LAN 172.16.0.2 --- 172.16.0.1 A 192.0.2.1 ====== B
        fd16::2        fd16::1      tunnels 1 to 6   no tunnel, only a wire

Tunnel I has the remote 192.0.2.1I, and 10.I.0.0/16 and fd0I::/64 behind it.
Packets leave the LAN for 10.I.0.2 or fd0I::2, arrive on the wire of B in the
tunnel, and are quoted to the gateway A in errors that a router of the underlay
would send. Over IPv6, these are errors of ICMPv6."""

import json
import re
import select
import socket
import struct
import sys
import time

sys.path.insert(0, sys.path[0] + "/../lib/py")
import ktap
import net
from wire import (ETH_P_IP, ETH_P_IPV6, Sender, Tap, checksum, echo, gre, ipv4,
                  ipv6, udp)

IPV6 = ktap.is_ipv6()
OUTER = 40 if IPV6 else 20  # bytes of the outer IP header
GATEWAY = net.host(1)
ROUTER = net.host(77)
HOST4, HOST6 = "172.16.0.2", "fd16::2"
SELF4, SELF6 = "172.16.0.1", "fd16::1"
NEXT_UDP, NEXT_ICMP, NEXT_GRE, NEXT_FRAGMENT, NEXT_ICMPV6 = 17, 1, 47, 44, 58

# Errors of the underlay: type and code
if IPV6:
    HOST_UNREACHABLE, PORT_UNREACHABLE = (1, 3), (1, 4)
    TOO_BIG, EXCEEDED, PROBLEM = (2, 0), (3, 0), (4, 0)
    # The last one says that the remote does not know GRE.
    REACHES = [(1, code) for code in (0, 1, 2, 3, 5, 6)] + [(4, 1)]
else:
    HOST_UNREACHABLE, PORT_UNREACHABLE = (3, 1), (3, 3)
    TOO_BIG, EXCEEDED, PROBLEM = (3, 4), (11, 0), (12, 0)
    REACHES = [(3, code) for code in (0, 1, 2, 6, 7, 9, 10, 11, 12, 13)]

# An extension with one MPLS label: 16000, TC 0, bottom of stack, TTL 1 (RFC 4950).
LABEL = struct.pack("!HBBI", 8, 1, 1, 16000 << 12 | 0x100 | 1)


class Tunnel:
    def __init__(self, index, name, header, options=""):
        self.index = index
        self.name = name
        self.overhead = OUTER + header
        self.options = options
        self.inherit = "ttl inherit" in options
        self.remote = net.host(10 + index)

    def destination(self, version):
        return "10.%d.0.2" % self.index if version == 4 else (
            "fd0%d::2" % self.index)


PLAIN = Tunnel(1, "plain", 4)
KEYED = Tunnel(2, "keyed", 8, "key 5")
CSUM = Tunnel(3, "csumkey", 12, "key 6 csum")
INHERIT = Tunnel(4, "inherit", 4, "ttl inherit")
HOP = Tunnel(5, "hop", 4, "ttl inherit icmp-source hop")
OFF = Tunnel(6, "off", 4, "icmp-relay off")
TUNNELS = (PLAIN, KEYED, CSUM, INHERIT, HOP, OFF)


def extensions(objects):
    """The objects with their header (RFC 4884 section 7)."""
    header = struct.pack("!HH", 0x2000, 0)
    return (header[:2] + struct.pack("!H", checksum(header + objects)) +
            objects)


def icmp_error(error, quote, rest=0, version=4):
    """An error; that of version 6 gets its checksum when its addresses are known."""
    message = struct.pack("!BBHI", *error, 0, rest) + quote
    if version == 6:
        return message
    return (message[:2] + struct.pack("!H", checksum(message)) + message[4:])


def outer_error(error, quote, rest=0):
    """An error of a router of the underlay, without its IP header."""
    return icmp_error(error, quote, rest, 6 if IPV6 else 4)


def pointer(offset):
    """The field of an error that points into the packet."""
    return offset if IPV6 else offset << 24


def quoted_words(length):
    """The field that says how much is quoted in front of extensions (RFC 4884)."""
    return length // 8 << 24 if IPV6 else length // 4 << 16


def outer_ip(source, destination, protocol, payload, **more):
    """A packet of the underlay, with DF."""
    if IPV6:
        return ipv6(source, destination, protocol, payload, **more)
    return ipv4(source, destination, protocol, payload, df=True, **more)


def from_router(source, message):
    """An error to the gateway, with its IP header."""
    if not IPV6:
        return ipv4(source, GATEWAY, NEXT_ICMP, message, tos=0xc0)
    pseudo = b"".join(socket.inet_pton(socket.AF_INET6, address)
                      for address in (source, GATEWAY))
    pseudo += struct.pack("!II", len(message), NEXT_ICMPV6)
    total = checksum(pseudo + message)
    return ipv6(source, GATEWAY, NEXT_ICMPV6,
                message[:2] + struct.pack("!H", total) + message[4:], tos=0xc0)


def fragment_ipv6(packet, at, piece, more):
    return (packet[:4] + struct.pack("!HB", 8 + len(piece), NEXT_FRAGMENT) +
            packet[7:40] + struct.pack("!BBHI", packet[6], 0, at | more, 0x4242) + piece)


def fragment_ipv4(packet, at, piece, more):
    header = (packet[:2] + struct.pack("!HHH", 20 + len(piece), 0x4242,
                                       more << 13 | at // 8) +
              packet[8:10] + b"\0\0" + packet[12:20])
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + piece


def fragments(packet, size):
    """An IP packet in pieces of so many bytes, a multiple of 8."""
    make = fragment_ipv6 if IPV6 else fragment_ipv4
    for at in range(0, len(packet) - OUTER, size):
        piece = packet[OUTER + at:OUTER + at + size]
        yield make(packet, at, piece, OUTER + at + size < len(packet))


def is_outer(protocol, data, remote):
    """Whether it is a GRE packet to that remote."""
    if IPV6:
        return (protocol == ETH_P_IPV6 and data[6] == NEXT_GRE and
                data[24:40] == socket.inet_pton(socket.AF_INET6, remote))
    return (protocol == ETH_P_IP and data[9] == NEXT_GRE and
            data[16:20] == socket.inet_aton(remote))


class Bench:
    """The host of the LAN, and the wire of the underlay."""

    def __init__(self, lan, wire, gateway):
        self.learners = (lan, gateway)
        self.gateway = gateway
        self.host = Tap(lan, "v0")
        self.lan4 = Sender(lan).socket
        self.lan6 = socket.socket(socket.AF_INET6, socket.SOCK_RAW,
                                  socket.IPPROTO_RAW)
        self.underlay = Sender(wire)
        self.wire = Tap(wire, "v0")
        self.port = 20000
        self.strangers = 0

    def send(self, tunnel, version=4, size=100, ttl=64, df=True, inner=None):
        """Send a packet through the tunnel; return the outer packet."""
        self.port += 1
        if inner is None:
            data = struct.pack("!I", self.port) * ((size + 3) // 4)
            header = 28 if version == 4 else 48
            body = udp(self.port, 33434, data[:size - header])
            if version == 4:
                inner = ipv4(HOST4, tunnel.destination(4), NEXT_UDP, body,
                             ttl=ttl, df=df)
            else:
                inner = ipv6(HOST6, tunnel.destination(6), NEXT_UDP, body,
                             ttl=ttl)
        mark = inner[28:32] if version == 4 else inner[48:52]
        self.wire.drain()
        if version == 4:
            self.lan4.sendto(inner, (tunnel.destination(4), 0))
        else:
            self.lan6.sendto(inner, (tunnel.destination(6), 0))
        outer = self.wire.read(
            wanted=lambda protocol, data: is_outer(protocol, data, tunnel.remote) and
            mark in data)
        if outer is None:
            raise RuntimeError("nothing came out of " + tunnel.name)
        return outer[1]

    def forget(self):
        """Drop what the host and the gateway have learned of path MTUs."""
        for netns in self.learners:
            for family in ("-4", "-6"):
                net.run("ip", "-n", netns, family, "route", "flush", "cache")

    def learned(self, tunnel):
        """The path MTU that the tunnel has learned from an ICMP error."""
        shown = net.run("gretool", "-n", self.gateway, "-j", "show", tunnel.name)
        path = json.loads(shown)[0]["path_mtu"]
        return path["bytes"] if path and path["source"] == "icmp" else None

    def count(self, tunnel, name):
        return net.counter(self.gateway, tunnel.name, name)

    def stranger(self):
        """An address that no other error has come from. After some errors without a
        proved quote, grex does not look at those of an address any more."""
        self.strangers += 1
        if IPV6:  # grex counts those of a network of 64 bits
            return "2001:db8:1000:%x::1" % self.strangers
        return "198.18.%d.%d" % divmod(self.strangers, 250)

    def report(self, message, source=ROUTER):
        self.host.drain()
        self.underlay.send(from_router(source, message))

    def told(self, timeout=3.0):
        """The next ICMP error that the host gets: (source, message, version)."""
        def is_error(protocol, data):
            if protocol == ETH_P_IP:
                return data[9] == NEXT_ICMP and data[20] in (3, 4, 5, 11, 12)
            return (protocol == ETH_P_IPV6 and data[6] == NEXT_ICMPV6 and
                    data[40] < 128)
        got = self.host.read(timeout, wanted=is_error)
        if got is None:
            return None
        protocol, data = got
        if protocol == ETH_P_IP:
            return (socket.inet_ntoa(data[12:16]), data[20:], 4)
        return (socket.inet_ntop(socket.AF_INET6, data[8:24]), data[40:], 6)

    def expect(self, what, source, kind, code, rest, quote):
        """The host must be told exactly this."""
        got = self.told()
        if got is None:
            ktap.check(what, "the host was told nothing")
            return
        _, message, version = got
        if version == 4:
            right = checksum(message) == 0
        else:
            pseudo = (socket.inet_pton(socket.AF_INET6, got[0]) +
                      socket.inet_pton(socket.AF_INET6, HOST6) +
                      struct.pack("!II", len(message), NEXT_ICMPV6))
            right = checksum(pseudo + message) == 0
        ktap.equal(
            what, (source, kind, code, rest, True, quote),
            (got[0], message[0], message[1],
             struct.unpack("!I", message[4:8])[0], right, message[8:]))

    def expect_nothing(self, what, timeout=0.3):
        got = self.told(timeout)
        ktap.check(what, "" if got is None else
                   "the host was told type %d code %d" % tuple(
                       got[1][:2]))


def own(version):
    return SELF4 if version == 4 else SELF6


def room(version):
    """How many bytes are quoted (RFC 1812 4.3.2.3, RFC 4443 2.4 (c))."""
    return 548 if version == 4 else 1232


def head(version, inner):
    """The part of a packet that the tunnel remembers."""
    return inner[:80]


def types(bench):
    """Errors of each type and code, with fixed and with inherited TTL."""
    unreachable = {4: (3, 1), 6: (1, 3)}
    exceeded = {4: (11, 0), 6: (3, 0)}
    for tunnel in (PLAIN, KEYED, CSUM, INHERIT):
        for version in (4, 6):
            name = "%s IPv%d" % (tunnel.name, version)
            outer = bench.send(tunnel, version)
            inner = outer[tunnel.overhead:]
            for error in REACHES:
                bench.report(outer_error(error, outer))
                bench.expect("%s unreachable %d %d" % (name, *error), own(version),
                             *unreachable[version], 0, inner)
            bench.report(outer_error(EXCEEDED, outer))
            want = exceeded if tunnel.inherit else unreachable
            bench.expect(name + " time exceeded", own(version),
                         *want[version], 0, inner)
            bench.report(outer_error(PROBLEM, outer, pointer(tunnel.overhead + 6)))
            bench.expect(name + " problem inside", own(version),
                         *({4: (12, 0), 6: (4, 0)}[version]),
                         6 << 24 if version == 4 else 6, inner)
            others = [("port unreachable", PORT_UNREACHABLE, 0),
                      ("problem in the outer header", PROBLEM, pointer(8)),
                      ("problem in the GRE header", PROBLEM,
                       pointer(tunnel.overhead - 1)),
                      ("another problem", (4, 2) if IPV6 else (12, 1), pointer(40))]
            if not IPV6:
                others += [("source route failed", (3, 5), 0),
                           ("source quench", (4, 0), 0)]
            for what, error, rest in others:
                bench.report(outer_error(error, outer, rest))
                bench.expect_nothing("%s %s" % (name, what), 0.1)


def quotes(bench):
    """Errors quote 8, 28, 128 and 548 bytes behind the outer header, of a packet
    that is remembered and of one that is not."""
    unreachable = {4: (3, 1), 6: (1, 3)}
    for tunnel in (PLAIN, KEYED, CSUM):
        for version in (4, 6):
            need = (28 if version == 4 else 48)
            for size, kept in ((1000, True), (300, False)):
                for length in (8, 28, 128, 548):
                    outer = bench.send(tunnel, version, size)
                    inner = outer[tunnel.overhead:]
                    quoted = outer[tunnel.overhead:OUTER + length]
                    what = "%s IPv%d of %d bytes, %d quoted" % (
                        tunnel.name, version, size, length)
                    # Over IPv6, so little proves nothing.
                    source = (bench.stranger() if IPV6 and len(quoted) < need
                              else ROUTER)
                    bench.report(outer_error(HOST_UNREACHABLE,
                                             outer[:OUTER + length]), source)
                    if len(quoted) >= need:
                        bench.expect(what, own(version),
                                     *unreachable[version], 0,
                                     quoted[:room(version)])
                    elif IPV6:
                        bench.expect_nothing(what, 0.1)
                    elif kept:
                        bench.expect(what, own(version),
                                     *unreachable[version], 0,
                                     head(version, inner))
                    # Packets that cause no error are remembered while there
                    # is room.


def fragmented(bench):
    """An error that arrives in pieces lies in several buffers of the kernel."""
    for version, kind, code in ((4, 3, 1), (6, 1, 3)):
        for size, length in ((400, 400), (1400, 1420)):
            outer = bench.send(KEYED, version, size)
            message = outer_error(HOST_UNREACHABLE, outer[:OUTER + length])
            bench.host.drain()
            for piece in fragments(from_router(ROUTER, message), 64):
                bench.underlay.send(piece)
            bench.expect("IPv%d of %d bytes" % (version, size), own(version),
                         kind, code, 0,
                         outer[KEYED.overhead:OUTER + length][:room(version)])


def first_packet(bench):
    """The first error "frag needed" reaches the source, with what it quotes."""
    for tunnel in (PLAIN, KEYED, CSUM, INHERIT):
        for version in (4, 6):
            for length in (548,) if IPV6 else (8, 548):
                outer = bench.send(tunnel, version, 1420)
                inner = outer[tunnel.overhead:]
                mtu = 1400 - length // 100 - version
                bench.report(outer_error(TOO_BIG, outer[:OUTER + length], mtu))
                quoted = (head(version, inner) if length == 8 else
                          outer[tunnel.overhead:OUTER + length])
                bench.expect(
                    "%s IPv%d, %d quoted" % (tunnel.name, version, length),
                    own(version), 3 if version == 4 else 2,
                    4 if version == 4 else 0, mtu - tunnel.overhead, quoted)
                bench.forget()
    # The source is not told: its packets may be fragmented from now on.
    outer = bench.send(HOP, 4, 1420, df=False)
    bench.report(outer_error(TOO_BIG, outer[:576], 1300))
    bench.expect_nothing("IPv4 without DF")


def hop(bench):
    """The source is the router that reported, or stands for it (RFC 6052, RFC 7600)."""
    sources = (("192.0.0.8", ROUTER) if IPV6 else (ROUTER, "64:ff9b::c000:24d"))
    for version, source in zip((4, 6), sources):
        outer = bench.send(HOP, version, ttl=9)
        bench.report(outer_error(EXCEEDED, outer))
        bench.expect("IPv%d" % version, source,
                     *({4: (11, 0), 6: (3, 0)}[version]), 0, outer[HOP.overhead:])


def labels(bench):
    """MPLS labels behind the quote are carried over (RFC 4884)."""
    good = extensions(LABEL)
    for version in (4, 6):
        unit = 4 if version == 4 else 8
        shift = 16 if version == 4 else 24
        kind = 11 if version == 4 else 3
        for size in (60, 400):
            outer = bench.send(INHERIT, version, size, ttl=9)
            # The router quotes as much as there is, and pads to 128 bytes.
            quote = outer[:min(len(outer), 304)]
            quote += bytes(max(-len(quote) % (8 if IPV6 else 4), 128 - len(quote)))
            inner = outer[INHERIT.overhead:min(len(outer), 304)]
            want = inner + bytes(max(-len(inner) % unit, 128 - len(inner)))
            bench.report(outer_error(EXCEEDED, quote + good,
                                     quoted_words(len(quote))))
            bench.expect("IPv%d of %d bytes" % (version, size), own(version),
                         kind, 0, len(want) // unit << shift, want + good)
        bad = bytearray(good)
        bad[-1] ^= 1
        bench.report(outer_error(EXCEEDED, quote + bytes(bad),
                                 quoted_words(len(quote))))
        bench.expect("IPv%d, wrong checksum" % version, own(version), kind, 0,
                     0, inner)


def counted(bench):
    """Each error of the groups before is counted once."""
    for name in ("icmp_unreachable_relayed", "icmp_time_exceeded_relayed",
                 "icmp_param_problem_relayed", "icmp_unreachable_refused",
                 "icmp_param_problem_refused", "netns_icmp_no_tunnel"):
        # Beside ip_gre, errors about packets of no tunnel are left to it.
        if ktap.is_beside() and name == "netns_icmp_no_tunnel":
            continue
        ktap.check(name, "" if bench.count(KEYED, name) else "0")
    told = net.run("ethtool", "-S", OFF.name, netns=bench.gateway)
    ktap.equal("none of a tunnel that does not relay", [],
               re.findall(r" icmp.*: [1-9]", told))


def refused(bench):
    """Errors about packets that must not be answered, or that are not ours."""
    outer = bench.send(KEYED)
    inner = outer[KEYED.overhead:]

    def outer_of(packet, tunnel=KEYED, key=5, source=GATEWAY):
        return outer_ip(source, tunnel.remote, NEXT_GRE,
                        gre(ETH_P_IP, packet, key=key))

    unreachable_inside = icmp_error((3, 1), inner)
    there = KEYED.destination(4)
    if IPV6:
        fragment = (outer[:6] + bytes((NEXT_FRAGMENT,)) + outer[7:OUTER] +
                    struct.pack("!BBHI", NEXT_GRE, 0, 8, 1) + outer[OUTER:])
    else:
        fragment = outer[:6] + struct.pack("!H", 0x4001) + outer[8:]
    cases = (
        ("wrong key", outer_of(inner, key=6)),
        ("no key", outer_of(inner, key=None)),
        ("another source", outer_of(inner, source=net.host(3))),
        ("another remote", outer_of(inner, tunnel=Tunnel(9, "none", 8))),
        ("a later fragment of the outer packet", fragment),
        ("an ICMP error inside", outer_of(
            ipv4(HOST4, there, NEXT_ICMP, unreachable_inside))),
        ("a redirect inside", outer_of(
            ipv4(HOST4, there, NEXT_ICMP, icmp_error((5, 1), inner)))),
        ("to a multicast group", outer_of(
            ipv4(HOST4, "239.1.1.1", NEXT_UDP, udp(1, 2, b"x" * 8)))),
        ("from a multicast group", outer_of(
            ipv4("239.1.1.1", there, NEXT_UDP, udp(1, 2, b"x" * 8)))),
        ("from nobody", outer_of(
            ipv4("0.0.0.0", there, NEXT_UDP, udp(1, 2, b"x" * 8)))),
        ("a later fragment inside", outer_of(
            inner[:6] + struct.pack("!H", 100) + inner[8:])),
        ("MPLS inside", outer[:OUTER + 2] + b"\x88\x47" + outer[OUTER + 4:]),
        ("rubbish inside", outer_of(b"\xff" * 60)),
    )
    for what, quote in cases:
        bench.report(outer_error(HOST_UNREACHABLE, quote), bench.stranger())
        bench.expect_nothing(what, 0.1)
    outer = bench.send(OFF)
    bench.report(outer_error(HOST_UNREACHABLE, outer))
    bench.expect_nothing("relay off")
    # An echo request is not an error, and a tunnel in the tunnel is a packet like others.
    outer = bench.send(KEYED, inner=ipv4(HOST4, there, NEXT_ICMP, echo(1)))
    bench.report(outer_error(HOST_UNREACHABLE, outer))
    bench.expect("echo request", SELF4, 3, 1, 0, outer[KEYED.overhead:])
    nested = ipv4(HOST4, there, NEXT_GRE, gre(ETH_P_IP, inner, key=5), df=True)
    outer = bench.send(KEYED, inner=nested)
    bench.report(outer_error(HOST_UNREACHABLE, outer))
    bench.expect("a tunnel in the tunnel", SELF4, 3, 1, 0, outer[KEYED.overhead:])


def forged(bench):
    """Errors "frag needed" are about packets that were never sent. What proves a packet
    is the ID, or over IPv6 the flow label."""
    # A tunnel that has sent nothing yet remembers all that it sends.
    net.gretool(bench.gateway, """
        del plain
        add plain local %s remote %s up""" % (GATEWAY, PLAIN.remote))
    net.ip(bench.gateway, """
        route add 10.1.0.0/16 dev plain
        route add fd01::/64 dev plain""")
    before = bench.count(PLAIN, "icmp_frag_needed_refused")
    real = bench.send(PLAIN, 4, 1400)
    inner = real[PLAIN.overhead:]
    proof = 2 if IPV6 else 4  # the offset
    mtu = 1300 if IPV6 else 1000
    wrong = []

    def claim(quote, mtu, what, answered=False):
        bench.report(outer_error(TOO_BIG, quote[:576], mtu), bench.stranger())
        if answered:
            bench.expect(what, SELF4, 3, 4, mtu - PLAIN.overhead,
                         quote[PLAIN.overhead:576][:548])
        else:
            wrong.append(what)
            bench.expect_nothing(what, 0.1)

    def changed(at, value):
        return real[:at] + value + real[at + len(value):]

    other = struct.pack("!H", (struct.unpack("!H", real[proof:proof + 2])[0] + 33)
                        & 0xffff)
    stranger = ipv4(HOST4, "10.1.0.99", NEXT_UDP, inner[20:], df=True)
    claim(changed(PLAIN.overhead, stranger), mtu, "the right ID of another packet")
    claim(changed(proof, other)[:PLAIN.overhead] + stranger, mtu, "an ID never sent")
    claim(changed(proof, other)[:OUTER + 8], mtu, "an ID never sent, 8 bytes quoted")
    if not IPV6:
        claim(changed(6, b"\0\0"), mtu, "a packet without DF")
    claim(real, 1400 + PLAIN.overhead, "an MTU that it fits into")
    claim(real, 0xffff, "an MTU of 65535")
    claim(bench.send(PLAIN, 4, 500), 1280 if IPV6 else 300, "a small packet")
    # A path that changes IDs (pf scrub random-id) cannot be told from somebody who
    # guesses.
    claim(changed(proof, other), mtu + 200, "another ID of a flow that is known")
    claim(changed(PLAIN.overhead + 4, b"\xff\xff"), mtu - 10 if IPV6 else 1200,
          "the right ID, another inner ID", True)
    ktap.equal("icmp_frag_needed_refused", len(wrong),
               bench.count(PLAIN, "icmp_frag_needed_refused") - before)
    # The last claim is true.
    ktap.equal("what the tunnel has learned", mtu - 10 if IPV6 else 1200,
               bench.learned(PLAIN))
    bench.forget()
    ktap.equal("and forgotten", None, bench.learned(PLAIN))


def path_mtu_is_kept(bench):
    """Claims about packets that were never sent do not change the path MTU."""
    before = bench.count(PLAIN, "icmp_frag_needed_relayed")
    refused(bench)
    ktap.equal("icmp_frag_needed_relayed", 0,
               bench.count(PLAIN, "icmp_frag_needed_relayed") - before)
    ktap.equal("path MTU", None, bench.learned(PLAIN))


def floor(bench):
    """No error makes the path MTU less than the route's minimum, 552 bytes, or the minimum
    of IPv6. An error about less than that is discarded (RFC 8201 section 4)."""
    least = 1280 if IPV6 else 552
    for claimed in (68, 0, least - 1):
        outer = bench.send(KEYED, 4, 1400)
        bench.report(outer_error(TOO_BIG, outer[:576], claimed))
        if IPV6:
            bench.expect_nothing("MTU %d" % claimed)
        else:
            bench.expect("MTU %d" % claimed, SELF4, 3, 4, least - KEYED.overhead,
                         outer[KEYED.overhead:576])
        bench.forget()
    outer = bench.send(KEYED, 6, 1400)
    bench.report(outer_error(TOO_BIG, outer[:576], 1280 if IPV6 else 68))
    bench.expect("IPv6", SELF6, 2, 0, 1280, outer[KEYED.overhead:576])
    ktap.equal("path MTU", least, bench.learned(KEYED))
    bench.forget()


def flood(bench):
    """Five seconds of errors as fast as they go: no more than 100 a second are
    relayed, and the rest is counted."""
    limited = bench.count(PLAIN, "icmp_unreachable_limited")
    relayed = bench.count(PLAIN, "icmp_unreachable_relayed")
    outer = bench.send(PLAIN)
    packet = from_router(ROUTER, outer_error(HOST_UNREACHABLE, outer))
    bench.host.drain()
    begin = time.monotonic()
    sent = told = 0
    while time.monotonic() < begin + 5:
        for _ in range(50):
            bench.underlay.send(packet)
        sent += 50
        while select.select([bench.host.socket], [], [], 0)[0]:
            data = bench.host.socket.recv(65536)
            told += data[9] == NEXT_ICMP and data[20:22] == b"\3\1"
    time.sleep(0.5)
    while bench.told(0):
        told += 1
    took = time.monotonic() - begin
    ktap.note("%d errors in %.1f s, %d relayed" % (sent, took, told))
    ktap.check("at most 100 a second",
               "" if 100 <= told <= 100 * (took + 1) else "%d" % told)
    limited = bench.count(PLAIN, "icmp_unreachable_limited") - limited
    relayed = bench.count(PLAIN, "icmp_unreachable_relayed") - relayed
    # A machine that sends no more than that tells nothing about a limit.
    if sent >= 1500:
        ktap.check("more were sent", "" if sent > 2 * told else str(sent))
        ktap.check("some are limited", "" if limited else "none")
    # The sender's socket or a queue may have dropped some.
    ktap.check("limited and relayed", "" if limited + relayed <= sent else
               "%d limited, %d relayed of %d" % (limited, relayed, sent))


def setup():
    """Make the topology above; nobody answers at the remotes."""
    gateway, wire = net.pair()
    lan = net.lan_behind(gateway)
    # Every error counts here, whatever came before it.
    net.sysctl(gateway, "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0")
    # Linux 5.10 has one such limit for all namespaces.
    limit = "net.ipv4.icmp_msgs_per_sec"
    is_global = net.fails("sysctl", "-n", limit, netns=gateway)
    net.sysctl(None if is_global else gateway, limit + "=1000000")
    net.gretool(gateway, "\n".join(
        "add %s local %s remote %s %s up" %
        (tunnel.name, GATEWAY, tunnel.remote, tunnel.options)
        for tunnel in TUNNELS))
    net.ip(gateway, "\n".join("""
        neigh add %s lladdr 02:00:00:00:00:0%d dev v0
        route add 10.%d.0.0/16 dev %s
        route add fd0%d::/64 dev %s""" % (
            tunnel.remote, tunnel.index, tunnel.index, tunnel.name,
            tunnel.index, tunnel.name) for tunnel in TUNNELS))
    net.ip(wire, "link set v0 promisc on")
    return Bench(lan, wire, gateway)


ktap.need()
state = setup()
ktap.run(types, quotes, fragmented, first_packet, hop, labels, refused, counted,
         forged, path_mtu_is_kept, floor, flood, call=lambda test: test(state))
