/*
 * Read all messages of device 0 without ever sleeping, and work meanwhile: lab_work() is one
 * unit of useful work and takes 200 microseconds; a message takes 10 ms to come.
 */
#include <errno.h>
#include <fcntl.h>
#if defined(WRONG) && WRONG == 4
#include <poll.h>
#endif
#include "lab.h"

int main(void)
{
	char msg[64];
	ssize_t n = 0;
#if defined(SKELETON)
	/* TODO 1: open lab_device(0) so that a read never waits. */
	int fd = -1;

	/* TODO 2: a loop: try to read; where there is nothing yet (errno is EAGAIN), do one unit
	 * of work; hand what came to lab_take(msg, n); leave when read returns 0. */
	(void)fd;
	(void)n;
	(void)msg;
	lab_work();
	return 0;
#elif WRONG == 1 /* asks for ever and does nothing else */
	int fd = (int)lab_must(open(lab_device(0), O_RDONLY | O_NONBLOCK), "open");

	while ((n = read(fd, msg, sizeof(msg))) != 0)
		if (n > 0)
			lab_take(msg, (size_t)n);
	return 0;
#elif WRONG == 2 /* sleeps in read, works after it */
	int fd = (int)lab_must(open(lab_device(0), O_RDONLY), "open");

	while ((n = read(fd, msg, sizeof(msg))) > 0) {
		lab_take(msg, (size_t)n);
		lab_work();
	}
	return 0;
#elif WRONG == 3 /* sleeps between two tries instead of working */
	int fd = (int)lab_must(open(lab_device(0), O_RDONLY | O_NONBLOCK), "open");

	while ((n = read(fd, msg, sizeof(msg))) != 0) {
		if (n > 0)
			lab_take(msg, (size_t)n);
		else
			usleep(14000);
	}
	return 0;
#elif WRONG == 4 /* asks poll with a timeout of 0 */
	int fd = (int)lab_must(open(lab_device(0), O_RDONLY | O_NONBLOCK), "open");
	struct pollfd p = {.fd = fd, .events = POLLIN};

	for (;;) {
		if (poll(&p, 1, 0) == 0) {
			lab_work();
			continue;
		}
		n = read(fd, msg, sizeof(msg));
		if (n <= 0)
			return n < 0;
		lab_take(msg, (size_t)n);
	}
#elif WRONG == 5 /* says that it worked */
	int fd = (int)lab_must(open(lab_device(0), O_RDONLY | O_NONBLOCK), "open");

	lab_page()->units = 10000000;
	while ((n = read(fd, msg, sizeof(msg))) != 0)
		if (n > 0)
			lab_take(msg, (size_t)n);
	return 0;
#else
	int fd = (int)lab_must(open(lab_device(0), O_RDONLY | O_NONBLOCK), "open");

	while ((n = read(fd, msg, sizeof(msg))) != 0) {
		if (n > 0)
			lab_take(msg, (size_t)n);
		else if (errno == EAGAIN)
			lab_work();
		else
			return 1;
	}
	return 0;
#endif
}
