#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# picocom between a terminal and a serial line (a pseudo terminal of socat)
# packages: picocom socat
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	mkfifo in; exec 8<>in
	IN=in spawn socat socat -u - pty,link=$D/line,raw,echo=0,wait-slave; local i; for i in $(seq 100); do [ -e line ] && break; sleep 0.05; done
	HOME=$D spawn_pty pico picocom -q --noinit --nolock $D/line; target $SPAWNED; sleep 0.5
}
do_load() { bounded $SECS bash -c 'while :; do echo "one more line of text"; sleep 0.02; done' > in; true; }
main "$@"
