#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# restic backup --stdin (Go): its input comes slowly by a pipe
# packages: pv restic
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	export HOME=$D RESTIC_PASSWORD=x RESTIC_REPOSITORY=$D/repo; restic init -q >init.log 2>&1
	mkfifo in; exec 8<>in; IN=in spawn restic restic backup -q --stdin; sleep 2; target $SPAWNED
}
do_load() { bounded $((SECS+4)) pv -qL 2m $SHARED/big64 | bounded $SECS cat > in; true; }
main "$@"
