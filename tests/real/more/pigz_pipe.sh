#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# pigz: reads a slow pipe, compresses in threads, writes in order
# packages: pigz pv
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { mkfifo in; exec 8<>in; IN=in OUT=$D/out spawn pigz pigz -p 2; target $SPAWNED; sleep 0.3; }
do_load() { bounded $((SECS+4)) pv -qL 3m $SHARED/big64 | bounded $SECS cat > in; true; }
main "$@"
