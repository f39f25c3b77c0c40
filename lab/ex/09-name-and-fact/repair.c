/*
 * This is one of the four: it uses io_uring, and yet is synchronous in fact. Repair it: requests
 * shall be completed later while others are under way. A message has 64 bytes.
 */
#include <fcntl.h>
#include "lab.h"
#include "ring.h"

#define DEPTH 4

int main(void)
{
	int fd = (int)lab_must(open(lab_device(0), O_RDONLY), "open");
	static char buf[DEPTH][64];
	struct ring_done done = {0};
	struct ring r;
#if defined(SKELETON)

	lab_must(ring_open(&r), "io_uring");
	do {
		ring_read(&r, fd, buf[0], 64, 0);
		ring_submit(&r);
		lab_must(ring_wait(&r, &done), "ring_wait");
		if (done.result > 0)
			lab_take(buf[0], (size_t)done.result);
	} while (done.result > 0);
	return 0;
#elif WRONG == 3 /* a deeper queue, but each request is waited for before the next is made */

	lab_must(ring_open(&r), "io_uring");
	for (uint64_t i = 0;; i = (i + 1) % DEPTH) {
		ring_read(&r, fd, buf[i], 64, i);
		ring_submit(&r);
		lab_must(ring_wait(&r, &done), "ring_wait");
		if (done.result <= 0)
			return 0;
		lab_take(buf[done.id], (size_t)done.result);
	}
#else
	int going, over = 0;

	lab_must(ring_open(&r), "io_uring");
	for (going = 0; going < DEPTH; going++)
		ring_read(&r, fd, buf[going], 64, (uint64_t)going);
	ring_submit(&r);
	while (going) {
		lab_must(ring_wait(&r, &done), "ring_wait");
		going--;
		if (done.result > 0)
			lab_take(buf[done.id], (size_t)done.result);
		else
			over = 1;
		if (over)
			continue;
		ring_read(&r, fd, buf[done.id], 64, done.id);
		ring_submit(&r);
		going++;
	}
	return 0;
#endif
}
