#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tcpdump -i lo: mmap'ed TPACKET_V3 ring, poll() to wait; packets arrive without read()/recv()
# packages: python3 tcpdump
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { spawn tcpdump tcpdump -i lo -n -U -w $D/o.pcap --immediate-mode udp port 21307; wait_log $D/tcpdump.err 'listening'; target $SPAWNED; }
do_load() { $PY -c "
import socket,time
r=socket.socket(2,2); r.bind(('127.0.0.1',21307)); s=socket.socket(2,2); e=time.time()+$SECS
while time.time()<e: s.sendto(b'x'*200,('127.0.0.1',21307)); r.recv(999); time.sleep(0.001)"; }
main "$@"
