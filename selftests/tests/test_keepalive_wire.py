#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# limit: 400
# underlay: IPv4 or IPv6
"""Keepalives on the wire: the far end is made byte by byte. It behaves like each
vendor's, and like an attacker.

    A 192.0.2.1 ====== B
    tunnels 1 to 7     no tunnel, only a wire

Tunnel I has the remote 192.0.2.1I, and 10.I.0.1/30 inside."""

import struct
import subprocess
import sys
import time

sys.path.insert(0, sys.path[0] + "/../lib/py")
import keepalive
import ktap
import net
from keepalive import (ANSWERED, DOWN, FLAPS, GRE, HISTORY, IPV6, LOCAL, OFF, OUTER,
                       SENT, STATE, UP, Tunnel, destination_of, ip, ms, one_hop_on,
                       protocol_of, source_of, tos_df_ttl)
from wire import ETH_P_IP, ETH_P_IPV6, checksum, echo, gre

ICMP, ICMPV6 = 1, 58
PROTOCOL = ETH_P_IPV6 if IPV6 else ETH_P_IP
PAYLOAD = 32
# The machine may be late by so much, if time is real.
SLACK = 0.4

PLAIN = Tunnel(1, "plain", "addr 10.1.0.1/30")
KEYED = Tunnel(2, "keyed", "key 5 addr 10.2.0.1/30", key=5)
FULL = Tunnel(3, "full", "key 6 csum seq", key=6, csum=True, seq=True)
WAYS = Tunnel(4, "ways", "ikey 7 okey 8", key=8, ikey=7)
QUIET = Tunnel(5, "quiet", "keepalive-reply off")
ANYONE = Tunnel(6, "anyone", "key 9", peer="any", key=9)
INHERIT = Tunnel(7, "inherit", "ttl inherit", ttl=255)


# --- the answer to the keepalives of others ----------------------------------


def request(tunnel, payload=b"", source=LOCAL, destination=None, metadata=b"",
            protocol=None, key="as the tunnel", **header):
    """A keepalive, and the packet inside."""
    key = tunnel.okey if key == "as the tunnel" else key
    inside = ip(source, destination or tunnel.remote, GRE,
                gre(0, payload, key=key),
                **{"tos": 0xc0, "ttl": 255, **header})
    return tunnel.wrap(metadata + inside, protocol), inside


def documented_bytes(bench):
    """The packets of this test are what was captured elsewhere."""
    inside = ip("192.0.2.2", "192.0.2.1", GRE, gre(0, b""), tos=0xc0, ttl=255)
    outer = ip("192.0.2.1", "192.0.2.2", GRE, gre(ETH_P_IP, inside), tos=0xc0,
               ttl=255, ident=2)
    bench.equal("request", bytes.fromhex(
        "45c0003000020000ff2f36d9c0000201c0000202" "00000800"
        "45c0001800010000ff2f36f2c0000202c0000201" "00000000"), outer)
    bench.equal("reply", bytes.fromhex(
        "45c0001800010000fe2f37f2c0000202c0000201" "00000000"),
                one_hop_on(inside))


# The addresses behind NAT, and the bytes of the outer and the inner IP header
PRIVATE, ELSEWHERE = ("fd88::1", "2001:db8:2::9") if IPV6 else (
    "192.168.88.1", "203.0.113.9")
HEADERS = 2 * OUTER
VARIANTS = (
    ("Cisco, 48 bytes", PLAIN, {}, HEADERS + 8),
    ("Cisco, keyed, 56 bytes", KEYED, {}, HEADERS + 16),
    ("Cisco, a key for each way", WAYS, {}, HEADERS + 16),
    ("Cisco, checksum and sequence", FULL, {}, HEADERS + 24),
    ("OpenBSD, 64 bytes", PLAIN, {"payload": bytes(range(16))}, HEADERS + 24),
    ("OpenBSD, keyed, 72 bytes", KEYED, {"payload": bytes(range(16))}, HEADERS + 32),
    ("MikroTik behind NAT", PLAIN, {"destination": PRIVATE}, HEADERS + 8),
    ("grex behind NAT", PLAIN, {"source": ELSEWHERE}, HEADERS + 8),
    ("grex, padded", PLAIN, {"payload": bytes(1000)}, HEADERS + 1008),
)
if not IPV6: # These vendors wrap IPv4 alone.
    VARIANTS += (
        ("Cisco, with a security group tag", PLAIN,
         {"protocol": 0x8909,
          "metadata": bytes.fromhex("0800010100010000")}, 56),
        ("Huawei", PLAIN, {"protocol": 4}, 48),
    )


