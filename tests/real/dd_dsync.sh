#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# dd writing 16 KiB blocks with O_DSYNC: every write() blocks on the disk
# packages: coreutils
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { spawn dd dd if=/dev/zero of=$D/f bs=16k count=400000 oflag=dsync conv=notrunc; target $SPAWNED; }
do_load() { sleep $SECS; }
main "$@"
