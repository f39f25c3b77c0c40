#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# sshd per-connection process: ppoll() over socket + pipes, all non-blocking
# packages: openssh-client openssh-server pv
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/ssh.inc"
do_start() { ssh_up 21010; target $SESS; }
do_load() { ssh_load; }
main "$@"
