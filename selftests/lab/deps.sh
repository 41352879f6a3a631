#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# deps.sh GROUP...: install what a job needs, by Debian package name.
# Silent and quick when nothing is missing.

set -euo pipefail

usage() {
	echo "usage: deps.sh [--list] GROUP...   groups: build lab guest check deb all" >&2
	exit 2
}

# group, package, why
table() {
	cat <<-'END'
	build	gcc			compiles the module and gretool
	build	make			drives every build
	build	libc6-dev		C library headers for gretool
	build	libmnl-dev		netlink library of gretool
	build	libjansson-dev		JSON library of gretool check
	build	pkg-config		finds libmnl
	build	kmod			depmod and modprobe
	build	dkms			builds the module for each installed kernel
	build	mandoc			checks and shows the man page
	build	groff-base		renders the man pages as man(1) does
	lab	qemu-system-x86		boots the test kernels
	lab	busybox-static		the first program of a test kernel
	lab	cpio			packs the initramfs
	lab	xz-utils		unpacks kernels and modules
	lab	zstd			unpacks kernels
	lab	bc			kernel build
	lab	bison			kernel build
	lab	flex			kernel build
	lab	libelf-dev		kernel build (objtool)
	lab	libssl-dev		kernel build (host tools)
	lab	pahole			module build against kernels with BTF
	lab	debootstrap		a newer Debian's compiler for the newest kernel
	lab	debian-archive-keyring	verifies kernels of other Debian releases
	lab	g++			kernel build (compiler plugin probe)
	guest	iproute2		ip and tc in the tests
	guest	iputils-ping		ping in the tests
	guest	nftables		NAT and filters in the tests
	guest	conntrack		what NAT has made of packets in the tests
	guest	iptables		the TCPMSS rule that people have
	guest	ethtool			offload switches in the tests
	guest	iperf3			bulk TCP in the tests
	guest	tcpdump			captures in the tests
	guest	tshark			independent dissector of captures
	guest	python3			test helpers
	guest	python3-scapy		packets no kernel would send
	guest	jq			checks JSON output
	guest	python3-prometheus-client	parses the metrics
	guest	python3-yaml		reads the alert rules
	guest	traceroute		shows the hops of a path in the tests
	guest	mtr-tiny		likewise, and their loss
	guest	bird2			an OSPF daemon for the tests
	guest	frr			OSPF, BGP and PIM daemons for the tests
	guest	smcroute		static multicast routes in the tests
	guest	strongswan-charon	IKE daemon for the tests
	guest	strongswan-swanctl	tells it what to do
	guest	libstrongswan-standard-plugins	its ciphers
	guest	wireguard-tools		a tunnel inside of a tunnel
	guest	ipvsadm			a load balancer that sends into a tunnel
	guest	socat			small TCP and UDP peers in the tests
	guest	busybox-static		DHCP server and client in the tests
	guest	netsniff-ng		sends packets in the kernel's own tests
	guest	bc			computes ratios there
	lab	bpftrace		runs the lines of grex(4)
	guest	procps			ps and sysctl in the tests
	guest	bash-completion		the completion test
	guest	kmod			modprobe in the tests
	guest	libmnl0			netlink library of gretool
	guest	libjansson4		JSON library of gretool check
	guest	make			installs gretool in the tests
	guest	mandoc			shows the man pages
	guest	mount			mounts in the tests
	guest	util-linux		unshare, flock in the tests
	check	sparse			endian and RCU checks of the module
	check	clang-format		style of C
	check	shellcheck		style of shell
	check	cppcheck		static analysis of gretool
	check	clang			fuzzers of the pure files
	check	libclang-rt-dev		sanitizer run time of the fuzzers
	check	llvm			readable sanitizer reports
	check	perl			checkpatch
	check	lintian			checks packages
	check	ifupdown		ifquery reads what gretool import reads
	deb	build-essential		what every package may build with
	deb	dpkg-dev		builds packages
	deb	debhelper		likewise
	deb	dh-dkms			packages the module
	deb	iproute2		where ip looks for its plugins
	END
}

groups=() list=0
for arg; do
	case $arg in
	--list) list=1 ;;
	all) groups+=(build lab guest check deb) ;;
	build | lab | guest | check | deb) groups+=("$arg") ;;
	*) usage ;;
	esac
done
((${#groups[@]})) || usage

declare -A why=()
while IFS=$'\t' read -r group package reason; do
	[[ " ${groups[*]} " == *" $group "* ]] && why[$package]=$reason
done < <(table | tr -s '\t')

if ((list)); then
	printf '%s\n' "${!why[@]}" | sort
	exit
fi

while read -r package status; do
	[[ $status == installed ]] && unset "why[${package%%:*}]"
done < <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${!why[@]}" 2>/dev/null)
((${#why[@]})) || exit 0

mapfile -t missing < <(printf '%s\n' "${!why[@]}" | sort)
echo "Installing Debian packages for: ${groups[*]}"
for package in "${missing[@]}"; do
	printf '  %-24s %s\n' "$package" "${why[$package]}"
done

root=()
if ((EUID)); then
	command -v sudo >/dev/null || { echo "deps.sh: need root or sudo" >&2; exit 1; }
	root=(sudo)
fi
apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l
	apt-get -qq -o DPkg::Lock::Timeout=900 -o Dpkg::Use-Pty=0)
log=$(mktemp)
policy=/usr/sbin/policy-rc.d made=
cleanup() {
	rm -f "$log"
	[[ -z $made ]] || "${root[@]}" rm -f "$policy"
}
trap cleanup EXIT

# Daemons that the tests start in namespaces are not wanted on this machine.
if [[ ! -e $policy ]]; then
	printf '#!/bin/sh\nexit 101\n' >"$log"
	"${root[@]}" install -m 755 "$log" "$policy"
	made=1
fi

# An index that is missing or stale shows as a failed simulation or download.
try() {
	"${apt[@]}" install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1
}
try && exit
if ! "${apt[@]}" update >"$log" 2>&1 || ! try; then
	tail -n 30 "$log" >&2
	exit 1
fi
