#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tini: waits for signals, with a time-out of one second
# packages: tini
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { spawn tini tini -s -- sleep 1000; sleep 0.3; target $SPAWNED; }
do_load() { sleep $SECS; }
main "$@"
