#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# s6-log: an event loop over its input and its output files
# packages: s6
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { mkfifo in; exec 8<>in; IN=in spawn s6log s6-log n3 s100000 $D/log; sleep 0.3; target $SPAWNED; }
do_load() { bounded $SECS bash -c 'while :; do echo "one more line of text"; sleep 0.005; done' > in; true; }
main "$@"
