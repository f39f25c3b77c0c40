#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# pulseaudio with a null sink: poll in the main thread and in the sink's, samples by shared memory
# packages: pulseaudio pulseaudio-utils
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	export HOME=$D XDG_RUNTIME_DIR=$D PULSE_COOKIE=$D/cookie
	spawn pulse pulseaudio -n --daemonize=no --exit-idle-time=-1 --use-pid-file=no -L module-null-sink -L "module-native-protocol-unix socket=$D/pa auth-anonymous=1"; T=$SPAWNED
	wait_sock pa; PULSE_SERVER=unix:$D/pa IN=$SHARED/big64 spawn cat pacat --raw --latency-msec=50; sleep 1; target $T
}
do_load() { sleep $SECS; }
main "$@"
