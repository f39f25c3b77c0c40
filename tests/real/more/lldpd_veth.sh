#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# lldpd: libevent over raw sockets, netlink and its own socket
# packages: iproute2 lldpd
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/netns.inc"
do_start() {
	ns_up; ns_run ip link add v0 type veth peer name v1; ns_run ip link set v0 up; ns_run ip link set v1 up
	ns_spawn lldpd unshare -m sh -c 'mount -t tmpfs none /run && mkdir -p /run/lldpd && exec lldpd -d -I v0,v1 -u "$1/sock" -O /dev/null' _ $D
	wait_sock sock; sleep 1; W=$(for c in $(descendants $SPAWNED); do [ "$(cat /proc/$c/comm)" = lldpd ] && echo $c; done | tail -n 1); target ${W:-$SPAWNED}
}
do_load() { bounded $SECS bash -c 'while :; do lldpcli -u sock show statistics >/dev/null || exit 1; sleep 0.02; done'; [ $? = 124 ]; }
main "$@"
