#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# exim: the process of one SMTP session, asleep in read under an alarm
# packages: exim4-daemon-light netcat-openbsd
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	mkdir spool; chown nobody spool; printf 'exim_user = nobody\nexim_group = nogroup\nspool_directory = %s/spool\nlog_file_path = %s/spool/%%slog\npid_file_path = %s/pid\nqueue_only\nprimary_hostname = x.test\ntls_advertise_hosts =\nhost_lookup =\nsmtp_accept_max_nonmail = 1000000\nsmtp_enforce_sync = false\nacl_smtp_rcpt = deny\nbegin routers\n' "$D" "$D" "$D" > e.conf
	spawn exim exim4 -C $D/e.conf -bdf -oX 127.0.0.1:22050; EX=$SPAWNED; wait_port 22050
	mkfifo in; exec 8<>in; IN=in OUT=/dev/null spawn cli nc 127.0.0.1 22050; printf 'EHLO a\r\n' > in
	W=$(child_named $EX 'exim' 5); sleep 0.5; target $W
}
do_load() { bounded $SECS bash -c 'while :; do printf "MAIL FROM:<a@b>\r\nRSET\r\n"; sleep 0.02; done' > in; true; }
main "$@"
