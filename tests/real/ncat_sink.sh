#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# nmap's ncat: select()/nsock loop
# packages: ncat python3
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { OUT=/dev/null spawn ncat ncat -l --recv-only 127.0.0.1 21004; wait_port 21004; target $SPAWNED; }
do_load() { $PY $HERE/tools/ld.py sink 21004 $SECS 1 4000000; }
main "$@"
