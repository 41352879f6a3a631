# SPDX-License-Identifier: GPL-2.0
"""encap.py options: the options of each tunnel, one a line
encap.py send A: send through the tunnels g0, g1... of A
encap.py check FILE: see what tshark has decoded of that, tab between the fields

The fields are those of FIELDS; of nested headers each with a comma between."""

import socket
import sys

from wire import ETH_P_MPLS, Results, Tap, enter

# Options of a tunnel, and the flags and the key that its packets have.
COMBINATIONS = (
    ("", 0, None),
    ("key 0x01020304", 0x2000, 0x01020304),
    ("ocsum", 0x8000, None),
    ("oseq", 0x1000, None),
    ("okey 0 ocsum", 0xA000, 0),
    ("okey 255.255.255.255 oseq", 0x3000, 0xFFFFFFFF),
    ("ocsum oseq", 0x9000, None),
    ("okey 1.2.3.4 ocsum oseq", 0xB000, 0x01020304),
)
DATAGRAMS = 3
PORT = 4747
FIELDS = """ip.version ip.hdr_len ip.dsfield ip.len ip.flags ip.frag_offset
    ip.ttl ip.proto ip.checksum.status ip.src ip.dst
    gre.flags_and_version gre.proto gre.key gre.checksum.status
    gre.sequence_number
    udp.dstport udp.checksum.status ipv6.src ipv6.dst ipv6.plen ipv6.nxt
    ipv6.hlim mpls.label data.data""".split()


def data_of(tunnel, number):
    """Of odd and even length."""
    return b"datagram %d of %d " % (number, tunnel) + b"." * number


def send(netns):
    enter(netns)
    udp4 = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp6 = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    for i in range(len(COMBINATIONS)):
        for number in range(DATAGRAMS):
            udp4.sendto(data_of(i, number), ("10.0.%d.2" % i, PORT))
            udp6.sendto(data_of(i, number), ("fd00:1%d::2" % i, PORT))
        multicast = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        multicast.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                             socket.inet_aton("10.0.%d.1" % i))
        multicast.sendto(b"multicast", ("224.0.0.5", PORT))
    # What is no datagram of UDP goes to g0 only.
    broadcast = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    broadcast.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    broadcast.sendto(b"broadcast", ("10.0.0.3", PORT))
    tap = Tap(netns, "g0")
    # Label 16, bottom of the stack, ttl 64.
    tap.send(b"\0\x01\x01\x40" + b"under a label", ETH_P_MPLS)
    tap.send(b"unknown ethertype", 0x1234)
    tap.send(b"1", 0x4321)


class Packet:
    def __init__(self, line):
        self.fields = dict(zip(FIELDS, line.rstrip("\n").split("\t")))

    def outer(self, name):
        return self.fields[name].split(",")[0]

    def inner(self, name):
        return ",".join(self.fields[name].split(",")[1:])

    def number(self, name):
        text = self.outer(name)
        return int(text, 0) if text else None


