#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The contract of uapi/linux/grex.h, without gretool: every wrong attribute is
refused with a sentence, the kernel points at it, and nothing has changed; what
the kernel says of a tunnel can be sent back to it.

The tunnels are in A; B takes second copies."""

import errno
import re
import socket
import struct
import sys

sys.path.insert(0, sys.path[0] + "/../lib/py")
import ktap
import net
from rtnl import (IFLA_ADDRESS, IFLA_BROADCAST, IFLA_GRE_COLLECT_METADATA,
                  IFLA_GRE_ENCAP_DPORT, IFLA_GRE_ENCAP_FLAGS,
                  IFLA_GRE_ENCAP_LIMIT, IFLA_GRE_ENCAP_SPORT,
                  IFLA_GRE_ENCAP_TYPE, IFLA_GRE_ERSPAN_DIR,
                  IFLA_GRE_ERSPAN_HWID, IFLA_GRE_ERSPAN_INDEX,
                  IFLA_GRE_ERSPAN_VER, IFLA_GRE_FLAGS, IFLA_GRE_FLOWINFO,
                  IFLA_GRE_FWMARK, IFLA_GRE_IFLAGS, IFLA_GRE_IGNORE_DF,
                  IFLA_GRE_IKEY, IFLA_GRE_LINK, IFLA_GRE_LOCAL,
                  IFLA_GRE_OFLAGS, IFLA_GRE_OKEY, IFLA_GRE_PMTUDISC,
                  IFLA_GRE_REMOTE, IFLA_GRE_TOS, IFLA_GRE_TTL,
                  IFLA_GREX_DECAP_TTL, IFLA_GREX_ENCAP_LIMIT,
                  IFLA_GREX_FLOWLABEL, IFLA_GREX_ICMP_RELAY,
                  IFLA_GREX_ICMP_SOURCE, IFLA_GREX_KEEPALIVE_INTERVAL,
                  IFLA_GREX_KEEPALIVE_REPLY, IFLA_GREX_KEEPALIVE_RETRIES,
                  IFLA_GREX_KEEPALIVE_SECRET, IFLA_GREX_KEEPALIVE_SECRET_ID,
                  IFLA_GREX_MSS, IFLA_GREX_MTU_AUTO, IFLA_GREX_MTU_PROBE,
                  IFLA_GREX_PROBE, IFLA_GREX_TTL_MIN,
                  GREX_XSTATS_KEEPALIVE, GREX_XSTATS_PROBE,
                  IFLA_IFNAME, IFLA_INFO_DATA, IFLA_INFO_KIND, IFLA_LINKINFO,
                  IFLA_MTU, NLA_F_NESTED, NLM_F_CREATE, NLM_F_EXCL,
                  PROBES, RTM_DELLINK, RTM_NEWLINK, Message, Rtnl)
from wire import enter

GRE_CSUM, GRE_ROUTING, GRE_KEY, GRE_SEQ = 0x80, 0x40, 0x20, 0x10
DATA = (IFLA_LINKINFO, IFLA_INFO_DATA)

ktap.need()
A, B = net.pair()
enter(B)
other = Rtnl()
enter(A)
rtnl = Rtnl()


def u8(value):
    return struct.pack("B", value)


def u32(value):
    return struct.pack("=I", value)


def be32(value):
    return struct.pack("!I", value)


def flags(value):
    """GRE_* above are the first byte in memory, which is big endian."""
    return struct.pack("BB", value, 0)


ip = socket.inet_aton

# Each has the name, the type and a payload of an attribute that a message may have.
KNOWN = (
    ("LINK", IFLA_GRE_LINK, u32(0)),
    ("IFLAGS", IFLA_GRE_IFLAGS, flags(GRE_KEY | GRE_CSUM)),
    ("OFLAGS", IFLA_GRE_OFLAGS, flags(GRE_KEY | GRE_SEQ)),
    ("IKEY", IFLA_GRE_IKEY, be32(0x01020304)),
    ("OKEY", IFLA_GRE_OKEY, be32(0)),
    ("LOCAL", IFLA_GRE_LOCAL, ip("192.0.2.1")),
    ("REMOTE", IFLA_GRE_REMOTE, ip("192.0.2.2")),
    ("TTL", IFLA_GRE_TTL, u8(77)),
    ("TOS", IFLA_GRE_TOS, u8(0x48)),
    ("PMTUDISC", IFLA_GRE_PMTUDISC, u8(0)),
    ("IGNORE_DF", IFLA_GRE_IGNORE_DF, u8(1)),
    ("FWMARK", IFLA_GRE_FWMARK, u32(0xDEADBEEF)),
    ("ICMP_RELAY", IFLA_GREX_ICMP_RELAY, u32(1)),
    ("ICMP_SOURCE", IFLA_GREX_ICMP_SOURCE, u32(1)),
    ("DECAP_TTL", IFLA_GREX_DECAP_TTL, u32(1)),
    ("KEEPALIVE_INTERVAL", IFLA_GREX_KEEPALIVE_INTERVAL, u32(20000)),
    ("KEEPALIVE_RETRIES", IFLA_GREX_KEEPALIVE_RETRIES, u32(7)),
    ("KEEPALIVE_REPLY", IFLA_GREX_KEEPALIVE_REPLY, u32(0)),
    ("MSS", IFLA_GREX_MSS, u32(1400)),
    ("MTU_PROBE", IFLA_GREX_MTU_PROBE, u32(1)),
    ("MTU_AUTO", IFLA_GREX_MTU_AUTO, u32(1)),
    ("TTL_MIN", IFLA_GREX_TTL_MIN, u32(254)),
    ("FLOWLABEL", IFLA_GREX_FLOWLABEL, u32(0x100001)),
    ("ENCAP_LIMIT", IFLA_GREX_ENCAP_LIMIT, u32(256)),
)
# It is not an option, and the kernel does not report it.
PROBE = (("PROBE", IFLA_GREX_PROBE, u32(0)),)
REFUSED = (
    ("ENCAP_LIMIT", IFLA_GRE_ENCAP_LIMIT, u8(4)),
    ("FLOWINFO", IFLA_GRE_FLOWINFO, u32(0)),
    ("FLAGS", IFLA_GRE_FLAGS, u32(0)),
    ("ENCAP_TYPE", IFLA_GRE_ENCAP_TYPE, struct.pack("=H", 1)),
    ("COLLECT_METADATA", IFLA_GRE_COLLECT_METADATA, b""),
    ("ERSPAN_INDEX", IFLA_GRE_ERSPAN_INDEX, u32(1)),
    ("ERSPAN_VER", IFLA_GRE_ERSPAN_VER, u8(1)),
    ("ERSPAN_DIR", IFLA_GRE_ERSPAN_DIR, u8(0)),
    ("ERSPAN_HWID", IFLA_GRE_ERSPAN_HWID, struct.pack("=H", 0)),
)


def add_all(message, attributes):
    for kind, payload in attributes:
        message.attr(kind, payload)


def new(name, fill, before=lambda message: None, excess=b""):
    """RTM_NEWLINK that creates; fill(message) adds to IFLA_INFO_DATA."""
    message = Message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL)
    message.attr(IFLA_IFNAME, name.encode() + b"\0")
    return with_data(message, fill, before, excess)


def change(name, fill, before=lambda message: None, excess=b""):
    message = Message(RTM_NEWLINK, index=rtnl.link(name)["index"])
    return with_data(message, fill, before, excess)


def with_data(message, fill, before, excess):
    before(message)

    def info():
        message.attr(IFLA_INFO_KIND, b"grex\0")
        message.nest(IFLA_INFO_DATA, lambda: fill(message), excess=excess)

    return message.nest(IFLA_LINKINFO, info)


def delete(name, to=None):
    to = to or rtnl
    link = to.link(name)
    if link:
        to.talk(Message(RTM_DELLINK, index=link["index"]))


def state(name):
    """All of a link that a message could change."""
    link = rtnl.link(name)
    return rtnl.info(name), {key: link[key] for key in
                             ("index", "flags", IFLA_MTU, IFLA_IFNAME,
                              IFLA_ADDRESS, IFLA_BROADCAST)}


def judge(what, message, error, at, text):
    answer = rtnl.talk(message)
    wrong = []
    if answer.error != error:
        wrong.append("error %s, expected %s" % (
            errno.errorcode.get(answer.error, answer.error),
            errno.errorcode[error]))
    if at is not None and answer.offset != message.at.get(at):
        wrong.append("points at %d, expected %s of %s" % (
            answer.offset, message.at.get(at), at))
    if not answer.text or text not in answer.text:
        wrong.append('says "%s", expected "%s"' % (answer.text, text))
    ktap.check(what, ", ".join(wrong))


def refused(what, fill, at=None, error=errno.EINVAL, text="", **more):
    """The message must neither make a tunnel nor change one. It has a good option
    beside the wrong one, which must have no effect."""
    path = None if at is None else at if isinstance(at, tuple) else DATA + (at,)

    def fill_new(message):
        message.attr(IFLA_GRE_REMOTE, ip("192.0.2.77"))
        fill(message)

    def fill_old(message):
        if at != IFLA_GRE_FWMARK:
            message.attr(IFLA_GRE_FWMARK, u32(0x99))
        fill(message)

    judge(what + ", new", new("wrong", fill_new, **more), error, path, text)
    if rtnl.link("wrong"):
        ktap.check(what + ", new", "is there in spite of the refusal")
        delete("wrong")
    before = state("gre1")
    judge(what + ", change", change("gre1", fill_old, **more), error, path,
          text)
    ktap.equal(what + ", unchanged", before, state("gre1"))


def test_size():
    for name, kind, payload in KNOWN + PROBE:
        for size in range(0, 9):
            if size == len(payload):
                continue
            wrong = (payload + payload + bytes(8))[:size]
            refused("%s of %d bytes" % (name, size),
                    lambda message: message.attr(kind, wrong), kind)
        # The header of the attribute has a length beyond the end of the message.
        refused("%s beyond the end" % name,
                lambda message: message.attr(kind, payload, length=200), DATA,
                text="ends in the middle of an attribute")
        refused("%s as a nest" % name, lambda message: message.attr(
            kind | NLA_F_NESTED, payload), kind)


def test_unknown():
    for kind in 0, 25, 26, 31, 47, 48, 50, 51, 100, 0x1000, 0x3FFF:
        for size in 0, 4:
            refused("type %d of %d bytes" % (kind, size),
                    lambda message: message.attr(kind, bytes(size)), kind,
                    text="not known to grex")


def test_absent_gre_options():
    """Options of the kernel's gre that grex does not have."""
    for name, kind, payload in REFUSED:
        refused(name, lambda message: message.attr(kind, payload), kind,
                text="IFLA_GRE_" + name)
        refused(name + " empty", lambda message: message.attr(kind), kind)


