#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""faults.py NETNS WHAT: do WHAT again and again, while the first, second, third...
allocation of this task fails, until it succeeds without a failed one. WHAT is
create, change, probe, send or fragments. If it fails, nothing may have changed."""

import os
import socket
import struct
import sys

from rtnl import (IFLA_GREX_PROBE, IFLA_GRE_REMOTE, IFLA_GRE_TTL, IFLA_IFNAME,
                  IFLA_INFO_DATA, IFLA_INFO_KIND, IFLA_LINKINFO, NLM_F_CREATE, NLM_F_EXCL,
                  RTM_DELLINK, RTM_NEWLINK, Message, Rtnl)
from wire import enter

MOST = 2000
FAIL_NTH = "/proc/thread-self/fail-nth"
netns, what = sys.argv[1:]
enter(netns)
rtnl = Rtnl()
fail = os.open(FAIL_NTH, os.O_RDWR)


def ask(message):
    """The error; None: the question or the answer was lost, so it may be done or not."""
    global rtnl
    try:
        return rtnl.talk(message).error
    except OSError:
        os.pwrite(fail, b"0", 0)
        rtnl = Rtnl()
        return None


def grex(fill, index=0, flags=0, name=None):
    message = Message(RTM_NEWLINK, flags, index)
    if name:
        message.attr(IFLA_IFNAME, name.encode() + b"\0")
    return message.nest(IFLA_LINKINFO, lambda: message.attr(
        IFLA_INFO_KIND, b"grex\0").nest(IFLA_INFO_DATA, lambda: fill(message)))


def index_of(name):
    return socket.if_nametoindex(name)


def create():
    return ask(grex(lambda m: m.attr(IFLA_GRE_REMOTE, socket.inet_aton("192.0.2.99")),
                    flags=NLM_F_CREATE | NLM_F_EXCL, name="fault0"))


def created(error):
    there = "fault0" in [name for _, name in socket.if_nameindex()]
    if there:
        rtnl.talk(Message(RTM_DELLINK, index=index_of("fault0")))
    return error is None or there == (not error)


def change():
    change.ttl = change.ttl % 250 + 1
    return ask(grex(lambda m: m.attr(IFLA_GRE_TTL, bytes([change.ttl])), index_of("gre1")))


def changed(error):
    ttl = rtnl.info("gre1")[IFLA_GRE_TTL][0]
    good = ttl == (changed.before if error else change.ttl)
    good |= error is None and ttl == changed.before
    changed.before = ttl
    return good


def probe():
    return ask(grex(lambda m: m.attr(IFLA_GREX_PROBE, struct.pack("=I", 0)), index_of("gre1")))


udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def send(size=1400):
    try:
        udp.sendto(bytes(size), ("10.0.0.2", 9))
        return 0
    except OSError as error:
        return error.errno


def fragments():
    return send(8000)


def anything(_):
    return True


change.ttl = changed.before = rtnl.info("gre1")[IFLA_GRE_TTL][0]
STEPS = {"create": (create, created), "change": (change, changed), "probe": (probe, anything),
         "send": (send, anything), "fragments": (fragments, anything)}
step, check = STEPS[what]
refused = 0
for nth in range(1, MOST):
    os.pwrite(fail, b"%d" % nth, 0)
    result = step()
    left = int(os.pread(fail, 16, 0)) if result is not None else 0
    os.pwrite(fail, b"0", 0)
    if not check(result):
        sys.exit("allocation %d of %s: %s, and it is not so" % (nth, what, result))
    refused += result != 0
    if left:
        if result:
            sys.exit("%s: error %d without a fault" % (what, result))
        print("%d of %d faults were errors" % (refused, nth - 1))
        sys.exit(0 if nth > 1 else "no allocation was seen")
sys.exit("%s: more than %d allocations" % (what, MOST))
