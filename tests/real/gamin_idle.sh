#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# gam_server with nobody talking to it: idle glib poll() loop - waits, no I/O
# packages: gamin
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { cd $D; spawn gam /usr/libexec/gam_server --notimeout real$$; sleep 0.5; target $SPAWNED; }
do_load() { sleep 4; }
main "$@"
