#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xtail: stat()/read() every second, sleep between - timer polling of regular files
# packages: xtail
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { mkdir logs; echo a > logs/a; echo b > logs/b; OUT=out spawn xtail xtail $D/logs; target $SPAWNED; sleep 0.2; }
do_load() { bounded $SECS bash -c 'while :; do date >> logs/a; date >> logs/b; sleep 0.1; done'; true; }
main "$@"
