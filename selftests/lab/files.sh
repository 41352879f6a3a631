#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# files.sh: have in the cache an archive (cpio) of the programs that run in a guest
# with virtual time; print its path.
#
# Such a guest has all its files in memory. A guest that waits for a file of this
# machine is idle meanwhile, and the virtual clock runs from timer to timer while a
# guest is idle: one slow read would take hours. The archive holds the packages of
# the group "guest" (deps.sh), what they depend on, /etc, and no documentation. It leaves out
# the tables of names that tshark reads twice at each start, half of what a start costs.

set -euo pipefail
. "$(dirname "$0")/common.sh"

"$LAB/deps.sh" lab guest >&2
umask 077

# Some of /etc is root's alone to read.
as_root() { if ((EUID)); then sudo "$@"; else "$@"; fi; }

# packages: those of the group and what they depend on, each with its version
packages() {
	dpkg-query -W -f '${db:Status-Status}\t${Package}\t${Essential}\t${Provides}\t${Pre-Depends}, ${Depends}\t${Version}\n' |
		awk -F '\t' -v seeds="$("$LAB/deps.sh" --list guest | tr '\n' ' ')" '
		function words(list) { gsub(/\([^)]*\)|:[a-z0-9]+/, "", list); gsub(/[|,]/, " ", list); return list }
		$1 != "installed" { next }
		{
			version[$2] = $6; needs[$2] = words($5)
			if ($3 == "yes") seeds = seeds " " $2
			n = split(words($4), virtual, " ")
			for (i = 1; i <= n; i++) provider[virtual[i]] = provider[virtual[i]] " " $2
		}
		END {
			n = split(seeds, todo, " ")
			for (i = 1; i <= n; i++) {
				if (todo[i] in done) continue
				done[todo[i]] = 1
				if (todo[i] in version) print todo[i], version[todo[i]]
				else needs[todo[i]] = provider[todo[i]]
				m = split(needs[todo[i]], more, " ")
				for (j = 1; j <= m; j++) todo[++n] = more[j]
			}
		}' | sort
}

list=$(packages)
key=$({ cat "$LAB/deps.sh" "$LAB/files.sh"; echo "$list"; as_root find /etc -printf '%p %s %T@\n'; } | sha256sum | cut -c 1-12)
final=$GREX_CACHE/files/$key.cpio
mkdir -p "$GREX_CACHE/files"
[[ ! -f $final ]] || { echo "$final"; exit; }
hold files
[[ ! -f $final ]] || { echo "$final"; exit; }

# names: what is to be in it, folders before what they hold; the kernel makes none
# by itself. Debian's lists say /bin for /usr/bin, and leave out compiled Python.
names() {
	local file folder
	{
		# shellcheck disable=SC2046 # names of packages
		dpkg -L $(cut -d ' ' -f 1 <<<"$list") 2>/dev/null | grep '^/' |
			grep -vE '^/(dev|proc|sys|boot|run|tmp)(/|$)|^/usr/(include|share/(doc|doc-base|info|lintian|locale|man|wireshark|zoneinfo))(/|$)|\.a$' |
			sed -E 's,^/(bin|sbin|lib|lib32|lib64|libx32)/,/usr/\1/,' | sort -u >"$final.list"
		cat "$final.list"
		sed -n 's,/[^/]*\.py$,/__pycache__,p' "$final.list" | sort -u | xargs -d '\n' -I '{}' find '{}' 2>/dev/null || :
		as_root find /etc ! -path '/etc/ssl/private*' ! -path '/etc/ssh/*key' ! -name '*shadow*'
		find /usr/bin /usr/sbin -lname '/etc/alternatives/*'
		printf '/%s\n' bin sbin lib lib32 lib64 libx32 root usr
	} | while IFS= read -r file; do
		[[ -e $file || -L $file || $file == /etc/* ]] || continue
		echo "${file#/}"
		folder=${file%/*}
		while [[ $folder ]]; do echo "${folder#/}"; folder=${folder%/*}; done
	done | sort -u
}
trap 'rm -f "$final.list" "$final.names" "$final.$$"' EXIT
names >"$final.names"
(cd / && as_root cpio -o -H newc --quiet <"$final.names" >"$final.$$")
find "$GREX_CACHE/files" -name '*.cpio' -mtime +2 -delete
mv "$final.$$" "$final"
echo "$final"
