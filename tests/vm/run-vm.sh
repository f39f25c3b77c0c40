#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# run-vm.sh KERNEL [-i] [-b SECONDS] [-t SECONDS] [-m MEM] [-c CPUS] [-w DIR] [-W DIR] [-o DIR]
#           [-a ARGS] -- COMMAND [ARG...]
#
# Boots KERNEL, a series that fetch-kernels.sh fetched or the folder it lies in, and runs
# COMMAND in it as root, on a read-only view of this machine's root file system. stdout and
# stderr come out here when COMMAND has ended. Root is not needed: the guest's root then
# sees and writes what the user of this script may. KVM is not needed either:
# $IOMODEL_ACCEL is tcg (all is emulated, the default) or auto, which tries KVM where
# /dev/kvm opens, and emulates where the guest does not come up that way.
#   -i          COMMAND has this terminal: it is on the guest's serial console, with job
#               control, and all keys, Ctrl-C too, are the guest's. No limit but the boot's.
#   -b SECONDS  for the boot (default 180)
#   -t SECONDS  for COMMAND (default 120)
#   -m MEM      guest memory (default 1G)
#   -c CPUS     the guest's processors (default 2)
#   -w DIR      COMMAND's working directory (default: the current one); seen in the guest
#               at its own path, read-only, even where that is under /tmp
#   -W DIR      a folder that the guest may write, seen at its own path (default: none)
#   -o DIR      results: the guest may write it; it is $RESULTS in the guest (default: a
#               folder thrown away at the end)
#   -a ARGS     more for the kernel's command line, e.g. preempt=full
# In the guest /tmp, /var/tmp and /run are empty and its own, like all its memory.
#
# Status: COMMAND's own, but for these of ours:
#   123  the kernel warned (BUG, WARNING, oops, KASAN, lockdep, ...): lines on stderr
#   124  no boot within SECONDS, twice (a boot that hangs is tried once more, and that is
#        said), or COMMAND did not end within SECONDS
#   125  the rig failed: no kernel, no boot, no status
# Needs the packages qemu-system-x86 and python3; where the initrd was not made beforehand
# (make-initrd), also those that make-initrd names. Root gets a private mount namespace, so
# that the host's /proc, /sys, /dev and /run are not in the guest at all.
set -euo pipefail

say() { echo "run-vm: $*" >&2; }
die() { say "$*"; exit 125; }
here=$(dirname "$(readlink -f "$0")")
boot_seconds=180 seconds=120 mem=1G cpus=2 cwd=$PWD out='' writable='' more='' interactive=''
[ $# -ge 1 ] || die "usage: run-vm.sh KERNEL [-i] [-b SECONDS] [-t SECONDS] [-m MEM] [-c CPUS] [-w DIR] [-W DIR] [-o DIR] [-a ARGS] -- COMMAND [ARG...]"
kernel=${IOMODEL_CACHE:-/var/cache/iomodel}/kernels/$1
[ -d "$kernel" ] || kernel=$1
kernel=$(readlink -f "$kernel"); shift
while getopts ib:t:m:c:w:W:o:a: opt; do
	case $opt in
	b) boot_seconds=$OPTARG ;; t) seconds=$OPTARG ;; m) mem=$OPTARG ;; c) cpus=$OPTARG ;;
	w) cwd=$OPTARG ;; W) writable=$OPTARG ;; o) out=$OPTARG ;;
	a) more=$OPTARG ;; i) interactive=1 ;; *) die "bad option" ;;
	esac
