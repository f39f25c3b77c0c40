#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# rsyslogd: input thread epoll/poll + recvmmsg on UDP, queue worker writes the file with blocking write()
# packages: python3 rsyslog
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { printf 'module(load="imudp")\ninput(type="imudp" address="127.0.0.1" port="21300")\nmain_queue(queue.workerthreads="1")\naction(type="omfile" file="%s/out.log" asyncWriting="off" flushOnTXEnd="on")\n' $D > r.conf; spawn rsyslogd rsyslogd -n -iNONE -f $D/r.conf; wait_port 21300 10 udp; target $SPAWNED; }
do_load() { $PY $HERE/tools/ld.py udpn 21300 $SECS 1 '<13>Jan  1 00:00:00 h t: hello' 0.001; }
main "$@"
