# SPDX-License-Identifier: GPL-2.0-only
# bash completion for iomodel(1)

_iomodel()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} cmd=${COMP_WORDS[1]}
	local common='--no-color -v --verbose --version -h --help'
	local output='--format -o --output'
	local armed='-d --duration -f --follow --ready-fd --backend --no-windows --max-size'
	local watch="$armed --record --json-schema $output $common"

	if [ "$COMP_CWORD" = 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "attach run record report doctor explain --help --version --json-schema" -- "$cur")
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
	-o | --output | --record)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	-u | --user)
		mapfile -t COMPREPLY < <(compgen -u -- "$cur")
		return
		;;
	-d | --duration | --ready-fd | --max-size)
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
			mapfile -t COMPREPLY < <(compgen -W "--redact --json-schema $output $common" -- "$cur")
		else
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		fi
		;;
	doctor)
		mapfile -t COMPREPLY < <(compgen -W "$output $common" -- "$cur")
		;;
	explain)
		mapfile -t COMPREPLY < <(compgen -W 'blocking nonblocking multiplexed signal-driven async none verdict
			submit-blocked iowq-offload may-block busy-poll eagain-spin loop-blocked sync-on-loop
			signal-overflow '"$common" -- "$cur")
		;;
	esac
}
complete -F _iomodel iomodel
