#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tclsh: events of sockets; Tcl's notifier thread waits in select for the main thread
# packages: tcl
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	cat > echo.tcl <<-'C'
	proc accept {s host port} { fconfigure $s -blocking 0 -buffering line; fileevent $s readable [list echo $s] }
	proc echo {s} { if {[gets $s line] >= 0} { puts $s $line } elseif {[eof $s]} { close $s } }
	socket -server accept -myaddr 127.0.0.1 [lindex $argv 0]
	vwait forever
	C
	spawn tclsh tclsh echo.tcl 22013; wait_port 22013; target $SPAWNED
}
do_load() { $PY $HERE/tools/ld.py tcp 22013 $SECS 4 'hello world\n' 0.005; }
main "$@"
