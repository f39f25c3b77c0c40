#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# qemu-system, virtio-blk, aio=io_uring
# packages: qemu-system-x86
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/qemu.inc"
do_start() { qemu_up cache=none,aio=io_uring "-device virtio-blk-pci,drive=d"; }
do_load() { sleep $SECS; }
main "$@"