def test_range():
    for name, kind in ("IFLAGS", IFLA_GRE_IFLAGS), ("OFLAGS", IFLA_GRE_OFLAGS):
        for value in (b"\x40\0", b"\x08\0", b"\x04\0", b"\x02\0", b"\x01\0",
                      b"\0\x80", b"\0\x40", b"\0\x08", b"\0\x07", b"\0\x01",
                      b"\xff\xff"):
            refused("%s %s" % (name, value.hex()),
                    lambda message: message.attr(kind, value), kind,
                    text="GRE_KEY, GRE_CSUM and GRE_SEQ only")
    for name, kind in ("LOCAL", IFLA_GRE_LOCAL), ("REMOTE", IFLA_GRE_REMOTE):
        for address in "224.0.0.0", "239.255.255.255", "255.255.255.255":
            refused("%s %s" % (name, address),
                    lambda message: message.attr(kind, ip(address)), kind,
                    text="must be unicast")
    for tos in 2, 3, 6, 7, 0x4a, 254, 255:
        refused("TOS %d" % tos,
                lambda message: message.attr(IFLA_GRE_TOS, u8(tos)),
                IFLA_GRE_TOS, text="IFLA_GRE_TOS must be")
    for name, kind in (("PMTUDISC", IFLA_GRE_PMTUDISC),
                       ("IGNORE_DF", IFLA_GRE_IGNORE_DF)):
        for value in 2, 255:
            refused("%s %d" % (name, value),
                    lambda message: message.attr(kind, u8(value)), kind,
                    text="must be 0 or 1")
    for name, kind in (("ICMP_RELAY", IFLA_GREX_ICMP_RELAY),
                       ("ICMP_SOURCE", IFLA_GREX_ICMP_SOURCE),
                       ("DECAP_TTL", IFLA_GREX_DECAP_TTL),
                       ("KEEPALIVE_REPLY", IFLA_GREX_KEEPALIVE_REPLY),
                       ("MTU_PROBE", IFLA_GREX_MTU_PROBE)):
        for value in 2, 256, 0xFFFFFFFF:
            refused("%s %d" % (name, value),
                    lambda message: message.attr(kind, u32(value)), kind,
                    text="must be 0 or 1")
    for value in 3, 256, 0xFFFFFFFF:
        refused("MTU_AUTO %d" % value,
                lambda message: message.attr(IFLA_GREX_MTU_AUTO, u32(value)),
                IFLA_GREX_MTU_AUTO, text="IFLA_GREX_MTU_AUTO is unknown")
    for value in 1, 99, 3600001, 0x7FFFFFFF, 0xFFFFFFFF:
        refused("KEEPALIVE_INTERVAL %d" % value, lambda message: message.attr(
            IFLA_GREX_KEEPALIVE_INTERVAL, u32(value)),
            IFLA_GREX_KEEPALIVE_INTERVAL,
            text="must be 0 (off) or 100..3600000 ms")
    for value in 0x100002, 0xFFFFFFFF:
        refused("FLOWLABEL %d" % value,
                lambda message: message.attr(IFLA_GREX_FLOWLABEL, u32(value)),
                IFLA_GREX_FLOWLABEL, text="must be 0..0xfffff, 0x100000")
    for value in 0, 0xFFFFF, 0x100000:
        refused("FLOWLABEL %d over IPv4" % value,
                lambda message: message.attr(IFLA_GREX_FLOWLABEL, u32(value)),
                IFLA_GREX_FLOWLABEL, text="without IPv6 addresses")
    for value in 257, 0x10000, 0xFFFFFFFF:
        refused("ENCAP_LIMIT %d" % value,
                lambda message: message.attr(IFLA_GREX_ENCAP_LIMIT,
                                             u32(value)),
                IFLA_GREX_ENCAP_LIMIT, text="must be 0..255 or 256 (none)")
    for value in 0, 255:
        refused("ENCAP_LIMIT %d over IPv4" % value,
                lambda message: message.attr(IFLA_GREX_ENCAP_LIMIT,
                                             u32(value)),
                IFLA_GREX_ENCAP_LIMIT, text="without IPv6 addresses")
    for value in 256, 0x10001, 0xFFFFFFFF:
        refused("TTL_MIN %d" % value,
                lambda message: message.attr(IFLA_GREX_TTL_MIN, u32(value)),
                IFLA_GREX_TTL_MIN, text="must be 0 (off) or 1..255")
    for value in 2, 87, 65536, 0x10001, 0xFFFFFFFF:
        refused("MSS %d" % value,
                lambda message: message.attr(IFLA_GREX_MSS, u32(value)),
                IFLA_GREX_MSS,
                text="must be 0 (off), 1 (auto) or 88..65535 bytes")
    for value in 0, 256, 0x10003, 0xFFFFFFFF:
        refused("KEEPALIVE_RETRIES %d" % value, lambda message: add_all(
            message, ((IFLA_GREX_KEEPALIVE_INTERVAL, u32(1000)),
                      (IFLA_GREX_KEEPALIVE_RETRIES, u32(value)))),
            IFLA_GREX_KEEPALIVE_RETRIES, text="must be 1..255")
    for link in 0x7FFFFFFF, 999999, 0xFFFFFFFF:
        refused("LINK %d" % link,
                lambda message: message.attr(IFLA_GRE_LINK, u32(link)),
                IFLA_GRE_LINK, errno.ENODEV, "no device of the underlay")


