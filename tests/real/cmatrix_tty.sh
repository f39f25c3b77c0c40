#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# cmatrix (curses nodelay getch + napms): zero-timeout poll / failing reads on the keyboard every frame
# packages: cmatrix python3
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { spawn_pty cmatrix cmatrix -u 1; target $SPAWNED; sleep 0.5; }
do_load() { sleep $SECS; }
main "$@"
