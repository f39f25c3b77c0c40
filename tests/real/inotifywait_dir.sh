#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# inotifywait -m: waits on the inotify fd (select/poll), then ioctl(FIONREAD)+read
# packages: inotify-tools
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { mkdir w; OUT=out spawn iw inotifywait -m -q $D/w; sleep 0.5; target $SPAWNED; }
do_load() { bounded $SECS bash -c 'i=0; while :; do i=$((i+1)); echo x > w/f$((i%20)); sleep 0.01; done'; true; }
main "$@"
