# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2086 # numbers; what the questions use
# lib.sh - what all questions share; sourced by their run.sh, never run.
#
#   run.sh start   build and start everything; prints the pids, the one that is asked about first
#   run.sh load    drive it for SECS seconds
#   run.sh stop    end what was started, by pid and start time, and remove its folder
#
# A question defines do_start (with spawn and target), do_load where somebody else has to do
# something, and prepare where something is to be built. The sources beside run.sh, in $HERE, are
# only read; what is built lies in $B, what a run leaves in $D. They want a real disk's file
# system, and are not below /tmp: this runs as root, and the name can be foreseen.
set -u
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
HERE=$(dirname "$(readlink -f "$0")")
NAME=$(basename "$HERE")
LIB=$(dirname "$HERE")
WORK=${QUESTIONS_TMP:-${IOMODEL_CACHE:-/var/cache/iomodel}/questions}
B=$WORK/$NAME D=$WORK/$NAME/run BIG=$WORK/big
SECS=${SECS:-6}
PY=/usr/bin/python3

. "$LIB/../real/proc.sh"
target() { echo "$1"; }

# wait_for COMMAND: until it succeeds, ten seconds at most.
wait_for() {
	within 10 eval "$1" >/dev/null 2>&1 && return 0
	echo "waited in vain for: $1" >&2
	tail -n 5 "$D"/*.err >&2
	return 1
}
wait_port() { wait_for "listens $1"; }

# build LIBRARIES...: app.c
build() { gcc -O1 -w -o "$B/app" "$HERE/app.c" "$@"; }

# 512 MiB that do not compress, made once, for those that read a large file.
big_file() {
	[ -s "$BIG" ] && return
	noise nice -n 19 | head -c 512M >"$BIG.new"
	sync "$BIG.new"
	mv "$BIG.new" "$BIG"
}

stop_all() {
	[ -f "$D/pids" ] || return 0
	local all sig
	all=$(started)
	for sig in TERM KILL; do
		kill_list $sig <<<"$all"
		sleep .2
	done
}
prepare() { :; }
do_load() { sleep "$SECS"; }

main() {
	case ${1:-} in
	start)
		mkdir -p "$B"
		stop_all
		rm -rf "$D"
		mkdir -p "$D"
		prepare && do_start
		;;
	load) do_load ;;
	stop)
		stop_all
		rm -rf "$D"
		;;
	*)
		echo "usage: $0 start|load|stop" >&2
		exit 2
		;;
	esac
}
