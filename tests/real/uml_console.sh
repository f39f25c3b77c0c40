#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# UML guest echoing its console: console fd is O_ASYNC|O_NONBLOCK, input announced by SIGIO
# packages: user-mode-linux
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/uml.inc"
do_start() { uml_up con0=fd:0,fd:1 <<'E'
#!/bin/bash
exec </dev/console >/dev/console 2>&1
echo UML-UP
while :; do read -r l && echo "echo:$l"; done
E
}
do_load() { bounded $SECS bash -c 'n=0; while :; do echo line$n; n=$((n+1)); sleep 0.005; done' > con.in; true; }
main "$@"
