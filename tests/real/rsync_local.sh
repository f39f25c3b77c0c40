#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# rsync, local copy: sender and receiver talk over non-blocking socketpairs with select(); files read blocking
# packages: rsync
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { bigfile $SHARED/big1g 1024; spawn rsync rsync -a --no-whole-file --bwlimit=20m $SHARED/big1g $D/out; target $SPAWNED; }
do_load() { sleep $SECS; }
main "$@"
