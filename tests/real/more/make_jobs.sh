#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make -j2: waits for its children and for places at its job pipe
# packages: make
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	printf 'all: %s\nt%%:\n\t@sleep 0.05\n' "$(seq -s ' ' -f 't%g' 6000)" > Makefile
	spawn make make -j2; sleep 0.5; target $SPAWNED
}
do_load() { sleep $SECS; }
main "$@"
