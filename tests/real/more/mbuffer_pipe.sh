#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# mbuffer: one thread reads a pipe, one writes a file, semaphores between them
# packages: mbuffer pv
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { mkfifo in; exec 8<>in; IN=in OUT=$D/out spawn mbuffer mbuffer -q -m 2M; target $SPAWNED; sleep 0.3; }
do_load() { bounded $((SECS+4)) pv -qL 3m $SHARED/big64 | bounded $SECS cat > in; true; }
main "$@"
