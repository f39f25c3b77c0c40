/*
 * Measure the two phases of device 0 and tell them: lab_answer("phase1_ms", ...) is how long a
 * message takes to come, lab_answer("phase2_ms", ...) how long the kernel takes to move it to
 * you. Both are times of one message, in milliseconds; fractions are welcome.
 */
#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include "lab.h"

/* What this clock says, in milliseconds. */
static double now_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int smaller(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The middle one of n values: a busy machine makes some of them too long, but not most. */
__attribute__((unused)) static double middle(double *v, int n)
{
	qsort(v, (size_t)n, sizeof(*v), smaller);
	return n ? v[n / 2] : 0;
}

#define MOST 64

int main(void)
{
	char msg[64];
	ssize_t n = 0;
	int fd = (int)lab_must(open(lab_device(0), O_RDONLY), "open");
#if defined(SKELETON)
	double start, both = 0;
	int messages = 0;

	/* TODO: this waits and moves in one call, so it can measure only the sum. Which other
	 * call waits, and moves nothing? Measure that, and then the read, each by itself. */
	for (;;) {
		start = now_ms(CLOCK_MONOTONIC);
		n = read(fd, msg, sizeof(msg));
		if (n <= 0)
			break;
		both += now_ms(CLOCK_MONOTONIC) - start;
		messages++;
		lab_take(msg, (size_t)n);
	}
	printf("one message takes %.2f ms, waiting and moving together\n", both / messages);
	return n < 0;
#elif WRONG == 1 /* times a blocking read */
	double start, both = 0;
	int messages = 0;

	for (;;) {
		start = now_ms(CLOCK_MONOTONIC);
		n = read(fd, msg, sizeof(msg));
		if (n <= 0)
			break;
		both += now_ms(CLOCK_MONOTONIC) - start;
		messages++;
		lab_take(msg, (size_t)n);
	}
	lab_answer("phase1_ms", both / messages);
	lab_answer("phase2_ms", both / messages);
	return n < 0;
#else
#if WRONG == 2 /* CPU time for both */
	clockid_t waiting = CLOCK_THREAD_CPUTIME_ID;
#else
	clockid_t waiting = CLOCK_MONOTONIC;
#endif
	struct pollfd p = {.fd = fd, .events = POLLIN};
	double phase1[MOST], phase2[MOST], start;
	int messages = 0;

	for (;;) {
		start = now_ms(waiting);
		lab_must(poll(&p, 1, -1), "poll");
		if (p.revents & POLLHUP)
			break;
		phase1[messages % MOST] = now_ms(waiting) - start;
		start = now_ms(CLOCK_THREAD_CPUTIME_ID);
		n = read(fd, msg, sizeof(msg));
		phase2[messages % MOST] = now_ms(CLOCK_THREAD_CPUTIME_ID) - start;
		if (n <= 0)
			return 1;
		messages++;
		lab_take(msg, (size_t)n);
	}
	n = read(fd, msg, sizeof(msg));
#if WRONG == 3 /* the two are mixed up */
	lab_answer("phase1_ms", middle(phase2, messages));
	lab_answer("phase2_ms", middle(phase1, messages));
#elif WRONG == 4 /* two numbers that were right once */
	printf("measured, and not believed: %.1f %.1f\n", middle(phase1, messages), middle(phase2, messages));
	lab_answer("phase1_ms", 99);
	lab_answer("phase2_ms", 19);
#elif WRONG == 5 /* by names of his own */
	lab_answer("phase1", middle(phase1, messages));
	lab_answer("phase2", middle(phase2, messages));
#else
	lab_answer("phase1_ms", middle(phase1, messages));
	lab_answer("phase2_ms", middle(phase2, messages));
#endif
	return n != 0;
#endif
}