def test_contradictory():
    for way, iflags, key in (("I", IFLA_GRE_IFLAGS, IFLA_GRE_IKEY),
                             ("O", IFLA_GRE_OFLAGS, IFLA_GRE_OKEY)):
        refused("GRE_KEY without a key in %sFLAGS" % way,
                lambda message: message.attr(iflags, flags(GRE_KEY)), iflags,
                text="GRE_KEY needs a key")
        refused("%sKEY without flags" % way,
                lambda message: message.attr(key, be32(5)), key,
                text="no effect without GRE_KEY")
        refused("%sKEY with other flags" % way, lambda message: add_all(
            message, ((iflags, flags(GRE_CSUM)), (key, be32(5)))), key,
            text="no effect without GRE_KEY")
        refused("%sKEY with flags 0" % way, lambda message: add_all(
            message, ((key, be32(5)), (iflags, flags(0)))), key,
            text="no effect without GRE_KEY")
    refused("PMTUDISC 1 and IGNORE_DF 1", lambda message: add_all(
        message, ((IFLA_GRE_PMTUDISC, u8(1)), (IFLA_GRE_IGNORE_DF, u8(1)))),
        IFLA_GRE_IGNORE_DF, text="contradicts")
    refused("IGNORE_DF 1 with PMTUDISC 1 by default",
            lambda message: message.attr(IFLA_GRE_IGNORE_DF, u8(1)),
            IFLA_GRE_IGNORE_DF, text="contradicts")
    refused("ICMP_SOURCE hop with ICMP_RELAY 0", lambda message: add_all(
        message, ((IFLA_GREX_ICMP_RELAY, u32(0)),
                  (IFLA_GREX_ICMP_SOURCE, u32(1)))),
        IFLA_GREX_ICMP_SOURCE, text="has no effect without")
    refused("KEEPALIVE_RETRIES without an interval", lambda message:
            message.attr(IFLA_GREX_KEEPALIVE_RETRIES, u32(3)),
            IFLA_GREX_KEEPALIVE_RETRIES,
            text="no effect without IFLA_GREX_KEEPALIVE_INTERVAL")
    for order in 1, -1:
        refused("KEEPALIVE_RETRIES with an interval of 0", lambda message:
                add_all(message, ((IFLA_GREX_KEEPALIVE_INTERVAL, u32(0)),
                                  (IFLA_GREX_KEEPALIVE_RETRIES, u32(3)))
                        [::order]), IFLA_GREX_KEEPALIVE_RETRIES,
                text="no effect without IFLA_GREX_KEEPALIVE_INTERVAL")
    refused("MTU_PROBE with REMOTE any", lambda message: add_all(
        message, ((IFLA_GRE_REMOTE, bytes(4)),
                  (IFLA_GREX_MTU_PROBE, u32(1)))),
        IFLA_GREX_MTU_PROBE, text="needs a peer to ask")
    refused("MTU_AUTO with REMOTE any", lambda message: add_all(
        message, ((IFLA_GRE_REMOTE, bytes(4)),
                  (IFLA_GREX_MTU_AUTO, u32(1)))),
        IFLA_GREX_MTU_AUTO, text="needs a path to follow")
    refused("KEEPALIVE_INTERVAL with REMOTE any", lambda message: add_all(
        message, ((IFLA_GRE_REMOTE, bytes(4)),
                  (IFLA_GREX_KEEPALIVE_INTERVAL, u32(1000)))),
        IFLA_GREX_KEEPALIVE_INTERVAL, text="needs a peer to ask")
    for name, kind in ("ADDRESS", IFLA_ADDRESS), ("BROADCAST", IFLA_BROADCAST):
        refused("IFLA_" + name, lambda message: message.attr(
            IFLA_GRE_TTL, u8(9)), (kind,),
            before=lambda message: message.attr(kind, ip("192.0.2.9")),
            text="IFLA_GRE_LOCAL and IFLA_GRE_REMOTE")


