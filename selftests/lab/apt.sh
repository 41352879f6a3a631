# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Get packages of any Debian release by this machine's apt, from the mirror that it uses.
# Scripts source this after common.sh, and call apt_use first.

# apt_use SUITE [BACKPORTS]: select the release for the other functions, or with 1 its
# backports; set APT_OPTIONS for apt-get and apt-cache.
apt_use() {
	APT_SUITE=$1 APT_BACKPORTS=${2:-0}
	APT=$GREX_CACHE/apt/$APT_SUITE$APT_BACKPORTS
	APT_OPTIONS=(-q -o "Dir::State=$APT" -o "Dir::State::lists=$APT/lists" -o "Dir::State::status=$APT/status"
		-o "Dir::Cache=$APT" -o "Dir::Cache::archives=$APT/archives"
		-o "Dir::Etc::sourcelist=$APT/sources.list" -o "Dir::Etc::sourceparts=$APT/etc"
		-o "APT::Sandbox::User=root" -o "Acquire::Retries=3" -o "Acquire::Languages=none")
}

# apt_use_kernel NAME: select the release that has this kernel of the lab (see kernel.sh).
apt_use_kernel() {
	case $1 in
	5.10) apt_use bullseye ;;
	6.1) apt_use bookworm ;;
	6.12 | debug) apt_use bookworm 1 ;;
	7.2 | 7.2-rt) apt_use trixie 1 ;;
	*) return 1 ;;
	esac
}

# mirror SUFFIX: print the mirror of this machine's release (SUFFIX: -security or empty).
mirror() {
	local codename
	codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
	# shellcheck disable=SC2016 # apt's variables
	apt-get indextargets --format '$(CREATED_BY) $(RELEASE) $(SITE)' |
		awk -v release="$codename$1" '$1 == "Packages" && $2 == release { print $3; exit }'
}

apt_setup() {
	local main security keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	main=$(mirror "")
	if [[ ! $main ]]; then
		# apt has not been used on this machine yet.
		local as_root=()
		((EUID == 0)) || as_root=(sudo)
		long "index of this machine's packages" "${as_root[@]}" apt-get -q update
		main=$(mirror "")
	fi
	security=$(mirror -security)
	[[ $main ]] || die "apt knows no Debian archive on this machine"
	mkdir -p "$APT/lists/partial" "$APT/archives/partial" "$APT/etc"
	: >"$APT/status"
	if ((APT_BACKPORTS)); then
		echo "deb [signed-by=$keyring] $main $APT_SUITE-backports main"
	else
		echo "deb [signed-by=$keyring] $main $APT_SUITE main"
		[[ -z $security ]] || echo "deb [signed-by=$keyring] $security $APT_SUITE-security main"
	fi >"$APT/sources.list"
}

# apt_update: get the package lists of the release, and lock them.
apt_update() {
	hold "apt-$APT_SUITE$APT_BACKPORTS"
	apt_setup
	long "index of $APT_SUITE$( ((APT_BACKPORTS)) && echo -backports)" apt-get "${APT_OPTIONS[@]}" update
}
