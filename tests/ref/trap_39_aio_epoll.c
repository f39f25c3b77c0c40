/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libaio whose completions are announced by an eventfd in an epoll: the time in epoll is
 * waiting for completions, and a few submissions that slept do not make it synchronous.
 */
#include <poll.h>
#include <sys/eventfd.h>

#include "ref_fault.h"
#include "ref_loop.h"
#include "ref_uring.h"

#define N    61
#define SLOW 7 /* submissions that sleep: the buffer's page has to be brought */

static int uffd, pipes[2];

static void bring(void *arg)
{
	(void)arg;
	for (int i = 0; i < SLOW; i++)
		ref_fault_serve(uffd, __NR_io_submit, 2000);
}

/* IOCB_CMD_POLL completes late for sure: on a pipe that is written to afterwards. */
static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N - SLOW); i++) {
		ref_turn(i, __NR_epoll_wait);
		ref_write(pipes[1], ref_msg, 1);
	}
}

int main(int argc, char **argv)
{
	struct epoll_event ev;
	struct io_event done;
	aio_context_t ctx;
	uint64_t count;
	char *mem, byte;
	int ep, efd, file;

	ref_begin(argc, argv);
	ctx = ref_aio_open(8);
	file = ref_file(4096);
	ref_must(pipe(pipes), "pipe");
	ep = (int)ref_must(epoll_create1(0), "epoll_create1");
	efd = (int)ref_must(eventfd(0, EFD_NONBLOCK), "eventfd");
	ref_epoll_add(ep, efd, EPOLLIN);
	mem = mmap(NULL, SLOW * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uffd = ref_fault_arm(mem, SLOW * 4096);
	ref_feed(bring, NULL);
	ref_feed(feed, NULL);
	ref_expect("wait io_submit slept=%d ns>=%d count=%d", SLOW, SLOW * 2000000, N);
	ref_expect("wait epoll_wait slept=%d", N - SLOW);
	ref_expect("ring requests=%d submit_slept=%d submit_slept_ns>=%d inline=%d late=%d", N, SLOW,
		   SLOW * 2000000, SLOW, N - SLOW);
	ref_expect("finding submit-blocked io_submit count=%d", SLOW);
	ref_ready();
	for (int i = 0; i < N; i++) {
		struct iocb cb = ref_iocb(IOCB_CMD_POLL, pipes[0], NULL, 0, 0);

		if (i < SLOW)
			cb = ref_iocb(IOCB_CMD_PREAD, file, mem + i * 4096, 4096, 0);
		else
			cb.aio_buf = POLLIN;
		cb.aio_flags = IOCB_FLAG_RESFD;
		cb.aio_resfd = (uint32_t)efd;
		ref_aio_submit(ctx, &cb);
		if (epoll_wait(ep, &ev, 1, -1) != 1 || read(efd, &count, sizeof(count)) != sizeof(count))
			ref_die("epoll_wait");
		done = ref_aio_wait(ctx);
		if ((int64_t)done.res < 0)
			ref_die("request");
		if (i < SLOW)
			continue;
		ref_must(read(pipes[0], &byte, 1), "read");
		ref->a++;
	}
	ref_done();
}
