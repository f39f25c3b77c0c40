#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# stress-ng --sigio: pipe with O_ASYNC|O_NONBLOCK + F_SETOWN, data read from the SIGIO handler
# packages: stress-ng
# quick
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { cd $D; spawn sng stress-ng --sigio 1 --timeout 100 --temp-path $D; sleep 1; local c; c=$(child_named $SPAWNED 'stress-ng-sigio' 5); target $c; }
do_load() { sleep $SECS; }
main "$@"
