#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# stunnel: a thread for each connection, poll over both sides
# packages: stunnel4
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 2 -subj /CN=x >req.log 2>&1
	spawn echo $PY -c 'import socketserver as s
class H(s.BaseRequestHandler):
    def handle(self):
        while b := self.request.recv(4096): self.request.sendall(b)
s.ThreadingTCPServer(("127.0.0.1", 22052), H).serve_forever()'; wait_port 22052
	printf 'foreground = yes\npid =\nsyslog = no\ndebug = 3\n[a]\naccept = 127.0.0.1:22051\nconnect = 127.0.0.1:22052\ncert = %s/c.pem\nkey = %s/k.pem\n' "$D" "$D" > s.conf
	spawn stunnel stunnel4 $D/s.conf; wait_port 22051; target $SPAWNED
}
do_load() { $PY -c "
import socket, ssl, time
c = ssl._create_unverified_context()
s = c.wrap_socket(socket.create_connection(('127.0.0.1', 22051))); end = time.time() + $SECS
while time.time() < end: s.sendall(b'hello'); s.recv(99); time.sleep(0.003)"; }
main "$@"
