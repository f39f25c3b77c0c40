#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# BIND: libuv loops over UDP sockets
# packages: bind9
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	printf '$TTL 60\n@ IN SOA a b 1 60 60 60 60\n@ IN NS a\na IN A 127.0.0.1\nwww IN A 127.0.0.1\n' > z
	printf 'options { directory "%s"; listen-on port 22045 { 127.0.0.1; }; listen-on-v6 { none; }; pid-file "%s/p"; session-keyfile "%s/k"; managed-keys-directory "%s"; recursion no; };\ncontrols { };\nzone "test" { type master; file "z"; };\n' "$D" "$D" "$D" "$D" > n.conf
	spawn named named -g -c $D/n.conf; wait_port 22045 15 udp; sleep 0.5; target $SPAWNED
}
do_load() { $PY $HERE/tools/ld.py udp 22045 $SECS 4 '\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x04test\x00\x00\x01\x00\x01' 0.003; }
main "$@"
