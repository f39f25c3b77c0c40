#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# qemu-storage-daemon, aio=threads: ppoll/epoll main loop for NBD sockets + worker threads with blocking preadv/pwritev
# packages: fio qemu-system-common qemu-utils
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/qsd.inc"
do_start() { qsd_up 21143 aio=threads; }
do_load() { qsd_load 21143; }
main "$@"
