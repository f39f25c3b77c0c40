/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * 32-bit calls of a 64-bit program (int 0x80): seen, not counted, and never
 * taken for the 64-bit calls of the same numbers.
 */
#define _GNU_SOURCE
#include <sys/mman.h>

#include "ref.h"

#define N      37
#define COMPAT 20

static int p[2];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_read);
		ref_write(p[1], ref_msg, REF_MSG);
	}
}

/* read(2) by its 32-bit number, which in 64-bit calls is close(2)'s. */
static long read32(int fd, void *buf, size_t len)
{
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(3), "b"((long)fd), "c"(buf), "d"(len)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)ret;
}

/* A kernel without 32-bit calls answers with a signal. */
static bool has_compat(int fd, void *buf)
{
	pid_t child = (pid_t)ref_must(fork(), "fork");
	int status = 1;

	if (!child) {
		signal(SIGSEGV, SIG_DFL);
		_exit(read32(fd, buf, REF_MSG) != REF_MSG);
	}
	waitpid(child, &status, 0);
	return !status;
}

int main(int argc, char **argv)
{
	char buf[REF_MSG], *low;
	int q[2], n = COMPAT;

	ref_begin(argc, argv);
	ref_must(pipe(p), "pipe");
	ref_must(pipe(q), "pipe");
	for (int i = 0; i < COMPAT + 1; i++)
		ref_write(q[1], ref_msg, REF_MSG);
	low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (low == MAP_FAILED)
		ref_die("mmap");
	if (!has_compat(q[0], low)) {
		ref_say("note this kernel has no 32-bit calls: only the 64-bit part is checked");
		n = 0;
	}
	ref_feed(feed, NULL);
	ref_expect("verdict.model blocking");
	ref_expect("also none");
	ref_expect("model blocking transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("file %d attempts=%d slept=%d transfers=%d", p[0], N, N, N);
	ref_ready();
	for (int i = 0; i < N; i++) {
		if (i < n && read32(q[0], low, REF_MSG) != REF_MSG)
			ref_die("32-bit read");
		if (read(p[0], buf, sizeof(buf)) != REF_MSG)
			ref_die("read");
		ref->a++;
	}
	ref_done();
}
