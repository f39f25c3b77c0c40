#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# rclone serve http (Go): a file server
# packages: rclone
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { mkdir www; head -c 200000 $SHARED/big64 > www/f; HOME=$D spawn rclone rclone serve http www --addr 127.0.0.1:22022; wait_port 22022; target $SPAWNED; }
do_load() { $PY $HERE/tools/ld.py tcp 22022 $SECS 2 'GET /f HTTP/1.1\r\nHost: x\r\n\r\n' 0.02; }
main "$@"
