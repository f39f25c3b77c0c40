#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ioping -A: raw io_submit/io_getevents, one request at a time
# packages: ioping
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { cp $SHARED/big64 f; spawn ioping ioping -A -D -q -i 1ms -c 1000000 $D/f; target $SPAWNED; }
do_load() { sleep $SECS; }
main "$@"
