#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# mosquitto: epoll loop, non-blocking sockets
# packages: mosquitto mosquitto-clients
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { printf 'listener 21205 127.0.0.1\nallow_anonymous true\npersistence false\nuser nobody\n' > m.conf; spawn mosquitto mosquitto -c $D/m.conf; local b=$SPAWNED; wait_port 21205; OUT=/dev/null spawn sub mosquitto_sub -h 127.0.0.1 -p 21205 -t t; sleep 0.3; target $b; }
do_load() { bounded $SECS bash -c 'while :; do seq 1 50; sleep 0.1; done' | bounded $((SECS+1)) mosquitto_pub -h 127.0.0.1 -p 21205 -t t -l; true; }
main "$@"
