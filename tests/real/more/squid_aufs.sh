#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# squid: epoll for sockets, its store on disk by threads
# packages: curl iproute2 lighttpd squid
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/netns.inc"
do_start() {
	ns_up
	mkdir www run; for i in $(seq 20); do dd if=$SHARED/big64 of=www/f$i bs=1k count=$((200+i)) status=none; done
	printf 'server.document-root="%s/www"\nserver.port=22062\nserver.bind="127.0.0.1"\n' "$D" > l.conf
	ns_spawn backend lighttpd -D -f $D/l.conf; chown -R proxy run; mkdir cache; chown proxy cache
	printf 'http_port 127.0.0.1:22061\nhttp_access allow all\ncache_dir aufs %s/cache 64 1 1\ncache_mem 0\nmaximum_object_size_in_memory 0\nminimum_object_size 0\naccess_log none\ncache_log %s/run/c.log\ncache_store_log none\npid_filename %s/run/pid\ncoredump_dir %s/run\nicp_port 0\nhtcp_port 0\npinger_enable off\nshutdown_lifetime 1 second\nrefresh_pattern . 100 100%% 100\n' "$D" "$D" "$D" "$D" > s.conf
	squid -f $D/s.conf -N -z >z.log 2>&1
	ns_spawn squid squid -f $D/s.conf -N; target $SPAWNED; sleep 3
}
do_load() { bounded $SECS bash -c 'i=0; while :; do i=$((i%20+1)); nsenter -t $(cat ns) -n curl -s -o /dev/null -x 127.0.0.1:22061 http://127.0.0.1:22062/f$i || exit 1; done'; [ $? = 124 ]; }
main "$@"
