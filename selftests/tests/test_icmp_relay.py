#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# limit: 300
"""ICMP errors about outer packets, made byte by byte: what reaches the source of
the inner packet, and what must not.

    LAN 172.16.0.2 --- 172.16.0.1 A 192.0.2.1 ====== B
        fd16::2        fd16::1      tunnels 1 to 6   no tunnel, only a wire

Tunnel I has the remote 192.0.2.1I, and 10.I.0.0/16 and fd0I::/64 behind it.
Packets leave the LAN for 10.I.0.2 or fd0I::2, arrive on the wire of B in the
tunnel, and are quoted to the gateway A in errors that a router of the underlay
would send."""

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

GATEWAY = "192.0.2.1"
ROUTER = "192.0.2.77"
HOST4, HOST6 = "172.16.0.2", "fd16::2"
SELF4, SELF6 = "172.16.0.1", "fd16::1"
NEXT_UDP, NEXT_ICMP, NEXT_GRE, NEXT_ICMPV6 = 17, 1, 47, 58

UNREACHABLE, QUENCH, REDIRECT, EXCEEDED, PROBLEM = 3, 4, 5, 11, 12

# An extension with one MPLS label: 16000, TC 0, bottom of stack, TTL 1 (RFC 4950).
LABEL = struct.pack("!HBBI", 8, 1, 1, 16000 << 12 | 0x100 | 1)


class Tunnel:
    def __init__(self, index, name, overhead, options=""):
        self.index = index
        self.name = name
        self.overhead = overhead
        self.options = options
        self.inherit = "ttl inherit" in options
        self.remote = "192.0.2.%d" % (10 + index)

    def destination(self, version):
        return "10.%d.0.2" % self.index if version == 4 else (
            "fd0%d::2" % self.index)


PLAIN = Tunnel(1, "plain", 24)
KEYED = Tunnel(2, "keyed", 28, "key 5")
CSUM = Tunnel(3, "csumkey", 32, "key 6 csum")
INHERIT = Tunnel(4, "inherit", 24, "ttl inherit")
HOP = Tunnel(5, "hop", 24, "ttl inherit icmp-source hop")
OFF = Tunnel(6, "off", 24, "icmp-relay off")
TUNNELS = (PLAIN, KEYED, CSUM, INHERIT, HOP, OFF)


def extensions(objects):
    """The objects with their header (RFC 4884 section 7)."""
    header = struct.pack("!HH", 0x2000, 0)
    return (header[:2] + struct.pack("!H", checksum(header + objects)) +
            objects)


def icmp_error(kind, code, quote, rest=0):
    message = struct.pack("!BBHI", kind, code, 0, rest) + quote
    return (message[:2] + struct.pack("!H", checksum(message)) + message[4:])


def fragments(packet, size):
    """An IPv4 packet in pieces of so many bytes, a multiple of 8."""
    for at in range(0, len(packet) - 20, size):
        piece = packet[20 + at:20 + at + size]
        more = 0x2000 if 20 + at + size < len(packet) else 0
        header = (packet[:2] + struct.pack("!HHH", 20 + len(piece), 0x4242,
                                           more | at // 8) +
                  packet[8:10] + b"\0\0" + packet[12:20])
        yield (header[:10] + struct.pack("!H", checksum(header)) +
               header[12:] + piece)


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
            wanted=lambda protocol, data: protocol == ETH_P_IP and
            data[9] == NEXT_GRE and
            data[16:20] == socket.inet_aton(tunnel.remote) and mark in data)
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
        return "198.18.%d.%d" % divmod(self.strangers, 250)

    def report(self, message, source=ROUTER):
        self.host.drain()
        self.underlay.send(ipv4(source, GATEWAY, NEXT_ICMP, message, tos=0xc0))

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
            for code in (0, 1, 2, 6, 7, 9, 10, 11, 12, 13):
                bench.report(icmp_error(UNREACHABLE, code, outer))
                bench.expect("%s unreachable %d" % (name, code), own(version),
                             *unreachable[version], 0, inner)
            bench.report(icmp_error(EXCEEDED, 0, outer))
            want = exceeded if tunnel.inherit else unreachable
            bench.expect(name + " time exceeded", own(version),
                         *want[version], 0, inner)
            pointer = tunnel.overhead + 6
            bench.report(icmp_error(PROBLEM, 0, outer, pointer << 24))
            bench.expect(name + " problem inside", own(version),
                         *({4: (12, 0), 6: (4, 0)}[version]),
                         6 << 24 if version == 4 else 6, inner)
            for kind, code, rest, what in (
                    (UNREACHABLE, 3, 0, "port unreachable"),
                    (UNREACHABLE, 5, 0, "source route failed"),
                    (QUENCH, 0, 0, "source quench"),
                    (PROBLEM, 0, 8 << 24, "problem in the outer header"),
                    (PROBLEM, 0, (tunnel.overhead - 1) << 24,
                     "problem in the GRE header"),
                    (PROBLEM, 1, 40 << 24, "missing option")):
                bench.report(icmp_error(kind, code, outer, rest))
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
                    quoted = outer[tunnel.overhead:20 + length]
                    what = "%s IPv%d of %d bytes, %d quoted" % (
                        tunnel.name, version, size, length)
                    bench.report(icmp_error(UNREACHABLE, 1,
                                            outer[:20 + length]))
                    if len(quoted) >= need:
                        bench.expect(what, own(version),
                                     *unreachable[version], 0,
                                     quoted[:room(version)])
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
            message = icmp_error(UNREACHABLE, 1, outer[:20 + length])
            bench.host.drain()
            for piece in fragments(ipv4(ROUTER, GATEWAY, NEXT_ICMP, message),
                                   64):
                bench.underlay.send(piece)
            bench.expect("IPv%d of %d bytes" % (version, size), own(version),
                         kind, code, 0,
                         outer[28:20 + length][:room(version)])


