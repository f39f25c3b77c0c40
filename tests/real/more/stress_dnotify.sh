#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# stress-ng --dnotify: a directory tells of its changes by a real-time signal
# packages: stress-ng
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { spawn sng stress-ng --dnotify 1 --timeout 100 --temp-path $D; sleep 1; local c; c=$(child_named $SPAWNED 'stress-ng-dnoti' 5); target $c; }
do_load() { sleep $SECS; }
main "$@"
