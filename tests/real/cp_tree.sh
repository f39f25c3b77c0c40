#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# cp -r of a big tree: copy_file_range/read/write on regular files
# packages: coreutils
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { spawn cp cp -r /usr/share /usr/lib $D/; target $SPAWNED; }
do_load() { sleep $SECS; }
main "$@"
