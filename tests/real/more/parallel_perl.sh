#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# GNU parallel: commands from a pipe, their output through files
# packages: parallel
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { mkfifo in; exec 8<>in; HOME=$D IN=in OUT=/dev/null spawn parallel parallel --will-cite -j2 'sleep 0.05; echo {}'; sleep 1.5; target $SPAWNED; }
do_load() { bounded $SECS bash -c 'i=0; while :; do i=$((i+1)); echo $i; sleep 0.1; done' > in; true; }
main "$@"
