#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# counters.sh <PAGE >NEW: fill the lists of counters in grex(4) from the list GREX_STATS of
# uapi/linux/grex.h. Each list belongs to a prefix of names, by its subsection.

set -euo pipefail

uapi=$(dirname "$0")/../../uapi

# counters: "name<tab>text", in the order of the header
counters() {
	"${CC:-cc}" -E -P -I"$uapi" -x c - <<-'END' |
		#include <linux/grex.h>
		#define COUNTER(attr, name, scope, text) <name|text>
		GREX_STATS(COUNTER)
	END
		tr -d '\n' | grep -oE '<[a-z_]+\|[^>]*>' |
		sed -E 's/^<([a-z_]+)\| *"(.*)" *>$/\1\t\2/'
}

awk -F '\t' '
	NR == FNR { name[NR] = $1; text[NR] = $2; count = NR; next }
	/^\.S[hs] / { prefix = "" }
	/^\.Ss Received packets$/ { prefix = "^rx_" }
	/^\.Ss Sent packets$/ { prefix = "^tx_" }
	/^\.Ss ICMP errors and keepalives$/ { prefix = "^(icmp|keepalive)_" }
	/^\.Ss Packets without a tunnel$/ { prefix = "^netns_" }
	/^\.El$/ { inside = 0 }
	!inside { print }
	/^\.Bl / && prefix {
		inside = 1
		for (i = 1; i <= count; i++)
			if (name[i] ~ prefix)
				print ".It Cm " name[i] "\n" text[i]
	}
' <(counters) -
