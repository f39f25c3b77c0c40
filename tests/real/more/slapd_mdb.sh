#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# slapd: an epoll thread for all connections, a pool that reads and answers
# packages: ldap-utils slapd
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	mkdir db; printf 'include /etc/ldap/schema/core.schema\npidfile %s/pid\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\ndatabase mdb\nsuffix "dc=test"\nrootdn "cn=a,dc=test"\nrootpw a\ndirectory %s/db\n' "$D" "$D" > s.conf
	spawn slapd slapd -d 0 -h ldap://127.0.0.1:22037 -f $D/s.conf; wait_port 22037
	printf 'dn: dc=test\nobjectClass: dcObject\nobjectClass: organization\no: test\ndc: test\n' | ldapadd -x -H ldap://127.0.0.1:22037 -D cn=a,dc=test -w a >add.log 2>&1; target $SPAWNED
}
do_load() { bounded $SECS bash -c 'while :; do ldapsearch -x -H ldap://127.0.0.1:22037 -b dc=test >/dev/null || exit 1; sleep 0.01; done'; [ $? = 124 ]; }
main "$@"
