#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# fio net engine, TCP receiver job: blocking recv() after poll()
# packages: fio
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/fio.inc"
do_start() { cd $D; spawn fio fio --name=rx --ioengine=net --port=21140 --listen --protocol=tcp --rw=read --bs=4k --size=100g --time_based --runtime=100; wait_port 21140 10; local c; c=$(child_named $SPAWNED '^fio' 5); target $c; }
do_load() { bounded $((SECS+3)) fio --name=tx --ioengine=net --hostname=127.0.0.1 --port=21140 --protocol=tcp --rw=write --bs=4k --size=100g --rate=20m --time_based --runtime=$SECS --output=$D/tx.out; true; }
main "$@"
