#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# boot.sh [OPTIONS] -- COMMAND...: run a command on a lab kernel.
#
# The guest sees this machine's files, under a layer of memory that takes its
# writes (but see --virtual), and runs COMMAND in the checkout.  One argument is a shell line.
# $GREX_RESULTS there is a folder whose files stay (see -o).
#
#   -k NAME       kernel (6.1), see kernel.sh
#   -t SECONDS    time limit (600)
#   -o FOLDER     where results go (.build/results/boot-NAME)
#   --module KO   make this module loadable too; may be repeated
#   --no-module   leave out grex.ko
#   --smp N, --mem MB, --append "KERNEL ARGUMENTS"
#   --virtual     virtual time: one CPU that takes 1 ns for each instruction, and
#                 skips idle time.  What else this machine does changes nothing.  All
#                 its files are in memory: those that files.sh names, and the checkout.
#   --link SOCKET:listen|connect   a network card joined to another guest's
#   --share FOLDER  one more folder, writable, as GREX_SHARED
#   --beat SECONDS  time limit between two test files (guest-run.sh)
#   --kmemleak    look for leaks at the end (kernel debug)
#   --shell       a shell instead of a command
#   --quiet       say nothing but what the command says
#
# Exit status: the command's, or 120 the kernel died, 121 the kernel complained
# (WARN, lockdep, KASAN, taint...), 124 time limit, 125 the guest did not start.

set -euo pipefail
. "$(dirname "$0")/common.sh"
# shellcheck source=complaints.sh
. "$LAB/complaints.sh"
# shellcheck source=machine.sh
. "$LAB/machine.sh"

usage() { sed -n '3,/^$/s/^# \{0,1\}//p' "$0" >&2; exit 2; }

name=6.1 limit='' results='' smp=2 mem=2048 append='' virtual='' link='' share='' beat='' kmemleak='' shell='' quiet='' modules=() own_module=1
while (($#)); do
	case $1 in
	-k) name=$2; shift 2 ;;
	-t) limit=$2; shift 2 ;;
	-o) results=$2; shift 2 ;;
	--module) modules+=("$(realpath "$2")"); shift 2 ;;
	--no-module) own_module=0; shift ;;
	--smp) smp=$2; shift 2 ;;
	--mem) mem=$2; shift 2 ;;
	--append) append=$2; shift 2 ;;
	--virtual) virtual=1; shift ;;
	--link) link=$2; shift 2 ;;
	--share) share=$(realpath "$2"); shift 2 ;;
	--beat) beat=$2; shift 2 ;;
	--kmemleak) kmemleak=1; shift ;;
	--shell) shell=1; shift ;;
	--quiet) quiet=1; shift ;;
	--) shift; break ;;
	*) usage ;;
	esac