def test_not_used():
    """Programs send values for options that they do not use, or send them twice."""
    address = ip("192.0.2.1")
    for name, attributes, before in (
            ("keys of 0 without GRE_KEY", (
                (IFLA_GRE_IFLAGS, flags(0)), (IFLA_GRE_IKEY, be32(0)),
                (IFLA_GRE_OFLAGS, flags(GRE_CSUM)), (IFLA_GRE_OKEY, be32(0))),
             ()),
            ("an encapsulation of none", (
                (IFLA_GRE_ENCAP_TYPE, struct.pack("=H", 0)),
                (IFLA_GRE_ENCAP_FLAGS, struct.pack("=H", 2)),
                (IFLA_GRE_ENCAP_SPORT, struct.pack("!H", 0)),
                (IFLA_GRE_ENCAP_DPORT, struct.pack("!H", 0))), ()),
            ("the local address twice", ((IFLA_GRE_LOCAL, address),),
             ((IFLA_ADDRESS, address),))):
        answer = rtnl.talk(new("unused", lambda message: add_all(
            message, ((IFLA_GRE_REMOTE, ip("192.0.2.66")),) + attributes),
            before=lambda message: add_all(message, before)))
        ktap.equal(name, 0, answer.error)
        delete("unused")


def test_trailing_bytes():
    for size in 1, 2, 3:
        refused("%d bytes behind the last attribute" % size,
                lambda message: message.attr(IFLA_GRE_TTL, u8(9)), DATA,
                excess=b"\1" * size, text="ends in the middle")
    for header in b"\0\0\0\0", b"\3\0\x08\0", b"\x09\0\x08\0\x07", b"\xff" * 8:
        refused("a header that says " + header.hex(),
                lambda message: message.attr(IFLA_GRE_TTL, u8(9)), DATA,
                excess=header, text="ends in the middle")


