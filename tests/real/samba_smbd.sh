#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# smbd session process: tevent epoll for the socket, pthreadpool threads with blocking pread/pwrite
# packages: python3 samba smbclient
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/smb.inc"
do_start() { bigfile $SHARED/f1m 1; smb_up 21303 ' use sendfile = no\n'; }
do_load() { smb_load; }
main "$@"
