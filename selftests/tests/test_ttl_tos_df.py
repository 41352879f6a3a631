#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What the outer header takes over from the inner one: TTL, TOS and DF; and the
ECN field in both directions (RFC 6040).

Every kind of inner packet goes into the tunnels of A, and the outer header is
read in B; then packets go the other way for the ECN bits. IPv6 has no DF."""
# underlay: IPv4 or IPv6

import socket
import sys

sys.path.insert(0, sys.path[0] + "/../lib/py")
import ktap
import net
from net import host
from rtnl import Rtnl
from wire import (ETH_P_IP, ETH_P_IPV6, ETH_P_MPLS, Sender, Tap, checksum,
                  echo, enter, gre, ipv4, ipv6)

IPV6 = ktap.is_ipv6()
# Each device has the last byte of its remote, and options.
TUNNELS = {"t64": (10, ""), "t1": (11, "ttl 1"), "t255": (12, "ttl 255"),
           "tinherit": (13, "ttl inherit"), "qinherit": (20, ""),
           "qfixed": (21, "tos 0x48"), "qzero": (22, "tos 0"),
           "dset": (30, ""), "dinherit": (31, "df inherit"),
           "dclear": (32, "df clear")}
ECN = ("Not-ECT", "ECT(1)", "ECT(0)", "CE")
DSCPS = (0, 0x08, 0x48, 0xB8, 0xFC)

ktap.need()
A, B = net.pair()
for name, (last, options) in TUNNELS.items():
    net.ip(B, "addr add %s/24 dev v0" % host(last))
    net.gretool(A, "add %s local %s remote %s %s up" %
                (name, host(1), host(last), options))
wire = Tap(B, "v0", ETH_P_IPV6 if IPV6 else ETH_P_IP)
sender = Sender(B)
devices = {name: Tap(A, name, kind=socket.SOCK_RAW) for name in TUNNELS}
enter(A)
rtnl = Rtnl()
number = 0


def inner4(**fields):
    global number
    number += 1
    return ETH_P_IP, ipv4("10.0.0.1", "10.0.0.2", 1, echo(number), **fields)


def inner6(**fields):
    global number
    number += 1
    return ETH_P_IPV6, ipv6("fd00::1", "fd00::2", 59,
                            number.to_bytes(4, "big"), **fields)


def other():
    global number
    number += 1
    return ETH_P_MPLS, b"\0\x01\x01\x40" + number.to_bytes(4, "big")


def outer_of(device, inner):
    """The outer packet in which the inner one leaves, or None."""
    protocol, data = inner
    devices[device].send(data, protocol)
    got = wire.read(wanted=lambda _, packet:
                    packet[6 if IPV6 else 9] == 47 and
                    packet[44 if IPV6 else 24:] == data)
    if not got:
        ktap.check("a packet into %s" % device, "did not come out")
        return None
    packet = got[1]
    remote = socket.inet_pton(socket.AF_INET6 if IPV6 else socket.AF_INET,
                              host(TUNNELS[device][0]))
    if (packet[24:40] if IPV6 else packet[16:20]) != remote or (
            not IPV6 and checksum(packet[:20])):
        ktap.check("a packet into %s" % device,
                   "outer header wrong: " + ktap.show(packet[:20]))
    return packet


def leaves_with(what, device, inner, read, expected):
    packet = outer_of(device, inner)
    if packet:
        ktap.equal("%s into %s" % (what, device), expected, read(packet))


def ttl_of(packet):
    return packet[7 if IPV6 else 8]


def tos_of(packet):
    return (packet[0] & 15) << 4 | packet[1] >> 4 if IPV6 else packet[1]


def df_of(packet):
    return {0: "clear", 0x40: "set"}.get(packet[6], "garbage")


def test_ttl():
    for device, fixed in ("t64", 64), ("t1", 1), ("t255", 255):
        for ttl in 1, 64, 200:
            leaves_with("IPv4 with ttl %d" % ttl, device, inner4(ttl=ttl),
                        ttl_of, fixed)
            leaves_with("IPv6 with hop limit %d" % ttl, device,
                        inner6(ttl=ttl), ttl_of, fixed)
        leaves_with("MPLS", device, other(), ttl_of, fixed)
    for ttl in 1, 2, 63, 64, 128, 255:
        leaves_with("IPv4 with ttl %d" % ttl, "tinherit", inner4(ttl=ttl),
                    ttl_of, ttl)
        leaves_with("IPv6 with hop limit %d" % ttl, "tinherit",
                    inner6(ttl=ttl), ttl_of, ttl)
    leaves_with("MPLS", "tinherit", other(), ttl_of, 64)


def test_tos():
    for device, dscp in ("qinherit", None), ("qfixed", 0x48), ("qzero", 0):
        for inner_dscp in DSCPS:
            tos = inner_dscp
            expected = inner_dscp if dscp is None else dscp
            leaves_with("IPv4 with tos %#x" % tos, device, inner4(tos=tos),
                        tos_of, expected)
            leaves_with("IPv6 with class %#x" % tos, device, inner6(tos=tos),
                        tos_of, expected)
        leaves_with("MPLS", device, other(), tos_of, dscp or 0)


def test_ecn_encap():
    """The outer field is the inner one (RFC 6040 4.1, normal mode)."""
    for device, dscp in ("qinherit", None), ("qfixed", 0x48), ("qzero", 0):
        for ecn, name in enumerate(ECN):
            expected = (0xB8 if dscp is None else dscp) | ecn
            leaves_with("IPv4 with " + name, device, inner4(tos=0xB8 | ecn),
                        tos_of, expected)
            leaves_with("IPv6 with " + name, device, inner6(tos=0xB8 | ecn),
                        tos_of, expected)


def around(packet, **fields):
    """An outer packet to qinherit."""
    return (ipv6 if IPV6 else ipv4)(host(20), host(1), 47, packet, **fields)


def test_ecn_decap():
    """The inner field changes as in figure 4 of RFC 6040 4.2."""
    not_ect, ect1, ect0, ce = range(4)
    table = {
        # inner: by outer Not-ECT, ECT(1), ECT(0), CE
        not_ect: (not_ect, not_ect, not_ect, None),
        ect1: (ect1, ect1, ect1, ce),
        ect0: (ect0, ect1, ect0, ce),
        ce: (ce, ce, ce, ce),
    }
    tap = devices["qinherit"]
    for make, at in ((inner4, "IPv4"), (inner6, "IPv6")):
        for inner, row in table.items():
            for outer, expected in enumerate(row):
                what = "%s in %s around %s" % (at, ECN[outer], ECN[inner])
                # The inner packet does not take over the outer DSCP.
                protocol, data = make(tos=0x28 | inner, ttl=7)
                before = rtnl.drops("qinherit")
                tap.drain()
                sender.send(around(gre(protocol, data), ttl=99, tos=0xB8 | outer))
                if expected is None:
                    # The packet has been handled when the next one arrives.
                    mark = make(tos=0)
                    sender.send(around(gre(*mark)))
                    got = tap.read()
                    ktap.equal(what + " is dropped", mark, got)
                else:
                    if at == "IPv4":
                        want = ipv4("10.0.0.1", "10.0.0.2", 1, data[20:],
                                    ttl=7, tos=0x28 | expected)
                    else:
                        want = ipv6("fd00::1", "fd00::2", 59, data[40:],
                                    ttl=7, tos=0x28 | expected)
                    got = tap.read()
                    ktap.equal(what, (protocol, want), got)
                after = rtnl.drops("qinherit")
                change = {name: after[name] - before[name] for name in after
                          if after[name] != before[name]}
                ktap.equal(what + ": drops",
                           {"rx_ecn": 1} if expected is None else {},
                           change)


def test_df():
    for device, on, off, none in (("dset", "set", "set", "set"),
                                  ("dinherit", "set", "clear", "clear"),
                                  ("dclear", "clear", "clear", "clear")):
        leaves_with("IPv4 with DF", device, inner4(df=True), df_of, on)
        leaves_with("IPv4 without DF", device, inner4(df=False), df_of, off)
        leaves_with("IPv6", device, inner6(), df_of, none)
        leaves_with("MPLS", device, other(), df_of, none)


ktap.run(test_ttl, test_tos, test_ecn_encap, test_ecn_decap,
         *([] if IPV6 else [test_df]))
