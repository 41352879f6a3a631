#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# make check: left out
"""The MSS of TCP connections is lowered to what fits: SYNs of every form go into
and come out of the tunnels of A, and every byte of them is looked at."""

import socket
import struct
import sys

sys.path.insert(0, sys.path[0] + "/../lib/py")
import ktap
import net
from wire import (ETH_P_IP, ETH_P_IPV6, Sender, Tap, checksum, enter, gre, ipv4,
                  ipv6)

LOCAL = "192.0.2.1"
# Each device has the last byte of its remote, the MSS of IPv4 and IPv6, and options.
DEVICE = {"moff": (20, None, None, ""), "m1300": (21, 1300, 1300, "mss 1300"),
          "m88": (22, 88, 88, "mss 88"), "mauto": (23, 1436, 1416, "mss auto"),
          "mcsum": (24, 1200, 1200, "mss 1200 csum")}
SYN, ACK, PSH, RST = 2, 16, 8, 4
NOP, END = b"\x01", b"\x00"
TIME = b"\x08\x0a" + struct.pack("!II", 0x020405B4, 0x05B40204)


def mss(value):
    return b"\x02\x04" + struct.pack("!H", value)


WSCALE, SACK = b"\x03\x03\x07", b"\x04\x02"
# Each has a name, options (padded to words with END), and where the MSS stands in them.
LAYOUTS = (
    ("a Linux SYN", mss(1460) + SACK + TIME + NOP + WSCALE, (2,)),
    ("MSS alone", mss(1460), (2,)),
    ("MSS last", NOP + NOP + TIME + mss(1460), (14,)),
    ("an odd place", NOP + mss(1460) + WSCALE, (3,)),
    ("behind a window scale", WSCALE + mss(1460) + NOP, (5,)),
    ("behind an unknown option", b"\xfe\x05\x02\x04\x09" + mss(1460), (7,)),
    ("twice", mss(1500) + NOP + mss(1460) + WSCALE, (2, 7)),
    ("the largest", mss(65535), (2,)),
    ("a small one", mss(80), (2,)),
    ("0", mss(0), (2,)),
    ("no MSS", SACK + TIME, ()),
    ("no option", b"", ()),
    ("behind the end", END + NOP + NOP + NOP + mss(1460), ()),
    ("behind a length of 0", b"\xfe\x00" + mss(1460), ()),
    ("behind a length of 1", b"\xfe\x01" + mss(1460), ()),
    ("of length 0", b"\x02\x00\x05\xb4", ()),
    ("of length 3", b"\x02\x03\x05\xb4", ()),
    ("of length 6", b"\x02\x06\x05\xb4\x01\x01", ()),
    ("behind one past the end", b"\x08\xc8" + mss(1460), ()),
    ("cut by the end", NOP * 5 + b"\x02\x04\x05", ()),
    ("40 bytes", NOP * 36 + mss(1460), (38,)),
)

ktap.need()
A, B = net.pair()
for name, (last, _, _, options) in DEVICE.items():
    net.ip(B, "addr add 192.0.2.%d/24 dev v0" % last)
    net.gretool(A, "add %s local 192.0.2.1 remote 192.0.2.%d %s up" %
                (name, last, options))
# The GRE checksum is complete on the wire.
net.run("ethtool", "-K", "v0", "tx", "off", netns=A)
wire = Tap(B, "v0", ETH_P_IP)
sender = Sender(B)
taps = {name: Tap(A, name) for name in DEVICE}
enter(A)
port = 1024


class Address:
    def __init__(self, source, destination, family):
        self.pair = (socket.inet_pton(family, source) +
                     socket.inet_pton(family, destination))
        self.names = source, destination
        self.v6 = family == socket.AF_INET6


V4 = Address("10.0.0.1", "10.0.0.2", socket.AF_INET)
V6 = Address("fd00::1", "fd00::2", socket.AF_INET6)


def tcp_sum(address, segment):
    """The sum over the segment, which is 0 if its checksum is right."""
    if address.v6:
        pseudo = address.pair + struct.pack("!II", len(segment), 6)
    else:
        pseudo = address.pair + struct.pack("!HH", 6, len(segment))
    return checksum(pseudo + segment)


