#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# nginx with a thread pool for files: epoll in the worker, pread in the threads
# packages: nginx-light wrk
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/nginx.inc"
do_start() { nginx_up 22057 '' 'aio threads; sendfile off; directio 512k;'; }
do_load() { nginx_load 22057; }
main "$@"
