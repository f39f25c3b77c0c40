#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# puma (Ruby): a reactor thread with epoll, worker threads that try first and then wait for one socket
# packages: puma ruby
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	printf 'run ->(e) { [200, {"content-type" => "text/plain"}, [File.binread("%s/page")]] }\n' "$D" > config.ru
	head -c 2000 /dev/zero | tr '\0' x > page
	HOME=$D spawn puma puma -b tcp://127.0.0.1:22001 -t 2:2 -w 0 -e production config.ru
	wait_port 22001; target $SPAWNED
}
do_load() { $PY $HERE/tools/ld.py tcp 22001 $SECS 4 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' 0.005; }
main "$@"
