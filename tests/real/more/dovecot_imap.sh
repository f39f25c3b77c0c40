#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# dovecot: an imap process, its own event loop, one session
# packages: dovecot-imapd netcat-openbsd
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	mkdir -p m/cur m/new m/tmp run; for i in 1 2 3; do printf 'From: a\nSubject: b\n\nbody\n' > m/cur/$i:2,; done; chown -R nobody:nogroup m
	printf 'protocols = imap\nlisten = 127.0.0.1\nbase_dir = %s/run\nlog_path = %s/d.log\nssl = no\ndisable_plaintext_auth = no\nmail_location = maildir:%s/m\nfirst_valid_uid = 1\nmail_uid = nobody\nmail_gid = nogroup\ndefault_internal_user = nobody\ndefault_internal_group = nogroup\ndefault_login_user = daemon\npassdb {\n driver = static\n args = password=p\n}\nuserdb {\n driver = static\n args = uid=nobody gid=nogroup home=%s\n}\nservice imap-login {\n chroot =\n inet_listener imap {\n port = 22049\n }\n inet_listener imaps {\n port = 0\n }\n}\nservice anvil {\n chroot =\n}\nservice stats {\n chroot =\n}\n' "$D" "$D" "$D" "$D" > d.conf
	spawn dovecot dovecot -F -c $D/d.conf; DOV=$SPAWNED; wait_port 22049
	mkfifo in; exec 8<>in; IN=in OUT=$D/cli.out spawn cli nc 127.0.0.1 22049
	printf 'a login u p\r\nb select inbox\r\n' > in; W=$(child_named $DOV '^(dovecot/)?imap( |$)' 10); wait_log $D/cli.out 'b OK'; target $W
}
do_load() { bounded $SECS bash -c 'while :; do printf "c fetch 1:3 body[]\r\nd noop\r\n"; sleep 0.01; done' > in; true; }
main "$@"
