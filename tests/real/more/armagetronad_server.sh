#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# armagetronad: a game server; it looks at its socket once per frame
# packages: armagetronad-dedicated iproute2
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/netns.inc"
do_start() {
	ns_up; mkdir u v; printf 'SERVER_IP 127.0.0.1\nSERVER_PORT 22071\nTALK_TO_MASTER 0\n' > u/server_info.cfg; printf 'TALK_TO_MASTER 0\n' > u/user.cfg
	mkfifo in; exec 8<>in; HOME=$D IN=in ns_spawn arma /usr/games/armagetronad-dedicated.real --datadir /usr/share/games/armagetronad --configdir /etc/armagetronad --userdatadir $D/u --vardir $D/v; sleep 3; target $SPAWNED
}
do_load() { ns_run $PY $HERE/tools/ld.py udpn 4534 $SECS 1 hello 0.02; }
main "$@"
