#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# git daemon: poll on the listener, a child for each request
# packages: git
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	export HOME=$D; git init -q --bare r.git; git init -q w; ( cd w; for i in 1 2 3; do echo $i > f; git add f; git -c user.name=a -c user.email=a@b commit -q -m $i; done; git push -q $D/r.git HEAD:master ) >git.log 2>&1
	spawn gitd git daemon --reuseaddr --listen=127.0.0.1 --port=22066 --export-all --base-path=$D; wait_port 22066
	W=$(child_named $SPAWNED 'git-daemon' 2 || echo $SPAWNED); target $W
}
do_load() { export HOME=$D; bounded $SECS bash -c 'while :; do git ls-remote git://127.0.0.1:22066/r.git >/dev/null || exit 1; sleep 0.02; done'; [ $? = 124 ]; }
main "$@"
