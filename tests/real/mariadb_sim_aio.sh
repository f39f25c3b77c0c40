#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# mariadbd --innodb-use-native-aio=0: simulated AIO = thread pool with blocking pread/pwrite
# packages: mariadb-client mariadb-server sysbench
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/maria.inc"
do_start() { maria_up 21212 --innodb-use-native-aio=0; }
do_load() { maria_load 21212; }
main "$@"
