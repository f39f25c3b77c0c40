#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# prosody: an XMPP server in Lua on its epoll loop
# packages: prosody
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	mkdir data
	printf 'pidfile = "%s/p.pid"\nrun_as_root = true\ndaemonize = false\ndata_path = "%s/data"\nplugin_paths = {}\nmodules_enabled = { "saslauth" }\nmodules_disabled = { "s2s", "offline" }\ninterfaces = { "127.0.0.1" }\nlocal_interfaces = { "127.0.0.1" }\nc2s_ports = { 22012 }\ns2s_ports = {}\nhttp_ports = {}\nhttps_ports = {}\nallow_unencrypted_plain_auth = true\nlog = { warn = "*console" }\nVirtualHost "localhost"\n' "$D" "$D" > prosody.cfg.lua
	spawn prosody prosody --config "$D/prosody.cfg.lua"; wait_port 22012; target $SPAWNED
}
do_load() { $PY $HERE/tools/ld.py conn 22012 $SECS 4 "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='localhost' version='1.0'></stream:stream>" 0.02; }
main "$@"
