#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# sccache (Rust, tokio): the server of a compiler cache
# packages: gcc sccache
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	export HOME=$D SCCACHE_DIR=$D/cache SCCACHE_SERVER_PORT=22010 SCCACHE_IDLE_TIMEOUT=0
	SCCACHE_START_SERVER=1 SCCACHE_NO_DAEMON=1 spawn sccache sccache; wait_port 22010; target $SPAWNED
}
do_load() {
	export HOME=$D SCCACHE_DIR=$D/cache SCCACHE_SERVER_PORT=22010
	bounded $SECS bash -c 'i=0; while :; do i=$((i+1)); echo "int f$((i%20))(void) { return 1; }" > x.c; sccache gcc -c x.c -o x.o || exit 1; sccache --show-stats; sleep 0.02; done'; [ $? = 124 ]
}
main "$@"
