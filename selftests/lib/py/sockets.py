#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""sockets.py NETNS ADDRESS ERROR SIZE: send a packet of SIZE bytes from a connected
UDP socket of the gateway itself, and fail unless the socket is told ERROR, the
name of an errno."""

import errno
import socket
import sys
import time

from wire import enter

IP_RECVERR, IPV6_RECVERR = 11, 25
IP_MTU_DISCOVER, IP_PMTUDISC_DO = 10, 2
IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO = 23, 2


def main():
    netns, address, wanted, size = sys.argv[1:5]
    enter(netns)
    six = ":" in address
    sock = socket.socket(socket.AF_INET6 if six else socket.AF_INET,
                         socket.SOCK_DGRAM)
    if six:
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER,
                        IPV6_PMTUDISC_DO)
    else:
        sock.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO)
    # Without this, UDP is not told of what may be over in a moment.
    if six:
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
    sock.connect((address, 33434))
    end = time.monotonic() + 6
    error = None
    # Again, as routers limit how often they say that there is no route.
    while not error and time.monotonic() < end:
        try:
            sock.send(bytes(int(size)))
            time.sleep(0.3)
            error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        except OSError as told:
            error = told.errno
    got = errno.errorcode.get(error, "nothing")
    print(got)
    sys.exit(got != wanted)


main()
