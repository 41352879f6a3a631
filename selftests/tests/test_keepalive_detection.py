#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# limit: 300
# underlay: IPv4 or IPv6
"""How long it takes to see that the far end is gone: fifty times, at any moment
between two keepalives. The far end is made byte by byte."""

import random
import select
import socket
import struct
import sys
import time

sys.path.insert(0, sys.path[0] + "/../lib/py")
import keepalive
import ktap
from keepalive import IFF_LOWER_UP
from wire import enter

PLAIN = keepalive.Tunnel(1, "plain")


class Events:
    """The notifications about a link."""

    def __init__(self, index):
        self.index = index
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                    socket.NETLINK_ROUTE)
        self.socket.bind((0, 1))

    def read(self, timeout):
        """The flags in each of the next notifications."""
        if not select.select([self.socket], [], [], max(0, timeout))[0]:
            return None
        data = self.socket.recv(1 << 18)
        flags = []
        while data:
            length, kind = struct.unpack_from("=IH", data)
            index, value = struct.unpack_from("=iI", data, 20)
            if kind == 16 and index == self.index:
                flags.append(value)
            data = data[length + -length % 4:]
        return flags

    def drain(self):
        """Read all; return how many there were."""
        count = 0
        while (flags := self.read(0)) is not None:
            count += len(flags)
        return count

    def wait_carrier_off(self, timeout):
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            for value in self.read(end - time.monotonic()) or ():
                if not value & IFF_LOWER_UP:
                    return time.monotonic()
        return None


def detection(bench):
    """How long it takes from the moment that the peer dies, fifty times."""
    interval, retries = 0.1, 3
    enter(bench.gateway)
    events = Events(bench.rtnl.link("plain")["index"])
    times = []
    told = []
    pause = random.Random(5)
    for _ in range(50):
        bench.configure(PLAIN, 0)
        bench.configure(PLAIN, int(interval * 1000), retries)
        # The first intervals are shorter. The peer dies at any moment of a later one.
        bench.serve(PLAIN, interval * 7 + pause.uniform(0, interval))
        bench.wire.drain()
        death = time.monotonic()
        events.drain()
        when = events.wait_carrier_off(3)
        if when is None:
            bench.say("detected", "not in 3 s")
            return
        times.append(when - death)
        time.sleep(0.02)
        told.append(1 + events.drain())
    times.sort()
    ktap.note("detection of %d x %d ms, 50 times: min %.0f median %.0f max %.0f ms" %
              (retries, interval * 1000, times[0] * 1000, times[25] * 1000,
               times[-1] * 1000))
    bench.say("all within interval x (retries + 1)",
              "" if times[-1] <= interval * (retries + 1) + 0.05 else
              "%.3f s" % times[-1])
    bench.say("none before retries were unanswered",
              "" if times[0] >= interval * retries - 0.03 else
              "%.3f s" % times[0])
    bench.equal("one notification each", [1] * 50, told)
    bench.set(PLAIN, "keepalive", "off")


ktap.need()
ktap.run(detection, call=keepalive.setup(PLAIN).run)
