#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# system.sh: what needs a Debian system that boots: all of system_*.sh.

set -uo pipefail
cd "$(dirname "$0")/../.." || exit

# shellcheck source=tally.sh
. selftests/stages/tally.sh

for file in selftests/stages/system_*.sh; do
	name=${file##*/}
	name=${name%.sh}
	count "${name/_/-}" "$file"
done
exit "$failed"
