#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# php-fpm worker: asleep in accept, one request at a time on a blocking socket
# packages: libfcgi-bin php-fpm
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	mkdir www; echo '<?php echo str_repeat("hello ", 200);' > www/index.php
	printf '[global]\nerror_log = %s/fpm.elog\ndaemonize = no\n[www]\nlisten = 127.0.0.1:22004\nuser = nobody\ngroup = nogroup\npm = static\npm.max_children = 1\n' "$D" > fpm.conf
	spawn fpm "$(ls /usr/sbin/php-fpm8* | head -n 1)" -n -F -y "$D/fpm.conf"; wait_port 22004
	W=$(child_named $SPAWNED 'pool www'); target $W
}
do_load() {
	export SCRIPT_FILENAME=$D/www/index.php REQUEST_METHOD=GET
	bounded $SECS bash -c 'while :; do cgi-fcgi -bind -connect 127.0.0.1:22004 || exit 1; sleep 0.02; done'; [ $? = 124 ]
}
main "$@"
