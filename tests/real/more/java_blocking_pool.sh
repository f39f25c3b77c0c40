#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Java: plain sockets of java.net, one thread of a pool for each connection
# packages: openjdk-17-jdk-headless
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	cat > Echo.java <<-'C'
	import java.io.*; import java.net.*; import java.util.concurrent.*;
	public class Echo {
		public static void main(String[] a) throws IOException {
			var pool = Executors.newCachedThreadPool();
			var l = new ServerSocket(Integer.parseInt(a[0]), 50, InetAddress.getLoopbackAddress());
			for (;;) {
				var s = l.accept();
				pool.submit(() -> {
					try (s) {
						var b = new byte[4096]; int n;
						while ((n = s.getInputStream().read(b)) > 0) s.getOutputStream().write(b, 0, n);
					}
					return 0;
				});
			}
		}
	}
	C
	spawn java java -Xmx64m -Djava.net.preferIPv4Stack=true Echo.java 22016; wait_port 22016 30; target $SPAWNED; sleep 1
}
do_load() { $PY $HERE/tools/ld.py tcp 22016 $SECS 6 'hello world' 0.003; }
main "$@"
