# SPDX-License-Identifier: GPL-2.0-only
# lib.sh - what every case script shares; sourced, never run.
#
#   NAME.sh start   start everything; prints the pids to attach to, the target first;
#                   everything else goes to logs
#   NAME.sh load    run the bounded workload, about SECS seconds
#   NAME.sh stop    end what this case started, by pid, and remove its folder
#   NAME.sh pid     print the pids again
#   NAME.sh all     start, load, stop: a smoke test
#
# A case defines do_start (with spawn and target) and do_load, and where needed prepare
# and do_stop. Its files lie in $D. Nothing listens off 127.0.0.1. A watchdog says stop
# after LIFE seconds, whatever happens.
set -u
umask 022
export LC_ALL=C LANG=C TERM=xterm DEBIAN_FRONTEND=noninteractive
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
unset http_proxy https_proxy ftp_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY no_proxy NO_PROXY
# Not below /tmp: it runs as root, and the name can be foreseen.
REAL_TMP=${REAL_TMP:-${IOMODEL_CACHE:-/var/cache/iomodel}/real}
SELF=$(readlink -f "$0"); CASE=$(basename "$SELF" .sh)
HERE=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")") # of inc/ and tools/, wherever the case lies
D=$REAL_TMP/$CASE
SECS=${SECS:-6} # length of the workload
LIFE=${LIFE:-150} # hard bound on the life of anything started
PY=/usr/bin/python3

note() { echo "[$CASE] $*" >&2; }
die() { echo "[$CASE] FAIL: $*" >&2; exit 1; }

. "$HERE/proc.sh"
alive() { starttime "$1" >/dev/null 2>&1 && [ -n "$(starttime "$1")" ]; }
# spawn_pty TAG cmd...: run cmd on a pseudo terminal of its own; what is written to the
# fifo $D/TAG.keys is typed there. The pid of cmd is in $SPAWNED.
spawn_pty() {
	local tag=$1; shift
	mkfifo "$D/$tag.keys"
	printf '#!/bin/sh\necho $$ > %q\nstty rows 24 cols 80 2>/dev/null\nexec "$@"\n' "$D/$tag.ptypid" > "$D/$tag.sh"
	chmod +x "$D/$tag.sh"
	setsid $PY "$HERE/tools/ptyrun.py" "$D/$tag.keys" "$D/$tag.screen" "$D/$tag.sh" "$@" </dev/null >"$D/$tag.log" 2>&1 9>&- &
	local drv=$!; record "$drv"; disown "$drv" 2>/dev/null || true
	wait_file "$D/$tag.ptypid" 5; SPAWNED=$(cat "$D/$tag.ptypid"); record "$SPAWNED"
}
target() { echo "$1" >> "$D/target"; echo "$1"; }
targets() { cat "$D/target"; }
T1() { head -n1 "$D/target"; }

