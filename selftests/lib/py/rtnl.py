# SPDX-License-Identifier: GPL-2.0
"""rtnetlink without gretool or iproute2: messages built attribute by attribute,
so that each can be wrong, and answers with their extended acknowledgement."""

import os
import re
import socket
import struct

NLMSG_ERROR, NLMSG_DONE = 2, 3
RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK = 16, 17, 18
NLM_F_REQUEST, NLM_F_ACK = 1, 4
NLM_F_EXCL, NLM_F_CREATE, NLM_F_DUMP = 0x200, 0x400, 0x300
NLM_F_ACK_TLVS = 0x200
NLMSGERR_ATTR_MSG, NLMSGERR_ATTR_OFFS = 1, 2
SOL_NETLINK, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 270, 10, 11
NLA_F_NESTED, NLA_TYPE_MASK = 0x8000, 0x3FFF

IFLA_ADDRESS, IFLA_BROADCAST, IFLA_IFNAME, IFLA_MTU = 1, 2, 3, 4
IFLA_LINKINFO, IFLA_STATS64, IFLA_LINK_NETNSID = 18, 23, 37
IFLA_INFO_KIND, IFLA_INFO_DATA, IFLA_INFO_XSTATS = 1, 2, 3

(IFLA_GRE_LINK, IFLA_GRE_IFLAGS, IFLA_GRE_OFLAGS, IFLA_GRE_IKEY, IFLA_GRE_OKEY,
 IFLA_GRE_LOCAL, IFLA_GRE_REMOTE, IFLA_GRE_TTL, IFLA_GRE_TOS,
 IFLA_GRE_PMTUDISC, IFLA_GRE_ENCAP_LIMIT, IFLA_GRE_FLOWINFO, IFLA_GRE_FLAGS,
 IFLA_GRE_ENCAP_TYPE, IFLA_GRE_ENCAP_FLAGS, IFLA_GRE_ENCAP_SPORT,
 IFLA_GRE_ENCAP_DPORT, IFLA_GRE_COLLECT_METADATA, IFLA_GRE_IGNORE_DF,
 IFLA_GRE_FWMARK, IFLA_GRE_ERSPAN_INDEX, IFLA_GRE_ERSPAN_VER,
 IFLA_GRE_ERSPAN_DIR, IFLA_GRE_ERSPAN_HWID) = range(1, 25)
(IFLA_GREX_ICMP_RELAY, IFLA_GREX_ICMP_SOURCE, IFLA_GREX_DECAP_TTL,
 IFLA_GREX_KEEPALIVE_INTERVAL, IFLA_GREX_KEEPALIVE_RETRIES,
 IFLA_GREX_KEEPALIVE_REPLY, IFLA_GREX_PROBE, IFLA_GREX_MSS,
 IFLA_GREX_MTU_PROBE, IFLA_GREX_MTU_AUTO, IFLA_GREX_TTL_MIN,
 IFLA_GREX_KEEPALIVE_SECRET, IFLA_GREX_KEEPALIVE_SECRET_ID,
 IFLA_GREX_FLOWLABEL, IFLA_GREX_ENCAP_LIMIT) = range(32, 47)
GREX_XSTATS_KEEPALIVE, GREX_XSTATS_PROBE = 256, 257
# These are GREX_PROBES_*, from 2 on, each with its format.
PROBES = (("state", "=I"), ("flaps", "=Q"), ("changed", "=Q"), ("sent", "=Q"),
          ("received", "=Q"), ("rtt", "=Q"), ("rtt_smoothed", "=Q"),
          ("rtt_min", "=Q"), ("rtt_max", "=Q"), ("jitter", "=Q"),
          ("history", "=32I"), ("rtt_sum", "=Q"), ("rtt_buckets", "=16Q"))

STATS64 = (
    "rx_packets tx_packets rx_bytes tx_bytes rx_errors tx_errors rx_dropped "
    "tx_dropped multicast collisions rx_length_errors rx_over_errors "
    "rx_crc_errors rx_frame_errors rx_fifo_errors rx_missed_errors "
    "tx_aborted_errors tx_carrier_errors tx_fifo_errors tx_heartbeat_errors "
    "tx_window_errors").split()


def counter_names():
    """The names of the counters in the order of their attributes, from 2 on."""
    header = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                          "../../../uapi/linux/grex.h")
    with open(header, encoding="ascii") as file:
        text = file.read()
    names = re.findall(r"^\tGREX_STAT_([A-Z_]+),$", text, re.MULTILINE)
    return [name.lower() for name in names if name not in ("UNSPEC", "PAD")]


