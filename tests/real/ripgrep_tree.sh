#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ripgrep with 2 threads over a tree: blocking reads in worker threads (fresh threads, no event loop)
# packages: ripgrep
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { spawn rg rg -uuu -j2 --no-mmap -c zzyzzx-not-there /usr /usr /usr; target $SPAWNED; }
do_load() { sleep $SECS; }
main "$@"
