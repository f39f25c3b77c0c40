/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include <fcntl.h>
#include <libaio.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* an event loop that appends 4 KiB blocks to a growing file by libaio, O_DIRECT, 32 at a time;
 * a second thread commits with fdatasync */
static int fd;
static long off;

static void *commit(void *p)
{
	for (;;) {
		usleep(300000);
		fdatasync(fd);
	}
	return p;
}

int main(int argc, char **argv)
{
	io_context_t ctx = 0;
	struct iocb cb[32], *p[1];
	struct io_event ev[32];
	pthread_t t;
	void *buf;
	int efd = eventfd(0, EFD_NONBLOCK), ep = epoll_create1(0), inflight = 0, freelist[32],
	    nfree = 32;
	struct epoll_event e = {.events = EPOLLIN, .data.fd = efd};
	fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC | O_DIRECT, 0600);

	posix_memalign(&buf, 4096, 4096);
	memset(buf, 7, 4096);
	io_setup(64, &ctx);
	epoll_ctl(ep, EPOLL_CTL_ADD, efd, &e);
	pthread_create(&t, 0, commit, 0);
	for (int i = 0; i < 32; i++)
		freelist[i] = i;
	FILE *up = fopen(argv[2], "w");
	fputs("up\n", up);
	fclose(up);
	for (;;) {
		while (nfree) {
			int i = freelist[--nfree];
			io_prep_pwrite(&cb[i], fd, buf, 4096, (off += 4096) - 4096);
			cb[i].data = (void *)(long)i;
			io_set_eventfd(&cb[i], efd);
			p[0] = &cb[i];
			if (io_submit(ctx, 1, p) != 1)
				return 2;
			inflight++;
		}
		struct epoll_event out[4];
		epoll_wait(ep, out, 4, 1000);
		unsigned long v;
		if (read(efd, &v, 8) != 8)
			continue;
		int n = io_getevents(ctx, 0, 32, ev, 0);
		for (int i = 0; i < n; i++)
			freelist[nfree++] = (long)ev[i].data;
		if (off > (600L << 20))
			off = 0, ftruncate(fd, 0);
		usleep(2000);
	}
}
