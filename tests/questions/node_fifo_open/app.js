// SPDX-License-Identifier: GPL-2.0-only
// A server that reads a file for each connection, after it has opened four FIFOs without a writer.
const fs = require('fs'), net = require('net'), dir = process.argv[2];
for (let i = 0; i < 4; i++)
	fs.open(dir + '/fifo' + i, 'r', () => {});
setTimeout(() => {
	net.createServer(s => {
		s.on('error', () => {});
		s.on('data', () => fs.readFile('/etc/hostname', (e, d) => s.write(d)));
	}).listen(24103, '127.0.0.1');
}, 300);
