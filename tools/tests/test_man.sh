#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The man pages are complete: every option, command, counter and JSON member is in
# gretool(8) or gretool.conf(5), and every counter and attribute is in grex(4).
# mandoc and groff render the pages in 80 columns without warnings.

cd "$(dirname "$0")" || exit 1
number=0
failed=0

echo "KTAP version 1"
[[ -x ../gretool ]] || {
	echo "1..0 # SKIP ../gretool is not built"
	exit 4
}

result() {
	number=$((number + 1))
	if (($1 == 0)); then
		echo "ok $number $2"
	else
		echo "not ok $number $2"
		failed=1
	fi
}

# all_in PAGE NAME PATTERN WORD...: the page must contain each word in this pattern.
all_in() {
	local page=$1 name=$2 pattern=$3 word missing=()
	shift 3

	for word; do
		# shellcheck disable=SC2059 # the pattern is ours
		grep -qE -- "$(printf "$pattern" "$word")" "$page" ||
			missing+=("$word")
	done
	((${#missing[@]})) && echo "# missing: ${missing[*]}"
	((${#missing[@]} == 0 && $# > 0))
	result $? "$name ($#)"
}

# all NAME PATTERN WORD...: gretool(8) must contain each word in this pattern.
all() { all_in ../man/gretool.8 "$@"; }

# The list of counters contains macros, which the compiler expands.
counter_names() {
	"${CC:-cc}" -E -P -I../../uapi -x c - <<-'END' |
		#include <linux/grex.h>
		#define NAME(attr, name, scope, text) [name]
		GREX_STATS(NAME)
	END
		grep -oE '\[[a-z_]+\]' | tr -d '[]'
}

mapfile -t options < <(../gretool words add | cut -d' ' -f1)
mapfile -t routes < <(../gretool words file | cut -d' ' -f1 |
	grep -vxFf <(printf '%s\n' "${options[@]}"))
all_in ../man/gretool.conf.5 "every option of routes" '^\.It Cm %s ' "${routes[@]}"

all "every option" '(^|[^a-z-])%s($|[^a-z-])' "${options[@]}"

# Print each option with its value as in the table: "ttl 1..255|inherit".
syntax() {
	awk '
		function text(member) {
			if (!match($0, "\\." member " = \"[^\"]*"))
				return ""
			return substr($0, RSTART + length(member) + 5,
				RLENGTH - length(member) - 5)
		}
		/\.name = / { name = text("name") }
		/\.value = / && name { print name, text("value") }
		/ ON_OFF/ && name { print name, "on|off" }' ../option/table.c |
		sed '/^encap /d'
}

# Print the options without an item whose head has the name, the keywords and the numbers
# of the value.
undescribed() {
	awk '
		function check(i, n, words, value) {
			for (option in values) {
				if (head !~ "Cm (.* )?" option "( |$)")
					continue
				n = split(values[option], words, /[^a-z0-9.]+/)
				for (i = 1; i <= n; i++)
					if (!index(words[i] ~ /^[a-z]/ ? head : item, words[i]))
						break
				if (i > n)
					delete values[option]
			}
			head = item = ""
		}
		FILENAME == "-" {
			option = $1
			sub(/[^ ]+ /, "")
			gsub(/[A-Z]+/, "")
			values[option] = $0
			next
		}
		/^\.(It|El|Bl)/ { check() }
		/^\.It/ { head = $0; open = /Xo$/ }
		open { head = head " " $0; if (/^\.Xc/) open = 0 }
		{ item = item " " $0 }
		END { for (option in values) print "# " option " " values[option] }
	' - "$@"
}
undocumented=$(syntax | undescribed ../man/gretool.8 ../man/gretool.conf.5)
[[ ! $undocumented && $(syntax | wc -l) -gt 20 ]]
result $? "every option with the values that it takes"
[[ $undocumented ]] && echo "$undocumented"

mapfile -t commands < <(../gretool help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
all "every command" '^\.(It )?Cm %s' "${commands[@]}"

mapfile -t counters < <(counter_names)
all "every counter" '^\.It Cm %s$' "${counters[@]}"

mapfile -t members < <(sed -nE 's/.*json_[a-z_]+\(&?json, "([a-z_]+)".*/\1/p
	s/.*\.json = "([a-z_]+)".*/\1/p' ../option/*.c ../show/print.c \
	../show/cmd_monitor.c ../check/main.c ../apply/diff_print.c | sort -u)
all "every JSON member" '(^\.It |[, ])(\\ )*%s([ ,]|$)' "${members[@]}"

mapfile -t findings < <(sed -nE 's/^\t\{ "([a-z0-9_]+)".*/\1/p' \
	../check/checks.c ../check/check_counters.c)
all "every finding" '^\.It (Cm )?%s( |$)' "${findings[@]}"

# The page describes the metrics of counters together.
mapfile -t metrics < <(../gretool metrics 2>/dev/null | awk '
	/^# TYPE / { print $3 ($4 == "counter" ? "_total" : "") }' |
	grep -vxF "$(printf 'grex_%s_total\n' "${counters[@]}")")
all "every metric" '^\.It %s Ta' "${metrics[@]}"

uapi=../../uapi/linux/grex.h
all_in ../man/grex.4 "every counter in grex(4)" '^\.It Cm %s$' "${counters[@]}"

# The header determines the lists of counters.
different=$(diff ../man/grex.4 <(../man/counters.sh <../man/grex.4))
[[ ! $different ]]
result $? "what they count is what the header says"
[[ $different ]] && printf '# %s\n' "run man/counters.sh <man/grex.4" "$different"

# The table at the top lists the supported attributes of the kernel's gre.
mapfile -t attributes < <(
	sed -nE 's/^ \*   (IFLA_GRE_[A-Z_]+).*/\1/p' "$uapi"
	sed -nE 's/^\t((IFLA_GREX|GREX_XSTATS|GREX_PROBES|GREX_PATH)_[A-Z_]+)( = [0-9]+)?,.*/\1/p' \
		"$uapi" | grep -vE '_(UNSPEC|PAD)$|_(SOURCES|SEARCHES)$|_(FROM|SEARCH)_'
)
all_in ../man/grex.4 "every attribute in grex(4)" '^\.It %s Ta ' "${attributes[@]}"

if command -v mandoc >/dev/null; then
	# Other manual pages need not be installed.
	complaints=$(mandoc -T lint -W style ../man/gretool.8 ../man/gretool.conf.5 ../man/grex.4 |
		grep -v 'referenced manual not found')
	[[ -z $complaints ]]
	result $? "mandoc has no complaint"
	[[ $complaints ]] && printf '# %s\n' "$complaints"
fi

# render RENDERER PAGE: render the page as man(1) does in 80 columns. Debian's man(1) uses
# groff.
render() {
	case $1 in
	groff) groff -P-cbou -mandoc -Tascii -rLL=80n -ww "$2" ;;
	mandoc) mandoc -T ascii -O width=80 "$2" | sed 's/.\x08//g' ;;
	esac
}

# complaints RENDERER: print warnings, and lines of more than 80 columns
complaints() {
	local page
	for page in ../man/gretool.8 ../man/gretool.conf.5 ../man/grex.4; do
		render "$1" "$page" 2>&1 >"$rendered"
		awk -v page="$page" 'length > 80 { print page ": " $0 }' "$rendered"
	done | sed 's/^/# /'
}

rendered=$(mktemp) || exit 1
trap 'rm -f "$rendered"' EXIT
for renderer in groff mandoc; do
	command -v "$renderer" >/dev/null || continue
	complaints=$(complaints "$renderer")
	[[ -z $complaints ]]
	result $? "$renderer renders the pages in 80 columns"
	[[ $complaints ]] && echo "$complaints"
done

echo "1..$number"
exit $failed
