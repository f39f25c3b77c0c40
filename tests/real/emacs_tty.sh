#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# emacs -nw: tty is O_ASYNC (SIGIO on input) but the wait is pselect() - mixture
# packages: emacs-nox python3
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { mkfifo x; rm x; HOME=$D spawn_pty emacs emacs -nw -Q; target $SPAWNED; sleep 2; }
do_load() { bounded $SECS bash -c 'while :; do printf a; sleep 0.02; done' > emacs.keys; true; }
main "$@"
