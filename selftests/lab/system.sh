#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# system.sh [OPTIONS] ROOT -- COMMAND...: boot a Debian root with systemd on a lab
# kernel, run a command there once it is up, and shut it down.
#
# ROOT is a folder, such as a copy of what root.sh prints; the guest writes to it,
# so that the next call with the same ROOT is its next boot. COMMAND runs as a unit
# of systemd, when all others of the boot have been started or have failed. One
# argument is a shell line. "system.sh --copy FOLDER PACKAGE..." makes such a ROOT,
# FOLDER, with grex.ko where DKMS puts it.
#
#   -k NAME       kernel (6.1), see kernel.sh
#   -t SECONDS    time limit (300)
#   -o FOLDER     where the logs go (.build/results/system)
#   --quiet       say nothing but what the command says
#
# Exit status: the command's, or 120 the kernel died, 121 the kernel complained,
# 124 time limit, 125 the guest did not get as far as the command, or did not shut
# down in good order.

set -euo pipefail
. "$(dirname "$0")/common.sh"
# shellcheck source=complaints.sh
. "$LAB/complaints.sh"
# shellcheck source=machine.sh
. "$LAB/machine.sh"

usage() { sed -n '3,/^$/s/^# \{0,1\}//p' "$0" >&2; exit 2; }

# The guest writes files of any owner, which requires root.
as_root=()
((EUID == 0)) || as_root=(sudo)

name=6.1 limit=300 results=$CHECKOUT/.build/results/system quiet='' copy=''
while (($#)); do
	case $1 in
	-k) name=$2; shift 2 ;;
	-t) limit=$2; shift 2 ;;
	-o) results=$2; shift 2 ;;
	--copy) copy=$2; shift 2 ;;
	--quiet) quiet=1; shift ;;
	-*) usage ;;
	*) break ;;
	esac
done
kernel=$("$LAB/kernel.sh" "$name")
release=$(<"$kernel/release")

# --- making a root --------------------------------------------------------------

# These units are not needed, and would take longer than the rest of the boot.
MASKED=(getty.target serial-getty@ttyS0.service remote-fs.target systemd-binfmt.service dev-hugepages.mount dev-mqueue.mount
	sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount sys-fs-fuse-connections.mount
	proc-sys-fs-binfmt_misc.automount systemd-random-seed.service systemd-update-utmp.service
	systemd-update-utmp-runlevel.service systemd-firstboot.service systemd-pstore.service systemd-sysusers.service
	systemd-machine-id-commit.service systemd-repart.service systemd-journal-flush.service timers.target
	e2scrub_reap.service kmod-static-nodes.service modprobe@configfs.service modprobe@fuse.service modprobe@drm.service
	systemd-logind.service systemd-user-sessions.service dbus.service dbus.socket)

make_root() {
	local from unit
	from=$("$LAB/root.sh" kmod "$@")
	"$LAB/build.sh" "$name" >/dev/null
	"${as_root[@]}" cp -a "$from" "$copy"
	"${as_root[@]}" mkdir -p "$copy/lib/modules"
	"${as_root[@]}" cp -a "$kernel/modules/lib/modules/$release" "$copy/lib/modules/"
	"${as_root[@]}" install -D -m 644 "$CHECKOUT/.build/$name/grex.ko" "$copy/lib/modules/$release/updates/dkms/grex.ko"
	"${as_root[@]}" depmod -b "$copy" "$release"
	for unit in "${MASKED[@]}"; do
		"${as_root[@]}" ln -s /dev/null "$copy/etc/systemd/system/$unit"
	done
}

if [[ $copy ]]; then
	make_root "$@"
	exit
fi

# --- booting it -------------------------------------------------------------------

