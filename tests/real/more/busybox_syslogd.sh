#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# busybox syslogd: asleep in read of the log socket
# packages: busybox
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	spawn syslogd unshare -m sh -c 'mkdir "$1/dev" && mount -t tmpfs none "$1/dev" && mknod "$1/dev/null" c 1 3 && mount --rbind "$1/dev" /dev && exec busybox syslogd -n -O "$1/log"' _ $D
	sleep 1; target $SPAWNED
}
do_load() { $PY -c "
import os, socket, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.connect('/proc/$T/root/dev/log'); end = time.time() + $SECS
while time.time() < end: s.send(b'<13>Jan  1 00:00:00 a: one more line'); time.sleep(0.005)"; }
main "$@"
