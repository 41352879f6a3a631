# SPDX-License-Identifier: GPL-2.0
"""frag_needed.py FROM ROUTER MTU: an ICMP frag needed that claims this MTU, from a
router of the underlay of test_mtu_probe.sh about a packet that FROM's gre1 has
sent indeed."""

import struct
import sys

from wire import (ETH_P_IP, Sender, Tap, checksum, enter, ipv4, udp)

GATEWAY, ROUTER = "198.51.100.2", "198.51.100.1"


def main():
    source, router, mtu = sys.argv[1:]
    underlay = Tap(router, "v1", ETH_P_IP)
    sender = Sender(router)
    tunnel = Tap(source, "gre1")
    enter(source)
    tunnel.send(ipv4("10.0.0.1", "10.0.0.2", 17, udp(9, 9, bytes(1400)),
                     df=True), ETH_P_IP)
    got = underlay.read(wanted=lambda _, packet: packet[9] == 47 and
                        len(packet) == 20 + 4 + 1428)
    if not got:
        sys.exit("the packet did not come out")
    message = struct.pack("!BBHHH", 3, 4, 0, 0, int(mtu)) + got[1][:548]
    message = (message[:2] + struct.pack("!H", checksum(message)) +
               message[4:])
    sender.send(ipv4(ROUTER, GATEWAY, 1, message))


main()
