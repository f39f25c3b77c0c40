#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# icecast: a source comes in, a listener is served, poll
# packages: curl icecast2 pv
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	printf '<icecast><limits><clients>10</clients><sources>2</sources><burst-size>1000</burst-size></limits><authentication><source-password>p</source-password><admin-user>a</admin-user><admin-password>p</admin-password></authentication><hostname>x</hostname><listen-socket><port>22063</port><bind-address>127.0.0.1</bind-address></listen-socket><paths><basedir>/usr/share/icecast2</basedir><logdir>%s/log</logdir><webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot></paths><security><chroot>0</chroot><changeowner><user>nobody</user><group>nogroup</group></changeowner></security></icecast>' "$D" > i.xml
	mkdir log; chown nobody log; spawn icecast icecast2 -c $D/i.xml; wait_port 22063; target $SPAWNED
}
do_load() {
	bounded $((SECS+4)) pv -qL 100k $SHARED/big64 | bounded $SECS curl -s -T - -u source:p -H 'Content-Type: audio/mpeg' http://127.0.0.1:22063/a.mp3 >/dev/null &
	sleep 1; bounded $((SECS-1)) curl -s -o /dev/null http://127.0.0.1:22063/a.mp3; wait; true
}
main "$@"
