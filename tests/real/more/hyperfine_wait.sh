#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# hyperfine: runs a command again and again and waits for its end
# packages: hyperfine
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { HOME=$D spawn hyperfine hyperfine -N --style none --runs 100000 'sleep 0.05'; sleep 0.5; target $SPAWNED; }
do_load() { sleep $SECS; }
main "$@"
