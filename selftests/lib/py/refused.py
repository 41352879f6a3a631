#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""refused.py N COMMAND...: run a command, and let the kernel refuse the Nth change that it
asks for by netlink. With a minus sign, the command gets SIGTERM at that moment instead.
The exit status is that of the command, or 99 if it has asked for fewer changes."""

import ctypes
import os
import platform
import signal
import struct
import sys

PTRACE_TRACEME, PTRACE_SYSCALL, PTRACE_SETOPTIONS = 0, 24, 0x4200
PTRACE_GET_SYSCALL_INFO = 0x420e
PTRACE_O_TRACESYSGOOD, PTRACE_O_EXITKILL = 1, 0x100000
SYSCALL_STOP = signal.SIGTRAP | 0x80
SYSCALL_INFO = struct.Struct("=B3xIQQQ6Q")
ENTRY = 1
SENDTO = {"x86_64": 44, "aarch64": 206}[platform.machine()]
HEADER = struct.Struct("=IHHII")
FIRST_TYPE, GET, UNKNOWN = 16, 2, 0x7ff0
FEWER = 99

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def ptrace(request, pid, address=0, data=0):
    if libc.ptrace(request, pid, address, data) < 0:
        raise OSError(ctypes.get_errno(), "ptrace")


def sent_message(pid):
    """Where the process is about to send netlink messages, and how many bytes."""
    info = ctypes.create_string_buffer(SYSCALL_INFO.size)
    ptrace(PTRACE_GET_SYSCALL_INFO, pid, len(info), ctypes.addressof(info))
    kind, _, _, _, number, *args = SYSCALL_INFO.unpack(info.raw)
    return args[1:3] if kind == ENTRY and number == SENDTO else None


def changes(data):
    """The offset of each message that asks for a change."""
    at = 0
    while at + HEADER.size <= len(data):
        length, kind, *_ = HEADER.unpack_from(data, at)
        if length < HEADER.size:
            return
        if (kind - FIRST_TYPE) % 4 != GET:
            yield at
        at += (length + 3) & ~3


def watch(pid, nth, terminate):
    """Run the process to its end. Returns its status and how many changes it wanted."""
    count, inject = 0, 0
    while True:
        ptrace(PTRACE_SYSCALL, pid, 0, inject)
        _, status = os.waitpid(pid, 0)
        if not os.WIFSTOPPED(status):
            return status, count
        inject = os.WSTOPSIG(status)
        if inject not in (SYSCALL_STOP, signal.SIGTRAP):
            continue
        sent = inject == SYSCALL_STOP and sent_message(pid)
        inject = 0
        if not sent:
            continue
        # It may have executed another program, which has another memory.
        memory = os.open(f"/proc/{pid}/mem", os.O_RDWR)
        for offset in changes(os.pread(memory, sent[1], sent[0])):
            count += 1
            if count == nth and terminate:
                os.kill(pid, signal.SIGTERM)
            elif count == nth:
                os.pwrite(memory, struct.pack("=H", UNKNOWN), sent[0] + offset + 4)
        os.close(memory)


def main():
    nth, command = int(sys.argv[1]), sys.argv[2:]
    pid = os.fork()
    if not pid:
        ptrace(PTRACE_TRACEME, 0)
        os.execvp(command[0], command)
    os.waitpid(pid, 0)
    ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)
    status, count = watch(pid, abs(nth), nth < 0)
    if count < abs(nth):
        return FEWER
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


sys.exit(main())