def answered(bench):
    for name, tunnel, words, length in VARIANTS:
        outer, inside = request(tunnel, **words)
        bench.equal(name + ": bytes of the request", length, len(outer))
        with bench.counts(tunnel, name + ": counted", keepalive_answered=1):
            bench.send(outer)
            bench.equal(name, one_hop_on(inside, tunnel.remote, LOCAL),
                        bench.from_gateway())
    # VeloCloud and Zscaler use addresses from inside of the tunnel.
    outer, inside = request(KEYED, source="10.2.0.1", destination="10.2.0.2")
    with bench.counts(KEYED, "inside addresses: counted", keepalive_answered=1):
        bench.send(outer)
        got = bench.from_gateway()
    bench.equal("inside addresses: through the tunnel",
                one_hop_on(inside), bench.inner(got) if got else None)
    bench.equal("inside addresses: to the peer", KEYED.remote,
                destination_of(got) if got else None)


def refused(bench):
    """None of these is answered, whatever the stack would do with them."""
    for name, tunnel, packet in (
            ("wrong inner key", KEYED, request(KEYED, key=6)[0]),
            ("no inner key", KEYED, request(KEYED, key=None)[0]),
            ("an inner key too many", PLAIN, request(PLAIN, key=5)[0]),
            ("the key of the other way", WAYS, request(WAYS, key=7)[0]),
            ("answers are off", QUIET, request(QUIET)[0]),
            ("no peer", ANYONE, request(ANYONE)[0]),
            ("TTL 1", PLAIN, request(PLAIN, ttl=1)[0]),
            ("a fragment", PLAIN, request(PLAIN, frag=0x2000)[0]),
            ("options", PLAIN, request(PLAIN, options=b"\1\1\1\1")[0]),
            ("not GRE", PLAIN, PLAIN.wrap(ip(LOCAL, PLAIN.remote, ICMP,
                                             echo(1)))),
            ("metadata of Cisco's around something else", PLAIN,
             PLAIN.wrap(bytes.fromhex("0800010100010000") +
                        ip("10.9.0.1", "10.9.0.2", GRE, gre(ETH_P_IP, b"")),
                        0x8909)),
            ("GRE that carries something", PLAIN,
             PLAIN.wrap(ip(LOCAL, PLAIN.remote, GRE,
                           gre(ETH_P_IP, ip(LOCAL, PLAIN.remote, ICMP,
                                            echo(2))))))):
        with bench.counts(tunnel, name, rx_keepalive_refused=1,
                          keepalive_answered=0):
            bench.send(packet)
        got = bench.from_gateway(0.1)
        bench.say(name + ": nothing comes back", ktap.show(got) if got else "")
    # Another tunnel goes through ours, and so do the replies to its keepalives.
    for name, packet in (
            ("a tunnel inside", ip("10.1.0.2", "10.1.0.1", GRE,
                                   gre(ETH_P_IP, ip("10.9.0.1", "10.9.0.2",
                                                    ICMP, echo(3))))),
            ("a reply inside", ip("10.9.0.2", "10.9.0.1", GRE, gre(0, b""))),
            # An address that the other end has as well would send it back.
            ("from loopback", ip("127.0.0.1", "10.9.0.1", GRE, gre(0, b""))),
            ("from another device", ip(LOCAL, "fd09::1" if IPV6 else "10.9.0.1", ICMP,
                                       echo(4))),
            ("from us to us", ip("10.1.0.1", "10.1.0.1", GRE,
                                 gre(0, b"")))):
        received = bench.rtnl.stats("plain")["rx_packets"]
        with bench.counts(PLAIN, name + " is data", rx_keepalive_refused=0,
                          keepalive_answered=0):
            bench.send(PLAIN.wrap(packet))
            got = bench.from_gateway(0.1)
        # The stack may send an ICMP error through the tunnel.
        back = got and (got[OUTER + 2:OUTER + 4] == b"\0\0" or
                        protocol_of(bench.inner(got)) == GRE)
        bench.say(name + ": nothing comes back", ktap.show(got) if back else "")
        bench.equal(name + " is received", 1,
                    bench.rtnl.stats("plain")["rx_packets"] - received)


