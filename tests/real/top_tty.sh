#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# top in a terminal: pselect() on the tty with a delay, many small /proc reads
# packages: procps python3
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { spawn_pty top top -d 0.2; target $SPAWNED; sleep 0.5; }
do_load() { bounded $SECS bash -c 'while :; do printf "c"; sleep 1; done' > top.keys; true; }
main "$@"
