#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# wc that waits in open for the other end of a FIFO, which never comes
# packages: coreutils
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { mkfifo in; spawn wc wc -l in; sleep 0.3; target $SPAWNED; }
do_load() { sleep $SECS; }
main "$@"