done
[[ $shell ]] || (($#)) || usage
if [[ ! $limit ]]; then [[ $shell ]] && limit=0 || limit=600; fi

kernel=$("$LAB/kernel.sh" "$name")
"$LAB/deps.sh" lab guest >&2
release=$(<"$kernel/release")
: "${results:=$CHECKOUT/.build/results/boot-$name}"
mkdir -p "$results/.lab"
results=$(cd "$results" && pwd -P)
rm -f "$results"/.lab/* "$results"/{dmesg,kmemleak,console.log}

# Remove what killed boots have left.
find "$GREX_CACHE/run" -ignore_readdir_race -mindepth 1 -maxdepth 1 -mmin +1440 -exec rm -rf {} + || :
run=$(mktemp -d "$GREX_CACHE/run/boot.XXXXXX")
vm='' tty='' watch=''
# shellcheck disable=SC2317 # by the trap
cleanup() {
	[[ -z $watch ]] || kill "$watch" 2>/dev/null || :
	[[ -z $vm ]] || kill "$vm" 2>/dev/null || :
	[[ -z $vm ]] || wait "$vm" 2>/dev/null || :
	[[ -z $tty ]] || stty "$tty" 2>/dev/null || :
	rm -rf "$run"
	[[ -z $link ]] || [[ $link != *:listen ]] || rm -f "${link%:*}"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

# --- the modules the guest can load ------------------------------------------

tree=$run/lib/modules/$release
mkdir -p "$tree/updates/dkms"
ln -s "$kernel/modules/lib/modules/$release/kernel" "$tree/kernel"
cp "$kernel/modules/lib/modules/$release"/modules.{order,builtin*} "$tree/"
built=$CHECKOUT/.build/$name/grex.ko
if ((own_module)) && [[ -f $built ]]; then cp "$built" "$tree/updates/dkms/"; fi
if ((${#modules[@]})); then cp "${modules[@]}" "$tree/updates/dkms/"; fi
depmod -b "$run" "$release"

# --- initramfs: a part that stays with the kernel, and a part for this boot ---

root=9p
[[ ! $virtual ]] || root=memory
stage=$run/boot
mkdir -p "$stage/boot.d"
if [[ $root == memory ]]; then
	have_memory_root
	checkout_archive "$run/checkout.cpio"
	INITRAMFS+=("$run/checkout.cpio")
	mkdir -p "$stage/usr/lib/modules"
	rm "$tree/kernel"
	mv "$run/lib/modules/$release" "$stage/usr/lib/modules/"
else
	have_initramfs
fi
rows=24 columns=80
if [[ -t 0 ]]; then read -r rows columns < <(stty size) || :; fi
((rows && columns)) || rows=24 columns=80
{
	printf '%s=%q\n' LAB_ROOT "$root" LAB_KERNEL "$name" LAB_KERNEL_DIR "$kernel" LAB_RELEASE "$release" LAB_RUN "$run" \
		LAB_CHECKOUT "$CHECKOUT" LAB_SCRIPTS "$LAB" LAB_RESULTS "$results" LAB_KMEMLEAK "$kmemleak" LAB_SHELL "$shell" LAB_LINK "$link" LAB_SHARE "$share" \
		LAB_TERM "${TERM:-dumb}" LAB_ROWS "$rows" LAB_COLUMNS "$columns"
} >"$stage/boot.env"
# The caller's GREX_ variables reach the command.
for variable in $(compgen -e GREX_); do
	case $variable in GREX_CACHE | GREX_TALLY | GREX_RESULTS | GREX_LAB | GREX_LINK | GREX_SHARED | GREX_NOLOCK | GREX_SRC) continue ;; esac
	printf '%s=%q\n' "$variable" "${!variable}"
done >"$stage/boot.d/environment"
if (($# == 1)); then printf '%s\n' "$1"; elif (($#)); then printf 'exec'; printf ' %q' "$@"; echo; fi >"$stage/boot.d/command"
(cd "$stage" && pack "$run/boot.cpio")
cat "${INITRAMFS[@]}" "$run/boot.cpio" >"$run/initramfs"

# --- the machine ---------------------------------------------------------------

# With virtual time the guest counts instructions, and measures the frequency correctly.
frequency=
[[ $virtual ]] || frequency=$(tsc_frequency)
# norandmaps gives each process the same addresses, so that QEMU finds translated code
# again.
arguments="console=ttyS0 norandmaps loglevel=5 panic=-1 oops=panic log_buf_len=1M rcupdate.rcu_cpu_stall_suppress_at_boot=1 $append"
case $name in
debug)
	# ACPI tables take seconds under a sanitizer, and kmemleak doubles each run time.
	# A busy machine delays ticks, for which the watchdog blames the TSC. The guest
	# would fall back to jiffies, in which a round trip takes no time.
	arguments+=" tsc=reliable$frequency acpi=off kasan_multi_shot pty.legacy_count=0 i8042.nokbd i8042.noaux"
	[[ $kmemleak ]] && arguments+=" kmemleak=on" || arguments+=" kmemleak=off"
	;;
*) arguments+=" mitigations=off no_timer_check tsc=reliable$frequency" ;;
esac

cpus=$smp
[[ $name == debug ]] && cpus="$smp,sockets=$smp,cores=1"
accel=(-accel "tcg,thread=multi,tb-size=512")
[[ $virtual ]] && accel=(-accel "tcg,tb-size=512" -icount "shift=0,sleep=off") cpus=1 mem=$((mem + 1024))
machine=(qemu-system-x86_64 -M q35 -cpu qemu64 "${accel[@]}" -smp "$cpus" -m "$mem"
	-nodefaults -no-user-config -display none -no-reboot
	-kernel "$kernel/vmlinux" -initrd "$run/initramfs" -append "$arguments"
	-serial "file:$results/console.log" -chardev "stdio,id=command,signal=off" -serial chardev:command
	-device "isa-debug-exit,iobase=0xf4,iosize=0x4" -device virtio-rng-pci
	-fsdev "local,id=results,path=${results//,/,,},security_model=none,multidevs=remap"
	-device "virtio-9p-pci,fsdev=results,mount_tag=results")
[[ $root == memory ]] || machine+=(-fsdev "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap"
	-device "virtio-9p-pci,fsdev=root,mount_tag=hostroot")
if [[ $share ]]; then
	machine+=(-fsdev "local,id=shared,path=${share//,/,,},security_model=none,multidevs=remap"
		-device "virtio-9p-pci,fsdev=shared,mount_tag=shared")
fi
case $link in
'') ;;
*:listen) machine+=(-netdev "stream,id=link,server=on,addr.type=unix,addr.path=${link%:*}"
	-device "virtio-net-pci,netdev=link,mac=02:00:00:00:00:01") ;;
*:connect) machine+=(-netdev "stream,id=link,server=off,addr.type=unix,addr.path=${link%:*}"
	-device "virtio-net-pci,netdev=link,mac=02:00:00:00:00:02") ;;
*) usage ;;
esac

# Guests with virtual time do not depend on the load.
[[ $virtual ]] || hold_heavy
begin=$(now)
input=/dev/null
if [[ $shell ]]; then
	input=/dev/stdin
	if [[ -t 0 ]]; then tty=$(stty -g); fi
fi
exec 3>>"$results/console.log"
session=(setsid)
[[ ! $shell ]] || session=() # The shell needs the terminal.

# run_machine: start the guest and wait for its end; set status
run_machine() {
	local newest

	status=0
	# The guest ends when this script is killed. A session of its own gets a share of the
	# processors of its own (autogroup in sched(7)), whatever else this machine does.
	"${session[@]}" setpriv --pdeathsig TERM timeout --foreground -k 5 "$limit" "${machine[@]}" <"$input" 2>"$run/stderr" &
	vm=$!
	# guest-run.sh writes to a file in the results folder when it goes to the next
	# test.
	if [[ $beat ]]; then
		(
			while sleep 5; do
				newest=$(stat -c %Y "$results/.lab" "$results/.lab/current" 2>/dev/null | sort -n | tail -n 1)
				(($(date +%s) - newest < beat)) || break
			done
			touch "$results/.lab/stalled"
			kill "$vm"
		) >/dev/null 2>&1 &
		watch=$!
	fi
	wait "$vm" || status=$?
	vm=
	if [[ $watch ]]; then kill "$watch" 2>/dev/null || :; fi
	watch=
	[[ ! -f $results/.lab/stalled ]] || status=124
}

run_machine
# QEMU itself sometimes crashes while a guest boots. Such a crash says nothing about the
# guest.
if ((status == 139)) && [[ ! -f $results/.lab/started ]]; then
	say "lab: the emulator crashed before the guest ran anything; once more"
	run_machine
fi

# --- the verdict -----------------------------------------------------------------

end=$(now)
report() { [[ $quiet ]] || say "lab: $*"; }
started=$(cat "$results/.lab/started" 2>/dev/null || :)
if [[ -f $results/.lab/status ]]; then
	status=$(<"$results/.lab/status")
	report "$release: command ran after $started s of the guest's clock, whole boot $(seconds $((end - begin))) s, status $status"
	read -r before after <"$results/.lab/tainted"
	mark="grex-lab: start"
	# guest-run.sh has already attributed all earlier complaints to test files.
	[[ ! -f $results/.lab/reported ]] || mark="grex-lab: all files have run" before=$after
	if ! complaints "$results/dmesg" "$mark" "$before" "$after" >"$results/.lab/complaints"; then
		say "lab: the kernel complained (status of the command: $status):"
		cat "$results/.lab/complaints" >&2
		exit 121
	fi
	exit "$status"
fi
if ((status == 124 || status == 137)); then
	say "lab: time limit of $limit s reached; the end of the kernel's log:"
	tail -n 30 "$results/console.log" >&2
	exit 124
fi
if grep -qE 'Kernel panic|Oops|BUG:|BUG at|---\[ end' "$results/console.log"; then
	say "lab: the kernel died:"
	grep -E -A 45 -m 1 'skb_(over|under)_panic|BUG:|BUG at|Oops|WARNING:|Kernel panic|general protection' "$results/console.log" >&2 || tail -n 60 "$results/console.log" >&2
	exit 120
fi
say "lab: the guest ended without a result (status $status)"
cat "$run/stderr" >&2
tail -n 20 "$results/console.log" >&2
exit 125
