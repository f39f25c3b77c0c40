#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# NetPIPE NPtcp receiver: plain blocking read()/write() ping-pong
# packages: netpipe-tcp
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { cd $D; spawn rcv NPtcp -P 21136; wait_port 21136; target $SPAWNED; }
do_load() { bounded $SECS NPtcp -h 127.0.0.1 -P 21136 -o $D/np.out; true; }
main "$@"