def test_duplicate():
    """Another tunnel has these addresses, and this key."""
    def twin(message):
        add_all(message, ((IFLA_GRE_LOCAL, ip("192.0.2.1")),
                          (IFLA_GRE_REMOTE, ip("192.0.2.9")),
                          (IFLA_GRE_IFLAGS, flags(0)),
                          (IFLA_GRE_TTL, u8(9))))

    ktap.equal("the other", 0, rtnl.talk(new("gre9", twin)).error)
    refused("twin", twin, error=errno.EEXIST,
            text="same local, remote, input key and link")
    delete("gre9")


def test_mtu():
    """With a value out of range, a good option is not taken either."""
    for mtu in 0, 1, 67, 65500, 65536, 0x7FFFFFFF, 0xFFFFFFFF:
        refused("IFLA_MTU %d" % mtu,
                lambda message: message.attr(IFLA_GRE_TTL, u8(9)),
                before=lambda message: message.attr(IFLA_MTU, u32(mtu)))
    for mtu in 68, 1400, 65499:
        before = rtnl.info("gre1")
        message = change("gre1", lambda message: message.attr(
            IFLA_GRE_TTL, u8(200 + mtu % 7)),
            before=lambda message: message.attr(IFLA_MTU, u32(mtu)))
        ktap.equal("IFLA_MTU %d is taken" % mtu, 0,
                   rtnl.talk(message).error)
        ktap.equal("IFLA_MTU %d" % mtu, u32(mtu),
                   rtnl.link("gre1")[IFLA_MTU])
        before[IFLA_GRE_TTL] = u8(200 + mtu % 7)
        before[IFLA_GREX_MTU_AUTO] = u32(0)
        ktap.equal("TTL beside it", before, rtnl.info("gre1"))


def test_defaults():
    ktap.equal("no options", 0, rtnl.talk(new("bare", lambda _: 0)).error)
    ktap.equal("defaults", {
        IFLA_GRE_LINK: u32(0), IFLA_GRE_IFLAGS: flags(0),
        IFLA_GRE_OFLAGS: flags(0), IFLA_GRE_LOCAL: bytes(4),
        IFLA_GRE_REMOTE: bytes(4), IFLA_GRE_TTL: u8(64), IFLA_GRE_TOS: u8(1),
        IFLA_GRE_PMTUDISC: u8(1), IFLA_GRE_IGNORE_DF: u8(0),
        IFLA_GRE_FWMARK: u32(0), IFLA_GREX_ICMP_RELAY: u32(1),
        IFLA_GREX_ICMP_SOURCE: u32(0), IFLA_GREX_DECAP_TTL: u32(0),
        IFLA_GREX_KEEPALIVE_INTERVAL: u32(0),
        IFLA_GREX_KEEPALIVE_RETRIES: u32(3),
        IFLA_GREX_KEEPALIVE_REPLY: u32(1), IFLA_GREX_MSS: u32(0),
        IFLA_GREX_MTU_PROBE: u32(0), IFLA_GREX_MTU_AUTO: u32(2),
        IFLA_GREX_TTL_MIN: u32(0), IFLA_GREX_FLOWLABEL: u32(0x100001),
        IFLA_GREX_ENCAP_LIMIT: u32(256)},
        rtnl.info("bare"))
    delete("bare")


