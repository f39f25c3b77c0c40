#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# cron: asleep until the next minute
# packages: cron
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { spawn cron unshare -m sh -c 'mkdir -p "$1/empty" && mount --bind "$1/empty" /etc/cron.d && mount --bind /dev/null /etc/crontab && mount --bind "$1/empty" /var/spool/cron && mount -t tmpfs none /run && mkdir -p /var/spool/cron/crontabs && exec cron -f' _ "$D"; sleep 1; target $SPAWNED; }
do_load() { sleep $SECS; }
main "$@"
