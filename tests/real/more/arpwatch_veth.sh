#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# arpwatch: ARP packets of one interface
# packages: arpwatch iproute2 netsniff-ng
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/netns.inc"
do_start() {
	ns_up; ns_run ip link add v0 type veth peer name v1; ns_run ip addr add 10.99.0.1/24 dev v0; ns_run ip link set v0 up; ns_run ip link set v1 up
	: > arp.dat; ns_spawn arpwatch arpwatch -d -N -i v0 -f $D/arp.dat -u root; sleep 1.5; target $SPAWNED
}
do_load() { ns_run timeout $SECS mausezahn v1 -c 0 -d 10msec -t arp 'request, senderip=10.99.0.7, targetip=10.99.0.1'; true; }
main "$@"
