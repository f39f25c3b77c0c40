/*
 * Read all bytes of device 0 with an edge-triggered epoll (EPOLLET) and a buffer of 16 bytes.
 * Messages come in bursts; the next burst is made when somebody has asked in vain.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include "lab.h"

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN | EPOLLET};
	int flags = O_RDONLY | O_NONBLOCK, fd, ep;
	char part[16];
	ssize_t n = 0;
#if defined(WRONG) && WRONG == 2 /* level-triggered */
	ev.events = EPOLLIN;
#elif defined(WRONG) && WRONG == 3 /* on a descriptor that blocks */
	flags = O_RDONLY;
#endif

	fd = (int)lab_must(open(lab_device(0), flags), "open");
	ep = (int)lab_must(epoll_create1(0), "epoll_create1");
	lab_must(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev), "epoll_ctl");
	for (;;) {
		lab_must(epoll_wait(ep, &ev, 1, -1), "epoll_wait");
#if defined(SKELETON)
		/* TODO: this takes 16 bytes for each event. How much must be taken before
		 * epoll_wait may be called again, and how do you know that you are there? */
		n = read(fd, part, sizeof(part));
		if (n == 0)
			return 0;
		if (n > 0)
			lab_take(part, (size_t)n);
		(void)errno;
#elif WRONG == 1 || WRONG == 2 /* one read for each event */
		n = read(fd, part, sizeof(part));
		if (n == 0)
			return 0;
		if (n > 0)
			lab_take(part, (size_t)n);
#elif WRONG == 4 /* until a short read */
		do {
			n = read(fd, part, sizeof(part));
			if (n > 0)
				lab_take(part, (size_t)n);
		} while (n == sizeof(part));
		if (n == 0)
			return 0;
#else
		while ((n = read(fd, part, sizeof(part))) > 0)
			lab_take(part, (size_t)n);
		if (n == 0)
			return 0;
		if (errno != EAGAIN)
			return 1;
#endif
	}
}
