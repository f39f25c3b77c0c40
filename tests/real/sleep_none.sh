#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# sleep: no I/O at all
# packages: coreutils
# quick
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { spawn sleep sleep 120; target $SPAWNED; }
do_load() { sleep 5; }
main "$@"
