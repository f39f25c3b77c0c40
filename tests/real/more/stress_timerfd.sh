#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# stress-ng --timerfd: reads of timers; a timer is no file with data
# packages: stress-ng
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { spawn sng stress-ng --timerfd 1 --timeout 100 --temp-path $D; sleep 1; local c; c=$(child_named $SPAWNED 'stress-ng-timer' 5); target $c; }
do_load() { sleep $SECS; }
main "$@"