def tcp(address, flags, options=b"", data=b"", words=None):
    global port
    port += 1
    if len(options) % 4:
        options += END * (4 - len(options) % 4)
    if words is None:
        words = 5 + len(options) // 4
    segment = struct.pack("!HHIIBBHHH", port, 80, 0x01020304, 0, words << 4,
                          flags, 64240, 0, 0) + options + data
    right = tcp_sum(address, segment)
    return segment[:16] + struct.pack("!H", right) + segment[18:]


def clamped(address, segment, places, most):
    """The segment as it must come out."""
    segment = bytearray(segment)
    for place in places:
        value, = struct.unpack_from("!H", segment, 20 + place)
        if most is not None and value > most:
            struct.pack_into("!H", segment, 20 + place, most)
            segment[16:18] = bytes(2)
            segment[16:18] = struct.pack("!H", tcp_sum(address, segment))
    return bytes(segment)


def packet(address, payload, protocol=6, front=b""):
    """front: extension headers of IPv6 before it, the first of kind protocol."""
    make = ipv6 if address.v6 else ipv4
    return make(*address.names, protocol, front + payload)


def through(device, inner, csum=False):
    """Send the packet into the device, and receive it; how each came out."""
    protocol = ETH_P_IPV6 if inner[0] >> 4 == 6 else ETH_P_IP
    at = 28 if csum else 24
    remote = "192.0.2.%d" % DEVICE[device][0]

    # The ports tell one packet from another.
    taps[device].send(inner, protocol)
    got = wire.read(wanted=lambda _, data: data[9] == 47 and
                    data[16:20] == socket.inet_aton(remote) and
                    len(data) - at == len(inner))
    sent = got[1][at:] if got else b""
    if got and csum and checksum(got[1][20:]):
        sent = b"GRE checksum wrong"
    taps[device].drain()
    sender.send(ipv4(remote, LOCAL, 47, gre(protocol, inner, csum=csum)))
    got = taps[device].read()
    return sent, got[1] if got else b""


def expect(what, device, inner, wanted, csum=False):
    for way, got in zip(("sent", "received"), through(device, inner, csum)):
        ktap.equal("%s: %s by %s" % (what, way, device), wanted, got)


def test_layouts():
    for device, (_, most4, most6, _) in DEVICE.items():
        for address, most in (V4, most4), (V6, most6):
            for what, options, places in LAYOUTS:
                segment = tcp(address, SYN, options)
                expect("%s, IPv%d" % (what, 6 if address.v6 else 4), device,
                       packet(address, segment),
                       packet(address, clamped(address, segment, places,
                                               most)),
                       device == "mcsum")


def test_segments():
    """Segments that are a SYN, and others that only look like one."""
    for address in V4, V6:
        for what, flags, data, places in (
                ("SYN-ACK", SYN | ACK, b"", (2,)),
                ("SYN with data", SYN, b"fast open", (2,)),
                ("SYN with an odd byte", SYN | PSH, b"x", (2,)),
                ("ACK", ACK, b"", ()), ("RST", RST | ACK, b"", ()),
                ("data", ACK | PSH, mss(1460), ())):
            segment = tcp(address, flags, mss(1460) + WSCALE, data)
            expect("%s, IPv%d" % (what, 6 if address.v6 else 4), "m1300",
                   packet(address, segment),
                   packet(address, clamped(address, segment, places, 1300)))
        # The header is longer than the packet, or shorter than a header can be.
        for words in 0, 4, 7, 15:
            segment = tcp(address, SYN, mss(1460), words=words)
            expect("%d words, IPv%d" % (words, 6 if address.v6 else 4),
                   "m1300", packet(address, segment),
                   packet(address, segment))
        for size in 1, 13, 19:
            segment = tcp(address, SYN, mss(1460))[:size]
            expect("%d bytes, IPv%d" % (size, 6 if address.v6 else 4),
                   "m1300", packet(address, segment),
                   packet(address, segment))
        # The same bytes are of another protocol.
        segment = tcp(address, SYN, mss(1460))
        expect("UDP, IPv%d" % (6 if address.v6 else 4), "m1300",
               packet(address, segment, 17), packet(address, segment, 17))
        expect("an unknown protocol, IPv%d" % (6 if address.v6 else 4),
               "m1300", packet(address, segment, 253),
               packet(address, segment, 253))


