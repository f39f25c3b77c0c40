#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ssh client: ppoll()/poll() over tty/pipe + non-blocking socket
# packages: openssh-client openssh-server pv
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/ssh.inc"
do_start() { ssh_up 21011; target $SSH; }
do_load() { ssh_load; }
main "$@"
