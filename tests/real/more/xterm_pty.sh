#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xterm: select over the X connection and the terminal's other end
# packages: xterm xvfb
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	spawn xvfb Xvfb :78 -screen 0 640x480x16 -nolisten tcp -ac; wait_sock /tmp/.X11-unix/X78
	mkfifo in; chmod 666 in; exec 8<>in
	DISPLAY=:78 spawn xterm xterm -e cat "$D/in"; T=$SPAWNED; child_named $T '^cat' 5 >/dev/null; target $T; sleep 1
}
do_load() { bounded $SECS bash -c 'while :; do echo "one more line of text"; sleep 0.02; done' > in; true; }
main "$@"
