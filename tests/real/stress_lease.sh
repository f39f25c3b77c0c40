#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# stress-ng --lease: F_SETLEASE, lease breaks announced by SIGIO; no data transfer
# packages: stress-ng
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { cd $D; spawn sng stress-ng --lease 1 --timeout 100 --temp-path $D; sleep 1; local c; c=$(child_named $SPAWNED 'stress-ng-lease' 5); target $c; }
do_load() { sleep $SECS; }
main "$@"
