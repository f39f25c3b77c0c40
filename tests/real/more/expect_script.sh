#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# expect: a dialogue with a program on a pseudo terminal, on Tcl's notifier
# packages: expect
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	printf 'log_user 0\nset timeout 60\nspawn sh -c "while read l; do echo got; done"\nwhile 1 { send "x\\r"; expect "got"; after 20 }\n' > e.exp
	spawn expect expect e.exp; sleep 0.5; target $SPAWNED
}
do_load() { sleep $SECS; }
main "$@"
