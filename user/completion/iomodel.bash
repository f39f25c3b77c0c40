# SPDX-License-Identifier: GPL-2.0-only
# bash completion for iomodel(1)

# Names of files as names: with a slash behind folders, and blanks quoted. Called by hand there is nothing to tell.
_iomodel_files()
{
	mapfile -t COMPREPLY < <(compgen -f -- "$1")
	compopt -o filenames 2>/dev/null
}

# Is the word under the cursor one of a command, which completes for itself?
_iomodel_in_command()
{
	local i
	for ((i = 2; i < COMP_CWORD; i++)); do
		[ "${COMP_WORDS[i]}" != -- ] || return 0
	done
	return 1
}

_iomodel()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} cmd=${COMP_WORDS[1]}
	local common='--no-color -v --verbose --version -h --help'
	local output='--format --json -o --output'
	local expect='--expect --expect-file --expect-format'
	local armed='-d --duration -f --follow --ready-fd --backend --no-windows --max-size'
	local watch="$armed $expect --record --json-schema $output $common"

	if [ "$COMP_CWORD" = 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "attach run record report doctor explain lab --help --version --json-schema" -- "$cur")
		return
	fi
	if [[ $cmd == run || $cmd == record ]] && _iomodel_in_command; then
		if [ "$prev" = -- ]; then
			mapfile -t COMPREPLY < <(compgen -c -- "$cur")
		else
			_iomodel_files "$cur"
		fi
		return
	fi
	case $prev in
	--format)
		mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$cur")
		return
		;;
	--backend)
		mapfile -t COMPREPLY < <(compgen -W 'auto bpf kmod' -- "$cur")
		return
		;;
	--expect-format)
		mapfile -t COMPREPLY < <(compgen -W 'junit tap' -- "$cur")
		return
		;;
	-o | --output | --record | --expect-file)
		_iomodel_files "$cur"
		return
		;;
	-u | --user)
		mapfile -t COMPREPLY < <(compgen -u -- "$cur")
		return
		;;
	-d | --duration | --ready-fd | --max-size | --expect)
		return
		;;
	esac
	case $cmd in
	attach)
		if [[ $cur == -* ]]; then
			mapfile -t COMPREPLY < <(compgen -W "$watch" -- "$cur")
		else
			mapfile -t COMPREPLY < <(compgen -W "$(ps -eo pid=)" -- "$cur")
		fi
		;;
	run)
		if [[ $cur == -* ]]; then
			mapfile -t COMPREPLY < <(compgen -W "$watch -u --user --" -- "$cur")
		else
			mapfile -t COMPREPLY < <(compgen -c -- "$cur")
		fi
		;;
	record)
		if [[ $cur == -* ]]; then
			mapfile -t COMPREPLY < <(compgen -W "$armed -u --user -o --output $common --" -- "$cur")
		else
			mapfile -t COMPREPLY < <(compgen -W "$(ps -eo pid=)" -- "$cur")
		fi
		;;
	report)
		if [[ $cur == -* ]]; then
			mapfile -t COMPREPLY < <(compgen -W "--redact $expect --json-schema $output $common" -- "$cur")
		else
			_iomodel_files "$cur"
		fi
		;;
	doctor)
		mapfile -t COMPREPLY < <(compgen -W "$output $common" -- "$cur")
		;;
	explain)
		mapfile -t COMPREPLY < <(compgen -W 'blocking nonblocking multiplexed signal-driven async none verdict
			loop-blocked sync-on-loop loop-computes page-fault-io busy-poll calls-fail eof-spin not-drained
			eagain-spin idle-wakeups spurious-ready thundering-herd one-file-readiness may-block tiny-transfers
			unread-data accept-queue connect-unanswered peer-closed slow-peer nagle-delay datagrams-dropped slow-lookup submit-blocked iowq-offload sqpoll-spin
			signal-overflow traced --live '"$common" -- "$cur")
		;;
	lab)
		mapfile -t COMPREPLY < <(compgen -W 'list start check hint show watch shell next solution submit
			ladder explain class' -- "$cur")
		;;
	esac
}
complete -F _iomodel iomodel