def test_round_trip():
    everything = {kind: payload for _, kind, payload in KNOWN}
    answer = rtnl.talk(new("full", lambda message: add_all(
        message, everything.items())))
    ktap.equal("all options", 0, answer.error)
    told = rtnl.info("full")
    ktap.equal("what was said is told", everything, told)
    # What the kernel reports can be sent to it.
    answer = other.talk(new("full", lambda message: add_all(
        message, told.items())))
    ktap.equal("said again", 0, answer.error)
    ktap.equal("the same again", told, other.info("full"))
    delete("full", other)
    # Each option is sent alone and changes nothing else.
    for name, kind, payload in (
            ("LOCAL", IFLA_GRE_LOCAL, bytes(4)),
            ("REMOTE", IFLA_GRE_REMOTE, ip("198.51.100.7")),
            ("IFLAGS", IFLA_GRE_IFLAGS, flags(GRE_KEY | GRE_SEQ)),
            ("IKEY", IFLA_GRE_IKEY, be32(0)),
            ("OKEY", IFLA_GRE_OKEY, be32(0xFFFFFFFF)),
            ("TTL", IFLA_GRE_TTL, u8(0)), ("TTL", IFLA_GRE_TTL, u8(255)),
            ("TOS", IFLA_GRE_TOS, u8(1)), ("TOS", IFLA_GRE_TOS, u8(0)),
            ("TOS", IFLA_GRE_TOS, u8(252)), ("TOS", IFLA_GRE_TOS, u8(0x41)),
            ("IGNORE_DF", IFLA_GRE_IGNORE_DF, u8(0)),
            ("PMTUDISC", IFLA_GRE_PMTUDISC, u8(1)),
            ("FWMARK", IFLA_GRE_FWMARK, u32(0)),
            ("ICMP_SOURCE", IFLA_GREX_ICMP_SOURCE, u32(0)),
            ("ICMP_RELAY", IFLA_GREX_ICMP_RELAY, u32(0)),
            ("DECAP_TTL", IFLA_GREX_DECAP_TTL, u32(0)),
            ("KEEPALIVE_RETRIES", IFLA_GREX_KEEPALIVE_RETRIES, u32(1)),
            ("KEEPALIVE_RETRIES", IFLA_GREX_KEEPALIVE_RETRIES, u32(255)),
            ("KEEPALIVE_INTERVAL", IFLA_GREX_KEEPALIVE_INTERVAL, u32(100)),
            ("KEEPALIVE_INTERVAL", IFLA_GREX_KEEPALIVE_INTERVAL, u32(3600000)),
            ("KEEPALIVE_REPLY", IFLA_GREX_KEEPALIVE_REPLY, u32(1)),
            ("MSS", IFLA_GREX_MSS, u32(1)), ("MSS", IFLA_GREX_MSS, u32(88)),
            ("MSS", IFLA_GREX_MSS, u32(65535)), ("MSS", IFLA_GREX_MSS, u32(0)),
            ("TTL_MIN", IFLA_GREX_TTL_MIN, u32(0)),
            ("TTL_MIN", IFLA_GREX_TTL_MIN, u32(1)),
            ("TTL_MIN", IFLA_GREX_TTL_MIN, u32(255)),
            ("MTU_AUTO", IFLA_GREX_MTU_AUTO, u32(0)),
            ("MTU_PROBE", IFLA_GREX_MTU_PROBE, u32(0)),
            # When they are off, they keep the retries for the next time.
            ("KEEPALIVE_INTERVAL", IFLA_GREX_KEEPALIVE_INTERVAL, u32(0)),
            ("LINK", IFLA_GRE_LINK, u32(rtnl.link("v0")["index"]))):
        told[kind] = payload
        answer = rtnl.talk(change("full", lambda message: message.attr(
            kind, payload)))
        ktap.equal("%s alone" % name, 0, answer.error)
        ktap.equal("the rest beside " + name, told, rtnl.info("full"))
    # Without GRE_KEY there is no key, and none is remembered.
    for iflags, key in ((IFLA_GRE_IFLAGS, IFLA_GRE_IKEY),
                        (IFLA_GRE_OFLAGS, IFLA_GRE_OKEY)):
        rtnl.talk(change("full", lambda message: message.attr(
            iflags, flags(0))))
        told[iflags] = flags(0)
        del told[key]
        ktap.equal("key %d gone" % key, told, rtnl.info("full"))
        judge("key %d back" % key, change("full", lambda message: message.attr(
            iflags, flags(GRE_KEY))), errno.EINVAL, DATA + (iflags,),
            "GRE_KEY needs a key")
    delete("full")


def say(name, *attributes):
    answer = rtnl.talk(change(name, lambda message: add_all(
        message, attributes)))
    if answer.error:
        ktap.check("%s: %r is taken" % (name, attributes), answer.text)


def set_up(name, up):
    message = Message(RTM_NEWLINK, index=rtnl.link(name)["index"])
    struct.pack_into("=II", message.body, 8, up, 1)
    ktap.equal("%s up %d" % (name, up), 0, rtnl.talk(message).error)


