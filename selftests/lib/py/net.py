# SPDX-License-Identifier: GPL-2.0
"""Network namespaces for tests in Python, like those of lib.sh. They have
random names and go away when the test ends."""

import atexit
import os
import random
import subprocess
import tempfile
import time

import ktap

_namespaces = []


def run(*command, netns=None, check=True, text=None, stderr=None):
    """Run a program, in a namespace if one is given; what it printed."""
    if netns:
        command = ("ip", "netns", "exec", netns) + command
    if os.environ.get("VERBOSE"):
        print("# + " + " ".join(command), flush=True)
    return subprocess.run(command, check=check, input=text, encoding="utf-8",
                          stdout=subprocess.PIPE, stderr=stderr).stdout


def fails(*command, **options):
    """Whether a program fails; what it prints does not matter."""
    try:
        run(*command, stderr=subprocess.DEVNULL, **options)
    except subprocess.CalledProcessError:
        return True
    return False


def ip(netns, commands):
    """Each line is a command of ip."""
    run("ip", "-n", netns, "-batch", "-", text=commands)


def gretool(netns, commands):
    """Each line is a command of gretool."""
    run("gretool", "-n", netns, "-batch", "-", text=commands)


def sysctl(netns, *settings):
    run("sysctl", "-qw", *settings, netns=netns)


def counter(netns, device, name):
    """A drop counter, by the kernel's own list."""
    for line in run("ethtool", "-S", device, netns=netns).splitlines():
        word, _, value = line.strip().partition(": ")
        if word == name:
            return int(value)
    raise KeyError(name)


def wait(seconds, condition):
    """Wait until the condition holds; whether it did in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= end:
            return False
        time.sleep(0.05)
    return True


def namespace(name):
    """A new namespace with lo up, which sends no solicitations of its own."""
    name = "%s-%08x" % (name, random.getrandbits(32))
    run("ip", "netns", "add", name)
    _namespaces.append(name)
    run("sh", "-c", "cd /proc/sys/net/ipv6/conf/default && echo 0 >accept_dad && "
        "echo 0 >router_solicitations && exec ip link set lo up", netns=name)
    return name


@atexit.register
def cleanup():
    while _namespaces:
        run("ip", "netns", "del", _namespaces.pop(), check=False)


def veth(netns, device, peer, peer_device):
    """A cable between two namespaces."""
    run("ip", "-n", netns, "link", "add", device, "type", "veth",
        "peer", "name", peer_device, "netns", peer)


def pair():
    """Two hosts joined by a veth: A has 192.0.2.1 on v0, B has 192.0.2.2."""
    hosts = namespace("A"), namespace("B")
    veth(hosts[0], "v0", hosts[1], "v0")
    for number, netns in enumerate(hosts, 1):
        ip(netns, """
            addr add 192.0.2.%d/24 dev v0
            addr add 2001:db8::%d/64 dev v0 nodad
            link set v0 up""" % (number, number))
    return hosts


def host(number):
    """An outer address on the link of pair(), of IPv6 with run.sh --ipv6."""
    return ("2001:db8::%d" if ktap.is_ipv6() else "192.0.2.%d") % number


def tunnel_pair(hosts):
    """gre1 between the two hosts, with addresses, up."""
    for (netns, number, peer) in zip(hosts, (1, 2), (2, 1)):
        gretool(netns, "add gre1 local %s remote %s "
                "addr 10.0.0.%d/30 addr fd00::%d/64 up" %
                (host(number), host(peer), number, number))


def lan_behind(gateway):
    """A host on an inner LAN: 172.16.0.2 and fd16::2 on its v0; the gateway has
    172.16.0.1 and fd16::1 on lan0, and forwards."""
    lan = namespace("LAN")
    veth(lan, "v0", gateway, "lan0")
    ip(gateway, """
        addr add 172.16.0.1/24 dev lan0
        addr add fd16::1/64 dev lan0 nodad
        link set lan0 up""")
    ip(lan, """
        addr add 172.16.0.2/24 dev v0
        addr add fd16::2/64 dev v0 nodad
        link set v0 up
        route add default via 172.16.0.1
        route add default via fd16::1""")
    sysctl(gateway, "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
    return lan


class Capture:
    """tcpdump on a device of a namespace, from when it listens until the end of
    the "with" block."""

    def __init__(self, netns, device, *words):
        self.folder = tempfile.TemporaryDirectory()
        self.file = self.folder.name + "/pcap"
        # Immediate mode sets 64 kB aside for each packet: this is room for 256.
        self.command = ("ip", "netns", "exec", netns, "tcpdump", "-q", "-n", "-U",
                        "--immediate-mode", "-B", "16384", "-s", "0", "-i", device,
                        "-w", self.file, *words)
        self.process = None

    def __enter__(self):
        log = self.folder.name + "/log"
        with open(log, "wb") as output:
            self.process = subprocess.Popen(self.command, stderr=output)

        def listens():
            with open(log, encoding="utf-8") as said:
                return "listening on" in said.read()

        if not wait(10, listens):
            raise RuntimeError("tcpdump does not listen")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()

    def wait_for(self, count):
        """Until so many packets have been captured, 5 s at most."""
        return wait(5, lambda: len(run("tcpdump", "-n", "-r", self.file, check=False,
                                       stderr=subprocess.DEVNULL).splitlines()) >= count)

    def fields(self, names):
        """A line for each packet, tab between its fields, as tshark decodes them."""
        options = [word for name in names for word in ("-e", name)]
        return run("tshark", "-n", "-r", self.file, "-o", "ip.check_checksum:TRUE",
                   "-o", "udp.check_checksum:TRUE", "-T", "fields", *options,
                   stderr=subprocess.DEVNULL).splitlines()
