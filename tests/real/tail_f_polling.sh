#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tail -f with inotify disabled: clock_nanosleep + fstat + read-at-EOF, i.e. polling a regular file
# packages: coreutils
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { echo hello > log; OUT=out spawn tail tail ---disable-inotify -s 0.05 -n0 -f $D/log; target $SPAWNED; sleep 0.2; }
do_load() { bounded $SECS bash -c 'while :; do date >> log; sleep 0.2; done'; true; }
main "$@"
