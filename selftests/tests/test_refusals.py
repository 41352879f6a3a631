#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What must not get in: each malformed or unwanted packet is dropped, exactly
one counter says why, and only unknown senders are answered, at a limited rate.

scapy makes the packets, and B sends them to the tunnels of A. Each packet
raises one counter by one and leaves all others as they were."""
# underlay: IPv4 or IPv6

import os
import sys
import time

from scapy.layers.inet import ICMP, IP
from scapy.layers.inet6 import (HBHOptUnknown, ICMPv6EchoRequest, IPv6,
                                IPv6ExtHdrDestOpt, IPv6ExtHdrFragment,
                                IPv6ExtHdrHopByHop, IPv6ExtHdrRouting, PadN)
from scapy.layers.l2 import GRE

sys.path.insert(0, sys.path[0] + "/../lib/py")
import ktap
import net
from net import host
from rtnl import Rtnl
from wire import (ETH_P_ERSPAN, ETH_P_ERSPAN2, ETH_P_IP, ETH_P_IPV6, ETH_P_TEB,
                  ETH_P_WCCP, Sender, Tap, enter)

IPV6 = ktap.is_ipv6()
LOCAL = host(1)
# The remote of each tunnel.
REMOTE = {
    "plain": host(2),
    "summed": host(3),
    "keyed": host(4),
    "ordered": host(5),
    "closed": host(6),
}
PAYLOAD = 0x1234  # an ethertype that nobody takes

ktap.need()
A, B = net.pair()
# ICMP errors to the remotes must arrive.
for address in 3, 4, 5, 6, 98, 99:
    net.ip(B, "addr add %s/24 dev v0" % host(address))
net.ip(A, "addr add %s/24 dev v0" % host(111))
net.sysctl(A, "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0")
net.gretool(A, "".join("add %s local %s remote %s %s\n" % (
    tunnel, LOCAL, REMOTE[tunnel], options) for tunnel, options in (
        ("plain", "up"), ("summed", "icsum up"), ("keyed", "key 42 up"),
        ("ordered", "iseq up"), ("closed", ""))))
# One CPU handles all in the order in which it was sent.
os.sched_setaffinity(0, {0})
sender = Sender(B)
icmp = Tap(B, "v0", ETH_P_IPV6 if IPV6 else ETH_P_IP)
enter(A)
rtnl = Rtnl()


def outer(tunnel, gre, source=None, destination=LOCAL, tos=0):
    """An outer packet; gre is bytes, or a packet of scapy."""
    source = source or REMOTE[tunnel]
    if IPV6:
        return bytes(IPv6(src=source, dst=destination, nh=47, tc=tos) /
                     bytes(gre))
    return bytes(IP(src=source, dst=destination, proto=47, tos=tos) /
                 bytes(gre))


INNER4 = bytes(IP(src="10.0.0.2", dst="10.0.0.1") / ICMP(id=1, seq=1) /
               b"grex")
INNER6 = bytes(IPv6(src="fd00::2", dst="fd00::1") / ICMPv6EchoRequest())


def gre(inner=INNER4, proto=ETH_P_IP, **fields):
    return bytes(GRE(proto=proto, **fields) / inner)


def word(packet, value):
    """Put bits into the flags word of a GRE packet."""
    flags = int.from_bytes(packet[:2], "big") | value
    return flags.to_bytes(2, "big") + packet[2:]


def counters():
    """The values by (tunnel, counter), or by (None, counter) for the namespace."""
    found = {}
    for tunnel, stats, drops in rtnl.tunnels():
        for name, value in drops.items():
            if not name.startswith("netns_"):
                found[tunnel, name] = value
            elif found.setdefault((None, name), value) != value:
                found["several values", name] = value
        found[tunnel, "packets in"] = stats["rx_packets"]
        found[tunnel, "packets out"] = stats["tx_packets"]
    return found


def is_icmp_error(data):
    if IPV6:
        return data[6] == 58 and data[40] < 128
    return data[9] == 1 and data[20] in (3, 4, 5, 11, 12)


def icmp_errors(expected):
    """The types and codes of the ICMP errors that B has received."""
    found = []
    at = 40 if IPV6 else 20
    while True:
        got = icmp.read(2.0 if len(found) < expected else 0.0,
                        wanted=lambda _, data: is_icmp_error(data))
        if got is None:
            return found
        found.append((got[1][at], got[1][at + 1]))


def sentinel():
    """Send a good packet: when it arrives, those before it have been handled."""
    arrivals.drain()
    sender.send(SENTINEL)
    if not arrivals.read(20, wanted=lambda _, data: data == b"sentinel"):
        raise RuntimeError("a good packet does not arrive")


def rises(what, packet, expected, errors=()):
    """The packet must change these counters and no others."""
    global last
    icmp.drain()
    before = last
    sender.send(packet)
    sentinel()
    last = counters()
    before["plain", "packets in"] += 1
    change = {key: last[key] - before.get(key, 0) for key in last
              if last[key] != before.get(key, 0)}
    ktap.equal(what, expected, change)
    ktap.equal(what + ": ICMP", list(errors), icmp_errors(len(errors)))


def dropped(what, packet, tunnel, counter, errors=()):
    rises(what, packet, {(tunnel, counter): 1}, errors)


def unseen(what, packet, tunnel, counter):
    """Over IPv4, gre.ko drops it before anyone is asked, and does not count. Over IPv6,
    grex sees it."""
    rises(what, packet, {(tunnel, counter): 1} if IPV6 else {})


def taken(what, packet, tunnel):
    rises(what, packet, {(tunnel, "packets in"): 1})


SENTINEL = outer("plain", gre(b"sentinel", PAYLOAD))
arrivals = Tap(A, "plain", PAYLOAD)
last = counters()

PORT_UNREACHABLE = [(1, 4)] if IPV6 else [(3, 3)]
# The answer of ip_gre to what grex drops silently.
OTHERS = PORT_UNREACHABLE if ktap.is_beside() else []


def test_truncated():
    whole = gre()
    for size in range(12):
        tunnel, counter = ((None, "netns_rx_truncated") if size < 4 else
                           ("plain", "rx_truncated"))
        unseen("%d bytes of GRE" % size, outer("plain", whole[:size]), tunnel,
               counter)
    full = gre(chksum_present=1, key_present=1, seqnum_present=1, key=42)
    for size in range(12, 16):
        dropped("%d bytes of a GRE header of 16" % size,
                outer("keyed", full[:size]), None, "netns_rx_truncated")
    # From here on the GRE header is whole, and the inner header is not.
    for size in range(8, 20):
        dropped("%d bytes of inner IPv4" % size,
                outer("plain", gre(INNER4[:size])), "plain", "rx_truncated")
    for size in range(8, 40, 3):
        dropped("%d bytes of inner IPv6" % size,
                outer("plain", gre(INNER6[:size], ETH_P_IPV6)), "plain",
                "rx_truncated")
    for size in (0, 1, 19):
        dropped("%d bytes of inner IPv4 behind key and sequence" % size,
                outer("keyed", gre(INNER4[:size], key_present=1, key=42,
                                   seqnum_present=1)), "keyed",
                "rx_truncated")
        dropped("%d bytes of inner IPv4 behind all options" % size,
                outer("keyed", gre(INNER4[:size], key_present=1, key=42,
                                   seqnum_present=1, chksum_present=1)),
                "keyed", "rx_truncated")
    for size in range(8, 24):
        dropped("%d bytes of WCCP version 2" % size,
                outer("plain", gre((b"\0\0\0\0" + INNER4)[:size], ETH_P_WCCP)),
                "plain", "rx_truncated")
    taken("20 bytes of inner IPv4", outer("plain", gre(INNER4[:20])), "plain")


def test_version():
    for version in range(1, 8):
        unseen("version %d" % version, outer("plain", gre(version=version)),
               None, "netns_rx_version")
        unseen("version %d with key" % version, outer(
            "keyed", gre(version=version, key_present=1, key=42)), None,
            "netns_rx_version")


def test_routing():
    dropped("routing present", outer("plain", gre(routing_present=1)), None,
            "netns_rx_routing")
    dropped("strict source route and routing present",
            outer("plain", gre(routing_present=1, strict_route_source=1)),
            None, "netns_rx_routing")
    dropped("routing from nobody's peer",
            outer("plain", gre(routing_present=1), host(99)), None,
            "netns_rx_routing")


def test_reserved():
    for bit in (4, 5):
        dropped("reserved bit %d" % bit,
                outer("plain", word(gre(), 0x8000 >> bit)), None,
                "netns_rx_reserved", OTHERS)
    dropped("reserved bits 4 and 5 with key", outer(
        "keyed", word(gre(key_present=1, key=42), 0x0C00)), None,
        "netns_rx_reserved", OTHERS)
    for bit in (6, 7, 8):
        taken("bit %d is ignored" % bit,
              outer("plain", word(gre(b"ignored bits", PAYLOAD),
                                  0x8000 >> bit)), "plain")
    # A receiver ignores these (RFC 2784 2.1), but gre.ko takes them for a part of
    # the version and drops the packet before grex is asked.
    for bit in range(9, 13):
        unseen("bit %d" % bit, outer("plain", word(gre(b"ignored bits", PAYLOAD),
                                                   0x8000 >> bit)),
               "plain", "packets in")


def test_checksum():
    good = {
        "plain": gre(chksum_present=1),
        "summed": gre(chksum_present=1),
        "keyed": gre(chksum_present=1, key_present=1, key=42,
                     seqnum_present=1),
    }
    for tunnel, packet in good.items():
        for at in (4, 5, 7, 16, len(packet) - 1):
            wrong = bytearray(packet)
            wrong[at] ^= 0x10
            dropped("checksum wrong by byte %d, into %s" % (at, tunnel),
                    outer(tunnel, wrong), tunnel, "rx_csum")
    odd = bytearray(gre(INNER4 + b"!", chksum_present=1))
    odd[-1] ^= 1
    dropped("checksum wrong by the odd byte at the end", outer("summed", odd),
            "summed", "rx_csum")
    zero = bytearray(good["summed"])
    zero[4:6] = b"\0\0"
    dropped("checksum 0", outer("summed", zero), "summed", "rx_csum")
    dropped("no checksum where one is wanted", outer("summed", gre()), "summed",
            "rx_no_csum")
    taken("a good checksum", outer("summed", gre(b"good checksum", PAYLOAD,
                                                chksum_present=1)), "summed")


def test_key():
    for key in (43, 42 << 24, 0, 0x80000000 | 42, 0xFFFFFFFF):
        dropped("key %d where 42 is wanted" % key,
                outer("keyed", gre(key_present=1, key=key)), "keyed",
                "rx_wrong_key", PORT_UNREACHABLE)
    dropped("no key where 42 is wanted", outer("keyed", gre()), "keyed",
            "rx_wrong_key", PORT_UNREACHABLE)
    for key in (0, 42):
        dropped("key %d where none is wanted" % key,
                outer("plain", gre(key_present=1, key=key)), "plain",
                "rx_wrong_key", PORT_UNREACHABLE)
    taken("the right key", outer("keyed", gre(b"right key", PAYLOAD,
                                              key_present=1, key=42)), "keyed")


def test_sequence():
    def numbered(number):
        return outer("ordered", gre(b"numbered", PAYLOAD, seqnum_present=1,
                                 sequence_number=number))

    dropped("no number where one is wanted", outer("ordered", gre()), "ordered",
            "rx_no_seq")
    # The first number may be any, and gaps do not matter.
    for number, good in (
            (5, True), (5, False), (4, False), (0, False), (6, True),
            (9, True), (7, False),
            # These are too far ahead to be believed at once, or just as far as may be.
            (0x80000009, False), (0x80000008, False), (9 + 32769, False),
            (9 + 32768, True), (9, False),
            # The fifth number in order is believed; the numbers wrap at 2^32.
            (0xFFFFFFFA, False), (0xFFFFFFFB, False), (0xFFFFFFFC, False),
            (0xFFFFFFFD, False), (0xFFFFFFFE, True), (0xFFFFFFFF, True),
            (0, True), (0xFFFFFFFF, False), (0, False), (1, True),
            (0xFFFFFFFE, False), (0x80000001, False), (2, True)):
        if good:
            taken("number %#x is new" % number, numbered(number), "ordered")
        else:
            dropped("number %#x is old" % number, numbered(number), "ordered",
                    "rx_out_of_order")
    # A packet that is dropped for its checksum must not count as received.
    wrong = bytearray(gre(b"numbered", PAYLOAD, seqnum_present=1,
                          chksum_present=1, sequence_number=100))
    wrong[4] ^= 1
    dropped("a wrong checksum on number 100", outer("ordered", wrong), "ordered",
            "rx_csum")
    taken("number 3 after it", numbered(3), "ordered")


def test_stranger():
    dropped("source that is nobody's remote",
            outer("plain", gre(), source=host(99)), None,
            "netns_rx_no_tunnel", PORT_UNREACHABLE)
    dropped("destination that is nobody's local",
            outer("plain", gre(), destination=host(111)), None,
            "netns_rx_no_tunnel", PORT_UNREACHABLE)
    dropped("a stranger with the key of somebody",
            outer("plain", gre(key_present=1, key=42), source=host(99)),
            None, "netns_rx_no_tunnel", PORT_UNREACHABLE)
    dropped("a tunnel that is down", outer("closed", gre()), "closed", "rx_down",
            OTHERS)


def test_payload():
    for name, proto in (("TEB", ETH_P_TEB), ("ERSPAN", ETH_P_ERSPAN),
                        ("ERSPAN version 2", ETH_P_ERSPAN2)):
        dropped(name, outer("plain", gre(bytes(60), proto)), "plain",
                "rx_protocol", OTHERS)
        dropped(name + " with key and sequence",
                outer("keyed", gre(bytes(60), proto, key_present=1, key=42,
                                   seqnum_present=1)), "keyed", "rx_protocol",
                OTHERS)
    dropped("CE on a packet that is not ECN capable",
            outer("plain", gre(), tos=3), "plain", "rx_ecn")


def test_flood():
    """The sysctl icmp_ratelimit limits the rate of ICMP errors (RFC 1812 4.3.2.8): one
    in so many ms, and 6 that were saved up."""
    count = 20
    path = "/proc/sys/net/" + ("ipv6/icmp/ratelimit" if IPV6 else
                               "ipv4/icmp_ratelimit")
    for limit, source in (0, host(99)), (1000, host(98)):
        stranger = outer("plain", gre(), source=source)
        with open(path, "w", encoding="ascii") as file:
            file.write("%d" % limit)
        icmp.drain()
        before = rtnl.drops("plain")["netns_rx_no_tunnel"]
        start = time.monotonic()
        for _ in range(count):
            sender.send(stranger)
        sentinel()
        took = time.monotonic() - start
        after = rtnl.drops("plain")["netns_rx_no_tunnel"]
        ktap.equal("limit %d ms: all are counted" % limit, count,
                   after - before)
        answers = icmp_errors(0 if limit else count)
        if not limit:
            ktap.equal("no limit: all are answered",
                       PORT_UNREACHABLE * count, answers)
            continue
        # For a network of 64 bits IPv6 divides the limit by 4.
        most = 6 + int(took * 1000 / limit * (4 if IPV6 else 1)) + 1
        wrong = ""
        if not 1 <= len(answers) <= most:
            wrong = "%d answers to %d packets, expected 1 to %d" % (
                len(answers), count, most)
        ktap.check("limit %d ms: few are answered" % limit, wrong)


def behind(*headers, fragment=None):
    """A good packet for plain, behind extension headers."""
    packet = IPv6(src=REMOTE["plain"], dst=LOCAL)
    for header in headers:
        packet = packet / header
    packet.lastlayer().nh = 47
    inner = gre(b"extension" * 20, PAYLOAD)
    if fragment:
        inner = inner[fragment]
    return bytes(packet / inner)


def test_extension():
    """GRE follows extension headers of IPv6, as that of ip6_gre does."""
    limit = IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=4, optdata=b"\4"),
                                       PadN(optdata=b"\0")])
    taken("an encapsulation limit", behind(limit), "plain")
    taken("hop-by-hop options",
          behind(IPv6ExtHdrHopByHop(options=[PadN(optdata=bytes(4))])), "plain")
    taken("a routing header that is done with",
          behind(IPv6ExtHdrRouting(type=0, segleft=0, addresses=[LOCAL])), "plain")
    rises("a routing header that is not",
          behind(IPv6ExtHdrRouting(type=0, segleft=1, addresses=[host(111)])), {},
          [(4, 0)])
    rises("an option that must be known", behind(IPv6ExtHdrDestOpt(
        options=[HBHOptUnknown(otype=0x9E, optdata=b"\0"),
                 PadN(optdata=b"\0")])), {}, [(4, 2)])
    taken("one fragment", behind(IPv6ExtHdrFragment(id=1)), "plain")
    rises("the first of two fragments",
          behind(IPv6ExtHdrFragment(id=2, m=1), fragment=slice(0, 64)), {})
    taken("the second", behind(IPv6ExtHdrFragment(id=2, offset=8),
                               fragment=slice(64, None)), "plain")
    rises("a fragment that overlaps",
          behind(IPv6ExtHdrFragment(id=3, m=1), fragment=slice(0, 64)), {})
    rises("the other", behind(IPv6ExtHdrFragment(id=3, offset=4),
                              fragment=slice(32, None)), {})


# test_flood leaves a limit behind.
ktap.run(test_truncated, test_version, test_routing, test_reserved, test_checksum,
         test_key, test_sequence, test_stranger, test_payload,
         *([test_extension] if IPV6 else []), test_flood)
