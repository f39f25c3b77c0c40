#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tcpreplay: sends a recorded file at a rate; sleeps between packets
# packages: iproute2 tcpreplay
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/netns.inc"
do_start() {
	ns_up; $PY - <<-'P'
	import struct
	with open("in.pcap", "wb") as f:
	    f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
	    packet = b"\xff" * 6 + b"\x02\0\0\0\0\1" + b"\x08\x00" + bytes(200)
	    for i in range(1000):
	        f.write(struct.pack("<IIII", i // 100, i % 100 * 10000, len(packet), len(packet)) + packet)
	P
	ns_spawn tcpreplay tcpreplay -q -i lo --loop=0 --pps=200 in.pcap; sleep 0.7; target $SPAWNED
}
do_load() { sleep $SECS; }
main "$@"
