#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# static.sh: check the sources without running them.

set -uo pipefail
cd "$(dirname "$0")/../.." || exit

LAB=selftests/lab
STAGE=static
# shellcheck source=try.sh
. selftests/stages/try.sh

# versions: print the versions of the kernel and of the programs that check the sources
versions() {
	cat "$("$LAB/kernel.sh" 6.1)/release"
	dpkg-query -W gcc clang clang-format sparse cppcheck shellcheck perl libmnl-dev linux-libc-dev
}

# What has passed is kept outside of the checkout, so that a new clone does not check the same again.
PASSED=${GREX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/grex}/passed

# sum_of PATTERN...: a sum of these sources, of this file and of the programs that check
sum_of() {
	{
		sources "$@" selftests/stages/static.sh | xargs sha256sum
		versions
	} 2>&1 | sha256sum | cut -c 1-16
}

# try_files NAME FUNCTION PATTERN...: try the function with those files of the input that have not
# passed before. What passes depends on the file, and on the sources that the patterns name.
try_files() {
	local name=$1 function=$2 sum path stamp stamps=() files=() new=()

	shift 2
	mkdir -p "$PASSED"
	stamp=$PASSED/$function-$(sum_of "$@")
	while read -r sum path; do
		stamps+=("$stamp-${sum::16}-${path//\//_}")
		[ ! -e "${stamps[-1]}" ] || continue
		files+=("$path")
		new+=("${stamps[-1]}")
	done < <(xargs sha256sum)
	if [ ${#files[@]} = 0 ]; then
		try "$name (nothing has changed)" true
	else
		try "$name" "$function" "${files[@]}" && touch "${new[@]}"
	fi
	# Stamps that nobody needs are deleted after a month.
	touch -c "${stamps[@]}"
	find "$PASSED" -type f -mtime +30 -delete
}

# try_changed NAME FUNCTION PATTERN...: try it, unless it has passed with these sources before
try_changed() {
	local name=$1 function=$2 stamp

	shift 2
	mkdir -p "$PASSED"
	stamp=$PASSED/$function-$(sum_of "$@")
	if [ -e "$stamp" ]; then
		touch "$stamp"
		try "$name (nothing has changed)" true
	else
		try "$name" "$function" && touch "$stamp"
	fi
}

# One build with W=1 and sparse checks both. build.sh prints warnings and errors only.
compiles_clean() {
	touch module/*.c module/tests/*.c
	{ "$LAB/build.sh" 6.1 GREX_KUNIT=y W=1 C=1 CF=-D__CHECK_ENDIAN__ >/dev/null; } 2>&1
}

formatted() {
	sources 'module/*.[ch]' 'uapi/*.h' 'tools/*.[ch]' 'selftests/*.[ch]' |
		xargs clang-format --dry-run --Werror
}

# What does not hold for lists of counters (COMPLEX_MACRO, MACRO_ARG_UNUSED, TRAILING_SEMICOLON: each
# expansion takes what it needs) or outside the kernel, which has stdint and
# printf and whose help texts are long.
checkpatch() {
	local script file ours=COMPLEX_MACRO,MACRO_ARG_UNUSED,MACRO_ARG_REUSE,TRAILING_SEMICOLON
	local user=$ours,SPLIT_STRING,PREFER_KERNEL_TYPES,CAMELCASE,ARRAY_SIZE
	user+=,PREFER_DEFINED_ATTRIBUTE_MACRO,STATIC_CONST_CHAR_ARRAY,STATIC_CONST
	user+=,EMBEDDED_FUNCTION_NAME,CONST_CONST,FSF_MAILING_ADDRESS,STRCPY,STRLCPY
	script=$("$LAB/checkpatch.sh") || return
	for file; do
		case $file in
		# Trace events have a layout of their own, as in the kernel.
		module/trace.h) echo "$ours,PARENTHESIS_ALIGNMENT,OPEN_ENDED_LINE $file" ;;
		module/* | uapi/*) echo "$ours $file" ;;
		*) echo "$user $file" ;;
		esac
	done | sort | awk '
		# One command for up to 16 files with the same exceptions
		$1 != ignore || ++n > 16 { printf "%s%s -f", (NR > 1 ? "\n" : ""), $1; ignore = $1; n = 1 }
		{ printf " %s", $2 }
		END { print "" }
	' | xargs -P "$(nproc)" -L 1 perl "$script" --no-tree --strict --terse --no-summary --ignore
	true
}

# Check the scripts and the files that they source.
shell_clean() {
	printf '%s\n' "$@" | xargs -n 24 -P "$(nproc)" shellcheck -x -P SCRIPTDIR
}

shell_scripts() {
	{
		sources '*.sh' '*.bash-completion'
		sources | xargs grep -lE '^#! *(/usr)?/bin/(env )?(ba)?sh'
	} | sort -u
}

tool_cppcheck() {
	cppcheck --quiet -j "$(nproc)" --error-exitcode=1 --inline-suppr \
		--enable=warning,performance,portability \
		-D_GNU_SOURCE -Itools -Iuapi tools
}

tool_sources() {
	sources 'tools/*.c' | grep -v '^tools/tests/'
}

# each_of COMMAND...: compile every file of the input with it, in parallel
each_of() {
	xargs -n 1 -P "$(nproc)" "$@" -std=gnu11 -O2 -D_GNU_SOURCE \
		-DVERSION='""' -Itools -Iuapi -c -o /dev/null
}

tool_gcc() {
	printf '%s\n' "$@" |
		each_of gcc -fanalyzer -Wall -Wextra -Wno-unused-parameter -Wshadow -Werror
}

tool_clang() {
	printf '%s\n' "$@" |
		each_of clang -Wall -Wextra -Wno-unused-parameter -Wshadow -Werror
}

# Any other symbol could collide with a symbol of ip(8).
plugin_symbols() {
	make -s -C tools link_grex.so
	nm -D --defined-only tools/link_grex.so | grep -vE ' D grex(tap)?_link_util$'
	true
}

man_pages() {
	mandoc -T lint -W warning tools/man/*.[458]
}

# includes FILE...: the headers that the files include, "file: header"
includes() {
	grep -HoE '^#include [<"][^>"]*[>"]' "$@" |
		sed -E 's/:#include ./: /; s/.$//'
}

# Pure files use only types, byte order and checksums, so that they can be built into the
# module, a host test and a fuzzer.
layer_pure() {
	local name
	for name in header embedded translate mss plpmtud_fsm histogram keepalive_fsm keepalive_wire; do
		includes "module/$name".[ch]
	done | grep -vE ': (linux/types.h|asm/byteorder.h|net/checksum.h|(header|embedded|translate|mss|plpmtud_fsm|histogram|keepalive_fsm|keepalive_wire)\.h)$'
	true
}

# The files that handle packets do not use netlink, and rtnl.c does not handle packets.
layer_packets() {
	includes module/{rx,tx,icmp,relay,encap,fragment,sent_log,probe,keepalive,responder,clamp}.c |
		grep -E 'netlink|rtnl|: (device|demux)\.h'
	grep -nE '\bskb(->|_[a-z])|<linux/skbuff.h>|packet\.h' module/rtnl.c
	true
}

# Each file of the module, and the files below it: it may include their headers and call
# their functions.
layer_table() {
	cat <<-'END'
		main demux kinds netns
		kinds demux grex rtnl tunnel
		netns auto_mtu grex stats table
		rtnl device grex header ip6gre keepalive plpmtud pmtu probe stats tunnel
		device auto_mtu demux grex header ioctl keepalive nbma packet plpmtud sent_log stats table tunnel tx
		demux beside beside_ipv4 beside_ipv6 grex icmp packet rx
		beside_ipv4 beside icmp packet rx
		beside_ipv6 beside icmp packet rx
		beside addr grex packet rx tx
		ioctl grex header ip6gre table tunnel
		ip6gre grex
		tunnel auto_mtu grex header ipv6 keepalive nbma plpmtud pmtu probe responder route table
		rx clamp deliver ether grex header ipv4 ipv6 keepalive packet plpmtud probe responder stats table
		icmp auto_mtu embedded grex header ipv4 ipv6 packet plpmtud pmtu relay route sent_log stats table translate
		plpmtud auto_mtu grex plpmtud_fsm pmtu probe route
		auto_mtu grex pmtu
		keepalive grex keepalive_fsm probe route stats trace
		probe encap grex header histogram ipv4 ipv6 keepalive_wire packet pmtu stats
		responder encap grex keepalive_wire limit packet probe stats tx
		tx clamp encap ether fragment grex ipv6 nbma outer packet pmtu stats
		fragment grex stats
		encap grex header ipv4 ipv6 nbma outer pmtu route stats
		clamp grex mss pmtu
		relay addr embedded limit translate
		nbma addr
		sent_log embedded
		pmtu addr grex ipv4 ipv6 route
		table addr grex header route
		route addr grex ipv4 ipv6 table
		ipv4 addr embedded grex outer packet sent_log
		ipv6 addr embedded grex outer packet sent_log
		deliver grex
		ether clamp grex pmtu
		stats grex
		translate embedded
		keepalive_fsm
		keepalive_wire header
		plpmtud_fsm
		embedded header
		mss
		histogram
		header
	END
}

# layer_functions: every global function of the module, "function file"
layer_functions() {
	grep -HoE '^([a-z_][a-z0-9_ *]*\b)?grex_[a-z0-9_]+\(' module/*.c |
		sed -E 's,^module/([a-z0-9_]+)\.c:(.*\b)?(grex_[a-z0-9_]+)\($,\3 \1,'
}

# layer_calls: the files whose functions a file uses, "file other function"
layer_calls() {
	local file
	for file in module/*.c; do
		# The preprocessor removes the comments, which may name functions.
		gcc -fpreprocessed -dD -E -P "$file" 2>/dev/null |
			grep -oE '\bgrex_[a-z0-9_]+\b' | sort -u |
			sed "s,^,$(basename "$file" .c) ,"
	done | awk '
		NR == FNR { file[$1] = $2; next }
		$2 in file && file[$2] != $1 { print $1, file[$2], $2 }
	' <(layer_functions) -
}

# A file calls only functions of files below it.
layer_order() {
	local file allowed
	for file in module/*.c; do
		layer_table | grep -q "^$(basename "$file" .c)\( \|$\)" ||
			echo "$file: not in layer_table"
	done
	while read -r file allowed; do
		includes "module/$file".[ch] | grep -E ': [a-z0-9_]+\.h$' |
			grep -vE ": (${allowed// /|}|$file)\.h\$"
	done < <(layer_table)
	layer_calls | awk '
		NR == FNR { for (i = 2; i <= NF; i++) allowed[$1, $i] = 1; next }
		!(($1, $2) in allowed) { print "module/" $1 ".c calls " $3 "() of " $2 ".c" }
	' <(layer_table) -
	true
}

# No file calls itself by way of others, and no header includes itself.
layer_circles() {
	{ layer_calls | cut -d' ' -f1,2 | sort -u | tsort >/dev/null; } 2>&1
	{
		includes module/*.h |
			sed -nE 's,^module/([a-z0-9_]+)\.h: ([a-z0-9_]+)\.h$,\1 \2,p' |
			tsort >/dev/null
	} 2>&1
	true
}

# tool_includes: "FILE HEADER" for each header of the tool that a file of it includes
tool_includes() {
	sources 'tools/*.[ch]' | grep -v '^tools/tests/' |
		xargs grep -HoE '^#include "[^"]*"' |
		sed -E 's,^tools/([^:]*):#include "(.*)",\1 \2,'
}

# tools/README.md lists the folders of the tool. Each may include headers of those above
# it in the list, and of its own.
tool_folders() {
	local folder allowed=
	sources 'tools/*.[ch]' | cut -d/ -f2 | sort -u | grep -vx tests |
		while read -r folder; do
			grep -q "^| .$folder/. |" tools/README.md ||
				echo "tools/$folder is not in the list of tools/README.md"
		done
	while read -r folder; do
		allowed+=${allowed:+|}$folder
		tool_includes | grep "^$folder/" | grep -vE " ($allowed)/"
	done < <(sed -nE 's,^\| .([a-z0-9]+)/. \|.*,\1,p' tools/README.md)
	true
}

# tsort prints the members of a circle. A .c file and its header count as one here.
tool_circles() {
	tool_includes | sed -E 's/\.[ch]( |$)/\1/g' | awk '$1 != $2' | tsort >/dev/null
}

# Only module/compat may check kernel versions.
layer_versions() {
	sources 'module/*.[ch]' | grep -v '^module/compat/' |
		xargs grep -nE 'LINUX_VERSION_CODE|KERNEL_VERSION|COMPAT_HAS_'
	true
}

# Each file has a licence, and no file names a mirror or a person's machine.
licences() {
	sources '*.[ch]' '*.sh' '*.py' Kbuild '*/Kbuild' Makefile '*/Makefile' \
		tools/dist/debian/{control,rules} 'tools/dist/debian/*.postrm' |
		xargs grep -L 'SPDX-License-Identifier: GPL-2.0'
	true
}

no_hosts() {
	sources | grep -v '^COPYING$' |
		xargs grep -nEI '(deb|mirror|ftp)[a-z.-]*\.(debian|ubuntu)\.(org|net)|/home/[a-z]'
	true
}

# Download the kernel here, where the progress is visible, and not inside a check.
"$LAB/kernel.sh" 6.1 >/dev/null || exit
"$LAB/checkpatch.sh" >/dev/null || exit
try_changed "W=1 and sparse with endian checks" compiles_clean "module/*" "uapi/*" Kbuild "selftests/lab/*"
try "clang-format" formatted
try_files "checkpatch --strict" checkpatch selftests/lab/checkpatch.sh < <(sources 'module/*.[ch]' 'uapi/*.h' \
	'tools/*.[ch]' 'selftests/'{bench,host,fuzz}'/*.[ch]')
try_files "shellcheck" shell_clean selftests/{lib,lab,stages} .shellcheckrc < <(shell_scripts)
try_changed "cppcheck on gretool" tool_cppcheck "tools/*" "uapi/*"
headers=("tools/*.h" "uapi/*")
try_files "gretool compiles with gcc -fanalyzer without warnings" tool_gcc "${headers[@]}" < <(tool_sources)
try_files "gretool compiles with clang without warnings" tool_clang "${headers[@]}" < <(tool_sources)
try "the plugin of ip exports one symbol for each kind" plugin_symbols
try "man pages" man_pages
try "layers: pure files" layer_pure
try "layers: packets and netlink apart" layer_packets
try "layers: calls go downward" layer_order
try "layers: no circle of calls or headers" layer_circles
try "layers: the folders of gretool" tool_folders
try "layers: no circle in gretool" tool_circles
try "layers: kernel versions in compat only" layer_versions
try "licence line in every file" licences
try "no host name, no home directory" no_hosts
exit "$failed"
