#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# smbd with vfs_io_uring: tevent's epoll for the socket, the share's file by io_uring
# packages: python3 samba samba-vfs-modules smbclient
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/smb.inc"
do_start() { bigfile $SHARED/f1m 1; smb_up 22043 ' use sendfile = no\n vfs objects = io_uring\n aio read size = 1\n aio write size = 1\n'; }
do_load() { smb_load; }
main "$@"
