#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# gzip fed by a pipe: blocking reads and CPU
# packages: gzip pv
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { mkfifo in; exec 8<>in; IN=in OUT=out.gz spawn gzip gzip -c; target $SPAWNED; }
do_load() { textfile $SHARED/text256 256; bounded $((SECS+4)) pv -qL 6m $SHARED/text256 | bounded $SECS cat > in; true; }
main "$@"
