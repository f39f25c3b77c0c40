/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libaio that is complete while io_submit sleeps: done inside submission, not later.
 */
#include "ref_fault.h"
#include "ref_uring.h"

#define N 13

static int uffd;

static void bring(void *arg)
{
	(void)arg;
	for (int i = 0; i < N; i++)
		ref_fault_serve(uffd, __NR_io_submit, 1500);
}

int main(int argc, char **argv)
{
	aio_context_t ctx;
	char *mem;
	int file;

	ref_begin(argc, argv);
	ctx = ref_aio_open(8);
	file = ref_file(4096);
	mem = mmap(NULL, N * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uffd = ref_fault_arm(mem, N * 4096);
	ref_feed(bring, NULL);
	ref_expect("verdict.model async");
	ref_expect("verdict.in_fact synchronous");
	ref_expect("wait io_submit slept=%d ns>=%d", N, N * 1500000);
	ref_expect("what submit slept=%d", N);
	ref_expect("no-what completion");
	ref_expect("ring requests=%d inline=%d late=0 submit_slept=%d", N, N, N);
	ref_expect("file %d transfers=%d", file, N);
	ref_expect("finding submit-blocked io_submit count=%d", N);
	ref_ready();
	for (int i = 0; i < N; i++) {
		struct iocb cb = ref_iocb(IOCB_CMD_PREAD, file, mem + i * 4096, 4096, 0);

		ref_aio_submit(ctx, &cb);
		if (ref_aio_wait(ctx).res != 4096)
			ref_die("request");
	}
	ref_done();
}
