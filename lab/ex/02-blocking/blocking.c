/*
 * Read all messages of device 0, in the blocking model, and leave when the source has ended.
 */
#if defined(WRONG) && WRONG == 4
#include <aio.h>
#include <errno.h>
#endif
#include <fcntl.h>
#if defined(WRONG) && WRONG == 2
#include <poll.h>
#endif
#include "lab.h"

int main(void)
{
	char msg[64];
	ssize_t n = 0;
#if defined(SKELETON)
	/* TODO 1: open lab_device(0) so that a read waits for data. */
	int fd = -1;

	/* TODO 2: read until the source has ended (read returns 0), and hand what came to
	 * lab_take(msg, n) each time. */
	(void)fd;
	(void)n;
	(void)msg;
	return 0;
#elif WRONG == 1 /* O_NONBLOCK, and asks for ever */
	int fd = (int)lab_must(open(lab_device(0), O_RDONLY | O_NONBLOCK), "open");

	while ((n = read(fd, msg, sizeof(msg))) != 0)
		if (n > 0)
			lab_take(msg, (size_t)n);
	return 0;
#elif WRONG == 2 /* waits in poll, then reads */
	int fd = (int)lab_must(open(lab_device(0), O_RDONLY | O_NONBLOCK), "open");
	struct pollfd p = {.fd = fd, .events = POLLIN};

	while (poll(&p, 1, -1) == 1 && (n = read(fd, msg, sizeof(msg))) > 0)
		lab_take(msg, (size_t)n);
	return 0;
#elif WRONG == 3 /* one byte at a time */
	int fd = (int)lab_must(open(lab_device(0), O_RDONLY), "open");

	while ((n = read(fd, msg, 1)) > 0)
		lab_take(msg, (size_t)n);
	return 0;
#elif WRONG == 4 /* POSIX AIO: a helper thread of the C library reads */
	int fd = (int)lab_must(open(lab_device(0), O_RDONLY), "open");

	for (;;) {
		struct aiocb cb = {.aio_fildes = fd, .aio_buf = msg, .aio_nbytes = sizeof(msg)};
		const struct aiocb *list[] = {&cb};

		lab_must(aio_read(&cb), "aio_read");
		while (aio_error(&cb) == EINPROGRESS)
			aio_suspend(list, 1, NULL);
		n = aio_return(&cb);
		if (n <= 0)
			return n < 0;
		lab_take(msg, (size_t)n);
	}
#elif WRONG == 5 /* leaves after ten messages */
	int fd = (int)lab_must(open(lab_device(0), O_RDONLY), "open");

	for (int i = 0; i < 10 && (n = read(fd, msg, sizeof(msg))) > 0; i++)
		lab_take(msg, (size_t)n);
	return 0;
#else
	int fd = (int)lab_must(open(lab_device(0), O_RDONLY), "open");

	while ((n = read(fd, msg, sizeof(msg))) > 0)
		lab_take(msg, (size_t)n);
	return n < 0;
#endif
}
