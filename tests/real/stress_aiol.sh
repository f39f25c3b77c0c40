#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# stress-ng --aiol: Linux native AIO io_submit/io_getevents
# packages: stress-ng
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { cd $D; spawn sng stress-ng --aiol 1 --aiol-requests 16 --timeout 100 --temp-path $D; sleep 1; local c; c=$(child_named $SPAWNED 'stress-ng-aiol' 5); target $c; }
do_load() { sleep $SECS; }
main "$@"