def with_fragment(data, bits):
    """An IPv4 packet with these flags and offset."""
    data = bytearray(data)
    data[6:8] = struct.pack("!H", bits)
    data[10:12] = bytes(2)
    data[10:12] = struct.pack("!H", checksum(bytes(data[:20])))
    return bytes(data)


def with_options(data):
    """An IPv4 packet with 8 bytes of options."""
    data = bytearray(data[:20] + NOP * 7 + END + data[20:])
    data[0] = 0x47
    data[2:4] = struct.pack("!H", len(data))
    data[10:12] = bytes(2)
    data[10:12] = struct.pack("!H", checksum(bytes(data[:28])))
    return bytes(data)


def test_headers():
    """What may be between the IP header and TCP."""
    segment = tcp(V4, SYN, mss(1460))
    low = clamped(V4, segment, (2,), 1300)
    expect("IPv4 options", "m1300", with_options(packet(V4, segment)),
           with_options(packet(V4, low)))
    for what, bits in (("first fragment", 0x2000), ("middle", 0x2002),
                       ("last", 0x0002)):
        inner = with_fragment(packet(V4, segment), bits)
        expect(what, "m1300", inner, inner)
    df = with_fragment(packet(V4, segment), 0x4000)
    expect("DF", "m1300", df, with_fragment(packet(V4, low), 0x4000))

    segment = tcp(V6, SYN, mss(1460))
    low = clamped(V6, segment, (2,), 1300)
    padn = b"\x01\x04" + bytes(4)

    def option(following, size=0):
        return bytes((following, size)) + padn + bytes(8 * size)

    routing = bytes((6, 0, 4, 0)) + bytes(4)
    for what, first, front, is_clamped in (
            ("hop-by-hop", 0, option(6), True),
            ("destination options", 60, option(6, 3), True),
            ("routing header", 43, routing, True),
            ("three of them", 0, option(60) + option(43) + routing, True),
            ("first fragment, IPv6", 44,
             struct.pack("!BBHI", 6, 0, 0x0001, 7), False),
            ("last fragment, IPv6", 44,
             struct.pack("!BBHI", 6, 0, 0x0010, 7), False),
            ("the only fragment, IPv6", 44,
             struct.pack("!BBHI", 6, 0, 0, 7), False),
            # It authenticates what is behind it (RFC 4302 3.3.3).
            ("authentication header", 51,
             struct.pack("!BBHII", 6, 4, 0, 9, 1) + bytes(12), False),
            ("authentication behind options", 60, option(51) +
             struct.pack("!BBHII", 6, 4, 0, 9, 1) + bytes(12), False),
            ("hop-by-hop and UDP", 0, option(17), False),
            ("past the end", 60, option(6, 200)[:16], False),
            ("no next header", 0, option(59), False)):
        expect(what, "m1300", packet(V6, segment, first, front),
               packet(V6, low if is_clamped else segment, first, front))


def test_taps():
    """A capture sees what came: a packet that others hold is copied first."""
    across = Tap(B, "v0")
    onlooker = Tap(A, "m1300")
    remote = "192.0.2.%d" % DEVICE["m1300"][0]
    for address in V4, V6:
        name = "IPv6" if address.v6 else "IPv4"
        inner = packet(address, tcp(address, SYN, mss(1460)))
        protocol = ETH_P_IPV6 if address.v6 else ETH_P_IP
        onlooker.drain()
        taps["m1300"].send(inner, protocol)
        got = onlooker.read(outgoing=True,
                            wanted=lambda _, data: data == inner)
        ktap.check("%s sent" % name, "" if got else "not as it was")
        outer = gre(protocol, inner)
        sender.send(ipv4(remote, LOCAL, 47, outer))
        got = across.read(outgoing=True, wanted=lambda _, data:
                          data[20:] == outer)
        ktap.check("%s received" % name, "" if got else "not as it was")


ktap.run(test_layouts, test_segments, test_headers, test_taps)
