#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# grep -r over page-cached files: blocking reads, mostly CPU
# packages: grep
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { spawn grep grep -rac zzyzzx-not-there /usr/lib /usr/share /usr/lib /usr/share; target $SPAWNED; }
do_load() { sleep $SECS; }
main "$@"
