#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# multilog of daemontools: blocks in read of its input
# packages: daemontools
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { mkdir log; chmod 777 log; mkfifo in; exec 8<>in; IN=in spawn multilog multilog t $D/log; sleep 0.3; target $SPAWNED; }
do_load() { bounded $SECS bash -c 'while :; do echo "one more line of text"; sleep 0.005; done' > in; true; }
main "$@"
