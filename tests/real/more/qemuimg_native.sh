#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# qemu-img bench with libaio: requests out, completions by an eventfd and from the ring
# packages: qemu-utils
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { cp $SHARED/big64 disk; spawn qemuimg qemu-img bench -q -i native -t none -f raw -c 100000000 -d 8 -s 4096 disk; sleep 0.5; target $SPAWNED; }
do_load() { sleep $SECS; }
main "$@"
