# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The commands that the documents tell a reader to type, for tests that type them.

# examples PAGE: put each displayed block of a man page into $WORK/example.NN
examples() {
	awk -v work="$WORK" '
		/^\.Bd -literal/ { file = sprintf("%s/example.%02d", work, ++n); next }
		/^\.Ed/ { file = "" }
		file { gsub(/\\e/, "\\"); print >file }' "$1"
}

# column HEADING N: print column N of the table below a heading of the README, a line for
# each row, without the parentheses behind it. Rows that have nothing to type are left out.
column() {
	awk -F ' *[|] *' -v heading="### $1" -v n="$2" '
		/^#/ { inside = $0 == heading; rows = 0 }
		inside && /^[|]/ && ++rows > 2 && $(n + 1) ~ /^`/ {
			sub(/` [(].*/, "`", $(n + 1))
			gsub(/`/, "", $(n + 1))
			print $(n + 1)
		}' "$(dirname "$0")/../../README.md"
}

# mirrored: print the input with the addresses of both ends exchanged
mirrored() {
	sed -E 's/192\.0\.2\.1\b/_/g; s/192\.0\.2\.2\b/192.0.2.1/g; s/_/192.0.2.2/g
		s/10\.0\.0\.1\b/_/g; s/10\.0\.0\.2\b/10.0.0.1/g; s/_/10.0.0.2/g'
}