class Message:
    """A link message. at[path] is where an attribute is, from the start of the
    message, as the kernel counts; path has the types that lead to it."""

    def __init__(self, kind, flags=0, index=0):
        self.kind = kind
        self.flags = flags
        self.at = {}
        self.path = ()
        self.body = bytearray(struct.pack("=BxHiII", 0, 0, index, 0, 0))

    def raw(self, data):
        self.body += data
        return self

    def attr(self, kind, payload=b"", length=None):
        """The header says length, if given, even if that is wrong."""
        self.at[self.path + (kind & NLA_TYPE_MASK,)] = 16 + len(self.body)
        if length is None:
            length = 4 + len(payload)
        self.body += struct.pack("=HH", length, kind) + payload
        self.body += bytes(-len(self.body) % 4)
        return self

    def nest(self, kind, fill, flag=NLA_F_NESTED, excess=b""):
        """fill() adds the attributes inside; excess comes behind them and is
        not padded."""
        start = len(self.body)
        self.attr(kind | flag)
        outside, self.path = self.path, self.path + (kind,)
        fill()
        self.path = outside
        self.body += excess
        struct.pack_into("=H", self.body, start, len(self.body) - start)
        self.body += bytes(-len(self.body) % 4)
        return self

    def bytes(self, sequence):
        return struct.pack("=IHHII", 16 + len(self.body), self.kind,
                           NLM_F_REQUEST | self.flags, sequence,
                           0) + bytes(self.body)


def attributes(data):
    """A dictionary from type to payload, without the flags of the type."""
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        if length < 4 or length > len(data):
            raise ValueError("malformed attribute")
        found[kind & NLA_TYPE_MASK] = bytes(data[4:length])
        data = data[length + -length % 4:]
    return found


class Answer:
    def __init__(self):
        self.error = 0
        self.text = ""
        self.offset = 0
        self.messages = []


class Rtnl:
    """A socket of the namespace that the process is in."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                    socket.NETLINK_ROUTE)
        for option in NETLINK_CAP_ACK, NETLINK_EXT_ACK:
            self.socket.setsockopt(SOL_NETLINK, option, 1)
        self.socket.settimeout(10)
        self.sequence = 0
        self.names = counter_names()

    def talk(self, message):
        self.sequence += 1
        message.flags |= NLM_F_ACK
        self.socket.send(message.bytes(self.sequence))
        answer = Answer()
        while True:
            data = self.socket.recv(1 << 18)
            while data:
                length, kind, flags, sequence, _ = struct.unpack_from(
                    "=IHHII", data)
                body = data[16:length]
                data = data[length + -length % 4:]
                if sequence != self.sequence:
                    continue
                if kind == NLMSG_DONE:
                    return answer
                if kind != NLMSG_ERROR:
                    answer.messages.append(body)
                    continue
                answer.error = -struct.unpack_from("=i", body)[0]
                if flags & NLM_F_ACK_TLVS:
                    words = attributes(body[4 + 16:])
                    answer.text = words.get(
                        NLMSGERR_ATTR_MSG, b"").rstrip(b"\0").decode()
                    offset = words.get(NLMSGERR_ATTR_OFFS)
                    if offset:
                        answer.offset = struct.unpack("=I", offset)[0]
                return answer

    def link(self, name):
        """Attributes of a link, or None when there is none of this name."""
        message = Message(RTM_GETLINK)
        message.attr(IFLA_IFNAME, name.encode() + b"\0")
        answer = self.talk(message)
        if answer.error:
            return None
        found = attributes(answer.messages[0][16:])
        found["index"] = struct.unpack_from("=i", answer.messages[0], 4)[0]
        found["flags"] = struct.unpack_from("=I", answer.messages[0], 8)[0]
        return found

    def info(self, name):
        """IFLA_INFO_DATA of a link."""
        return attributes(attributes(
            self.link(name)[IFLA_LINKINFO])[IFLA_INFO_DATA])

    def drops(self, name):
        """The drop counters of a link, by name, out of IFLA_INFO_XSTATS."""
        return self.read_drops(self.link(name))

    def probes(self, name, kind):
        """GREX_XSTATS_KEEPALIVE or GREX_XSTATS_PROBE of a link, by the names of
        PROBES; None when there is no such nest. What is not of the size that
        the contract has raises struct.error."""
        nest = attributes(attributes(
            self.link(name)[IFLA_LINKINFO])[IFLA_INFO_XSTATS]).get(kind)
        if nest is None:
            return None
        found = attributes(nest)
        told = {}
        for i, (word, form) in enumerate(PROBES):
            if 2 + i in found:
                values = struct.unpack(form, found[2 + i])
                told[word] = list(values) if len(values) > 1 else values[0]
        return told

    def stats(self, name):
        """IFLA_STATS64 of a link, by name."""
        return self.read_stats(self.link(name))

    def tunnels(self):
        """Name, IFLA_STATS64 and drop counters of each grex link."""
        message = Message(RTM_GETLINK, NLM_F_DUMP)
        message.nest(IFLA_LINKINFO,
                     lambda: message.attr(IFLA_INFO_KIND, b"grex\0"))
        for answer in self.talk(message).messages:
            link = attributes(answer[16:])
            yield (link[IFLA_IFNAME].rstrip(b"\0").decode(),
                   self.read_stats(link), self.read_drops(link))

    def read_drops(self, link):
        nest = attributes(attributes(link[IFLA_LINKINFO])[IFLA_INFO_XSTATS])
        return {word: struct.unpack("=Q", nest[2 + i])[0]
                for i, word in enumerate(self.names)}

    @staticmethod
    def read_stats(link):
        return dict(zip(STATS64, struct.unpack_from(
            "=%dQ" % len(STATS64), link[IFLA_STATS64])))
