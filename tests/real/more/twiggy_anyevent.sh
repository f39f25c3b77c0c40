#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# twiggy (Perl): AnyEvent on libev
# packages: libanyevent-perl libev-perl twiggy
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	printf 'sub { [200, ["Content-Type" => "text/plain", "Content-Length" => 6], ["hello\\n"]] }\n' > app.psgi
	spawn twiggy twiggy --listen 127.0.0.1:22029 app.psgi; wait_port 22029; target $SPAWNED
}
do_load() { $PY $HERE/tools/ld.py conn 22029 $SECS 3 'GET / HTTP/1.0\r\n\r\n' 0.005; }
main "$@"
