#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""xdp.py pass|drop IFINDEX: attach a program of two instructions to a device, in the
stack (generic XDP). The kernel keeps it when this process ends."""

import ctypes
import os
import struct
import sys

from rtnl import RTM_NEWLINK, Message, Rtnl

SYS_BPF = {"x86_64": 321, "aarch64": 280, "s390x": 351}[os.uname().machine]
BPF_PROG_LOAD, BPF_PROG_TYPE_XDP = 5, 6
IFLA_XDP, IFLA_XDP_FD, IFLA_XDP_FLAGS = 43, 1, 3
XDP_FLAGS_SKB_MODE = 2
VERDICTS = {"drop": 1, "pass": 2}


def load(verdict):
    """r0 = verdict; exit"""
    code = struct.pack("=BBhi", 0xB7, 0, 0, verdict) + struct.pack("=BBhi", 0x95, 0, 0, 0)
    code = ctypes.create_string_buffer(code, len(code))
    name = ctypes.create_string_buffer(b"GPL")
    attributes = struct.pack("=IIQQ", BPF_PROG_TYPE_XDP, 2, ctypes.addressof(code),
                             ctypes.addressof(name)) + bytes(96)
    attributes = ctypes.create_string_buffer(attributes, len(attributes))
    libc = ctypes.CDLL(None, use_errno=True)
    program = libc.syscall(SYS_BPF, BPF_PROG_LOAD, attributes, len(attributes))
    if program < 0:
        raise OSError(ctypes.get_errno(), "BPF_PROG_LOAD")
    return program


def attach(program, ifindex):
    message = Message(RTM_NEWLINK, index=ifindex)
    message.nest(IFLA_XDP, lambda: message
                 .attr(IFLA_XDP_FD, struct.pack("=i", program))
                 .attr(IFLA_XDP_FLAGS, struct.pack("=I", XDP_FLAGS_SKB_MODE)))
    answer = Rtnl().talk(message)
    if answer.error:
        sys.exit("%s %s" % (answer.error, answer.text))


attach(load(VERDICTS[sys.argv[1]]), int(sys.argv[2]))
