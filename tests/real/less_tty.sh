#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# less waiting for keys on a tty: blocking read of the terminal
# packages: less python3
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { textfile $SHARED/text256 256; spawn_pty less less $SHARED/text256; target $SPAWNED; sleep 0.5; }
do_load() { bounded $SECS bash -c 'while :; do printf " "; sleep 0.2; done' > less.keys; true; }
main "$@"
