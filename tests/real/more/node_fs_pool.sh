#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# node that only reads files: libuv's pool blocks in read, the main thread waits for the pool's doorbell
# packages: nodejs
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	cat > f.js <<-'C'
	const fs = require('fs/promises');
	async function run() {
		for (;;) {
			const f = await fs.open(process.argv[2]), b = Buffer.alloc(65536);
			for (let at = 0; at < 64 << 20; at += b.length) await f.read(b, 0, b.length, at);
			await f.close();
			await new Promise(done => setTimeout(done, 50));
		}
	}
	run(); run();
	C
	HOME=$D spawn node nodejs f.js $SHARED/big64; sleep 1; target $SPAWNED
}
do_load() { sleep $SECS; }
main "$@"