done
shift $((OPTIND - 1))
[ $# -ge 1 ] || die "no command"
[ -z "$interactive" ] || [ -t 0 ] || die "-i: stdin is no terminal"
command -v qemu-system-x86_64 >/dev/null || die "qemu-system-x86_64 is missing: install qemu-system-x86"
release=$(cat "$kernel/release") || die "$kernel: not made by fetch-kernels.sh"
cwd=$(cd "$cwd" && pwd -P) || die "no such working directory"

work=$(mktemp -d)
qemu='' tty=''
# What was killed did not put the terminal back.
cooked() { [ -z "$tty" ] || stty "$tty" <&3 || true; tty=; }
# shellcheck disable=SC2317 # the trap calls it
end() { [ -z "$qemu" ] || { kill -9 "$qemu"; wait "$qemu"; } 2>/dev/null || true; cooked; rm -rf "$work"; }
trap end EXIT; trap 'exit 130' INT; trap 'exit 143' TERM; trap 'exit 129' HUP
mkdir "$work"/{root,share}
[ -z "$out" ] || { mkdir -p "$out"; out=$(cd "$out" && pwd -P); }
[ -z "$writable" ] || writable=$(cd "$writable" && pwd -P) || die "-W: no such folder"
accel=(-accel "tcg,thread=single" -cpu max) kvm=
if [ "${IOMODEL_ACCEL:-tcg}" = auto ] && [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
	kvm=1
fi

initrd=$kernel/initrd # made once, for kits
if [ ! -e "$initrd" ]; then
	initrd=$work/initrd
	"$here/make-initrd" "$kernel" "$initrd" || die "no initrd"
fi

# One try. Status: 0 the guest came to its end, 124 out of time, 125 it died on the way.
# The command's time begins when the guest says it starts: a slow boot takes none of it.
boot() {
	rm -rf "$work/share"; mkdir -m 700 "$work/share" # a 9p export of its own: the guest's root may write it
	echo 125 >"$work/share/status" # what holds if the guest never gets to say
	printf '%q ' "$@" >"$work/share/command"
	printf '%s\n' "$cwd" >"$work/share/cwd"
	printf '%s\n' "$kernel/lib/modules" >"$work/share/modules"
	local exports=() root=/
	[ -z "$out" ] || {
		: >"$work/share/results"
		exports+=(-virtfs "local,path=$out,mount_tag=results,security_model=none,multidevs=remap")
	}
	[ -z "$writable" ] || {
		printf '%s\n' "$writable" >"$work/share/writable"
		exports+=(-virtfs "local,path=$writable,mount_tag=writable,security_model=none,multidevs=remap")
	}
	exec 3</dev/null
	: >"$work/qemu.log"
	local serial=(-serial "file:$work/console") log=$work/qemu.log
	if [ -n "$interactive" ]; then
		exec 3<&0; log=/dev/stdout
		serial=(-chardev "stdio,id=c,signal=off" -serial chardev:c)
		# A serial line tells nobody the size of the terminal, nor its kind.
		echo "$(stty size <&3) ${TERM:-dumb}" >"$work/share/terminal"
		say "$release: booting; should it hang: kill $$, from another terminal"
		tty=$(stty -g <&3)
		stty raw -echo <&3
	fi
	# Root: a mount namespace of QEMU's own, where the host's /proc, /sys, /dev and /run are
	# taken off the tree before it is exported, so that no path in the guest leads there.
	# unshare and bash exec on, so the pid is QEMU's. Others: what they may read anyway; the
	# guest's own mounts lie over these.
	# One thread for both CPUs: with a thread each, QEMU now and then goes on executing the
	# breakpoint that the kernel put where it patches its code (attaching to a tracepoint
	# does), and both CPUs trap there for ever.
	# Not -M microvm and not acpi=off: both hang now and then with these kernels.
	local isolate=()
	# shellcheck disable=SC2016 # the inner bash expands it
	[ "$(id -u)" != 0 ] || {
		root=$work/root
		isolate=(unshare --mount --propagation private bash -c '
		set -e
		w=$1; shift
		mount --rbind / "$w/root"
		for d in proc sys dev run; do umount -R -l "$w/root/$d" 2>/dev/null || :; done
		exec "$@"' - "$work")
	}
	local how=("${accel[@]}")
	[ -z "$kvm" ] || how=(-accel kvm -cpu host)
	"${isolate[@]}" qemu-system-x86_64 "${how[@]}" -smp "$cpus" -m "$mem" \
		-nodefaults -display none -no-reboot "${serial[@]}" \
		-kernel "$kernel/vmlinux" -initrd "$initrd" \
		-append "console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable log_buf_len=2M $more" \
		-virtfs "local,path=$root,mount_tag=root,security_model=none,readonly=on,multidevs=remap" \
		-virtfs "local,path=$work/share,mount_tag=share,security_model=none,multidevs=remap" \
		"${exports[@]}" \
		<&3 >>"$log" 2>>"$work/qemu.log" &
	qemu=$!
	local end=$((SECONDS + boot_seconds)) begun='' rc=0
	[ -z "$kvm" ] || end=$((SECONDS + 10)) # it is up in one, or never
	while kill -0 "$qemu" 2>/dev/null; do
		if [ -z "$begun" ] && [ -e "$work/share/started" ]; then
			begun=1 end=$((SECONDS + seconds))
			[ -z "$interactive" ] || end=$((SECONDS + 1000000000))
		fi
		[ "$SECONDS" -lt "$end" ] || { rc=124; kill -9 "$qemu" || true; break; }
		sleep 0.1
	done
	wait "$qemu" 2>/dev/null || true; qemu=
	cooked
	[ "$rc" != 0 ] || [ -e "$work/share/done" ] || rc=125
	return "$rc"
}

for try in 1 2; do
	rc=0; boot "$@" || rc=$?
	if [ -n "$kvm" ] && [ ! -e "$work/share/started" ]; then
		say "$release: KVM is there but does not run this guest: emulating"
		kvm=
		rc=0; boot "$@" || rc=$?
	fi
	[ "$rc" = 124 ] || break
	if [ -e "$work/share/started" ]; then
		say "$release: hang: the command did not end within $seconds s"
		break
	fi
	say "$release: hang: no boot within $boot_seconds s (try $try of 2)"
done

[ ! -e "$work/share/stdout" ] || cat "$work/share/stdout"
[ ! -e "$work/share/stderr" ] || cat "$work/share/stderr" >&2
if [ "$rc" = 125 ]; then
	say "$release: the guest went down on its way; QEMU and the console said:"
	tail -n 20 "$work/qemu.log" "$work/console" >&2 || true
fi

# The console too: after a panic nobody was left to write dmesg.
bad='BUG:|WARNING:|Oops|KASAN|KCSAN|UBSAN|general protection fault|Kernel panic|Unable to handle|unable to handle|lockdep is turned off|DEBUG_LOCKS_WARN|possible (circular|recursive) locking|inconsistent lock state|suspicious RCU|kmemleak: [1-9]|(rcu|INFO): .*(stall|blocked for more)|soft lockup|hard LOCKUP|Call Trace'
grep -shaE "$bad" "$work/share/dmesg" "$work/console" | awk '!seen[$0]++' >"$work/bad" || true
if [ -s "$work/bad" ]; then
	say "$release: the kernel warned:"; head -n 40 "$work/bad" >&2
	say "$release: and from the first of these lines on:"
	cat "$work/share/dmesg" "$work/console" 2>/dev/null | grep -aE -m 1 -A 150 "$bad" >&2 || true
	exit 123
fi
[ "$rc" = 0 ] || exit "$rc"
exit "$(cat "$work/share/status")"
