#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# host.sh: what runs without a kernel: the pure files and gretool, with the
# sanitizers.

set -uo pipefail
cd "$(dirname "$0")/../.." || exit

# shellcheck source=tally.sh
. selftests/stages/tally.sh

count host-header make -s -C selftests/host check
count host-gretool make -s -j "$(nproc)" -C tools check
exit "$failed"