def check(path):
    with open(path, encoding="ascii") as file:
        packets = [Packet(line) for line in file]
    results = Results()

    def outers(group, what, of_tunnel, name, expected):
        results.group = group
        for packet in of_tunnel:
            if packet.number(name) != expected:
                results.equal("%s of %s" % (name, what), expected,
                              packet.number(name))
                return
        results.say("%s of %s" % (name, what))

    def inners(what, of_kind, name, expected):
        results.equal("%s of %s" % (name, what), [expected] * len(of_kind),
                      [packet.fields[name] for packet in of_kind])

    for i, (options, flags, key) in enumerate(COMBINATIONS):
        what = '"%s"' % options
        mine = [packet for packet in packets
                if packet.outer("ip.dst") == "192.0.2.%d" % (10 + i)]
        v4 = [packet for packet in mine
              if packet.inner("ip.dst") == "10.0.%d.2" % i]
        v6 = [packet for packet in mine if packet.fields["ipv6.dst"]]
        gre = (4 + (4 if flags & 0x8000 else 0) + (4 if flags & 0x2000 else 0) +
               (4 if flags & 0x1000 else 0))

        results.group = "outer"
        results.equal("packets of " + what, 2 * DATAGRAMS + 1 +
                      (0 if i else 4), len(mine))
        for name, value in (
                ("ip.version", 4), ("ip.hdr_len", 20), ("ip.dsfield", 0),
                ("ip.flags", 2), ("ip.frag_offset", 0), ("ip.ttl", 64),
                ("ip.proto", 47), ("ip.checksum.status", 1)):
            outers("outer", what, mine, name, value)
        results.equal("ip.src of " + what, {"192.0.2.1"},
                      {packet.outer("ip.src") for packet in mine})

        outers("header", what, mine, "gre.flags_and_version", flags)
        outers("header", what, mine, "gre.key", key)
        outers("header", what, v4, "gre.proto", 0x0800)
        outers("header", what, v6, "gre.proto", 0x86DD)
        results.equal("ip.len of IPv4 in " + what, [
            20 + gre + 20 + 8 + len(data_of(i, number))
            for number in range(DATAGRAMS)],
            [packet.number("ip.len") for packet in v4])
        results.equal("ip.len of IPv6 in " + what, [
            20 + gre + 40 + 8 + len(data_of(i, number))
            for number in range(DATAGRAMS)],
            [packet.number("ip.len") for packet in v6])

        # 1: good; a checksum of an inner header may not be taken for it.
        outers("checksum", what, mine, "gre.checksum.status",
               1 if flags & 0x8000 else None)
        results.group = "sequence"
        # From 0, without a gap, over all payloads (RFC 2890 2.2).
        results.equal("gre.sequence_number of " + what,
                      list(range(len(mine))) if flags & 0x1000 else
                      [None] * len(mine),
                      [packet.number("gre.sequence_number")
                       for packet in mine])

        results.group = "inner"
        for packets_of_kind in v4, v6:
            results.equal("data of " + what, [
                data_of(i, number).hex() for number in range(DATAGRAMS)],
                [packet.fields["data.data"] for packet in packets_of_kind])
            inners(what, packets_of_kind, "udp.checksum.status", "1")
            inners(what, packets_of_kind, "udp.dstport", str(PORT))
        results.equal("ip.src in " + what, ["10.0.%d.1" % i] * DATAGRAMS,
                      [packet.inner("ip.src") for packet in v4])
        results.equal("ip.checksum.status in " + what, ["1"] * DATAGRAMS,
                      [packet.inner("ip.checksum.status") for packet in v4])
        inners(what, v6, "ipv6.src", "fd00:1%d::1" % i)
        inners(what, v6, "ipv6.dst", "fd00:1%d::2" % i)
        inners(what, v6, "ipv6.nxt", "17")

        results.group = "multicast"
        results.equal("to 224.0.0.5 in " + what, [b"multicast".hex()], [
            packet.fields["data.data"] for packet in mine
            if packet.inner("ip.dst") == "224.0.0.5"])

    def first(name, value):
        found = [packet for packet in packets if packet.fields[name] == value]
        return found[0] if found else Packet("")

    results.equal("broadcast", [b"broadcast".hex()], [
        packet.fields["data.data"] for packet in packets
        if packet.inner("ip.dst") == "10.0.0.3"])
    results.group = "other"
    results.equal("MPLS label", "16", first("gre.proto", "0x8847").fields.get(
        "mpls.label"))
    results.equal("unknown ethertype", b"unknown ethertype".hex(), first(
        "gre.proto", "0x1234").fields.get("data.data"))
    results.equal("length around one byte", "25", first(
        "gre.proto", "0x4321").fields.get("ip.len"))
    results.end()


if sys.argv[1] == "options":
    for combination in COMBINATIONS:
        print(combination[0])
    print(" ".join(FIELDS))
elif sys.argv[1] == "send":
    send(sys.argv[2])
else:
    check(sys.argv[2])
