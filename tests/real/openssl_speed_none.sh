#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# openssl speed: pure CPU (a SIGALRM per test, not I/O)
# packages: openssl
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { spawn openssl openssl speed -seconds 100 -bytes 1024 sha256; target $SPAWNED; }
do_load() { sleep 5; }
main "$@"
