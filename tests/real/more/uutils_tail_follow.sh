#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tail -f of the Rust coreutils: inotify by a thread of the notify library, reads by the main thread
# packages: rust-coreutils
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { echo start > log; OUT=$D/out spawn tail /usr/lib/cargo/bin/coreutils/tail -f log; sleep 0.5; target $SPAWNED; }
do_load() { bounded $SECS bash -c 'while :; do echo "a line of text"; sleep 0.02; done' >> log; true; }
main "$@"
