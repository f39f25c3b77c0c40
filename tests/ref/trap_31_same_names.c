/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files of one name in several folders, each opened, read and closed again: they are told
 * apart by their whole paths. And a device, by its number.
 */
#include <sys/stat.h>

#include "ref.h"

#define FOLDERS 4
#define N	7

static char paths[FOLDERS][96];

int main(int argc, char **argv)
{
	char buf[64];
	int fd, zero;

	ref_begin(argc, argv);
	for (int i = 0; i < FOLDERS; i++) {
		snprintf(paths[i], sizeof(paths[i]), "/tmp/iomodel-ref-%d-%d", getpid(), i);
		ref_must(mkdir(paths[i], 0700), paths[i]);
		strcat(paths[i], "/gitconfig");
		fd = (int)ref_must(open(paths[i], O_CREAT | O_WRONLY, 0600), paths[i]);
		ref_write(fd, ref_msg, REF_MSG);
		close(fd);
	}
	zero = (int)ref_must(open("/dev/zero", O_RDONLY), "/dev/zero");
	for (int i = 0; i < FOLDERS; i++)
		ref_expect("name %d %s", zero + 1, paths[i]);
	ref_expect("file %d transfers=%d", zero + 1, N);
	ref_expect("rdev %d 1:5", zero);
	ref_expect("rdev %d 1:3", zero + 1);
	ref_expect("name %d /dev/null", zero + 1);
	ref_ready();
	for (int i = 0; i < FOLDERS; i++) {
		fd = (int)ref_must(open(paths[i], O_RDONLY), paths[i]);
		for (int k = 0; k < N; k++)
			if (pread(fd, buf, sizeof(buf), 0) != REF_MSG)
				ref_die("pread");
		close(fd);
	}
	ref_must(read(zero, buf, sizeof(buf)), "/dev/zero");
	fd = (int)ref_must(open("/dev/null", O_WRONLY), "/dev/null");
	ref_write(fd, ref_msg, REF_MSG);
	close(fd);
	for (int i = 0; i < FOLDERS; i++) {
		unlink(paths[i]);
		*strrchr(paths[i], '/') = 0;
		rmdir(paths[i]);
	}
	ref_done();
}