def first_packet(bench):
    """The first error "frag needed" reaches the source, with what it quotes."""
    for tunnel in (PLAIN, KEYED, CSUM, INHERIT):
        for version in (4, 6):
            for length in (8, 548):
                outer = bench.send(tunnel, version, 1420)
                inner = outer[tunnel.overhead:]
                mtu = 1400 - length // 100 - version
                bench.report(icmp_error(UNREACHABLE, 4, outer[:20 + length],
                                        mtu))
                quoted = (head(version, inner) if length == 8 else
                          outer[tunnel.overhead:20 + length])
                bench.expect(
                    "%s IPv%d, %d quoted" % (tunnel.name, version, length),
                    own(version), 3 if version == 4 else 2,
                    4 if version == 4 else 0, mtu - tunnel.overhead, quoted)
                bench.forget()
    # The source is not told: its packets may be fragmented from now on.
    outer = bench.send(HOP, 4, 1420, df=False)
    bench.report(icmp_error(UNREACHABLE, 4, outer[:576], 1300))
    bench.expect_nothing("IPv4 without DF")


def hop(bench):
    """The source is the router that reported."""
    for version, source in ((4, ROUTER), (6, "64:ff9b::c000:24d")):
        outer = bench.send(HOP, version, ttl=9)
        bench.report(icmp_error(EXCEEDED, 0, outer))
        bench.expect("IPv%d" % version, source,
                     *({4: (11, 0), 6: (3, 0)}[version]), 0, outer[24:])


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
            quote = outer[:min(len(outer), 300)]
            quote += bytes(max(-len(quote) % 4, 128 - len(quote)))
            inner = outer[24:min(len(outer), 300)]
            want = inner + bytes(max(-len(inner) % unit, 128 - len(inner)))
            bench.report(icmp_error(EXCEEDED, 0, quote + good,
                                    len(quote) // 4 << 16))
            bench.expect("IPv%d of %d bytes" % (version, size), own(version),
                         kind, 0, len(want) // unit << shift, want + good)
        bad = bytearray(good)
        bad[-1] ^= 1
        bench.report(icmp_error(EXCEEDED, 0, quote + bytes(bad),
                                len(quote) // 4 << 16))
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
    inner = outer[28:]

    def outer_of(packet, tunnel=KEYED, key=5, source=GATEWAY, **more):
        return ipv4(source, tunnel.remote, NEXT_GRE,
                    gre(ETH_P_IP, packet, key=key), df=True, **more)

    unreachable_inside = icmp_error(UNREACHABLE, 1, inner)
    there = KEYED.destination(4)
    fragment = bytearray(outer)
    fragment[6:8] = struct.pack("!H", 0x4001)
    cases = (
        ("wrong key", outer_of(inner, key=6)),
        ("no key", outer_of(inner, key=None)),
        ("another source", outer_of(inner, source="192.0.2.3")),
        ("another remote", outer_of(inner, tunnel=Tunnel(9, "none", 28))),
        ("a later fragment of the outer packet", bytes(fragment)),
        ("an ICMP error inside", outer_of(
            ipv4(HOST4, there, NEXT_ICMP, unreachable_inside))),
        ("a redirect inside", outer_of(
            ipv4(HOST4, there, NEXT_ICMP, icmp_error(5, 1, inner)))),
        ("to a multicast group", outer_of(
            ipv4(HOST4, "239.1.1.1", NEXT_UDP, udp(1, 2, b"x" * 8)))),
        ("from a multicast group", outer_of(
            ipv4("239.1.1.1", there, NEXT_UDP, udp(1, 2, b"x" * 8)))),
        ("from nobody", outer_of(
            ipv4("0.0.0.0", there, NEXT_UDP, udp(1, 2, b"x" * 8)))),
        ("a later fragment inside", outer_of(
            inner[:6] + struct.pack("!H", 100) + inner[8:])),
        ("MPLS inside", outer[:26] + b"\x88\x47" + outer[28:]),
        ("rubbish inside", outer_of(b"\xff" * 60)),
    )
    for what, quote in cases:
        bench.report(icmp_error(UNREACHABLE, 1, quote), bench.stranger())
        bench.expect_nothing(what, 0.1)
    outer = bench.send(OFF)
    bench.report(icmp_error(UNREACHABLE, 1, outer))
    bench.expect_nothing("relay off")
    # An echo request is not an error, and a tunnel in the tunnel is a packet like others.
    outer = bench.send(KEYED, inner=ipv4(HOST4, there, NEXT_ICMP, echo(1)))
    bench.report(icmp_error(UNREACHABLE, 1, outer))
    bench.expect("echo request", SELF4, 3, 1, 0, outer[28:])
    nested = ipv4(HOST4, there, NEXT_GRE, gre(ETH_P_IP, inner, key=5), df=True)
    outer = bench.send(KEYED, inner=nested)
    bench.report(icmp_error(UNREACHABLE, 1, outer))
    bench.expect("a tunnel in the tunnel", SELF4, 3, 1, 0, outer[28:])


def forged(bench):
    """Errors "frag needed" are about packets that were never sent."""
    # A tunnel that has sent nothing yet remembers all that it sends.
    net.gretool(bench.gateway, """
        del plain
        add plain local 192.0.2.1 remote 192.0.2.11 up""")
    net.ip(bench.gateway, """
        route add 10.1.0.0/16 dev plain
        route add fd01::/64 dev plain""")
    before = bench.count(PLAIN, "icmp_frag_needed_refused")
    real = bench.send(PLAIN, 4, 1400)
    inner = real[24:]

    def claim(quote, mtu, what, answered=False):
        bench.report(icmp_error(UNREACHABLE, 4, quote[:576], mtu),
                     bench.stranger())
        if answered:
            bench.expect(what, SELF4, 3, 4, mtu - 24, quote[24:572])
        else:
            bench.expect_nothing(what, 0.1)

    def changed(at, value):
        return real[:at] + value + real[at + len(value):]

    other = struct.pack("!H", (struct.unpack("!H", real[4:6])[0] + 33) & 0xffff)
    stranger = ipv4(HOST4, "10.1.0.99", NEXT_UDP, inner[20:], df=True)
    claim(changed(24, stranger), 1000, "the right ID of another packet")
    claim(changed(4, other)[:24] + stranger, 1000, "an ID never sent")
    claim(changed(4, other)[:28], 1000, "an ID never sent, 8 bytes quoted")
    claim(changed(6, b"\0\0"), 1000, "a packet without DF")
    claim(real, 1424, "an MTU that it fits into")
    claim(real, 0xffff, "an MTU of 65535")
    claim(bench.send(PLAIN, 4, 500), 300, "a small packet")
    # A path that changes IDs (pf scrub random-id) cannot be told from somebody who
    # guesses.
    claim(changed(4, other), 1200, "another ID of a flow that is known")
    claim(changed(28, b"\xff\xff"), 1200, "the right ID, another inner ID", True)
    ktap.equal("icmp_frag_needed_refused", 8,
               bench.count(PLAIN, "icmp_frag_needed_refused") - before)
    # The last claim is true.
    ktap.equal("what the tunnel has learned", 1200, bench.learned(PLAIN))
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
    """No error makes the path MTU less than the route's minimum, 552 bytes."""
    for claimed in (68, 0, 551):
        outer = bench.send(KEYED, 4, 1000)
        bench.report(icmp_error(UNREACHABLE, 4, outer[:576], claimed))
        bench.expect("MTU %d" % claimed, SELF4, 3, 4, 552 - 28, outer[28:576])
        bench.forget()
    outer = bench.send(KEYED, 6, 1400)
    bench.report(icmp_error(UNREACHABLE, 4, outer[:576], 68))
    bench.expect("IPv6", SELF6, 2, 0, 1280, outer[28:576])
    ktap.equal("path MTU", 552, bench.learned(KEYED))
    bench.forget()


def flood(bench):
    """Five seconds of errors as fast as they go: no more than 100 a second are
    relayed, and the rest is counted."""
    limited = bench.count(PLAIN, "icmp_unreachable_limited")
    relayed = bench.count(PLAIN, "icmp_unreachable_relayed")
    outer = bench.send(PLAIN)
    packet = ipv4(ROUTER, GATEWAY, NEXT_ICMP, icmp_error(UNREACHABLE, 1, outer))
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
