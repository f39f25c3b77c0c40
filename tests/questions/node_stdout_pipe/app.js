// SPDX-License-Identifier: GPL-2.0-only
// A server that prints 2,000 characters for each request.
require('http').createServer((q, r) => {
	console.log('request ' + 'y'.repeat(2000));
	r.end('ok\n');
}).listen(24104, '127.0.0.1');
