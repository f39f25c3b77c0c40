#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# busybox nc connecting to a data source: poll() + blocking read()/write()
# packages: busybox netcat-openbsd pv
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { mkfifo body in; exec 8<>body 7<>in; IN=body spawn src nc -l 127.0.0.1 21002; wait_port 21002; IN=in OUT=/dev/null spawn nc busybox nc 127.0.0.1 21002; target $SPAWNED; }
do_load() { bounded $((SECS+4)) pv -qL 4m $SHARED/big64 | bounded $SECS cat > body; true; }
main "$@"
