# SPDX-License-Identifier: GPL-2.0
"""The far end of tunnels, without grex: it sees each keepalive on the wire and
answers it byte by byte, in time, late, wrongly or not at all."""

import contextlib
import socket
import struct
import subprocess
import sys
import threading
import time

import ktap
import net
from rtnl import (IFLA_INFO_DATA, IFLA_INFO_KIND, IFLA_INFO_XSTATS,
                  IFLA_LINKINFO, RTM_NEWLINK, Message, Rtnl, attributes)
from wire import ETH_P_IP, ETH_P_IPV6, Sender, Tap, checksum, enter, gre

IPV6 = ktap.is_ipv6()
OUTER = 40 if IPV6 else 20 # bytes of the outer IP header
LOCAL = net.host(1)
GRE, FRAGMENT, OPTIONS = 47, 44, 60
OFF, DOWN, HOLD, UP = range(4)
IFF_LOWER_UP = 0x10000
KEEPALIVE_INTERVAL, KEEPALIVE_RETRIES = 35, 36
XSTATS_KEEPALIVE = 256
STATE, FLAPS, SENT, ANSWERED, HISTORY = 2, 3, 5, 6, 12
# A test in which the machine stood still for STALL seconds is repeated so often.
STALL, ATTEMPTS = 0.05, 4


def ms(milliseconds):
    """A duration, as gretool takes it."""
    return "%dms" % milliseconds


class Tunnel:
    """A tunnel of the gateway, and how the far end reads and writes its packets."""

    def __init__(self, index, name, options="", peer=None, key=None, csum=False,
                 seq=False, ttl=64, ikey=None):
        self.index = index
        self.name = name
        self.remote = net.host(10 + index)
        self.command = "add %s local %s remote %s %s up" % (
            name, LOCAL, peer or self.remote, options)
        self.okey = key # as the gateway sends it
        self.ikey = key if ikey is None else ikey
        self.csum = csum
        self.seq = 0 if seq else None
        self.ttl = ttl

    def wrap(self, payload, protocol=None):
        """A tunnel packet from the far end, with what the payload is as its protocol."""
        if protocol is None:
            protocol = ETH_P_IPV6 if version(payload) == 6 else ETH_P_IP
        if self.seq is not None:
            self.seq += 1
        return ip(self.remote, LOCAL, GRE,
                  gre(protocol, payload, key=self.ikey, csum=self.csum,
                      seq=self.seq), tos=0xc0, ttl=255, ident=2)


def version(packet):
    return packet[0] >> 4


def protocol_of(packet):
    return packet[6] if version(packet) == 6 else packet[9]


def source_of(packet):
    if version(packet) == 6:
        return socket.inet_ntop(socket.AF_INET6, packet[8:24])
    return socket.inet_ntoa(packet[12:16])


def destination_of(packet):
    if version(packet) == 6:
        return socket.inet_ntop(socket.AF_INET6, packet[24:40])
    return socket.inet_ntoa(packet[16:20])


def tos_df_ttl(packet):
    """IPv6 has no DF."""
    if version(packet) == 6:
        return (struct.unpack("!H", packet[:2])[0] >> 4 & 0xff, 0, packet[7])
    return packet[1], packet[6] & 0x40, packet[8]


def ip(source, destination, protocol, payload, tos=0, ttl=64, ident=1, frag=0,
       options=b""):
    if ":" in source:
        return ip6(source, destination, protocol, payload, tos, ttl, frag, options)
    header = struct.pack(
        "!BBHHHBBH4s4s", 0x45 + len(options) // 4, tos,
        20 + len(options) + len(payload), ident, frag, ttl, protocol, 0,
        socket.inet_aton(source), socket.inet_aton(destination)) + options
    return (header[:10] + struct.pack("!H", checksum(header)) + header[12:] +
            payload)


def ip6(source, destination, protocol, payload, tos, ttl, frag, options):
    """The first fragment of a packet, or one with options that are padding, or neither."""
    if frag:
        payload = struct.pack("!BBHI", protocol, 0, 1, 1) + payload
        protocol = FRAGMENT
    if options:
        payload = struct.pack("!BBBB4s", protocol, 0, 1, 4, b"") + payload
        protocol = OPTIONS
    return struct.pack("!IHBB", 6 << 28 | tos << 20, len(payload), protocol, ttl) + b"".join(
        socket.inet_pton(socket.AF_INET6, address) for address in (source, destination)
    ) + payload


def one_hop_on(packet, destination=None, source=None):
    """The packet as a router forwards it."""
    if version(packet) == 6:
        return packet[:7] + bytes([packet[7] - 1]) + b"".join(
            socket.inet_pton(socket.AF_INET6, address) for address in (
                source or source_of(packet), destination or destination_of(packet))
        ) + packet[40:]
    header = packet[:8] + bytes([packet[8] - 1]) + packet[9:10] + b"\0\0"
    header += socket.inet_aton(source) if source else packet[12:16]
    header += (socket.inet_aton(destination) if destination
               else packet[16:20])
    return (header[:10] + struct.pack("!H", checksum(header)) + header[12:] +
            packet[20:])


class Watch(threading.Thread):
    """It measures for how long this program could not run."""

    def __init__(self):
        super().__init__(daemon=True)
        self.lag = 0.0
        self.ended = threading.Event()
        self.start()

    def run(self):
        last = time.monotonic()
        while not self.ended.wait(0.01):
            now = time.monotonic()
            self.lag = max(self.lag, now - last - 0.01)
            last = now

    def end(self):
        self.ended.set()
        self.join()
        return self.lag


