#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tar to a pipe whose reader is slow: blocking write() to the pipe dominates
# packages: pv tar
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { mkfifo out; OUT=/dev/null IN=out spawn sink pv -qL 20m; local s=$SPAWNED; OUT=out spawn tar tar cf - /usr/lib; target $SPAWNED; }
do_load() { sleep $SECS; }
main "$@"