def test_keepalive():
    """These errors depend on the options that the tunnel has already."""
    say("gre1", (IFLA_GREX_KEEPALIVE_INTERVAL, u32(1000)))
    before = state("gre1")
    judge("REMOTE any of a tunnel with keepalives", change(
        "gre1", lambda message: message.attr(IFLA_GRE_REMOTE, bytes(4))),
        errno.EINVAL, DATA + (IFLA_GRE_REMOTE,), "needs a peer to ask")
    judge("KEEPALIVE_RETRIES 5 and KEEPALIVE_INTERVAL 0", change(
        "gre1", lambda message: add_all(message, (
            (IFLA_GREX_KEEPALIVE_RETRIES, u32(5)),
            (IFLA_GREX_KEEPALIVE_INTERVAL, u32(0))))),
        errno.EINVAL, DATA + (IFLA_GREX_KEEPALIVE_RETRIES,), "no effect")
    ktap.equal("unchanged", before, state("gre1"))
    say("gre1", (IFLA_GREX_KEEPALIVE_RETRIES, u32(5)))
    before[0][IFLA_GREX_KEEPALIVE_RETRIES] = u32(5)
    ktap.equal("KEEPALIVE_RETRIES of a tunnel with keepalives", before,
               state("gre1"))
    say("gre1", (IFLA_GRE_REMOTE, bytes(4)),
        (IFLA_GREX_KEEPALIVE_INTERVAL, u32(0)))
    ktap.equal("turned off together with the remote", u32(0),
               rtnl.info("gre1")[IFLA_GREX_KEEPALIVE_INTERVAL])
    judge("turned on without a remote", change(
        "gre1", lambda message: message.attr(IFLA_GREX_KEEPALIVE_INTERVAL,
                                             u32(1000))),
        errno.EINVAL, DATA + (IFLA_GREX_KEEPALIVE_INTERVAL,),
        "needs a peer to ask")
    judge("new, without a remote", new("wrong", lambda message: message.attr(
        IFLA_GREX_KEEPALIVE_INTERVAL, u32(1000))), errno.EINVAL,
        DATA + (IFLA_GREX_KEEPALIVE_INTERVAL,), "needs a peer to ask")
    ktap.equal("it is not there", None, rtnl.link("wrong"))
    ktap.equal("nobody was asked", None,
               rtnl.probes("gre1", GREX_XSTATS_KEEPALIVE))
    # The kernel reports the peer, in the sizes of the contract.
    say("gre1", (IFLA_GRE_REMOTE, ip("192.0.2.2")))
    set_up("gre1", 1)
    say("gre1", (IFLA_GREX_KEEPALIVE_INTERVAL, u32(3600000)))
    told = rtnl.probes("gre1", GREX_XSTATS_KEEPALIVE)
    ktap.equal("all is told", [word for word, _ in PROBES], list(told))
    ktap.equal("turned on while it was up: up", 3, told["state"])
    ktap.check("since now", "" if told["changed"] < 60000 else
               "%d ms" % told["changed"])
    ktap.equal("no answer, no time", [0] * 54, [told[word] for word in (
        "received", "rtt", "rtt_smoothed", "rtt_min", "rtt_max", "rtt_sum")] +
        told["history"] + told["rtt_buckets"])
    say("gre1", (IFLA_GREX_KEEPALIVE_INTERVAL, u32(0)))
    set_up("gre1", 0)


def test_secret():
    """A secret is taken, and the kernel reports only its id."""
    secret = bytes(range(16))
    secret_id = u32(0xDD0E0E31)

    def give(payload):
        return (IFLA_GREX_KEEPALIVE_SECRET, payload)

    for size in 1, 4, 8, 15, 17, 32:
        refused("a secret of %d bytes" % size, lambda message: add_all(
            message, (give(bytes(size)),)), IFLA_GREX_KEEPALIVE_SECRET,
            text="must have 16 bytes, or none")
    refused("the id", lambda message: message.attr(
        IFLA_GREX_KEEPALIVE_SECRET_ID, secret_id),
        IFLA_GREX_KEEPALIVE_SECRET_ID, text="can only be read")
    refused("with REMOTE any", lambda message: add_all(
        message, ((IFLA_GRE_REMOTE, bytes(4)), give(secret))),
        IFLA_GREX_KEEPALIVE_SECRET, text="needs a peer that knows it")
    told = rtnl.info("gre1")
    say("gre1", give(b""))
    ktap.equal("none", told, rtnl.info("gre1"))
    say("gre1", give(secret))
    told[IFLA_GREX_KEEPALIVE_SECRET_ID] = secret_id
    ktap.equal("its id alone is told", told, rtnl.info("gre1"))
    judge("REMOTE any of a tunnel with a secret", change(
        "gre1", lambda message: message.attr(IFLA_GRE_REMOTE, bytes(4))),
        errno.EINVAL, DATA + (IFLA_GRE_REMOTE,), "needs a peer that knows it")
    say("gre1", (IFLA_GRE_TTL, u8(9)))
    told[IFLA_GRE_TTL] = u8(9)
    ktap.equal("it stays when others change", told, rtnl.info("gre1"))
    say("gre1", give(bytes(16)))
    told[IFLA_GREX_KEEPALIVE_SECRET_ID] = u32(0x737700D7)
    ktap.equal("another one", told, rtnl.info("gre1"))
    say("gre1", (IFLA_GRE_REMOTE, bytes(4)), give(b""))
    ktap.equal("gone together with the remote", None,
               rtnl.info("gre1").get(IFLA_GREX_KEEPALIVE_SECRET_ID))


def test_mtu_auto():
    """The probes come with it, unless the message says otherwise."""
    def told():
        info = rtnl.info("gre1")
        return info[IFLA_GREX_MTU_AUTO], info[IFLA_GREX_MTU_PROBE]

    auto = IFLA_GREX_MTU_AUTO
    on, off = u32(1), u32(0)
    say("gre1", (auto, on))
    ktap.equal("auto alone", (on, on), told())
    say("gre1", (IFLA_GREX_MTU_PROBE, off))
    say("gre1", (auto, on))
    ktap.equal("auto, which it was", (on, off), told())
    say("gre1", (auto, off))
    ktap.equal("not auto", (off, off), told())
    say("gre1", (auto, on), (IFLA_GREX_MTU_PROBE, off))
    ktap.equal("auto without probes", (on, off), told())
    say("gre1", (auto, off), (IFLA_GREX_MTU_PROBE, on))
    say("gre1", (auto, on))
    say("gre1", (auto, off))
    ktap.equal("probes stay without auto", (off, on), told())


def probe(size):
    return change("gre1", lambda message: message.attr(IFLA_GREX_PROBE,
                                                       u32(size)))


def refused_probe(what, size, error, text):
    judge(what, probe(size), error, DATA + (IFLA_GREX_PROBE,), text)


