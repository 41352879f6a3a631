# SPDX-License-Identifier: GPL-2.0
"""tunnel_ioctl.py: each line of the input is "COMMAND DEVICE [FIELD=VALUE]...". Print it,
send this ioctl command of tunnels, which is add, change, del or get, and print the error, or
what the kernel answers. Without fields the parameters are those of a tunnel that receives
everything; each has the name of its member in struct ip_tunnel_parm or struct iphdr."""

import ctypes
import errno
import fcntl
import socket
import struct
import sys

COMMANDS = {"get": 0x89F0, "add": 0x89F1, "del": 0x89F2, "change": 0x89F3}
# name, link, i_flags, o_flags, i_key, o_key; then the IP header
PARM = struct.Struct("=16si2s2s4s4s BBH HHBBH4s4s")
FLAGS = {"csum": 0x8000, "routing": 0x4000, "key": 0x2000, "seq": 0x1000, "version": 7}


def flags(text):
    value = sum(FLAGS[word] for word in text.split("+") if word)
    return struct.pack(">H", value)


def pack(fields):
    get = fields.get
    return bytearray(PARM.pack(
        get("name", "").encode(), int(get("link", 0)), flags(get("i_flags", "")),
        flags(get("o_flags", "")), struct.pack(">I", int(get("i_key", 0))),
        struct.pack(">I", int(get("o_key", 0))),
        int(get("version", 4)) << 4 | int(get("ihl", 5)), int(get("tos", 0)), 0, 0,
        socket.htons(int(get("frag_off", "0"), 0)), int(get("ttl", 0)),
        int(get("protocol", 47)), 0, socket.inet_aton(get("saddr", "0.0.0.0")),
        socket.inet_aton(get("daddr", "0.0.0.0"))))


def text(parm):
    """The length and the checksum of the IP header mean nothing."""
    (name, link, i_flags, o_flags, i_key, o_key, version, tos, _, _, frag_off, ttl,
     protocol, _, saddr, daddr) = PARM.unpack(parm)
    return (f"{name.rstrip(bytes(1)).decode()} link {link} flags {i_flags.hex()} "
            f"{o_flags.hex()} key {i_key.hex()} {o_key.hex()} {version:#x} tos {tos:#x} "
            f"frag_off {socket.ntohs(frag_off):#x} ttl {ttl} protocol {protocol} "
            f"{socket.inet_ntoa(saddr)} {socket.inet_ntoa(daddr)}")


def send(command, device, *words):
    parm = pack(dict(word.split("=", 1) for word in words))
    buffer = (ctypes.c_char * len(parm)).from_buffer(parm)
    request = bytearray(struct.pack("16sQ16x", device.encode(), ctypes.addressof(buffer)))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            fcntl.ioctl(sock, COMMANDS[command], request)
        except OSError as error:
            print(errno.errorcode[error.errno])
            return
    print(text(parm))


for line in sys.stdin:
    print(">", line.strip())
    send(*line.split())
