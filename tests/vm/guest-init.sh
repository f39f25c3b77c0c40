#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# The guest's /init, put in the initrd by run-vm.sh; not for the host. It runs twice:
# from the initrd, where it mounts the host's root (9p) and what belongs on it, and then,
# as process 1 of that ("stage2"), where it runs the command and ends the VM. A second
# stage, and not a chroot, because in a chroot the kernel refuses user namespaces and
# /proc/self/mountinfo lies. All but the command is busybox's work: starting a program
# over 9p takes a quarter of a second under emulation.

if [ "$1" != stage2 ]; then
	/bin/busybox --install -s /bin; PATH=/bin
	mount -t devtmpfs dev /dev
	for m in /modules/*.ko; do insmod "$m" || echo "guest-init: $m" >/dev/console; done
	o=trans=virtio,version=9p2000.L,msize=262144
	mount -t 9p -o ro,$o,cache=loose root /mnt || reboot -f # nobody writes: cache freely
	mkdir /hold/share /hold/cwd /hold/writable /hold/results
	mount -t 9p -o $o,cache=none,access=any share /hold/share || reboot -f

	# Taken hold of before a tmpfs hides them: the working directory, and the modules,
	# which go where modprobe looks (if the host has such a folder to mount them on).
	read -r cwd </hold/share/cwd; read -r modules </hold/share/modules
	mount -o bind "/mnt$cwd" /hold/cwd
	mount -o bind "/mnt$modules" /mnt/lib/modules 2>/dev/null
	[ ! -e /hold/share/writable ] || mount -t 9p -o $o,cache=none,access=any writable /hold/writable
	[ ! -e /hold/share/results ] || mount -t 9p -o $o,cache=none,access=any results /hold/results
	mount -t devtmpfs dev /mnt/dev; mkdir -p /mnt/dev/pts /mnt/dev/shm
	mount -t devpts -o ptmxmode=666 devpts /mnt/dev/pts
	for d in tmp run var/tmp dev/shm; do mount -t tmpfs -o mode=1777 tmpfs /mnt/$d; done
	case $cwd in
	/tmp/* | /run/* | /var/tmp/* | /dev/shm/*) mkdir -p "/mnt$cwd"; mount -o move /hold/cwd "/mnt$cwd" ;;
	esac
	if [ -e /hold/share/writable ]; then
		read -r writable </hold/share/writable
		mkdir -p "/mnt$writable" 2>/dev/null; mount -o move /hold/writable "/mnt$writable"
	fi
	mount -t proc proc /mnt/proc
	mount -t sysfs sysfs /mnt/sys
	mount -t tracefs tracefs /mnt/sys/kernel/tracing
	mount -t debugfs debugfs /mnt/sys/kernel/debug
	mount -t bpf bpffs /mnt/sys/fs/bpf
	mount -t cgroup2 cgroup2 /mnt/sys/fs/cgroup
	ln -s /proc/self/fd /mnt/dev/fd
	ln -s fd/0 /mnt/dev/stdin; ln -s fd/1 /mnt/dev/stdout; ln -s fd/2 /mnt/dev/stderr
	ip link set lo up
	mkdir /mnt/run/vm /mnt/run/results; mount -o move /hold/share /mnt/run/vm
	[ ! -e /mnt/run/vm/results ] || mount -o move /hold/results /mnt/run/results
	cp /init /mnt/run/vm-init; cp /bin/busybox /mnt/run/busybox
	exec switch_root /mnt /run/busybox sh /run/vm-init stage2
fi

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
export RESULTS=/run/results
ulimit -l unlimited # locked memory: BPF maps on old kernels, ring buffers on all
read -r cwd </run/vm/cwd
: >/run/vm/started
if [ -e /run/vm/terminal ]; then # run-vm.sh -i
	read -r rows cols TERM </run/vm/terminal; export TERM
	/run/busybox stty -F /dev/ttyS0 sane rows "$rows" cols "$cols"
	# A session of its own, with the line as its terminal: no job control without.
	(cd "$cwd" && exec /run/busybox setsid -c bash /run/vm/command) </dev/ttyS0 >/dev/ttyS0 2>&1
else
	(cd "$cwd" && exec bash /run/vm/command) </dev/null >/run/vm/stdout 2>/run/vm/stderr
fi
echo $? >/run/vm/status
/run/busybox dmesg >/run/vm/dmesg
: >/run/vm/done
/run/busybox reboot -f # QEMU has -no-reboot: it ends here
