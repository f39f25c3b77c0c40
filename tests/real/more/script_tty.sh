#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# script: between two terminals, everything into a file
# packages: bsdutils
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { mkfifo in; exec 8<>in; HOME=$D SHELL=/bin/sh spawn_pty script script -q -c "cat $D/in" $D/typescript; target $SPAWNED; sleep 0.5; }
do_load() { bounded $SECS bash -c 'while :; do echo "one more line of text"; sleep 0.02; done' > in; true; }
main "$@"
