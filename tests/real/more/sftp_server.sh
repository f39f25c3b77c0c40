#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# sftp-server: poll over its two pipes, files in between
# packages: openssh-client openssh-sftp-server
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { head -c 4M $SHARED/big64 > f; mkfifo in; exec 8<>in; IN=in OUT=/dev/null spawn sftp sftp -q -D /usr/lib/openssh/sftp-server; W=$(child_named $SPAWNED sftp-server); sleep 0.3; target $W; }
do_load() { bounded $SECS bash -c 'while :; do echo "get '$D'/f '$D'/g"; echo "ls -l '$D'"; sleep 0.1; done' > in; true; }
main "$@"