root=$(cd "${1:-/nowhere}" && pwd -P) || usage
shift
if [[ ${1:-} != -- ]] || (($# < 2)); then usage; fi
shift
"$LAB/deps.sh" lab >&2
mkdir -p "$results"
results=$(cd "$results" && pwd -P)
rm -f "$results"/{console.log,dmesg,journal,stderr}

run=$(mktemp -d "$GREX_CACHE/run/system.XXXXXX")
vm=''
# shellcheck disable=SC2317 # by the trap
cleanup() {
	[[ -z $vm ]] || kill "$vm" 2>/dev/null || :
	[[ -z $vm ]] || wait "$vm" 2>/dev/null || :
	rm -rf "$run"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

# The unit runs the command and then shuts down. Its status and the journal are read from
# the root when the guest is down.
prepare() {
	local stage=$run/root/lab
	mkdir -p "$stage"
	if (($# == 1)); then printf '%s\n' "$1"; else printf 'exec'; printf ' %q' "$@"; echo; fi >"$stage/command"
	cat >"$stage/run" <<-'END'
		#!/bin/sh
		stty -F /dev/ttyS1 raw -echo
		HOME=/root bash /lab/command </dev/null >/dev/ttyS1 2>&1
		status=$?
		journalctl -b --no-pager -o short-monotonic >/lab/journal 2>&1
		cat /proc/sys/kernel/tainted >/lab/tainted
		echo "$status" >/lab/status
		systemctl --no-block poweroff
	END
	chmod 755 "$stage/run"
	cat >"$stage/lab.service" <<-'END'
		[Unit]
		Description=The command of the lab
		After=multi-user.target
		[Service]
		Type=simple
		ExecStart=/lab/run
	END
	"${as_root[@]}" rm -rf "$root/lab/"{status,journal,tainted,command,run}
	"${as_root[@]}" cp -rT "$stage" "$root/lab"
	"${as_root[@]}" ln -sfn /lab/lab.service "$root/etc/systemd/system/lab.service"
	"${as_root[@]}" mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
	"${as_root[@]}" ln -sfn /lab/lab.service "$root/etc/systemd/system/multi-user.target.wants/lab.service"
}
prepare "$@"

have_initramfs
mkdir -p "$run/init"
cp "$LAB/system-init" "$run/init/init"
(cd "$run/init" && pack "$run/init.cpio")
cat "${INITRAMFS[@]}" "$run/init.cpio" >"$run/initramfs"

# The console gets all complaints of the kernel until the end.
arguments="console=ttyS0 loglevel=5 panic=-1 oops=panic rcupdate.rcu_cpu_stall_suppress_at_boot=1 mitigations=off no_timer_check"
arguments+=" tsc=reliable$(tsc_frequency) systemd.unit=multi-user.target systemd.show_status=0"
machine=("${as_root[@]}" qemu-system-x86_64 -M q35 -cpu qemu64 -accel "tcg,thread=multi,tb-size=512" -smp 2 -m 1024
	-nodefaults -no-user-config -display none -no-reboot
	-kernel "$kernel/vmlinux" -initrd "$run/initramfs" -append "$arguments"
	-serial "file:$results/console.log" -chardev "stdio,id=command,signal=off" -serial chardev:command
	-device virtio-rng-pci
	-fsdev "local,id=root,path=${root//,/,,},security_model=passthrough,multidevs=remap"
	-device "virtio-9p-pci,fsdev=root,mount_tag=root")

hold_heavy
begin=$(now)
status=0
# The guest ends when this script is killed.
setpriv --pdeathsig TERM timeout --foreground -k 5 "$limit" "${machine[@]}" </dev/null 2>"$results/stderr" &
vm=$!
wait "$vm" || status=$?
vm=
took=$(seconds $(($(now) - begin)))

# --- the verdict --------------------------------------------------------------------

cp "$root/lab/journal" "$results/journal" 2>/dev/null || :
if grep -qE 'Kernel panic|Oops|BUG:' "$results/console.log"; then
	say "lab: the kernel died:"
	grep -E -A 45 -m 1 'BUG:|Oops|Kernel panic' "$results/console.log" >&2
	exit 120
fi
if ((status == 124 || status == 137)); then
	say "lab: time limit of $limit s reached; the end of the console:"
	tail -n 30 "$results/console.log" >&2
	exit 124
fi
if ((status)) || [[ ! -s $root/lab/status ]]; then
	say "lab: the guest ended without a result (status $status)"
	cat "$results/stderr" >&2
	tail -n 30 "$results/console.log" >&2
	exit 125
fi
status=$(<"$root/lab/status")
[[ $quiet ]] || say "lab: whole boot $took s, status $status"
if ! complaints "$results/console.log" "grex-lab: start" 0 "$(<"$root/lab/tainted")" >"$run/complaints"; then
	say "lab: the kernel complained (status of the command: $status):"
	cat "$run/complaints" >&2
	exit 121
fi
exit "$status"
