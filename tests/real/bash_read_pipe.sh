#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bash "while read" on a pipe: blocking one-byte reads
# packages: bash
# quick
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { mkfifo in; exec 8<>in; IN=in spawn bash bash -c 'n=0; while IFS= read -r l; do n=$((n+1)); done; echo $n'; target $SPAWNED; }
do_load() { bounded $SECS bash -c 'while :; do seq 1 200; sleep 0.1; done' > in; true; }
main "$@"