def limited(bench):
    """All of them are answered, once each: replies go to the remote and are no larger."""
    before = bench.rtnl.drops("plain")
    packet, _ = request(PLAIN)
    begin = time.monotonic()
    for _ in range(600):
        bench.send(packet)
    took = time.monotonic() - begin
    time.sleep(0.2)
    after = bench.rtnl.drops("plain")
    replies, dropped = (after[name] - before[name] for name in
                        ("keepalive_answered", "rx_keepalive_limited"))
    bench.equal("answered", (600, 0), (replies, dropped))
    ktap.note("600 in %.2f s" % took)
    came = 0
    while bench.from_gateway(0.1):
        came += 1
    # The socket of this test may have lost some.
    bench.say("on the wire", "" if 0 < came <= replies else
              "%d of %d" % (came, replies))
    time.sleep(1.1)


# --- probes of our own -------------------------------------------------------


def probe(bench):
    for tunnel in PLAIN, KEYED, FULL, WAYS, INHERIT:
        bench.wire.drain()
        bench.set(tunnel, "keepalive", ms(500), "3")
        outer = bench.from_gateway(to=tunnel)
        bench.set(tunnel, "keepalive", "off")
        name = tunnel.name
        if outer is None:
            bench.say(name, "no probe")
            continue
        inside = bench.inner(outer)
        bench.equal(name + ": outer TOS, DF, TTL",
                    (0xc0, 0, tunnel.ttl), tos_df_ttl(outer))
        flags, protocol = struct.unpack("!HH", outer[OUTER:OUTER + 4])
        want = ((0x2000 if tunnel.okey else 0) |
                (0xb000 if tunnel.csum else 0))
        bench.equal(name + ": GRE", (want, PROTOCOL), (flags, protocol))
        if tunnel.csum:
            bench.equal(name + ": GRE checksum", 0, checksum(outer[OUTER:]))
        payload = inside[-PAYLOAD:]
        bench.equal(name + ": inside", ip(
            tunnel.remote, LOCAL, GRE, gre(0, payload, key=tunnel.ikey),
            tos=0xc0, ttl=255, ident=struct.unpack("!H", inside[4:6])[0]),
                    inside)
        # The path MTU is not known without mtu-probe.
        mtu = 1500 - (len(outer) - len(inside))
        bench.equal(name + ": version, kind, MTU, padding, path MTU",
                    (1, 0, mtu, 0, 0),
                    struct.unpack("!BBH8xHH", payload[:16]))


def start(bench):
    """A device that comes up has no carrier until the first answer."""
    bench.restart(PLAIN, "keepalive", ms(200), "3")
    bench.equal("before any answer", (DOWN, False),
                (bench.probes(PLAIN)[STATE], bench.probes(PLAIN)["carrier"]))
    bench.serve(PLAIN, 3, until=lambda: bench.state(PLAIN) == UP)
    now = bench.probes(PLAIN)
    bench.equal("one answer is enough", (UP, True, 1),
                (now[STATE], now["carrier"], now[ANSWERED]))
    bench.equal("no flap", 0, now[FLAPS])
    # Turned on while it is up, the peer counts as up until it is not.
    bench.set(PLAIN, "keepalive", "off")
    bench.equal("off", (OFF, True), (bench.state(PLAIN),
                                     bench.probes(PLAIN)["carrier"]))
    bench.set(PLAIN, "keepalive", ms(200), "3")
    bench.equal("adopted", (UP, True), (bench.state(PLAIN),
                                        bench.probes(PLAIN)["carrier"]))
    bench.say("until it is not", "" if bench.wait_state(PLAIN, DOWN, 4) else
              "still %d" % bench.state(PLAIN))


def lossy(bench):
    """Every third one is lost, but never three in a row, so that it stays up."""
    bench.restart(PLAIN, "keepalive", ms(200), "3")
    bench.bring_up(PLAIN)
    bench.serve(PLAIN, 7, lambda number, inner:
                [one_hop_on(inner)] if number % 3 else [])
    now = bench.probes(PLAIN)
    lost = now[HISTORY][1:].count(0)
    bench.equal("state and flaps", (UP, 0), (now[STATE], now[FLAPS]))
    bench.say("loss", "" if 8 <= lost <= 13 else "%d of 31" % lost)


