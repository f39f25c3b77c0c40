#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# htop in a terminal: waits for keys with a time-out, reads /proc
# packages: htop
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { HOME=$D spawn_pty htop htop -d 2; target $SPAWNED; sleep 0.5; }
do_load() { bounded $SECS bash -c 'while :; do printf "\033[B"; sleep 0.5; done' > htop.keys; true; }
main "$@"
