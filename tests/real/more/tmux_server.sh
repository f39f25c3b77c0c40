#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tmux: the server, with one busy window and nobody attached
# packages: tmux
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	mkfifo in; exec 8<>in
	HOME=$D SHELL=/bin/sh spawn tmux tmux -f /dev/null -S $D/s -D; T=$SPAWNED; wait_sock s
	HOME=$D tmux -f /dev/null -S $D/s new-session -d "cat $D/in"; target $T
}
do_load() { bounded $SECS bash -c 'while :; do echo "one more line of text"; sleep 0.01; done' > in; true; }
main "$@"
