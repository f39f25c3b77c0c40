#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tail -f a growing log: inotify fd + poll()
# packages: coreutils
# quick
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { echo hello > log; OUT=out spawn tail tail -n0 -f $D/log; target $SPAWNED; sleep 0.2; }
do_load() { bounded $SECS bash -c 'while :; do date >> log; sleep 0.01; done'; true; }
main "$@"
