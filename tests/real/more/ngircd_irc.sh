#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ngircd: an IRC server on epoll
# packages: ngircd
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	printf '[Global]\nName = irc.test\nInfo = test\nListen = 127.0.0.1\nPorts = 22041\nServerUID = nobody\nServerGID = nogroup\n[Limits]\nMaxConnectionsIP = 0\nMaxPenaltyTime = 0\n[Options]\nDNS = no\nIdent = no\nPAM = no\n' > n.conf
	spawn ngircd ngircd -n -f $D/n.conf; wait_port 22041; target $SPAWNED
}
do_load() { $PY -c "
import socket, time
cs = []
for i in range(3):
    s = socket.create_connection(('127.0.0.1', 22041)); s.sendall(b'NICK u%d\r\nUSER u u u :u\r\nJOIN #a\r\n' % i); cs.append(s)
time.sleep(0.5); end = time.time() + $SECS - 0.5; n = 0
for s in cs: s.setblocking(False)
while time.time() < end:
    n += 1; cs[n % 3].sendall(b'PRIVMSG #a :hello\r\n'); time.sleep(0.01)
    for s in cs:
        try: s.recv(65536)
        except BlockingIOError: pass
"; }
main "$@"
