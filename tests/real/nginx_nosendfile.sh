#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# nginx worker, sendfile off: epoll + blocking pread() of files in the loop + writev()
# packages: nginx-light wrk
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/nginx.inc"
do_start() { nginx_up 21018 '' 'sendfile off;'; }
do_load() { nginx_load 21018; }
main "$@"