def reordered(bench):
    """Each answer comes after that to the next probe; it is late, but counts."""
    held = []

    def swap(_, inner):
        held.append(inner)
        if len(held) < 2:
            return []
        answers = [one_hop_on(held.pop()), one_hop_on(held.pop())]
        return answers

    bench.restart(PLAIN, "keepalive", ms(200), "3")
    bench.bring_up(PLAIN)
    before = bench.probes(PLAIN)
    number = bench.serve(PLAIN, 4, swap)
    now = bench.probes(PLAIN)
    bench.equal("state and flaps", (UP, 0), (now[STATE], now[FLAPS]))
    bench.equal("all are counted", number // 2 * 2,
                now[ANSWERED] - before[ANSWERED])


def duplicates(bench):
    bench.restart(PLAIN, "keepalive", ms(100), "3")
    bench.bring_up(PLAIN)
    before = bench.probes(PLAIN)
    repeated = bench.count(PLAIN, "rx_keepalive_repeated")
    number = bench.serve(PLAIN, 2,
                         lambda _, inner: [one_hop_on(inner)] * 3)
    time.sleep(0.05)
    now = bench.probes(PLAIN)
    bench.equal("answers", number, now[ANSWERED] - before[ANSWERED])
    bench.equal("repeated", 2 * number,
                bench.count(PLAIN, "rx_keepalive_repeated") - repeated)


