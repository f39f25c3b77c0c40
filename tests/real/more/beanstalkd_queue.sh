#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# beanstalkd: a work queue, one epoll loop
# packages: beanstalkd
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { spawn beanstalkd beanstalkd -l 127.0.0.1 -p 22040 -b $D -f 100; wait_port 22040; target $SPAWNED; }
do_load() { $PY $HERE/tools/ld.py tcp 22040 $SECS 4 'put 1 0 60 5\r\nhello\r\nreserve\r\nstats\r\n' 0.005; }
main "$@"
