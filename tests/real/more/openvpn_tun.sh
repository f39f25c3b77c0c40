#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# openvpn: packets between a tun device and UDP, one loop
# packages: iproute2 iputils-ping openvpn
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/netns.inc"
do_start() {
	ns_up; openvpn --genkey secret k >gen.log 2>&1
	local o="--secret k --cipher AES-256-CBC --verb 1 --proto udp"
	ns_spawn peer openvpn --dev tun1 --local 127.0.0.1 --lport 22053 --remote 127.0.0.1 22054 --ifconfig 10.98.0.2 10.98.0.1 $o
	ns_spawn vpn openvpn --dev tun0 --local 127.0.0.1 --lport 22054 --remote 127.0.0.1 22053 --ifconfig 10.98.0.1 10.98.0.2 --route 10.97.0.0 255.255.255.0 $o
	target $SPAWNED; sleep 3
}
do_load() { ns_run timeout $SECS ping -q -i 0.01 -W 1 10.97.0.5; true; }
main "$@"
