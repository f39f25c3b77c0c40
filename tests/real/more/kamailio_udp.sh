#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kamailio: a UDP worker, asleep in recvfrom
# packages: kamailio
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	local m; m=$(dirname "$(find /usr/lib -name sl.so -path '*kamailio*' | head -n 1)")
	printf 'debug=-1\nlog_stderror=yes\nfork=yes\nchildren=1\nauto_aliases=no\ndisable_tcp=yes\nlisten=udp:127.0.0.1:22042\nmpath="%s/"\nloadmodule "sl.so"\nrequest_route { sl_send_reply("200", "OK"); exit; }\n' "$m" > k.cfg
	mkdir run; spawn kamailio kamailio -f $D/k.cfg -DD -E -Y $D/run -P $D/k.pid -m 16 -M 4; wait_port 22042 15 udp; sleep 1.5
	target "$(for c in $(descendants $SPAWNED) $SPAWNED; do awk '$1 ~ /^[0-9]/ {print $1}' /proc/$c/syscall; echo $c; done | paste - - | awk '$1 == 45 {print $2; exit}')"
}
do_load() { $PY $HERE/tools/ld.py udp 22042 $SECS 3 'OPTIONS sip:a@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bKa\r\nFrom: <sip:b@x>;tag=1\r\nTo: <sip:a@x>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n' 0.005; }
main "$@"
