#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# stress-ng --aio: POSIX AIO with SIGEV_SIGNAL completion (glibc helper threads + SIGUSR1)
# packages: stress-ng
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { cd $D; spawn sng stress-ng --aio 1 --aio-requests 16 --timeout 100 --temp-path $D; sleep 1; local c; c=$(child_named $SPAWNED 'stress-ng-aio' 5); target $c; }
do_load() { sleep $SECS; }
main "$@"
