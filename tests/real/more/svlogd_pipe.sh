#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# svlogd of runit: poll on its input, then reads; writes and syncs nothing but files
# packages: runit
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { mkdir log; mkfifo in; exec 8<>in; IN=in spawn svlogd svlogd log; sleep 0.3; target $SPAWNED; }
do_load() { bounded $SECS bash -c 'while :; do echo "one more line of text"; sleep 0.005; done' > in; true; }
main "$@"
