#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xinetd: poll()/select() super-server; the load makes it accept and fork
# packages: python3 xinetd
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { printf 'defaults\n{\n}\nservice t\n{\n type = UNLISTED\n port = 21306\n bind = 127.0.0.1\n socket_type = stream\n protocol = tcp\n wait = no\n user = root\n server = /bin/cat\n cps = 10000 1\n instances = 100\n}\n' > x.conf; spawn xinetd xinetd -dontfork -f $D/x.conf -pidfile $D/pid -filelog $D/x.log -stayalive; wait_port 21306; target $SPAWNED; }
do_load() { $PY -c "
import socket,time
e=time.time()+$SECS
while time.time()<e:
    s=socket.create_connection(('127.0.0.1',21306)); s.sendall(b'hi'); s.shutdown(1); s.recv(9); s.close(); time.sleep(0.02)"; }
main "$@"
