#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# collectd: threads that sleep, then read /proc and write files
# packages: collectd-core
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	printf 'Interval 0.1\nBaseDir "%s"\nPIDFile "%s/pid"\nPluginDir "/usr/lib/collectd"\nTypesDB "/usr/share/collectd/types.db"\nReadThreads 2\nLoadPlugin cpu\nLoadPlugin memory\nLoadPlugin load\nLoadPlugin vmem\nLoadPlugin csv\n<Plugin csv>\n DataDir "%s/csv"\n</Plugin>\n' "$D" "$D" "$D" > c.conf
	spawn collectd collectd -f -C $D/c.conf; sleep 1; target $SPAWNED
}
do_load() { sleep $SECS; }
main "$@"
