#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# pv between two pipes: select() + splice()/read()
# packages: pv
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { mkfifo in out; exec 8<>in; OUT=/dev/null IN=out spawn sink cat; IN=in OUT=out spawn pv pv -q -L 8m; target $SPAWNED; }
do_load() { bigfile $SHARED/big64 64; bounded $SECS cat $SHARED/big64 > in; sleep 1; true; }
main "$@"
