#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""agreed.py FROM TO ADDRESS: connect from namespace FROM to ADDRESS in namespace
TO, and print the size in bytes of the largest segment that each end sends."""

import socket
import sys

import wire

PORT = 5002


def main():
    source, target, address = sys.argv[1:]
    family = socket.AF_INET6 if ":" in address else socket.AF_INET

    wire.enter(target)
    listener = socket.create_server(("", PORT), family=family)
    listener.settimeout(20)
    wire.enter(source)
    with socket.create_connection((address, PORT), 20) as client:
        server = listener.accept()[0]
        # One that has received nothing has a guess for an answer.
        for sender, receiver in (client, server), (server, client):
            sender.sendall(b"x")
            receiver.recv(1)
        print(*(end.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
                for end in (client, server)))


main()
