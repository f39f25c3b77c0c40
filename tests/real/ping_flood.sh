#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ping -f on loopback: the answer is always there, so blocking recvmsg() never sleeps - 100 % CPU yet blocking model
# packages: iproute2 iputils-ping util-linux
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/netns.inc"
do_start() { ns_up; ns_spawn ping ping -f -q 127.0.0.1; target $SPAWNED; }
do_load() { sleep $SECS; }
main "$@"
