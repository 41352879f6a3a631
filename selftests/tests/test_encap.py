#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What is sent, byte for byte, as tshark decodes it: the outer IP header, the
GRE header with every combination of key, checksum and sequence, IPv4 and IPv6
inside, and payloads that are neither.

Each combination is a tunnel of A of its own, g0 to 192.0.2.10 and so on. tshark
takes seconds to start, so that one capture serves all test functions."""
# underlay: IPv4 or IPv6

import socket
import sys

sys.path.insert(0, sys.path[0] + "/../lib/py")
import ktap
import net
from net import host
from rtnl import Rtnl
from wire import ETH_P_MPLS, Tap, enter

# Each has the options of a tunnel, and the flags and the key of its packets.
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
IPV6 = ktap.is_ipv6()
# The fields of the outer header: its addresses, its length, what that does not include, and those
# that are the same in all packets
if IPV6:
    SOURCE, DESTINATION, LENGTH, HEADER = "ipv6.src", "ipv6.dst", "ipv6.plen", 0
    CONSTANT = (("ipv6.version", 6), ("ipv6.tclass", 0), ("ipv6.hlim", 64),
                ("ipv6.nxt", 47))
else:
    SOURCE, DESTINATION, LENGTH, HEADER = "ip.src", "ip.dst", "ip.len", 20
    CONSTANT = (("ip.version", 4), ("ip.hdr_len", 20), ("ip.dsfield", 0),
                ("ip.flags", 2), ("ip.frag_offset", 0), ("ip.ttl", 64),
                ("ip.proto", 47), ("ip.checksum.status", 1))
DATAGRAMS = 3
PORT = 4747
FIELDS = """ip.version ip.hdr_len ip.dsfield ip.len ip.flags ip.frag_offset
    ip.ttl ip.proto ip.checksum.status ip.src ip.dst ipv6.version ipv6.tclass
    gre.flags_and_version gre.proto gre.key gre.checksum.status
    gre.sequence_number
    udp.dstport udp.checksum.status ipv6.src ipv6.dst ipv6.plen ipv6.nxt
    ipv6.hlim mpls.label data.data""".split()


def data_of(tunnel, number):
    """The payload, which may be of odd or even length."""
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
    # All other packets go to g0 only.
    broadcast = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    broadcast.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    broadcast.sendto(b"broadcast", ("10.0.0.3", PORT))
    tap = Tap(netns, "g0", kind=socket.SOCK_RAW)
    # Label 16, bottom of the stack, ttl 64.
    tap.send(b"\0\x01\x01\x40" + b"under a label", ETH_P_MPLS)
    tap.send(b"unknown ethertype", 0x1234)
    tap.send(b"1", 0x4321)


class Packet:
    """What tshark says of a packet; a comma separates values of the outer and of the inner
    header if both are of one family."""

    def __init__(self, line):
        self.fields = dict(zip(FIELDS, line.split("\t")))

    def outer(self, name):
        return self.fields[name].split(",")[0]

    def inner(self, name):
        values = self.fields[name].split(",")
        is_of_both = name.startswith("ipv6." if IPV6 else "ip.")
        return ",".join(values[1:] if is_of_both else values)

    def number(self, name):
        text = self.outer(name)
        return int(text, 0) if text else None


class Flow:
    """The packets of one tunnel."""

    def __init__(self, index, options, flags, key):
        self.index = index
        self.what = '"%s"' % options
        self.flags = flags
        self.key = key
        self.all = [packet for packet in packets
                    if packet.outer(DESTINATION) == host(10 + index)]
        self.v4 = [packet for packet in self.all
                   if packet.inner("ip.dst") == "10.0.%d.2" % index]
        self.v6 = [packet for packet in self.all if packet.inner("ipv6.dst")]

    def outers(self, some, name, expected):
        """Each packet has this number in the outer header or in the GRE header."""
        wrong = [packet.number(name) for packet in some
                 if packet.number(name) != expected]
        ktap.equal("%s of %s" % (name, self.what), [], wrong)

    def inners(self, some, name, expected):
        ktap.equal("%s of %s" % (name, self.what), [expected] * len(some),
                   [packet.inner(name) for packet in some])


def test_outer():
    for flow in flows:
        ktap.equal("packets of " + flow.what, 2 * DATAGRAMS + 1 +
                   (0 if flow.index else 4), len(flow.all))
        for name, value in CONSTANT:
            flow.outers(flow.all, name, value)
        ktap.equal("source of " + flow.what, {host(1)},
                   {packet.outer(SOURCE) for packet in flow.all})


def test_header():
    for flow in flows:
        flow.outers(flow.all, "gre.flags_and_version", flow.flags)
        flow.outers(flow.all, "gre.key", flow.key)
        flow.outers(flow.v4, "gre.proto", 0x0800)
        flow.outers(flow.v6, "gre.proto", 0x86DD)
        gre = 4 + 4 * bin(flow.flags & 0xB000).count("1")
        for name, some, inner in ("IPv4", flow.v4, 20), ("IPv6", flow.v6, 40):
            ktap.equal("length of %s in %s" % (name, flow.what), [
                HEADER + gre + inner + 8 + len(data_of(flow.index, number))
                for number in range(DATAGRAMS)],
                [packet.number(LENGTH) for packet in some])


def test_checksum():
    """tshark calls a good checksum 1; that of an inner header may not be taken for it."""
    for flow in flows:
        flow.outers(flow.all, "gre.checksum.status",
                    1 if flow.flags & 0x8000 else None)


def test_sequence():
    """Numbers begin at 0 and have no gap, over all payloads (RFC 2890 2.2)."""
    for flow in flows:
        count = len(flow.all)
        ktap.equal("gre.sequence_number of " + flow.what,
                   list(range(count)) if flow.flags & 0x1000 else [None] * count,
                   [packet.number("gre.sequence_number") for packet in flow.all])


def test_inner():
    for flow in flows:
        for some in flow.v4, flow.v6:
            ktap.equal("data of " + flow.what, [
                data_of(flow.index, number).hex() for number in range(DATAGRAMS)],
                [packet.fields["data.data"] for packet in some])
            flow.inners(some, "udp.checksum.status", "1")
            flow.inners(some, "udp.dstport", str(PORT))
        ktap.equal("ip.src in " + flow.what,
                   ["10.0.%d.1" % flow.index] * DATAGRAMS,
                   [packet.inner("ip.src") for packet in flow.v4])
        ktap.equal("ip.checksum.status in " + flow.what, ["1"] * DATAGRAMS,
                   [packet.inner("ip.checksum.status") for packet in flow.v4])
        flow.inners(flow.v6, "ipv6.src", "fd00:1%d::1" % flow.index)
        flow.inners(flow.v6, "ipv6.dst", "fd00:1%d::2" % flow.index)
        flow.inners(flow.v6, "ipv6.nxt", "17")


def test_multicast():
    for flow in flows:
        ktap.equal("to 224.0.0.5 in " + flow.what, [b"multicast".hex()], [
            packet.fields["data.data"] for packet in flow.all
            if packet.inner("ip.dst") == "224.0.0.5"])
    ktap.equal("broadcast", [b"broadcast".hex()], [
        packet.fields["data.data"] for packet in packets
        if packet.inner("ip.dst") == "10.0.0.3"])


def test_other():
    for what, protocol, name, expected in (
            ("MPLS label", "0x8847", "mpls.label", "16"),
            ("unknown ethertype", "0x1234", "data.data",
             b"unknown ethertype".hex()),
            ("length around one byte", "0x4321", LENGTH, str(HEADER + 5))):
        found = [packet.fields[name] for packet in packets
                 if packet.fields["gre.proto"] == protocol]
        ktap.equal(what, [expected], found[:1])


def test_raw_socket():
    """A packet socket may leave it to the packet which protocol it is."""
    hosts = net.pair()
    net.gretool(hosts[0], "add raw remote %s key 99 up" % host(2))
    net.gretool(hosts[1], "add raw remote %s key 99 up" % host(1))
    enter(hosts[1])
    receiver = Rtnl()
    enter(hosts[0])
    for packet in (bytes.fromhex("45000014000040004011") + bytes(10),
                   bytes.fromhex("6000000000003b40") + bytes(32)):
        for protocol in 0, 3:
            raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            raw.sendto(packet, ("raw", protocol))
    net.wait(5, lambda: receiver.stats("raw")["rx_packets"] == 4)
    ktap.equal("all are known", 4, receiver.stats("raw")["rx_packets"])
    ktap.equal("unknown", 0, receiver.drops("raw")["rx_keepalive_unknown"])


def marked(netns, mark):
    """How many outer packets netfilter saw with this mark since the last call."""
    told = net.run("nft", "reset", "counter", "inet", "t", "m%d" % mark, netns=netns).split()
    return int(told[told.index("packets") + 1])


def pings(netns):
    """Whether three echo requests with mark 5 are answered."""
    return not net.fails("ping", "-q", "-c", "3", "-i", "0.05", "-W", "2", "-m", "5",
                         "10.0.0.2", netns=netns)


def test_mark():
    """Netfilter sees the mark of the tunnel, or else that of the inner packet; the
    route is looked up with the mark of the tunnel alone."""
    hosts = net.pair()
    net.tunnel_pair(hosts)
    here = hosts[0]
    net.run("nft", "-f", "-", netns=here, text="""
        table inet t {
            counter m5 { }
            counter m7 { }
            chain o {
                type filter hook output priority 0;
                meta l4proto gre meta mark 5 counter name m5
                meta l4proto gre meta mark 7 counter name m7
            }
        }""")
    net.run("ip", "-6" if IPV6 else "-4", "-n", here, "rule", "add", "fwmark", "5",
            "to", host(2), "prohibit")
    ktap.equal("ping", True, pings(here))
    ktap.equal("the mark of the inner packet", (3, 0),
               (marked(here, 5), marked(here, 7)))
    net.gretool(here, "set gre1 fwmark 7")
    ktap.equal("ping with a mark of the tunnel", True, pings(here))
    ktap.equal("the mark of the tunnel", (0, 3),
               (marked(here, 5), marked(here, 7)))
    net.gretool(here, "set gre1 fwmark 5")
    ktap.equal("a rule for the mark of the tunnel", False, pings(here))


def capture():
    """Send through a tunnel of each combination; return what was captured."""
    a, b = net.pair()
    # The inner checksums are complete in the capture.
    net.run("ethtool", "-K", "v0", "tx", "off", netns=a)
    for i, (options, _, _) in enumerate(COMBINATIONS):
        net.ip(b, "addr add %s/24 dev v0" % host(10 + i))
        net.gretool(a, "add g%d local %s remote %s %s multicast on "
                    "addr 10.0.%d.1/30 addr fd00:1%d::1/64 up" %
                    (i, host(1), host(10 + i), options, i, i))
    with net.Capture(b, "v0", "ip6 proto 47" if IPV6 else "ip proto 47") as file:
        send(a)
        file.wait_for(7 * len(COMBINATIONS) + 4)
        lines = file.fields(FIELDS)
    return [Packet(line) for line in lines]


ktap.need()
packets = capture()
flows = [Flow(i, *combination) for i, combination in enumerate(COMBINATIONS)]
ktap.run(test_outer, test_header, test_checksum, test_sequence, test_inner,
         test_multicast, test_other, test_raw_socket, test_mark)
