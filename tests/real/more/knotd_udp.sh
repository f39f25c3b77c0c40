#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# knotd: threads with an epoll of their own, recvmmsg
# packages: knot
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	printf '$TTL 60\n@ IN SOA a b 1 60 60 60 60\n@ IN NS a\na IN A 127.0.0.1\nwww IN A 127.0.0.1\n' > z
	printf 'server:\n    rundir: "%s"\n    listen: 127.0.0.1@22047\n    udp-workers: 2\n    tcp-workers: 1\n    background-workers: 1\ndatabase:\n    storage: "%s/db"\nzone:\n  - domain: test\n    file: "%s/z"\n' "$D" "$D" "$D" > k.conf
	spawn knotd knotd -c $D/k.conf; wait_port 22047 15 udp; sleep 0.5; target $SPAWNED
}
do_load() { $PY $HERE/tools/ld.py udp 22047 $SECS 4 '\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x04test\x00\x00\x01\x00\x01' 0.003; }
main "$@"
