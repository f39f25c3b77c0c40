#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tail -f of busybox: looks at the end of the file once a second
# packages: busybox
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { echo start > log; OUT=$D/out spawn tail busybox tail -f -s 1 log; sleep 0.3; target $SPAWNED; }
do_load() { bounded $SECS bash -c 'while :; do echo "a line of text"; sleep 0.3; done' >> log; true; }
main "$@"
