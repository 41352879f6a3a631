#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# demo.sh: a tunnel between two hosts, on Debian's own kernel, made for reading.

set -euo pipefail
cd "$(dirname "$0")/../.."

LAB=selftests/lab

step() { printf '\n== %s\n' "$*"; }

step "What this needs from Debian"
"$LAB/deps.sh" build lab guest
step "Build grex.ko for Debian 12's kernel, and gretool"
"$LAB/build.sh" 6.1
make -s -C tools
ls -l tools/gretool
step "Boot that kernel in QEMU (no KVM needed)"
exec "$LAB/boot.sh" -k 6.1 -t 300 --quiet -- selftests/demo/guest.sh