def probe_sent(what, size):
    before = rtnl.probes("gre1", GREX_XSTATS_PROBE) or {"sent": 0}
    answer = rtnl.talk(probe(size))
    ktap.equal(what, (0, ""), (answer.error, answer.text))
    ktap.equal(what + " is counted", before["sent"] + 1,
               rtnl.probes("gre1", GREX_XSTATS_PROBE)["sent"])


def test_probe():
    judge("PROBE of a new tunnel", new("wrong", lambda message: add_all(
        message, ((IFLA_GRE_REMOTE, ip("192.0.2.77")),
                  (IFLA_GREX_PROBE, u32(0))))), errno.EINVAL,
        DATA + (IFLA_GREX_PROBE,), "for a tunnel that exists")
    ktap.equal("it is not there", None, rtnl.link("wrong"))
    refused_probe("the device is down", 0, errno.ENETDOWN, "is down")
    before = state("gre1")
    for name, kind, payload in KNOWN:
        for order in 1, -1:
            judge("PROBE beside %s" % name, change(
                "gre1", lambda message: add_all(message, (
                    (IFLA_GREX_PROBE, u32(0)), (kind, payload))[::order])),
                errno.EINVAL, DATA + (kind,), "takes no options beside it")
    ktap.equal("unchanged", before, state("gre1"))
    ktap.equal("none was sent", None,
               rtnl.probes("gre1", GREX_XSTATS_PROBE))

    set_up("gre1", 1)
    before = state("gre1")
    for size in 0, 56, 57, 1476:
        probe_sent("%d bytes" % size, size)
    told = rtnl.probes("gre1", GREX_XSTATS_PROBE)
    ktap.equal("all is told, save of the peer's state",
               [word for word, _ in PROBES[3:]], list(told))
    ktap.equal("no answer, no time", [0] * 54, [told[word] for word in (
        "received", "rtt", "rtt_smoothed", "rtt_min", "rtt_max", "rtt_sum")] +
        told["history"] + told["rtt_buckets"])
    ktap.equal("unchanged but for the count", before, state("gre1"))
    ktap.equal("these are no keepalives", None,
               rtnl.probes("gre1", GREX_XSTATS_KEEPALIVE))
    for size in 1, 55:
        refused_probe("%d bytes" % size, size, errno.EINVAL, "56..65499")
    for size in 65500, 65536, 0x7FFFFFFF, 0xFFFFFF00, 0xFFFFFFFF:
        refused_probe("%d bytes" % size, size, errno.EINVAL, "56..65499")
    ktap.equal("none of them was sent", 4,
               rtnl.probes("gre1", GREX_XSTATS_PROBE)["sent"])
    refused_probe("larger than the path", 1477, errno.EMSGSIZE, "path MTU")
    say("gre1", (IFLA_GRE_PMTUDISC, u8(0)), (IFLA_GRE_IGNORE_DF, u8(1)))
    for size in 1477, 65499:
        probe_sent("%d bytes without DF" % size, size)
    # The answer has our key, and needs room for it.
    say("gre1", (IFLA_GRE_IFLAGS, flags(GRE_KEY)), (IFLA_GRE_IKEY, be32(5)))
    refused_probe("59 bytes with a key", 59, errno.EINVAL, "56..65499")
    probe_sent("60 bytes with a key", 60)
    say("gre1", (IFLA_GRE_REMOTE, ip("203.0.113.1")))
    refused_probe("no route", 0, errno.EHOSTUNREACH, "no route to the remote")
    say("gre1", (IFLA_GRE_REMOTE, bytes(4)))
    refused_probe("remote any", 0, errno.EDESTADDRREQ, "no remote to ask")
    set_up("gre1", 0)


def base(message):
    add_all(message, ((IFLA_GRE_LOCAL, ip("192.0.2.1")),
                      (IFLA_GRE_REMOTE, ip("192.0.2.2")),
                      (IFLA_GRE_TTL, u8(33))))


def test_old_interface():
    """Programs without netlink ask by SIOCGETTUNNEL. They change nothing."""
    delete("gre1")
    net.gretool(A, "add gre1 local 192.0.2.1 remote 192.0.2.2 dev v0 key 5 ttl 77")
    shown = " ".join(net.run("ip", "-n", A, "tunnel", "show", "gre1").split())
    ktap.check("ip tunnel show", "" if re.match(
        r"gre1: gre/ip remote 192\.0\.2\.2 local 192\.0\.2\.1 dev v0 ttl 77 "
        r"tos inherit key (5|0\.0\.0\.5)", shown) else shown)
    shown = net.run("ip", "-n", A, "tunnel", "show")
    ktap.check("ip tunnel show of all", "" if "gre1: gre/ip" in shown else shown)
    for change_it in ("change", "gre1", "ttl", "7"), ("del", "gre1"):
        ktap.check("ip tunnel %s fails" % change_it[0], "" if net.fails(
            "ip", "-n", A, "tunnel", *change_it) else "it succeeds")
    ktap.check("it is there", "" if rtnl.link("gre1") else "it is not")


def with_tunnel(test):
    """Each function finds a new gre1."""
    rtnl.talk(new("gre1", base))
    try:
        test()
    finally:
        delete("gre1")


ktap.run(test_size, test_unknown, test_absent_gre_options, test_range,
         test_contradictory, test_not_used, test_trailing_bytes, test_duplicate,
         test_mtu, test_defaults, test_round_trip, test_keepalive, test_secret,
         test_mtu_auto, test_probe, test_old_interface, call=with_tunnel)
