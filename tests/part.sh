# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# part.sh - counting, for test programs in bash; sourced from the top of the tree.

passed=0 failed=0 skipped=0
said=() # files with what the command that is checked had to say; they need not be there

# check NAME: counts the status of the command before it.
check() {
	if [ $? = 0 ]; then
		passed=$((passed + 1))
		echo "ok   $1"
		return
	fi
	failed=$((failed + 1))
	echo "FAIL $1"
	[ ${#said[@]} = 0 ] || head -qn 6 "${said[@]}" 2>/dev/null | sed 's/^/       /' | cat -v
}

# part NAME COMMAND...: (where PARTS, a regular expression, is set: if NAME matches) runs one,
# says how long it took and adds its last "N passed, N failed[, N skipped]" to ours. One that
# says nothing, or fails without having counted a failure, has failed. What it printed is kept
# in $RESULTS/NAME.log where RESULTS is set.
part() {
	local name=$1 log rc line began=$SECONDS
	shift
	[[ $name =~ ${PARTS:-} ]] || return 0
	log=${RESULTS:+$RESULTS/$name.log}
	[ -n "$log" ] || log=$(mktemp)
	echo "━━━ $name"
	"$@" 2>&1 | tee "$log"
	rc=${PIPESTATUS[0]}
	echo "($((SECONDS - began)) s)"
	line=$(grep -aoE '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?' "$log" | tail -n 1)
	[ -n "${RESULTS:-}" ] || rm -f "$log"
	# shellcheck disable=SC2086 # three numbers
	set -- ${line//[^0-9]/ }
	if [ $# -lt 2 ]; then
		echo "FAIL $name did not say what it did (exit status $rc)"
		failed=$((failed + 1))
		return
	fi
	passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + ${3:-0}))
	if [ "$rc" != 0 ] && [ "$2" = 0 ]; then
		echo "FAIL $name ended with status $rc"
		failed=$((failed + 1))
	fi
}
