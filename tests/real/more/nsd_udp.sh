#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# nsd: a server process, its own event loop, recvmmsg
# packages: nsd
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	printf '$TTL 60\n@ IN SOA a b 1 60 60 60 60\n@ IN NS a\na IN A 127.0.0.1\nwww IN A 127.0.0.1\n' > z
	printf 'server:\n ip-address: 127.0.0.1@22046\n username: ""\n chroot: ""\n zonesdir: "%s"\n pidfile: ""\n database: ""\n xfrdfile: "%s/xfrd"\n zonelistfile: "%s/zl"\n xfrdir: "%s"\n cookie-secret-file: ""\n server-count: 1\nremote-control:\n control-enable: no\nzone:\n name: test\n zonefile: z\n' "$D" "$D" "$D" "$D" > n.conf
	spawn nsd nsd -d -c $D/n.conf; wait_port 22046 15 udp; sleep 1
	W=$(for c in $(descendants $SPAWNED); do echo $c; done | tail -n 1); target $W
}
do_load() { $PY $HERE/tools/ld.py udp 22046 $SECS 4 '\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x04test\x00\x00\x01\x00\x01' 0.003; }
main "$@"
