/*
 * loop.c - an event loop: device 0 sends a message every 10 ms, and each must be taken soon
 * after it is ready; it has 64 bytes. With some of them come chores: every fifth message asks for
 * new settings, and every fifth makes the journal last. Something here makes it late.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#if !defined(SKELETON)
#include <pthread.h>
#include <sys/eventfd.h>
#endif
#include <sys/epoll.h>
#include "app.h"

static int ep, messages, over;

static void watch(int fd)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.fd = fd};

	lab_must(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev), "epoll_ctl");
}
#if !defined(SKELETON)

/* The worker does the chores, one after the other; the loop is told by an eventfd when one is
 * done, and need not wait for it. */
static int chores[2], done_fd, under_way;

static void *work(void *arg)
{
	uint64_t one = 1;
	char chore;

	while (read(chores[0], &chore, 1) == 1) {
		if (chore == 's')
			settings_refresh();
		else
			journal_sync();
		if (write(done_fd, &one, sizeof(one)) < 0)
			perror("eventfd");
	}
	return arg;
}

static void begin_worker(void)
{
	pthread_t thread;

	lab_must(pipe2(chores, O_CLOEXEC), "pipe");
	done_fd = (int)lab_must(eventfd(0, EFD_NONBLOCK), "eventfd");
	watch(done_fd);
	pthread_create(&thread, NULL, work, NULL);
	pthread_detach(thread);
}

static void give(char chore)
{
	if (write(chores[1], &chore, 1) == 1)
		under_way++;
}

static void on_done(void)
{
	uint64_t n;

	if (read(done_fd, &n, sizeof(n)) == sizeof(n))
		under_way -= (int)n;
}
#endif
#if defined(WRONG) && WRONG == 3

static void *refresh(void *arg)
{
	settings_refresh();
	return arg;
}
#endif

static void on_message(const char *msg, size_t n)
{
	char line[32];

	lab_take_from(0, msg, n);
	snprintf(line, sizeof(line), "message %d\n", messages);
	journal_add(line);
#if defined(SKELETON)
	if (messages % 5 == 4)
		settings_refresh();
	if (messages % 5 == 2)
		journal_sync();
#else
#if WRONG == 1 /* nobody will miss the settings */
#elif WRONG == 2 /* it does not wait, then */
	if (messages % 5 == 4)
		settings_refresh();
#elif WRONG == 3 /* a thread for it, and waits for the thread */
	if (messages % 5 == 4) {
		pthread_t thread;

		pthread_create(&thread, NULL, refresh, NULL);
		pthread_join(thread, NULL);
	}
#else
	if (messages % 5 == 4)
		give('s');
#endif
#if WRONG == 5 /* the disk is fast, is it not */
	if (messages % 5 == 2)
		journal_sync();
#else
	if (messages % 5 == 2)
		give('j');
#endif
#endif
	messages++;
}
#if defined(WRONG) && WRONG == 4 /* a thread for the device, too: no loop is left */

static void *take_all(void *arg)
{
	int fd = (int)lab_must(open(lab_device(0), O_RDONLY), "open");
	char msg[64];
	ssize_t n;

	while ((n = read(fd, msg, sizeof(msg))) > 0)
		on_message(msg, (size_t)n);
	over = 1;
	return arg;
}

int main(void)
{
	pthread_t thread;

	ep = (int)lab_must(epoll_create1(0), "epoll_create1");
	begin_worker();
	pthread_create(&thread, NULL, take_all, NULL);
	pthread_join(thread, NULL);
	while (under_way > 0) {
		usleep(1000);
		on_done();
	}
	return 0;
}
#else

static void on_ready(int fd)
{
	char msg[64];
	ssize_t n = read(fd, msg, sizeof(msg));

	if (n > 0)
		on_message(msg, (size_t)n);
	else if (n == 0)
		over = 1;
	else if (errno != EAGAIN)
		lab_must(-1, "read");
}

int main(void)
{
	struct epoll_event ev;
	int fd;

	ep = (int)lab_must(epoll_create1(0), "epoll_create1");
	fd = (int)lab_must(open(lab_device(0), O_RDONLY | O_NONBLOCK), "open");
	watch(fd);
#if defined(SKELETON)
	while (!over) {
#else
	begin_worker();
	while (!over || under_way > 0) {
		if (over && fd >= 0) {
			close(fd); /* it would go on saying that it has ended */
			fd = -1;
		}
#endif
		lab_must(epoll_wait(ep, &ev, 1, -1), "epoll_wait");
#if !defined(SKELETON)
		if (ev.data.fd == done_fd) {
			on_done();
			continue;
		}
#endif
		on_ready(ev.data.fd);
	}
	return 0;
}
#endif
