#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# stress-ng --sock: loopback TCP server
# packages: stress-ng
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { cd $D; spawn sng stress-ng --sock 1 --sock-port 21160 --sock-if lo --timeout 100 --temp-path $D; sleep 1; local c; c=$(child_named $SPAWNED 'stress-ng-sock' 5); target $c; }
do_load() { sleep $SECS; }
main "$@"
