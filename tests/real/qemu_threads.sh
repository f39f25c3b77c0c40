#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# qemu-system, virtio-blk, aio=threads: vCPU thread + main loop (ppoll) + worker threads with blocking preadv
# packages: qemu-system-x86
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/qemu.inc"
do_start() { qemu_up cache=none,aio=threads "-device virtio-blk-pci,drive=d"; }
do_load() { sleep $SECS; }
main "$@"
