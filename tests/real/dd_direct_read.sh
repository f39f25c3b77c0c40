#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# dd iflag=direct: blocking O_DIRECT reads of a regular file (skips the page cache, still blocking)
# packages: coreutils
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { bigfile $SHARED/big1g 1024; spawn dd bash -c 'exec dd if='$SHARED'/big1g of=/dev/null bs=4k iflag=direct'; target $SPAWNED; }
do_load() { sleep $SECS; }
main "$@"
