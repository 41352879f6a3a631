#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""bulk.py BYTES FROM TO ADDRESS [FROM TO ADDRESS]...: send so many bytes over TCP
from namespace FROM to ADDRESS in namespace TO, and fail unless the same bytes
arrive; then the next three arguments likewise. One process does it all, since
programs start slowly in an emulated machine."""

import os
import socket
import sys
import threading

import wire

PORT = 5001
SECONDS = 60 # the longest time without progress


def send(family, address, data):
    with socket.socket(family, socket.SOCK_STREAM) as sender:
        sender.settimeout(SECONDS)
        sender.connect((address, PORT))
        # sendall() would take the limit for all of it.
        rest = memoryview(data)
        while rest:
            rest = rest[sender.send(rest):]


def receive(listener):
    connection, _ = listener.accept()
    connection.settimeout(SECONDS)
    data = bytearray()
    with connection:
        while True:
            chunk = connection.recv(1 << 20)
            if not chunk:
                return bytes(data)
            data += chunk


def transfer(data, source, target, address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET

    wire.enter(target)
    listener = socket.create_server(("", PORT), family=family)
    listener.settimeout(SECONDS)
    wire.enter(source)
    # A thread stays in the namespace it was started in.
    sender = threading.Thread(target=send, args=(family, address, data))
    sender.start()
    received = receive(listener)
    sender.join()
    listener.close()
    if received != data:
        same = len(os.path.commonprefix([received, data]))
        sys.exit("%s: of %d bytes %d were received, the first %d the same" %
                 (address, len(data), len(received), same))


def main():
    data = os.urandom(int(sys.argv[1]))
    for i in range(2, len(sys.argv), 3):
        transfer(data, *sys.argv[i:i + 3])


main()
