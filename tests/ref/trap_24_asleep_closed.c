/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in read() of a descriptor that another thread has closed meanwhile: nothing ends that, and no file has that
 * number.
 */
#include <pthread.h>

#include "ref.h"

static void *close_it(void *arg)
{
	const int *fd = arg;

	ref_await_sleep(getpid(), __NR_read);
	close(*fd);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t closer;
	int s[2];
	char c;

	ref_begin(argc, argv);
	ref_pair(s, SOCK_STREAM);
	if (pthread_create(&closer, NULL, close_it, &s[0]))
		ref_die("pthread_create");
	ref_expect("wait read on descriptor under_way=1 slept=1");
	ref_ready_asleep(__NR_read);
	return (int)read(s[0], &c, 1);
}
