#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# unbound 2 threads (libevent/epoll), answers from local-data
# packages: dnsperf unbound
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { printf 'server:\n interface: 127.0.0.1\n port: 21201\n username: ""\n chroot: ""\n directory: "%s"\n pidfile: "%s/pid"\n use-syslog: no\n do-daemonize: no\n num-threads: 2\n so-reuseport: yes\n local-zone: "test." static\n local-data: "a.test. A 10.0.0.1"\nremote-control:\n control-enable: no\n' $D $D > u.conf; spawn unbound unbound -d -c $D/u.conf; wait_port 21201 10 udp; target $SPAWNED; }
do_load() { echo 'a.test A' > q; bounded $((SECS+3)) dnsperf -s 127.0.0.1 -p 21201 -d q -c 8 -l $SECS -Q 1000; }
main "$@"
