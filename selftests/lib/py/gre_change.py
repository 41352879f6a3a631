# SPDX-License-Identifier: GPL-2.0
"""gre_change.py KIND: each line of the input is "DEVICE NAME=VALUE...". Change that link of
the kind with one message that has these attributes IFLA_GRE_NAME and no others; print a line
with the error, which is empty if there is none."""

import errno
import socket
import struct
import sys

import rtnl

FORMATS = {"LINK": "=I", "IFLAGS": ">H", "OFLAGS": ">H", "IKEY": ">I", "OKEY": ">I",
           "TTL": "=B", "TOS": "=B", "PMTUDISC": "=B", "IGNORE_DF": "=B", "FWMARK": "=I",
           "ENCAP_TYPE": "=H", "ENCAP_FLAGS": "=H", "ENCAP_SPORT": ">H",
           "ENCAP_DPORT": ">H", "ENCAP_LIMIT": "=B", "FLOWINFO": ">I",
           "FLAGS": "=I"}


def payload(name, value):
    if name in ("LOCAL", "REMOTE"):
        family = socket.AF_INET6 if ":" in value else socket.AF_INET
        return socket.inet_pton(family, value)
    return struct.pack(FORMATS[name], int(value, 0))


def change(device, *words):
    message = rtnl.Message(rtnl.RTM_NEWLINK)
    message.attr(rtnl.IFLA_IFNAME, device.encode() + b"\0")

    def data():
        for word in words:
            name, value = word.split("=")
            message.attr(getattr(rtnl, "IFLA_GRE_" + name), payload(name, value))

    def info():
        message.attr(rtnl.IFLA_INFO_KIND, sys.argv[1].encode() + b"\0")
        message.nest(rtnl.IFLA_INFO_DATA, data)

    message.nest(rtnl.IFLA_LINKINFO, info)
    error = rtnl.Rtnl().talk(message).error
    print(errno.errorcode[error] if error else "", flush=True)


for line in sys.stdin:
    change(*line.split())