def silent(bench):
    """The path is half-open: our packets arrive, and the answers do not."""
    bench.restart(PLAIN, "keepalive", ms(200), "3")
    bench.bring_up(PLAIN)
    last = time.monotonic()
    arrived = bench.serve(PLAIN, 5, lambda *_: [],
                          until=lambda: bench.state(PLAIN) == DOWN)
    took = time.monotonic() - last
    now = bench.probes(PLAIN)
    bench.equal("down, without carrier, one flap", (DOWN, False, 1),
                (now[STATE], now["carrier"], now[FLAPS]))
    bench.say("after so many", "" if 3 <= arrived <= 4 else str(arrived))
    bench.say("within interval x (retries + 1)",
              "" if took <= 0.8 + SLACK else "%.3f s" % took)
    # It goes on asking, and sends nothing else.
    bench.wire.drain()
    subprocess.run(["ip", "netns", "exec", bench.gateway, "ping", "-c", "6",
                    "-i", "0.1", "-W", "1", "10.1.0.2"], check=False,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seen = [packet for packet in iter(lambda: bench.from_gateway(0.05, PLAIN),
                                      None)]
    data = [packet for packet in seen if protocol_of(bench.inner(packet)) != GRE]
    bench.say("probes go on", "" if seen else "none")
    bench.say("data do not", ktap.show(data[0]) if data else "")
    # It still receives, as those of the vendors do.
    received = bench.rtnl.stats("plain")["rx_packets"]
    bench.send(PLAIN.wrap(ip("10.1.0.2", "10.1.0.1", ICMP, echo(1))))
    time.sleep(0.1)
    bench.equal("data are received", 1,
                bench.rtnl.stats("plain")["rx_packets"] - received)


def damped(bench):
    """Each flap doubles the number of intervals in which it has to answer."""
    bench.restart(PLAIN, "keepalive", ms(100), "1")
    needed = []
    for _ in range(7):
        before = bench.probes(PLAIN)[ANSWERED]
        bench.bring_up(PLAIN)
        needed.append(bench.probes(PLAIN)[ANSWERED] - before)
        bench.serve(PLAIN, 3, lambda *_: [],
                    until=lambda: bench.state(PLAIN) == DOWN)
    bench.equal("answers", [1, 2, 3, 5, 9, 17, 33], needed)
    bench.equal("flaps", 7, bench.probes(PLAIN)[FLAPS])


def corrupted(inner):
    """Packets with each byte of the payload changed, and with other lengths."""
    start = len(inner) - PAYLOAD
    for at in range(start, len(inner)):
        yield inner[:at] + bytes([inner[at] ^ 1]) + inner[at + 1:]
    for length in range(start + 8, len(inner)):
        yield ip(source_of(inner), LOCAL, GRE, inner[OUTER:length], ttl=255)
    yield ip(source_of(inner), LOCAL, GRE, inner[OUTER:] + b"\0", ttl=255)


def forged(bench):
    # These are replies to OpenBSD, and to the probe of another tunnel.
    bench.restart(PLAIN, "keepalive", "1h", "3")
    bench.restart(KEYED, "keepalive", "1h", "3")
    other = bench.from_gateway(to=KEYED)
    with bench.counts(PLAIN, "of other people", rx_keepalive_unknown=2):
        bench.send(ip(PLAIN.remote, LOCAL, GRE, gre(0, bytes(range(16)))))
        bench.send(ip(PLAIN.remote, LOCAL, GRE,
                      gre(0, other[-PAYLOAD:])))
    with bench.counts(KEYED, "with another key", rx_wrong_key=1):
        bench.send(ip(KEYED.remote, LOCAL, GRE,
                      gre(0, other[-PAYLOAD:], key=4)))
    bench.set(KEYED, "keepalive", "off")
    # There is one probe, and then none for long. An answer to it counts for 10 s, which
    # leaves time for a slow machine.
    bench.wire.drain()
    bench.restart(PLAIN, "keepalive", "1h", "3")
    inner = bench.inner(bench.from_gateway(to=PLAIN))
    packets = list(corrupted(inner))
    with bench.counts(PLAIN, "%d forgeries" % len(packets),
                      rx_keepalive_unknown=len(packets)):
        for packet in packets:
            bench.send(packet)
    bench.equal("still down", DOWN, bench.state(PLAIN))
    with bench.counts(PLAIN, "the right one", rx_keepalive_unknown=0):
        bench.send(one_hop_on(inner))
    bench.equal("is up", UP, bench.state(PLAIN))


def replayed(bench):
    kept = []

    def keep(_, inner):
        kept.append(one_hop_on(inner))
        return kept[-1:]

    bench.restart(PLAIN, "keepalive", ms(100), "2")
    bench.serve(PLAIN, 5, keep, until=lambda: len(kept) >= 5)
    bench.serve(PLAIN, 4, lambda *_: [],
                until=lambda: bench.state(PLAIN) == DOWN)
    with bench.counts(PLAIN, "answers of before", rx_keepalive_repeated=5):
        for packet in kept[:5]:
            bench.send(packet)
    bench.equal("do not bring it up", DOWN, bench.state(PLAIN))

    # This probe was never answered, and is no longer one of the last 32.
    bench.restart(PLAIN, "keepalive", ms(100), "255")
    inner = bench.inner(bench.from_gateway(to=PLAIN))
    bench.serve(PLAIN, 8, lambda *_: [],
                until=lambda: bench.probes(PLAIN)[SENT] % 40 == 39)
    sent = bench.probes(PLAIN)[SENT]
    bench.serve(PLAIN, 8, lambda *_: [],
                until=lambda: bench.probes(PLAIN)[SENT] > sent + 33)
    with bench.counts(PLAIN, "of long ago", rx_keepalive_repeated=1):
        bench.send(one_hop_on(inner))

    # Options that decide where probes go have changed since.
    for words in ("fwmark", "7"), ("ikey", "7", "okey", "8"):
        tunnel = WAYS if words[0] == "ikey" else PLAIN
        bench.restart(tunnel, "keepalive", "1h")
        inner = bench.inner(bench.from_gateway(to=tunnel))
        repeated = 0 if tunnel is WAYS else 1
        bench.set(tunnel, *words)
        with bench.counts(tunnel, "after set " + " ".join(words),
                          rx_keepalive_repeated=repeated):
            bench.send(one_hop_on(inner))
        bench.equal("state after set " + " ".join(words),
                    DOWN if repeated else UP, bench.state(tunnel))
        bench.set(tunnel, "keepalive", "off")
    bench.set(PLAIN, "fwmark", "0")


def late(bench):
    bench.restart(PLAIN, "keepalive", "1h", "1")
    inner = bench.inner(bench.from_gateway(to=PLAIN))
    time.sleep(10.1)
    with bench.counts(PLAIN, "after more than 10 s", rx_keepalive_repeated=1):
        bench.send(one_hop_on(inner))
    bench.equal("does not bring it up", DOWN, bench.state(PLAIN))


def unreachable(router, packet):
    """The error of a router about a packet from the gateway."""
    message = struct.pack("!BBHI", 1 if IPV6 else 3, 3 if IPV6 else 1, 0, 0) + packet
    covered = message
    if IPV6: # with the addresses
        covered = ip(router, LOCAL, ICMPV6, message)[8:40] + struct.pack(
            "!II", len(message), ICMPV6) + message
    message = message[:2] + struct.pack("!H", checksum(covered)) + message[4:]
    return ip(router, LOCAL, ICMPV6 if IPV6 else ICMP, message)


def icmp(bench):
    """An ICMP error about a probe is not relayed to the source in the probe."""
    bench.restart(PLAIN, "keepalive", "1h")
    outer = bench.from_gateway(to=PLAIN)
    with bench.counts(PLAIN, "refused", icmp_unreachable_refused=1,
                      icmp_unreachable_relayed=0):
        bench.send(unreachable(net.host(77), outer))
    # Neighbour discovery is no error.
    got = bench.wire.read(0.2, wanted=lambda protocol, data: protocol == PROTOCOL and
                          (data[40] < 128 if IPV6 and protocol_of(data) == ICMPV6
                           else protocol_of(data) == ICMP))
    bench.say("nothing is sent", ktap.show(got[1]) if got else "")
    bench.set(PLAIN, "keepalive", "off")


def storm(bench):
    """Thousands of forged replies come between true ones."""
    bench.restart(PLAIN, "keepalive", ms(100), "3")
    bench.bring_up(PLAIN)
    before = bench.count(PLAIN, "rx_keepalive_unknown")
    forged = ip(PLAIN.remote, LOCAL, GRE, gre(0, bytes(PAYLOAD)))
    sent = [0]

    def storm(_, inner):
        # Send as many as possible in half of the time until the next probe.
        end = time.monotonic() + 0.05
        while time.monotonic() < end:
            bench.send(forged)
            sent[0] += 1
        return [one_hop_on(inner)]

    number = bench.serve(PLAIN, 3, storm)
    now = bench.probes(PLAIN)
    bench.equal("state and flaps", (UP, 0), (now[STATE], now[FLAPS]))
    counted = bench.count(PLAIN, "rx_keepalive_unknown") - before
    bench.say("a storm it was", "" if sent[0] > 20 * number else
              "%d beside %d" % (sent[0], number))
    bench.say("counted", "" if 0 < counted <= sent[0] else
              "%d of %d" % (counted, sent[0]))
    ktap.note("%d forged replies beside %d probes" % (sent[0], number))
    bench.set(PLAIN, "keepalive", "off")


def by_hand(bench):
    """gretool probe, with keepalives off."""
    for words, size, count in (("",), OUTER + 36, 3), (("-s", "500"), 500, 2):
        command = ["gretool", "-n", bench.gateway, "probe", "plain", "-c",
                   str(count), "-i", ms(50), *[w for w in words if w]]
        bench.wire.drain()
        with subprocess.Popen(command, stdout=subprocess.PIPE,
                              text=True) as process:
            seen = []

            def answer(_, inner, kept=seen):
                kept.append(inner)
                # The last is lost.
                return [one_hop_on(inner)] if len(kept) < count else []

            bench.serve(PLAIN, 8, answer,
                        until=lambda p=process: p.poll() is not None)
            said = process.stdout.read()
        bench.equal("%d bytes: sizes" % size, [size] * count,
                    [len(inner) for inner in seen])
        bench.equal("%d bytes: answers" % size, count - 1,
                    said.count(" time="))
        bench.say("%d bytes: summary" % size, "" if
                  "%d sent, %d answered" % (count, count - 1) in said
                  else said)
        bench.equal("%d bytes: status" % size, 0, process.returncode)


ktap.need()
documented = () if IPV6 else (documented_bytes,)
ktap.run(*documented, answered, refused, limited, probe, start, lossy,
         reordered, duplicates, silent, damped, forged, replayed, late, icmp,
         storm, by_hand, call=keepalive.setup(
             PLAIN, KEYED, FULL, WAYS, QUIET, ANYONE, INHERIT).run)
