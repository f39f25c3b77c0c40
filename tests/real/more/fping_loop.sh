#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# fping: sends on a timer and waits for answers with a time-out
# packages: fping iproute2
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/netns.inc"
do_start() { ns_up; OUT=/dev/null ns_spawn fping fping -l -p 10 -q 127.0.0.1 127.0.0.2 127.0.0.3; sleep 0.5; target $SPAWNED; }
do_load() { sleep $SECS; }
main "$@"
