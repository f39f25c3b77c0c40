#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# cat copying a slow pipe to a file: plain blocking read()/write()
# packages: coreutils pv
# quick
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { mkfifo in; exec 8<>in; IN=in OUT=out spawn cat cat; target $SPAWNED; }
do_load() { bigfile $SHARED/big64 64; bounded $((SECS+4)) pv -qL 4m $SHARED/big64 2>/dev/null | bounded $SECS cat > in; true; }
main "$@"
