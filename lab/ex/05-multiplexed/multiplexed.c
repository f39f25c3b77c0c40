/*
 * Read all messages of devices 0, 1 and 2 with one thread that waits for all of them in one
 * call. They come at different speeds; the transfers themselves never sleep.
 */
#include <fcntl.h>
#include <sys/epoll.h>
#if defined(WRONG) && WRONG == 3
#include <pthread.h>
#endif
#include "lab.h"

#define DEVICES 3

#if defined(WRONG) && WRONG == 1
int main(void) /* one after the other */
{
	char msg[64];
	ssize_t n;

	for (int i = 0; i < DEVICES; i++) {
		int fd = (int)lab_must(open(lab_device(i), O_RDONLY), "open");

		while ((n = read(fd, msg, sizeof(msg))) > 0)
			lab_take_from(i, msg, (size_t)n);
		close(fd);
	}
	return 0;
}
#elif defined(WRONG) && WRONG == 3 /* a thread for each */
static void *one(void *arg)
{
	int i = (int)(intptr_t)arg;
	int fd = (int)lab_must(open(lab_device(i), O_RDONLY), "open");
	char msg[64];
	ssize_t n;

	while ((n = read(fd, msg, sizeof(msg))) > 0)
		lab_take_from(i, msg, (size_t)n);
	return NULL;
}

int main(void)
{
	pthread_t thread[DEVICES];

	for (int i = 0; i < DEVICES; i++)
		pthread_create(&thread[i], NULL, one, (void *)(intptr_t)i);
	for (int i = 0; i < DEVICES; i++)
		pthread_join(thread[i], NULL);
	return 0;
}
#else
int main(void)
{
#if defined(SKELETON)
	int fd[DEVICES];

	for (int i = 0; i < DEVICES; i++)
		fd[i] = (int)lab_must(open(lab_device(i), O_RDONLY | O_NONBLOCK), "open");
	/* TODO 1: an epoll, and all three descriptors in its set. */
	/* TODO 2: a loop: wait for any of them; read those that are ready, and hand what came
	 * to lab_take_from(i, msg, n). One that returns 0 has ended: take it out of the set.
	 * TODO 3: leave when all three have ended. */
	(void)fd;
	return 0;
#else
	struct epoll_event ev[DEVICES], *e;
	int ep = (int)lab_must(epoll_create1(0), "epoll_create1");
	int fd[DEVICES], open_ones = 0, timeout = -1;
	int flags = O_RDONLY | O_NONBLOCK, devices = DEVICES;
	char msg[64];
	ssize_t n;
#if WRONG == 2 /* a timeout of 0 */
	timeout = 0;
#elif WRONG == 4 /* blocking descriptors, and reads once more */
	flags = O_RDONLY;
#elif WRONG == 5 /* forgets two of them */
	devices = 1;
#endif

	for (int i = 0; i < devices; i++) {
		struct epoll_event want = {.events = EPOLLIN, .data.u32 = (uint32_t)i};

		fd[i] = (int)lab_must(open(lab_device(i), flags), "open");
		lab_must(epoll_ctl(ep, EPOLL_CTL_ADD, fd[i], &want), "epoll_ctl");
		open_ones++;
	}
	while (open_ones) {
		int ready = (int)lab_must(epoll_wait(ep, ev, DEVICES, timeout), "epoll_wait");

		for (e = ev; e < ev + ready; e++) {
			int i = (int)e->data.u32;

			n = read(fd[i], msg, sizeof(msg));
			if (n > 0)
				lab_take_from(i, msg, (size_t)n);
#if WRONG == 4
			if (n > 0) {
				n = read(fd[i], msg, sizeof(msg));
				if (n > 0)
					lab_take_from(i, msg, (size_t)n);
			}
#endif
			if (n)
				continue;
			close(fd[i]); /* and so it is out of the set */
			open_ones--;
		}
	}
	return 0;
#endif
}
#endif
