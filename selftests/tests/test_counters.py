#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Packets and bytes are what was sent; every drop is counted under its own name
and among the errors that ip -s link shows; and every place that shows counters
shows the same.

Known numbers of packets of known sizes go through the tunnels of A."""
# underlay: IPv4 or IPv6

import json
import os
import platform
import socket
import sys
import time

sys.path.insert(0, sys.path[0] + "/../lib/py")
import ktap
import net
from net import host, run
from rtnl import (IFLA_GREX_PROBE, IFLA_INFO_DATA, IFLA_INFO_KIND,
                  IFLA_LINKINFO, RTM_NEWLINK, Message, Rtnl)
from wire import (ETH_P_IP, ETH_P_IPV6, ETH_P_TEB, Sender, Tap, echo, enter,
                  gre, ipv4, ipv6)

IPV6 = ktap.is_ipv6()
LOCAL, REMOTE = host(1), host(2)
OUTER_LEN = 44 if IPV6 else 24

ktap.need()
A, B = net.pair()
for last in 3, 4, 99:
    net.ip(B, "addr add %s/24 dev v0" % host(last))
LOST, LOOP = (("2001:db8:7::1", "2001:db8:8::1") if IPV6 else
              ("203.0.113.1", "198.51.100.1"))
net.gretool(A, """
    add gre1 local %s remote %s up
    add strict local %s remote %s key 7 csum seq up
    add many local %s remote any key 1 up
    add lost remote %s up
    add loop remote %s up""" % (LOCAL, REMOTE, LOCAL, host(3), host(111), LOST, LOOP))
net.ip(A, """
    route add %s dev loop
    route add %s dev v0 mtu 1400""" % (LOOP, host(5)))
net.gretool(A, """
    add narrow remote %s mtu 1476 up
    add closed local %s remote %s""" % (host(5), LOCAL, host(4)))
os.sched_setaffinity(0, {0})
sender = Sender(B)
wire = Tap(B, "v0", ETH_P_IPV6 if IPV6 else ETH_P_IP)
DEVICES = "gre1 strict many lost loop narrow closed".split()
taps = {name: Tap(A, name, kind=socket.SOCK_RAW)
        for name in DEVICES if name != "closed"}
enter(A)
rtnl = Rtnl()


def inner4(size, **fields):
    return ipv4("10.0.0.2", "10.0.0.9", 1, echo(1, b"x" * (size - 28)),
                **fields)


def inner6(size):
    return ipv6("fd00::2", "fd00::9", 59, b"x" * (size - 40))


def outer(payload, source=REMOTE, destination=LOCAL, **fields):
    """A packet of the family of the underlay."""
    return (ipv6 if IPV6 else ipv4)(source, destination, 47, payload, **fields)


def receive(inner, protocol=ETH_P_IP, tunnel=REMOTE, tos=0, **options):
    sender.send(outer(gre(protocol, inner, **options), tunnel, tos=tos))


def settled(read):
    """Read a value until it stands still."""
    last = read()
    for _ in range(20):
        time.sleep(0.01)
        now = read()
        if now == last:
            break
        last = now
    return last


def change(device, do):
    """Which of the standard counters and of the drops rise, and by how much. Nobody
    answers at the remote, and ICMP errors about that are not the subject."""
    def read():
        found = {**rtnl.stats(device), **rtnl.drops(device)}
        return {name: value for name, value in found.items()
                if not name.startswith("icmp_")}

    before = read()
    do()
    after = settled(read)
    return {name: after[name] - before[name] for name in after
            if after[name] != before[name]}


def test_packets():
    sizes = 28, 29, 61, 100, 576, 1400, 1500 - OUTER_LEN - 12

    def go_in():
        for size in sizes:
            receive(inner4(size))
            receive(inner6(size + 12), ETH_P_IPV6)

    def go_out():
        for size in sizes:
            taps["gre1"].send(inner4(size), ETH_P_IP)
            taps["gre1"].send(inner6(size + 12), ETH_P_IPV6)

    # The bytes are those of the inner packets, as ip_gre counts received ones.
    ktap.equal("received", {
        "rx_packets": 2 * len(sizes), "rx_bytes": 2 * sum(sizes) +
        12 * len(sizes)}, change("gre1", go_in))
    ktap.equal("sent", {
        "tx_packets": 2 * len(sizes), "tx_bytes": 2 * sum(sizes) +
        12 * len(sizes)}, change("gre1", go_out))
    # The outer header and the options are not counted.
    ktap.equal("received with key, checksum and number", {
        "rx_packets": 1, "rx_bytes": 100}, change("strict", lambda: receive(
            inner4(100), tunnel=host(3), key=7, csum=True, seq=1)))
    ktap.equal("sent with key, checksum and number", {
        "tx_packets": 1, "tx_bytes": 100}, change(
            "strict", lambda: taps["strict"].send(inner4(100), ETH_P_IP)))


def test_errors():
    """Each drop is also counted once as one of the standard errors."""
    strict = {"tunnel": host(3)}
    whole = dict(strict, key=7, csum=True)
    broken = bytearray(gre(ETH_P_IP, inner4(60), key=7, csum=True, seq=9))
    broken[-1] ^= 1

    for device, name, also, do in (
            ("strict", "rx_csum", "rx_crc_errors", lambda: sender.send(
                outer(bytes(broken), host(3)))),
            ("strict", "rx_no_csum", "rx_crc_errors", lambda: receive(
                inner4(60), key=7, seq=9, **strict)),
            ("strict", "rx_wrong_key", "", lambda: receive(
                inner4(60), key=8, csum=True, seq=9, **strict)),
            ("strict", "rx_no_seq", "rx_fifo_errors", lambda: receive(
                inner4(60), **whole)),
            ("strict", "rx_out_of_order", "rx_fifo_errors", lambda: receive(
                inner4(60), seq=1, **whole)),
            ("strict", "rx_protocol", "", lambda: receive(
                inner4(60), ETH_P_TEB, seq=9, **whole)),
            ("strict", "rx_truncated", "rx_length_errors", lambda: receive(
                inner4(60)[:19], seq=10, **whole)),
            ("strict", "rx_ecn", "rx_frame_errors", lambda: receive(
                inner4(60), seq=11, tos=3, **whole)),
            ("closed", "rx_down", "rx_dropped", lambda: receive(
                inner4(60), tunnel=host(4))),
            ("many", "tx_no_remote", "tx_carrier_errors", lambda:
                taps["many"].send(inner4(60), ETH_P_IP)),
            ("lost", "tx_no_route", "tx_carrier_errors", lambda:
                taps["lost"].send(inner4(60), ETH_P_IP)),
            ("loop", "tx_recursion", "collisions", lambda:
                taps["loop"].send(inner4(60), ETH_P_IP)),
            ("narrow", "tx_too_big", "tx_aborted_errors", lambda:
                taps["narrow"].send(inner4(1400, df=True), ETH_P_IP)),
            ("gre1", "tx_truncated", "tx_aborted_errors", lambda:
                taps["gre1"].send(inner4(60)[:19], ETH_P_IP)),
            ("gre1", "netns_rx_no_tunnel", None, lambda: receive(
                inner4(60), tunnel=host(99))),
            ("gre1", "netns_rx_routing", None, lambda: receive(
                inner4(60), bits=0x4000)),
            ("gre1", "netns_rx_reserved", None, lambda: receive(
                inner4(60), bits=0x0400)),
            ("gre1", "netns_rx_truncated", None, lambda: sender.send(
                outer(b"\xb0\0\x08\0" + bytes(8))))):
        expected = {name: 1}
        if also is not None and also != "rx_dropped":
            expected[name[:2] + "_errors"] = 1
        if also:
            expected[also] = 1
        ktap.equal("%s of %s" % (name, device), expected,
                   change(device, do))


def keepalive(key=None, ttl=64):
    """The inner packet of a keepalive of B, as Cisco sends it."""
    return outer(gre(0, b"", key=key), LOCAL, REMOTE, ttl=ttl)


def receive_back(packet):
    """Receive an inner packet of the family of the underlay."""
    receive(packet, ETH_P_IPV6 if IPV6 else ETH_P_IP)


def probe(device):
    """Send a probe; the part of it that B sends back is the answer."""
    wire.drain()
    message = Message(RTM_NEWLINK, index=rtnl.link(device)["index"])

    def info():
        message.attr(IFLA_INFO_KIND, b"grex\0")
        message.nest(IFLA_INFO_DATA, lambda: message.attr(
            IFLA_GREX_PROBE, bytes(4)))

    message.nest(IFLA_LINKINFO, info)
    ktap.equal("probe of " + device, 0, rtnl.talk(message).error)
    if IPV6:
        source = socket.inet_pton(socket.AF_INET6, LOCAL)
        wanted = lambda _, data: data[6] == 47 and data[8:24] == source
    else:
        source = socket.inet_aton(LOCAL)
        wanted = lambda _, data: data[9] == 47 and data[12:16] == source
    return wire.read(wanted=wanted)[1][OUTER_LEN:]


def test_keepalives():
    """Each keepalive is counted once. Those of the peer that are answered and our
    own that come back count as received packets."""
    received = {"rx_packets": 1}

    def count(what, expected, do, device="gre1"):
        found = change(device, do)
        # It is not defined how many headers the bytes of a keepalive include.
        found.pop("rx_bytes", None)
        ktap.equal(what, expected, found)

    count("answered", {"keepalive_answered": 1, **received},
          lambda: receive_back(keepalive()))
    run("gretool", "set", "gre1", "keepalive-reply", "off")
    refused = {"rx_keepalive_refused": 1, "rx_dropped": 1}
    count("not to be answered", refused, lambda: receive_back(keepalive()))
    run("gretool", "set", "gre1", "keepalive-reply", "on")
    count("with a key that is not ours", refused,
          lambda: receive_back(keepalive(key=1)))
    count("back to its sender, no keepalive", refused, lambda: receive_back(
        ipv6("fd00::2", REMOTE, 59, b"") if IPV6 else
        ipv4("10.0.0.2", REMOTE, 1, echo(1))))
    count("with TTL 1", refused, lambda: receive_back(keepalive(ttl=1)))
    count("damaged: no answer", {"rx_keepalive_unknown": 1, "rx_dropped": 1},
          lambda: receive(bytes(32), 0))
    count("cut: no answer", {"rx_keepalive_unknown": 1, "rx_dropped": 1},
          lambda: receive(bytes(12), 0))
    # Our own keepalive comes back, and then again.
    answer = probe("gre1")
    count("an answer", received, lambda: sender.send(answer))
    repeated = {"rx_keepalive_repeated": 1, "rx_dropped": 1}
    count("the same again", repeated, lambda: sender.send(answer))
    broken = answer[:-1] + bytes([answer[-1] ^ 1])
    count("one that was changed", {"rx_keepalive_unknown": 1,
                                   "rx_dropped": 1},
          lambda: sender.send(broken))
    answer = probe("gre1")
    run("gretool", "set", "gre1", "fwmark", "7")
    run("gretool", "set", "gre1", "fwmark", "0")
    count("one from before a change", repeated, lambda: sender.send(answer))
    # Keepalives with inner addresses are limited, and each is counted.
    run("ip", "addr", "add", "10.0.0.1/30", "dev", "gre1")
    inside = ipv4("10.0.0.1", "10.0.0.2", 47, gre(0, b""), ttl=64)
    found = change("gre1", lambda: [receive(inside) for _ in range(400)])
    run("ip", "addr", "del", "10.0.0.1/30", "dev", "gre1")
    limited = found.get("rx_keepalive_limited", 0)
    ktap.equal("of 400", {"keepalive_answered": 400 - limited,
                          "rx_packets": 400 - limited,
                          "rx_keepalive_limited": limited,
                          "rx_dropped": limited},
               {name: found[name] for name in found
                if name != "rx_bytes" and not name.startswith("tx_")})
    ktap.check("some are too many", "" if limited >= 100 else
               "only %d" % limited)


def test_places():
    """ethtool, ip and gretool say what netlink says."""
    for device in DEVICES:
        stats, drops = rtnl.stats(device), rtnl.drops(device)
        lines = run("ethtool", "-S", device).splitlines()
        words = [line.split(":") for line in lines[1:]]
        ktap.equal("ethtool -S " + device, list(drops.items()),
                   [(name.strip(), int(value)) for name, value in words])
        # /sys/class/net is that of the namespace it was mounted in.
        shown = json.loads(run("gretool", "-j", "-s", "show", device))[0]
        counted = shown["stats"]
        ktap.equal("gretool: drops of " + device, drops,
                   counted.pop("counters"))
        for word in "keepalives", "probes":
            counted.pop(word)
        ktap.equal("gretool: packets of " + device, {
            name: stats[name] for name in counted}, counted)
    shown = json.loads(run("ip", "-j", "-s", "-s", "link", "show", "strict"))
    stats = rtnl.stats("strict")
    for way in "rx", "tx":
        there = shown[0]["stats64"][way]
        names = {name: "%s_%s" % (way, name) for name in there}
        names.update(multicast="multicast", collisions="collisions",
                     over_errors="rx_over_errors")
        ktap.equal("ip -s link: " + way, {
            name: stats[names[name]] for name in there if names[name] in stats},
            {name: value for name, value in there.items()
             if names[name] in stats})
    ktap.equal("no counter without a name", len(rtnl.names),
               len(rtnl.drops("gre1")))


def test_fresh_tunnel():
    """A new tunnel counts from 0, except for the counters of the namespace."""
    before = rtnl.drops("gre1")
    run("gretool", "add", "fresh", "remote", host(77))
    drops = rtnl.drops("fresh")
    ktap.equal("drops", {}, {name: value for name, value in drops.items()
                             if value and not name.startswith("netns_")})
    ktap.equal("packets", {}, {name: value for name, value
                               in rtnl.stats("fresh").items() if value})
    ktap.equal("of the namespace", {
        name: value for name, value in before.items()
        if name.startswith("netns_")}, {
            name: value for name, value in drops.items()
            if name.startswith("netns_")})
    ktap.check("there are some", "" if before["netns_rx_routing"] else "none")
    run("gretool", "del", "fresh")


def sysfs(netns, file):
    """A number about gre1 from the sysfs of the namespace."""
    return int(run("cat", "/sys/class/net/gre1/" + file, netns=netns))


def pings(netns, *options):
    """Whether three echo requests are answered."""
    return not net.fails("ping", "-q", "-c", "3", "-i", "0.05", *options,
                         "10.0.0.2", netns=netns)


def test_sysfs():
    hosts = net.pair()
    net.tunnel_pair(hosts)
    ktap.check("ping", "" if pings(hosts[0], "-W", "2") else "no answer")
    for netns, way in zip(hosts, ("tx", "rx")):
        ktap.equal(way + "_packets", 3, sysfs(netns, "statistics/%s_packets" % way))
        ktap.equal(way + "_bytes", 3 * 84, sysfs(netns, "statistics/%s_bytes" % way))


def without_keepalives(netns):
    """All that counts packets of gre1, except for what it asks the peer."""
    told = run("gretool", "-n", netns, "-s", "-s", "show", "gre1").splitlines()
    told += run("ip", "-n", netns, "-s", "-s", "link", "show", "gre1").splitlines()
    asked = "keepalives", "last packet", "rtt", "path mtu"
    return [line for line in told if not any(word in line for word in asked)]


def test_without_carrier():
    """The kernel drops these before it asks the tunnel, and 6.1 does not count
    them, as gretool(8) says."""
    if not platform.release().startswith("6.1."):
        ktap.skip("not said of this kernel")
        return
    netns = net.pair()[0]
    net.gretool(netns, "add gre1 remote 192.0.2.77 keepalive 1h addr 10.0.0.1/30 up")
    ktap.equal("carrier", 0, sysfs(netns, "carrier"))
    # The first keepalive leaves 10 ms later and is a packet as well.
    time.sleep(1)
    before = without_keepalives(netns)
    ktap.check("ping", "answered" if pings(netns, "-W", "0.2") else "")
    ktap.equal("counted nowhere", before, without_keepalives(netns))


ktap.run(test_packets, test_errors, test_keepalives, test_places,
         test_fresh_tunnel, test_sysfs, test_without_carrier)
