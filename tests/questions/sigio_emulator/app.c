/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* an emulator: computes all the time; SIGIO sets a flag; at a safe point it asks poll(0) which file
 * it was and reads */
static volatile sig_atomic_t io;
static volatile unsigned long work;

static void on(int s)
{
	io = 1;
}

int main(int argc, char **argv)
{
	int a[2], b[2];
	char x[256];
	signal(SIGIO, on);
	socketpair(AF_UNIX, SOCK_STREAM, 0, a);
	pipe(b);
	if (!fork()) {
		for (int i = 0;; i++) {
			usleep(10000);
			if (i & 1)
				write(a[1], "key", 3);
			else
				write(b[1], "packet", 6);
		}
	}
	int f[2] = {a[0], b[0]};
	for (int i = 0; i < 2; i++) {
		fcntl(f[i], F_SETOWN, getpid());
		fcntl(f[i], F_SETFL, O_NONBLOCK | O_ASYNC);
	}
	FILE *up = fopen(argv[1], "w");
	fputs("up\n", up);
	fclose(up);
	for (;;) {
		for (int i = 0; i < 2000; i++)
			work += i * work;
		if (!io)
			continue;
		io = 0;
		struct pollfd p[2] = {{f[0], POLLIN}, {f[1], POLLIN}};
		if (poll(p, 2, 0) > 0)
			for (int i = 0; i < 2; i++)
				if (p[i].revents & POLLIN)
					read(f[i], x, sizeof x);
	}
}
