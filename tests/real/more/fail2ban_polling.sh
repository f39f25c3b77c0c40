#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# fail2ban with its polling back end: looks at a log file by the clock
# packages: fail2ban
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	mkdir -p conf/filter.d conf/action.d; : > watched.log
	printf '[Definition]\nloglevel = WARNING\nlogtarget = %s/f.log\nsyslogsocket = none\nsocket = %s/sock\npidfile = %s/pid\ndbfile = None\ndbmaxmatches = 10\ndbpurgeage = 1d\n' "$D" "$D" "$D" > conf/fail2ban.conf
	printf '[DEFAULT]\nbackend = polling\nmaxretry = 1000000\nfindtime = 600\nbantime = 10\n[a]\nenabled = true\nfilter = a\nlogpath = %s/watched.log\n' "$D" > conf/jail.conf
	printf '[Definition]\nfailregex = ^.*fail from <HOST>$\n' > conf/filter.d/a.conf
	spawn fail2ban fail2ban-server -c $D/conf -f start; wait_sock sock; sleep 2; target $SPAWNED
}
do_load() { bounded $SECS bash -c 'while :; do echo "$(date "+%Y-%m-%d %H:%M:%S") fail from 127.0.0.9"; sleep 0.3; done' >> watched.log; true; }
main "$@"
