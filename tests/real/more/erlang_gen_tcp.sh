#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Erlang: an echo server on gen_tcp; a poll thread waits in epoll, schedulers transfer
# packages: erlang-base
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	HOME=$D spawn erl erl -noshell -noinput -eval '
	Echo = fun F(S) -> case gen_tcp:recv(S, 0) of {ok, B} -> gen_tcp:send(S, B), F(S); _ -> gen_tcp:close(S) end end,
	{ok, L} = gen_tcp:listen(22005, [binary, {ip, {127,0,0,1}}, {active, false}, {reuseaddr, true}]),
	Loop = fun G() -> {ok, S} = gen_tcp:accept(L), P = spawn(fun() -> receive go -> Echo(S) end end), gen_tcp:controlling_process(S, P), P ! go, G() end,
	Loop().'
	wait_port 22005; target $SPAWNED
}
do_load() { $PY $HERE/tools/ld.py tcp 22005 $SECS 8 'hello world' 0.003; }
main "$@"
