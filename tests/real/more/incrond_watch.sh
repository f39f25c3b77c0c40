#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# incrond: inotify by poll; it starts a command for each event
# packages: incron
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	mkdir st ut w run; printf '%s/w IN_CLOSE_WRITE /bin/true\n' "$D" > st/t
	printf 'system_table_dir = %s/st\nuser_table_dir = %s/ut\nlockfile_dir = %s/run\nlockfile_name = incrond\n' "$D" "$D" "$D" > i.conf
	spawn incrond unshare -m sh -c 'mount --bind /dev/null /dev/console; exec incrond -n -f "$1/i.conf"' _ $D; sleep 0.5; target $SPAWNED
}
do_load() { bounded $SECS bash -c 'while :; do echo x > w/f; sleep 0.05; done'; [ $? = 124 ]; }
main "$@"
