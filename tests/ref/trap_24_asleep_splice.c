/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in splice() from one pipe into another: there is data, but the other pipe is full, and it is a child
 * that does not read from it.
 */
#define _GNU_SOURCE
#include "ref.h"

int main(int argc, char **argv)
{
	int in[2], out[2];
	pid_t child;
	char c = 0;

	ref_begin(argc, argv);
	ref_must(pipe(in), "pipe");
	ref_must(pipe2(out, O_NONBLOCK), "pipe2");
	while (write(out[1], &c, 1) == 1)
		;
	ref_must(fcntl(out[1], F_SETFL, 0), "fcntl");
	ref_must(write(in[1], &c, 1), "write");
	child = ref_child();
	if (!child) {
		close(in[0]);
		close(in[1]);
		close(out[1]);
		pause();
		_exit(0);
	}
	close(out[0]);
	ref_expect("verdict.model blocking");
	ref_expect("wait splice under_way=1 slept=1 fd=%d", out[1]);
	ref_expect("name %d -> trap_24_asleep_ %d fd %d", out[1], (int)child, out[0]);
	ref_ready_asleep(__NR_splice);
	return (int)splice(in[0], NULL, out[1], NULL, 1, 0);
}
