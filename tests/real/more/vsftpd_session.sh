#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vsftpd: the process of one session, asleep in recv
# packages: netcat-openbsd vsftpd
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	mkdir -p pub; echo hello > pub/f
	printf 'listen=YES\nlisten_address=127.0.0.1\nlisten_port=22065\nbackground=NO\nanonymous_enable=YES\nanon_root=%s/pub\nsecure_chroot_dir=%s/pub\nftp_username=daemon\nnopriv_user=daemon\nseccomp_sandbox=NO\nxferlog_enable=NO\nisolate=NO\nisolate_network=NO\n' "$D" "$D" > v.conf
	spawn vsftpd vsftpd $D/v.conf; wait_port 22065; mkfifo in; exec 8<>in; IN=in OUT=$D/cli.out spawn cli nc 127.0.0.1 22065
	sleep 0.5; printf 'USER anonymous\r\nPASS a\r\n' > in; wait_log $D/cli.out '^230'
	W=$(for c in $(descendants $SPAWNED) $(descendants "$(sed -n 1p pids | cut -d' ' -f1)"); do echo $c; done | tail -n 1); target $W
}
do_load() { bounded $SECS bash -c 'while :; do printf "STAT f\r\nNOOP\r\n"; sleep 0.01; done' > in; true; }
main "$@"
