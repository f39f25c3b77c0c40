#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# MariaDB with its own asynchronous I/O: io_uring where Debian's build has it
# packages: mariadb-client mariadb-server sysbench
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/maria.inc"
do_start() { maria_up 22038 --innodb-use-native-aio=1; }
do_load() { maria_load 22038; }
main "$@"
