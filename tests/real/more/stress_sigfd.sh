#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# stress-ng --sigfd: signals read from a signalfd; no file sent them
# packages: stress-ng
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { spawn sng stress-ng --sigfd 1 --timeout 100 --temp-path $D; sleep 1; local c; c=$(child_named $SPAWNED 'stress-ng-sigfd' 5); target $c; }
do_load() { sleep $SECS; }
main "$@"
