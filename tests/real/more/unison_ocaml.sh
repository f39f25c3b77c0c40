#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# unison (OCaml, Lwt over select): the server side of a synchronisation
# packages: unison
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	mkdir a b h1 h2; for i in $(seq 50); do head -c 100000 $SHARED/big64 > a/f$i; done
	HOME=$D/h1 UNISON=$D/h1 spawn unison unison -socket 22009 -listen 127.0.0.1; wait_port 22009; target $SPAWNED
}
do_load() {
	export HOME=$D/h2 UNISON=$D/h2
	bounded $SECS bash -c 'i=0; while :; do i=$((i+1)); head -c $((100000+i)) '$SHARED'/big64 > a/f$((i%50+1)); unison -ui text -batch a socket://127.0.0.1:22009/'$D'/b; sleep 0.2; done'; [ $? = 124 ]
}
main "$@"