class Bench:
    def __init__(self, gateway, wire):
        self.gateway = gateway
        self.wire = Tap(wire, "v0")
        self.sender = Sender(wire)
        enter(gateway)
        self.rtnl = Rtnl()
        self.flaps_before = 0 # of the last restart
        self.said = []

    def run(self, test):
        """A peer that has to answer in time can do so only if this program
        runs. A test that fails while it could not is tried again."""
        for attempt in range(ATTEMPTS):
            self.wire.drain()
            self.said = []
            watch = Watch()
            test(self)
            lag = watch.end()
            if not any(wrong for _, wrong in self.said) or lag < STALL:
                break
            ktap.note("the machine stood still for %d ms, attempt %d" %
                      (lag * 1000, attempt + 1))
        else:
            ktap.skip("the machine stood still in each of %d attempts" %
                      ATTEMPTS)
            return
        for what, wrong in self.said:
            ktap.check(what, wrong)

    def say(self, what, wrong=""):
        self.said.append((what, wrong))

    def equal(self, what, expected, got):
        self.say(what, "" if expected == got else
                 "expected %s, got %s" % (ktap.show(expected), ktap.show(got)))

    def set(self, tunnel, *words):
        subprocess.run(["gretool", "-n", self.gateway, "set", tunnel.name,
                        *words], check=True)

    def restart(self, tunnel, *words):
        """Start the state machine anew, without the flaps of before."""
        self.set(tunnel, "down")
        self.flaps_before += self.probes(tunnel)[FLAPS]
        self.set(tunnel, *words, "up")

    def configure(self, tunnel, interval, retries=None):
        """Do what set does, without starting a program."""
        message = Message(RTM_NEWLINK, 0, self.rtnl.link(tunnel.name)["index"])

        def data():
            message.attr(KEEPALIVE_INTERVAL, struct.pack("=I", interval))
            if retries:
                message.attr(KEEPALIVE_RETRIES, struct.pack("=I", retries))

        message.nest(IFLA_LINKINFO, lambda: (
            message.attr(IFLA_INFO_KIND, b"grex\0"),
            message.nest(IFLA_INFO_DATA, data)))
        answer = self.rtnl.talk(message)
        if answer.error:
            raise OSError(answer.error, answer.text)

    def send(self, packet):
        self.sender.send(packet)

    def from_gateway(self, timeout=2.0, to=None):
        """The next GRE packet on the wire, or None."""
        family = ETH_P_IPV6 if IPV6 else ETH_P_IP
        found = self.wire.read(
            timeout,
            wanted=lambda protocol, data: protocol == family and
            protocol_of(data) == GRE and
            (to is None or destination_of(data) == to.remote))
        return found[1] if found else None

    def probes(self, tunnel):
        link = self.rtnl.link(tunnel.name)
        stats = attributes(attributes(link[IFLA_LINKINFO])[IFLA_INFO_XSTATS])
        nest = attributes(stats.get(XSTATS_KEEPALIVE, b""))
        value = {kind: int.from_bytes(nest.get(kind, b"\0" * 8), sys.byteorder)
                 for kind in (STATE, FLAPS, SENT, ANSWERED)}
        value[HISTORY] = struct.unpack("=32I", nest.get(HISTORY, bytes(128)))
        value[FLAPS] -= self.flaps_before
        value["carrier"] = bool(link["flags"] & IFF_LOWER_UP)
        return value

    def state(self, tunnel):
        return self.probes(tunnel)[STATE]

    def count(self, tunnel, name):
        return self.rtnl.drops(tunnel.name)[name]

    @contextlib.contextmanager
    def counts(self, tunnel, what, **by):
        """The counters must rise by so much meanwhile; wait until they have."""
        before = self.rtnl.drops(tunnel.name)
        yield
        end = time.monotonic() + 2
        while True:
            now = self.rtnl.drops(tunnel.name)
            got = {name: now[name] - before[name] for name in by}
            if got == by or time.monotonic() > end:
                break
        self.equal(what, by, got)

    def wait_state(self, tunnel, state, seconds):
        end = time.monotonic() + seconds
        while self.state(tunnel) != state:
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        return True

    def serve(self, tunnel, seconds, policy=None, until=None):
        """Answer probes as the policy says, for so long or until the condition
        holds. Return how many probes there were."""
        policy = policy or (lambda number, inner: [one_hop_on(inner)])
        end = time.monotonic() + seconds
        number = 0
        while time.monotonic() < end and not (until and until()):
            outer = self.from_gateway(0.05, tunnel)
            if outer is None:
                continue
            for packet in policy(number, self.inner(outer)):
                self.send(packet)
            number += 1
        return number

    def bring_up(self, tunnel):
        self.serve(tunnel, 8, until=lambda: self.state(tunnel) == UP)
        if self.state(tunnel) != UP:
            self.say("it comes up", "it does not")

    @staticmethod
    def inner(outer):
        flags = struct.unpack("!H", outer[OUTER:OUTER + 2])[0]
        length = 4 + 4 * bin(flags & 0xb000).count("1")
        return outer[OUTER + length:]


def setup(*tunnels):
    """Make the gateway A with its tunnels, and the wire B. Only the test answers
    at the remotes."""
    gateway, wire = net.pair()
    # The checksums are complete on the wire.
    net.run("ethtool", "-K", "v0", "tx", "off", netns=gateway)
    for tunnel in tunnels:
        net.gretool(gateway, tunnel.command)
        net.ip(gateway, "neigh add %s lladdr 02:00:00:00:00:0%d dev v0" %
               (tunnel.remote, tunnel.index))
    net.ip(wire, "link set v0 promisc on")
    return Bench(gateway, wire)
