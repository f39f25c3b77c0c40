#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# stress-ng --io-uring: many kinds of requests on one file
# packages: stress-ng
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { spawn sng stress-ng --io-uring 1 --timeout 100; sleep 1; local c; c=$(child_named $SPAWNED 'stress-ng-io-ur' 5); target $c; }
do_load() { sleep $SECS; }
main "$@"
