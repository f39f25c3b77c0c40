#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# gpsd: select over a serial line and its clients
# packages: gpsd netcat-openbsd socat
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	mkfifo in; exec 8<>in
	IN=in spawn socat socat -u - pty,link=$D/line,raw,echo=0; local i; for i in $(seq 100); do [ -e line ] && break; sleep 0.05; done
	spawn gpsd gpsd -N -n -D 0 -S 22067 $D/line; wait_port 22067; T=$SPAWNED
	mkfifo in2; exec 7<>in2; IN=in2 OUT=/dev/null spawn cli nc 127.0.0.1 22067; echo '?WATCH={"enable":true,"json":true}' > in2; target $T; sleep 1
}
do_load() { bounded $SECS bash -c 'while :; do printf "\$GPGGA,092750.000,5321.6802,N,00630.3372,W,1,8,1.03,61.7,M,55.2,M,,*76\r\n\$GPRMC,092750.000,A,5321.6802,N,00630.3372,W,0.02,31.66,280511,,,A*43\r\n"; sleep 0.1; done' > in; true; }
main "$@"
