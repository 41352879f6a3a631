#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What the routers of system_*.sh find when they boot: a cable to the peer, which is a
# network namespace. Before anything of this is configured: how it is, for later.

set -e
ip -o link | sed 's/@.*//; s/^[0-9]*: //; s/:.*//' | sort >/run/links
ip netns add peer
ip link add v0 type veth peer name v0 netns peer
ip addr add 192.0.2.1/24 dev v0
ip link set v0 up
ip -n peer addr add 192.0.2.2/24 dev v0
ip -n peer link set v0 up
ip -n peer link set lo up
