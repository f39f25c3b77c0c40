# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2086,SC2154 # numbers; what the scripts use and set
# proc.sh - processes that a script starts and ends, and what it waits for; sourced by lib.sh here
# and by that of tests/questions, which say how long they wait and what happens then.
#
# What was started is written down in $D/pids, by pid and start time, so that nobody else who has
# got the number meanwhile is ended.

starttime() { # pid -> start time in ticks (field 22), robust to spaces in comm
	local s; s=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
	s=${s##*) }; set -- $s; [ "$1" != Z ] && [ "$1" != X ] && echo "${20}"
}
record() { echo "$1 $(starttime "$1")" >> "$D/pids"; }
children() { cat /proc/$1/task/*/children 2>/dev/null | tr ' ' '\n' | grep -E '^[0-9]+$' || true; }
descendants() { local c; for c in $(children "$1"); do echo "$c"; descendants "$c"; done; }

# spawn TAG cmd args... : run cmd as a new session leader in the background; pid in $SPAWNED.
# stdin from $IN (default /dev/null), stdout to $OUT (default log), stderr to the log.
spawn() {
	local tag=$1; shift
	setsid "$@" <"${IN:-/dev/null}" >"${OUT:-$D/$tag.log}" 2>>"$D/$tag.err" 9>&- &
	SPAWNED=$!
	record "$SPAWNED"
	disown "$SPAWNED" 2>/dev/null || true
}

# within SECS cmd args... : try it until it succeeds, so long at most.
within() {
	local i n=$(( $1 * 20 )); shift
	for i in $(seq $n); do "$@" && return 0; sleep 0.05; done
	return 1
}
listens() { # port [tcp|udp]: somebody does
	local p; p=$(printf '%04X' "$1")
	if [ "${2:-tcp}" = tcp ]; then grep -qiE "^ *[0-9]+: [0-9A-F]+:$p [0-9A-F:]+ 0A" /proc/net/tcp /proc/net/tcp6 2>/dev/null
	else grep -qiE ": [0-9A-F]+:$p " /proc/net/udp /proc/net/udp6 2>/dev/null; fi
}

# noise [cmd...]: bytes without an end that do not compress; made under cmd, such as nice.
noise() { "$@" openssl enc -aes-128-ctr -K 00112233445566778899aabbccddeeff -iv 0 -nosalt </dev/zero 2>/dev/null; }

# started: a line "pid start" for each that is written down and still runs, and for all below it.
started() {
	local p s c
	while read -r p s; do
		[ "$p" != $$ ] || continue # a watchdog becomes the stop it calls
		[ -n "$s" ] && [ "$(starttime "$p")" = "$s" ] || continue
		echo "$p $s"
		for c in $(descendants "$p"); do echo "$c $(starttime "$c")"; done
	done < "$D/pids"
}
kill_list() { # SIG: to those of such lines on stdin that still run
	local sig=$1 p s; while read -r p s; do [ -n "$s" ] && [ "$(starttime "$p")" = "$s" ] && kill "-$sig" "$p" 2>/dev/null; done; return 0
}
