/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * So many descriptors that those which were closed are no longer told apart: yet the two files
 * that they were of are.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ref.h"

#define N    20000
#define KEPT 24576 /* GATHER_FILES_MAX */

static char path[2][64];

int main(int argc, char **argv)
{
	char c;

	ref_begin(argc, argv);
	for (int i = 0; i < 2; i++) {
		int fd;

		snprintf(path[i], sizeof(path[i]), "/tmp/ref-%c.XXXXXX", 'a' + i);
		fd = ref_must(mkstemp(path[i]), "mkstemp");
		ref_write(fd, "x", 1);
		close(fd);
	}
	ref_expect("model blocking transfers=%d", 2 * N);
	ref_expect("file -1 attempts>=%d attempts<=%d", (2 * N - KEPT) / 3, (2 * N - KEPT) * 2 / 3);
	ref_ready();
	for (int i = 0; i < 2 * N; i++) {
		int fd = open(path[i % 2], O_RDONLY | O_CLOEXEC);

		if (fd < 0 || read(fd, &c, 1) != 1)
			ref_die("read");
		close(fd);
	}
	unlink(path[0]);
	unlink(path[1]);
	ref_done();
}
