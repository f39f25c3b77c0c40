/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An event loop that reads a regular file, with O_NONBLOCK set on it: the flag
 * does nothing there, the loop sleeps in the read.
 */
#include <sys/epoll.h>

#include "ref_fault.h"

#define N 31
#define EACH 4 /* messages to a page of the file, so that the loop's model is clear on slow machines too */

static int s[2], uffd;

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, EACH * N); i++) {
		ref_turn(i, __NR_epoll_wait);
		ref_nap_us(12000);
		ref_write(s[1], ref_msg, REF_MSG);
		/* Well above what is worth a finding (1 ms). */
		if (i % EACH == EACH - 1)
			ref_fault_serve(uffd, __NR_pread64, 2000);
	}
}

int main(int argc, char **argv)
{
	struct epoll_event ev = {.events = EPOLLIN};
	char buf[REF_MSG], *mem;
	int ep, fd;

	ref_begin(argc, argv);
	mem = mmap(NULL, N * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mem == MAP_FAILED)
		ref_die("mmap");
	uffd = ref_fault_arm(mem, N * 4096);
	fd = ref_file(4096);
	ref_nonblock(fd);
	ep = (int)ref_must(epoll_create1(0), "epoll_create1");
	ref_pair(s, SOCK_STREAM);
	ref_nonblock(s[0]);
	ref_must(epoll_ctl(ep, EPOLL_CTL_ADD, s[0], &ev), "epoll_ctl");
	ref_feed(feed, NULL);
	ref_expect("verdict.model multiplexed");
	ref_expect("also blocking");
	ref_expect("model multiplexed transfers %d bytes %d", EACH * N, EACH * N * REF_MSG);
	ref_expect("model blocking transfers %d bytes %d", N, N * 4096);
	ref_expect("model nonblocking transfers 0");
	ref_expect("file %d attempts=%d slept=%d eagain=0 transfers=%d", fd, N, N, N);
	ref_expect("file %d attempts=%d slept=0 eagain=0 transfers=%d", s[0], EACH * N, EACH * N);
	ref_expect("finding loop-blocked");
	ref_ready();
	for (int i = 0; i < EACH * N; i++) {
		if (epoll_wait(ep, &ev, 1, -1) != 1 || read(s[0], buf, REF_MSG) != REF_MSG)
			ref_die("read");
		if (i % EACH == EACH - 1 && pread(fd, mem + i / EACH * 4096, 4096, 0) != 4096)
			ref_die("pread");
		ref->a++;
	}
	ref_done();
}
