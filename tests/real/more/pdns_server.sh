#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# PowerDNS: threads asleep in receiving from one UDP socket
# packages: pdns-backend-bind pdns-server
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	printf '$TTL 60\n@ IN SOA a b 1 60 60 60 60\n@ IN NS a\na IN A 127.0.0.1\nwww IN A 127.0.0.1\n' > z
	printf 'zone "test" { type master; file "%s/z"; };\n' "$D" > named.conf; mkdir conf
	spawn pdns pdns_server --config-dir=$D/conf --daemon=no --guardian=no --launch=bind --bind-config=$D/named.conf --local-address=127.0.0.1 --local-port=22048 --socket-dir=$D --receiver-threads=2 --loglevel=3; wait_port 22048 15 udp; sleep 0.5; target $SPAWNED
}
do_load() { $PY $HERE/tools/ld.py udp 22048 $SECS 4 '\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x04test\x00\x00\x01\x00\x01' 0.003; }
main "$@"
