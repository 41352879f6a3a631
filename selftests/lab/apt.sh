# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Packages of any Debian release, by this machine's own apt and from where it gets
# its own. Sourced after common.sh; first of all call apt_use.

# apt_use SUITE [BACKPORTS]: the release that the rest is about, or with 1 its
# backports; sets APT_OPTIONS, for apt-get and apt-cache.
apt_use() {
	APT_SUITE=$1 APT_BACKPORTS=${2:-0}
	APT=$GREX_CACHE/apt/$APT_SUITE$APT_BACKPORTS
	APT_OPTIONS=(-q -o "Dir::State=$APT" -o "Dir::State::lists=$APT/lists" -o "Dir::State::status=$APT/status"
		-o "Dir::Cache=$APT" -o "Dir::Cache::archives=$APT/archives"
		-o "Dir::Etc::sourcelist=$APT/sources.list" -o "Dir::Etc::sourceparts=$APT/etc"
		-o "APT::Sandbox::User=root" -o "Acquire::Retries=3" -o "Acquire::Languages=none")
}

# mirror SUFFIX: where this machine gets its own release (SUFFIX: -security or empty).
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
		# A machine whose apt has not been used yet.
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

# apt_update: have its package lists, and keep others from changing them.
apt_update() {
	hold "apt-$APT_SUITE$APT_BACKPORTS"
	apt_setup
	long "index of $APT_SUITE$( ((APT_BACKPORTS)) && echo -backports)" apt-get "${APT_OPTIONS[@]}" update
}
