#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# qemu-storage-daemon, aio=native (libaio): disk by io_submit + eventfd, sockets by the event loop
# packages: fio qemu-system-common qemu-utils
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/qsd.inc"
do_start() { qsd_up 21144 aio=native,cache.direct=on; }
do_load() { qsd_load 21144; }
main "$@"