wait_file() { within "${2:-10}" test -s "$1" || die "timeout waiting for file $1"; }
wait_sock() { within "${2:-10}" test -S "$1" || die "timeout waiting for socket $1"; }
wait_port() { # port [secs] [tcp|udp]
	local i
	within "${2:-15}" listens "$1" "${3:-tcp}" && return 0
	for i in "$D"/*.err "$D"/*.log; do [ -s "$i" ] && { echo "--- $i" >&2; tail -n 5 "$i" >&2; }; done
	die "nothing listens on port $1/${3:-tcp}"
}
wait_log() { within "${3:-15}" grep -qE "$2" $1 2>/dev/null && return 0; tail -n 5 $1 >&2; die "no /$2/ in $1"; }
child_named() { # parent regex [secs]: first descendant whose cmdline or comm matches
	local i c; for i in $(seq 1 $(( ${3:-10} * 20 ))); do
		for c in $(descendants "$1"); do
			if { tr '\0' ' ' < /proc/$c/cmdline; echo; cat /proc/$c/comm; } 2>/dev/null | grep -qE -- "$2"; then echo "$c"; return 0; fi
		done; sleep 0.05; done; return 1
}
bounded() { timeout -k 2 "$@"; } # bounded SECS cmd...
as_user() { local u=$1; shift; setpriv --reuid="$u" --regid="$u" --clear-groups "$@"; } # execs: same pid
bigfile() { # path MiB : (re)use a file of incompressible-ish data
	[ "$(stat -c %s "$1" 2>/dev/null || echo 0)" = $(( $2 * 1048576 )) ] && return 0
	mkdir -p "$(dirname "$1")"
	noise | head -c ${2}M > "$1.$$" && mv "$1.$$" "$1"
}
textfile() { # path MiB : compressible text
	[ "$(stat -c %s "$1" 2>/dev/null || echo 0)" = $(( $2 * 1048576 )) ] && return 0
	mkdir -p "$(dirname "$1")"
	noise | od -An -tx1 -w24 | head -c ${2}M > "$1.$$" && mv "$1.$$" "$1"
}
SHARED=$REAL_TMP/_shared # big inputs and initialised data folders, kept between runs

# inputs: make those of the big input files that this case speaks of, itself or in
# what it includes.
inputs() {
	local text
	text=$(cd "$HERE" && cat "$SELF" $(grep -o 'inc/[a-z]*\.inc' "$SELF"))
	case $text in *SHARED/big64*) bigfile "$SHARED/big64" 64 ;; esac
	case $text in *SHARED/big1g*) bigfile "$SHARED/big1g" 1024 ;; esac
	case $text in *SHARED/text256*) textfile "$SHARED/text256" 256 ;; esac
}

generic_stop() {
	[ -f "$D/pids" ] || return 0
	local all p s i; all=$(started)
	[ -n "$all" ] || return 0
	kill_list CONT <<< "$all"; kill_list TERM <<< "$all"
	for i in $(seq 1 60); do
		local left=0; while read -r p s; do [ -n "$s" ] && [ "$(starttime "$p")" = "$s" ] && left=1; done <<< "$all"
		[ $left = 0 ] && break; sleep 0.05
	done
	kill_list KILL <<< "$all"; sleep 0.1
}
do_stop() { :; }
prepare() { :; }

main() {
	local rc=0
	case "${1:-}" in
	start)
		"$SELF" stop >/dev/null 2>&1
		rm -rf "$D"
		mkdir -p "$D" "$SHARED" && chmod 755 "$REAL_TMP" "$D" "$SHARED" && cd "$D" || exit 1
		{ inputs && prepare; } >"$D/prepare.log" 2>&1 || { tail -n 5 "$D/prepare.log" >&2; die "preparing"; }
		trap '"$SELF" stop' EXIT
		do_start 9>&-
		alive "$(T1)" || die "no target"
		trap - EXIT
		# After do_start: the watchdog inherits the fifos that a case holds open, and so
		# keeps them open as long as the case lives.
		(cd / && exec setsid bash -c 'sleep "$1"; exec "$2" stop' _ "$LIFE" "$SELF") </dev/null >/dev/null 2>&1 &
		record $!; disown ;;
	load)
		[ -f "$D/target" ] || die "not started"
		cd "$D" || exit 1
		T=$(T1)
		do_load >"$D/load.log" 2>&1 || rc=$?
		[ $rc = 0 ] || { note "load ended with $rc:"; tail -n 5 "$D/load.log" >&2; }
		return $rc ;;
	stop)
		cd /; [ -d "$D" ] || return 0
		{ do_stop; generic_stop; } >/dev/null 2>&1
		rm -rf --one-file-system "$D" ;;
	pid) targets ;;
	all) "$SELF" start && "$SELF" load || rc=$?; "$SELF" stop; return $rc ;;
	*) echo "usage: $0 start|load|stop|pid|all" >&2; exit 2 ;;
	esac
}
