#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# mono: asynchronous sockets of .NET; one selector thread with epoll, a pool of workers
# packages: mono-mcs mono-runtime
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
prepare() {
	[ -s $SHARED/mono/echo.exe ] && return
	mkdir -p $SHARED/mono; cat > $SHARED/mono/echo.cs <<-'C'
	using System; using System.Net; using System.Net.Sockets; using System.Threading.Tasks;
	class Echo {
		static async Task Serve(Socket s) {
			var stream = new NetworkStream(s, true); var b = new byte[4096]; int n;
			while ((n = await stream.ReadAsync(b, 0, b.Length)) > 0) await stream.WriteAsync(b, 0, n);
			s.Close();
		}
		static async Task Run(TcpListener l) { while (true) { var s = await l.AcceptSocketAsync(); var t = Serve(s); } }
		static void Main(string[] a) { var l = new TcpListener(IPAddress.Loopback, int.Parse(a[0])); l.Start(); Run(l).Wait(); }
	}
	C
	mcs -out:$SHARED/mono/echo.exe $SHARED/mono/echo.cs
}
do_start() { HOME=$D spawn mono mono $SHARED/mono/echo.exe 22011; wait_port 22011; target $SPAWNED; sleep 1; }
do_load() { $PY $HERE/tools/ld.py tcp 22011 $SECS 8 'hello world' 0.003; }
main "$@"
