/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in io_uring_enter() of a ring that the thread has registered: what the call is handed is a number of the
 * thread's own, 0, and not the descriptor 0.
 */
#include "ref.h"
#include "ref_uring.h"

int main(int argc, char **argv)
{
	struct io_uring_rsrc_update ours = {.offset = 0};
	struct ref_ring r;

	ref_begin(argc, argv);
	if (!ref_ring_open(&r, 0))
		ref_skip("io_uring is switched off");
	ours.data = (uint64_t)r.fd;
	ref_must(syscall(__NR_io_uring_register, r.fd, IORING_REGISTER_RING_FDS, &ours, 1), "io_uring_register");
	ref_expect("wait io_uring_enter under_way=1 slept=1");
	ref_expect("no-wait io_uring_enter fd=0");
	ref_ready_asleep(__NR_io_uring_enter);
	return (int)syscall(__NR_io_uring_enter, ours.offset, 0, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_REGISTERED_RING,
			    NULL, 0);
}
