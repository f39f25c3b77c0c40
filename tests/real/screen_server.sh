#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# GNU screen server: select() loop over ptys
# packages: screen
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { mkdir -m 700 sd; export SCREENDIR=$D/sd HOME=$D; spawn screen screen -D -m -S real -c /dev/null bash --norc -c 'while :; do seq 1 20; sleep 0.05; done'; sleep 1; target $SPAWNED; }
do_load() { sleep $SECS; }
main "$@"
