#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# flock(1) blocked in flock(): waits on a lock, transfers no data
# packages: util-linux
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { spawn holder flock $D/lk sleep 120; sleep 0.2; spawn waiter flock $D/lk true; target $SPAWNED; }
do_load() { sleep 5; }
main "$@"
