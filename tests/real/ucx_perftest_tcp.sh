#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# UCX tag_lat over tcp: epoll_wait() with zero timeout in a loop (plus one sleeping async thread)
# packages: iproute2 ucx-utils util-linux
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/netns.inc"
do_start() { ns_up; export UCX_TLS=tcp,self UCX_NET_DEVICES=lo; ns_spawn srv ucx_perftest -t tag_lat -p 21134; sleep 0.7; target $SPAWNED; }
do_load() { export UCX_TLS=tcp,self UCX_NET_DEVICES=lo; ns_run timeout -k 1 $SECS ucx_perftest 127.0.0.1 -p 21134 -t tag_lat -n 2000000000; true; }
main "$@"
