#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# cat of the Rust coreutils: splice from a pipe that is fed slowly
# packages: pv rust-coreutils
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { mkfifo in; exec 8<>in; IN=in OUT=$D/out spawn cat /usr/lib/cargo/bin/coreutils/cat; target $SPAWNED; }
do_load() { bounded $((SECS+4)) pv -qL 2m $SHARED/big64 | bounded $SECS cat > in; true; }
main "$@"
