/*
 * Read all messages of device 0 by io_uring, with four requests always under way: submit now,
 * be told later. ring.h has the five functions that it takes. A message has 64 bytes, and each
 * request is to bring one.
 */
#include <fcntl.h>
#if defined(WRONG) && WRONG == 4
#include <aio.h>
#endif
#include "lab.h"
#include "ring.h"

#define DEPTH 4

#if defined(WRONG) && WRONG == 4 /* POSIX AIO */
int main(void)
{
	int fd = (int)lab_must(open(lab_device(0), O_RDONLY), "open");
	static struct aiocb cb[DEPTH];
	static char buf[DEPTH][64];
	int i = 0, over = 0, going;
	ssize_t n;

	for (going = 0; going < DEPTH; going++) {
		cb[going] = (struct aiocb){.aio_fildes = fd, .aio_buf = buf[going], .aio_nbytes = 64};
		lab_must(aio_read(&cb[going]), "aio_read");
	}
	while (going) {
		const struct aiocb *list[] = {&cb[i]};

		while (aio_error(&cb[i]) == EINPROGRESS)
			aio_suspend(list, 1, NULL);
		n = aio_return(&cb[i]);
		going--;
		if (n > 0)
			lab_take(buf[i], (size_t)n);
		else
			over = 1;
		if (!over) {
			lab_must(aio_read(&cb[i]), "aio_read");
			going++;
		}
		i = (i + 1) % DEPTH;
	}
	return 0;
}
#else
int main(void)
{
	int flags = O_RDONLY;
#if defined(WRONG) && WRONG == 3 /* asks again and again, by requests */
	flags |= O_NONBLOCK;
#endif
	int fd = (int)lab_must(open(lab_device(0), flags), "open");
	static char buf[DEPTH][64];
	struct ring_done done = {0};
	struct ring r;

	lab_must(ring_open(&r), "io_uring");
#if defined(SKELETON)
	/* TODO 1: this has one request under way, and waits for it: make it DEPTH, each with a
	 * buffer of its own (the id tells which). TODO 2: when one is done, take its bytes and
	 * submit it anew, before you wait again. TODO 3: after the end (result 0) submit none,
	 * and leave when all that are under way have come back. */
	do {
		ring_read(&r, fd, buf[0], sizeof(buf[0]), 0);
		ring_submit(&r);
		lab_must(ring_wait(&r, &done), "ring_wait");
		if (done.result > 0)
			lab_take(buf[0], (size_t)done.result);
	} while (done.result > 0);
	return 0;
#else
	int going, over = 0, depth = DEPTH;
#if WRONG == 1 /* submits one and waits for it */
	depth = 1;
#elif WRONG == 2 /* the kernel's worker threads shall do it */
	r.flags = IOSQE_ASYNC;
#endif

	for (going = 0; going < depth; going++)
		ring_read(&r, fd, buf[going], sizeof(buf[0]), (uint64_t)going);
	ring_submit(&r);
	while (going) {
		lab_must(ring_wait(&r, &done), "ring_wait");
		going--;
#if WRONG == 5 /* one buffer for all */
		if (done.result > 0)
			lab_take(buf[0], (size_t)done.result);
#else
		if (done.result > 0)
			lab_take(buf[done.id], (size_t)done.result);
#endif
		if (done.result == 0)
			over = 1;
		if (over)
			continue;
#if WRONG == 5
		ring_read(&r, fd, buf[0], sizeof(buf[0]), done.id);
#else
		ring_read(&r, fd, buf[done.id], sizeof(buf[0]), done.id);
#endif
		ring_submit(&r);
		going++;
	}
	return 0;
#endif
}
#endif
