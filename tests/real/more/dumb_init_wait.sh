#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# dumb-init: asleep until a signal comes
# packages: dumb-init
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { spawn dumbinit dumb-init -- sleep 1000; sleep 0.3; target $SPAWNED; }
do_load() { sleep $SECS; }
main "$@"
