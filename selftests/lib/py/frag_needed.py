#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""frag_needed.py FROM ROUTER MTU [echo]: send an ICMP error that claims this MTU,
as a router of the underlay of test_mtu_probe.sh does, about a packet that gre1 of
FROM has really sent; or about an echo reply to the remote, which was never sent,
but which the kernel believes."""

import struct
import sys

from wire import (ETH_P_IP, Sender, Tap, checksum, enter, ipv4, udp)

GATEWAY, ROUTER, REMOTE = "198.51.100.2", "198.51.100.1", "203.0.113.2"


def packet_of_tunnel(source, router):
    underlay = Tap(router, "v1", ETH_P_IP)
    tunnel = Tap(source, "gre1")
    enter(source)
    tunnel.send(ipv4("10.0.0.1", "10.0.0.2", 17, udp(9, 9, bytes(1400)),
                     df=True), ETH_P_IP)
    got = underlay.read(wanted=lambda _, packet: packet[9] == 47 and
                        len(packet) == 20 + 4 + 1428)
    if not got:
        sys.exit("the packet did not come out")
    return got[1]


def main():
    source, router, mtu = sys.argv[1:4]
    sender = Sender(router)
    if sys.argv[4:] == ["echo"]:
        quote = ipv4(GATEWAY, REMOTE, 1, bytes(1000), df=True)
    else:
        quote = packet_of_tunnel(source, router)
    message = struct.pack("!BBHHH", 3, 4, 0, 0, int(mtu)) + quote[:548]
    message = (message[:2] + struct.pack("!H", checksum(message)) +
               message[4:])
    sender.send(ipv4(ROUTER, GATEWAY, 1, message))


main()
