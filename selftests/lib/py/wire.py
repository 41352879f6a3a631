# SPDX-License-Identifier: GPL-2.0
"""Packets that are made byte by byte, sent in one network namespace, and looked for
in another by the same process."""

import ctypes
import os
import select
import socket
import struct
import time

ETH_P_ALL = 0x0003
ETH_P_IP = 0x0800
ETH_P_IPV6 = 0x86DD
ETH_P_TEB = 0x6558
ETH_P_MPLS = 0x8847
ETH_P_WCCP = 0x883E
ETH_P_ERSPAN = 0x88BE
ETH_P_ERSPAN2 = 0x22EB

GRE_CSUM = 0x8000
GRE_ROUTING = 0x4000
GRE_KEY = 0x2000
GRE_SEQ = 0x1000

CLONE_NEWNET = 0x40000000
PACKET_OUTGOING = 4

_libc = ctypes.CDLL(None, use_errno=True)


def enter(netns):
    """Sockets that are made from now on belong to this namespace."""
    fd = os.open("/run/netns/" + netns, os.O_RDONLY)
    if _libc.setns(fd, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns " + netns)
    os.close(fd)


def checksum(data):
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4(source, destination, protocol, payload, ttl=64, tos=0, df=False):
    header = struct.pack(
        "!BBHHHBBH4s4s", 0x45, tos, 20 + len(payload), 0x4752,
        0x4000 if df else 0, ttl, protocol, 0,
        socket.inet_aton(source), socket.inet_aton(destination))
    return (header[:10] + struct.pack("!H", checksum(header)) + header[12:] +
            payload)


def ipv6(source, destination, protocol, payload, ttl=64, tos=0):
    return struct.pack(
        "!IHBB16s16s", 6 << 28 | tos << 20, len(payload), protocol, ttl,
        socket.inet_pton(socket.AF_INET6, source),
        socket.inet_pton(socket.AF_INET6, destination)) + payload


def echo(number, data=b"grex"):
    """An ICMP echo request."""
    body = struct.pack("!HH", 0x6772, number) + data
    return struct.pack("!BBH", 8, 0, checksum(b"\x08\0\0\0" + body)) + body


def udp(source, destination, data):
    """A datagram without a checksum, which IPv4 allows."""
    return struct.pack("!HHHH", source, destination, 8 + len(data), 0) + data


def gre(protocol, payload, key=None, csum=False, seq=None, bits=0):
    """A GRE packet (RFC 2784, RFC 2890); bits are added to its flags."""
    flags = bits
    rest = b""
    if key is not None:
        flags |= GRE_KEY
        rest += struct.pack("!I", key)
    if seq is not None:
        flags |= GRE_SEQ
        rest += struct.pack("!I", seq)
    if not csum:
        return struct.pack("!HH", flags, protocol) + rest + payload
    flags |= GRE_CSUM
    zero = struct.pack("!HHI", flags, protocol, 0) + rest + payload
    return zero[:4] + struct.pack("!HH", checksum(zero), 0) + zero[8:]


class Sender:
    """Sends complete IPv4 and IPv6 packets, with any source address."""

    def __init__(self, netns=None):
        if netns:
            enter(netns)
        self.socket, self.socket6 = (
            socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
            for family in (socket.AF_INET, socket.AF_INET6))

    def send(self, packet):
        if packet[0] >> 4 == 6:
            to = socket.inet_ntop(socket.AF_INET6, packet[24:40])
            self.socket6.sendto(packet, (to, 0))
        else:
            self.socket.sendto(packet, (socket.inet_ntoa(packet[16:20]), 0))


class Tap:
    """It sees what passes a device, without the link-layer header, and can send. A
    layer-3 tunnel over IPv6 needs SOCK_RAW to send, as its addresses have 16 bytes."""

    def __init__(self, netns, device, protocol=ETH_P_ALL, kind=socket.SOCK_DGRAM):
        enter(netns)
        self.device = device
        self.socket = socket.socket(socket.AF_PACKET, kind,
                                    socket.htons(protocol))
        self.socket.bind((device, protocol))

    def send(self, packet, protocol):
        self.socket.sendto(packet, (self.device, protocol))

    def read(self, timeout=2.0, outgoing=False, wanted=None):
        """The next packet that came in, as (protocol, bytes), or None."""
        end = time.monotonic() + timeout
        while True:
            left = max(0.0, end - time.monotonic())
            if not select.select([self.socket], [], [], left)[0]:
                return None
            data, (_, protocol, kind, _, _) = self.socket.recvfrom(65536)
            if (kind == PACKET_OUTGOING) != outgoing:
                continue
            if wanted is None or wanted(protocol, data):
                return protocol, data

    def drain(self):
        while select.select([self.socket], [], [], 0)[0]:
            self.socket.recv(65536)
