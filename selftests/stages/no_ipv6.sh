#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# no_ipv6.sh: build the module as for a kernel without IPv6. No kernel here lacks it, so its
# options are undefined behind the configuration of a kernel that has it.

set -uo pipefail
cd "$(dirname "$0")/../.." || exit

# shellcheck disable=SC2034 # read by try
STAGE=no-ipv6
# shellcheck source=try.sh
. selftests/stages/try.sh

builds() {
	local kernel
	kernel=$(selftests/lab/kernel.sh 6.1) || return
	mkdir -p .build
	grep -oE 'CONFIG_[A-Z0-9_]*(IPV6|IP6|INET6|SEG6)[A-Z0-9_]*' \
		"$kernel/build/include/generated/autoconf.h" | sort -u | sed 's/^/#undef /' >.build/no-ipv6.h
	selftests/lab/build.sh 6.1 W=1 CONFIG_IPV6= KCFLAGS="-include $PWD/.build/no-ipv6.h" >.build/no-ipv6.path || return
	! nm "$(cat .build/no-ipv6.path)" | grep grex_ipv6_
	# addrconf_core.c is in every kernel.
	nm -u "$(cat .build/no-ipv6.path)" |
		grep -E ' _*(ipv6|ip6|icmpv6|inet6|fib6|rt6|in6|addrconf|ndisc)_' | grep -v ' __ipv6_addr_type$'
	true
}

try "builds without IPv6" builds
exit "$failed"
