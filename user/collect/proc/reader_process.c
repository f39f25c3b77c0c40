/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The processes that look at strangers. One is forked while there still are
 * privileges to hand on. It never looks at anything itself, so it never hangs: it
 * only makes readers, and kills those that are given up. A reader answers one
 * request after the other until its socket ends.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/privileges.h"
#include "collect/proc/procfs.h"
#include "collect/proc/reader.h"
#include "collect/proc/sandbox.h"

#define READER_NICE -10 /* as the collector, which waits for it on a busy machine */
#define CONTROL_FD  3
#define PATIENCE_S  5
#define REAP_MS	    100
#define END_MS	    1000 /* more than the maker takes to end all readers */
#define READERS_MAX 32 /* alive at once: all but one hang and were given up */

enum { MAKE, KILL };

struct order {
	int32_t what;
	int32_t pid; /* KILL */
};

static int control = -1; /* to the process that makes readers */
static pid_t maker;

/* ---- a reader ---- */

struct client {
	int fd;
	uint32_t number; /* of the request that is being answered */
};

static bool send_part(const void *data, size_t size, void *arg)
{
	const struct client *c = arg;
	struct rd_answer head = {.what = RD_ANSWER, .number = c->number};
	struct iovec v[2] = {{&head, sizeof(head)}, {(void *)data, size}};
	struct msghdr msg = {.msg_iov = v, .msg_iovlen = 2};

	return sendmsg(c->fd, &msg, MSG_NOSIGNAL) >= 0;
}

__attribute__((noreturn)) static void be_reader(int fd)
{
	struct client c = {.fd = sandbox_reader(fd)};
	struct rd_request rq;
	ssize_t n;

	if (c.fd < 0)
		_exit(1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "iomodel-reader");
	while ((n = recv(c.fd, &rq, sizeof(rq), 0)) > 0) {
		struct rd_answer end = {.what = RD_END, .number = rq.number, .err = -EINVAL};

		c.number = rq.number;
		if ((size_t)n >= offsetof(struct rd_request, data) &&
		    rq.size == (size_t)n - offsetof(struct rd_request, data))
			end.err = rd_do(&rq, true, send_part, &c);
		if (send(c.fd, &end, sizeof(end), MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}

/* ---- the one that makes them ---- */

/* Those that were not seen to end: only their numbers are surely still theirs. */
static pid_t readers[READERS_MAX];

static void reap(void)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		for (size_t i = 0; i < READERS_MAX; i++)
			if (readers[i] == pid)
				readers[i] = 0;
}

static void end(pid_t pid)
{
	for (size_t i = 0; i < READERS_MAX; i++)
		if (pid > 0 && readers[i] == pid)
			kill(pid, SIGKILL);
}

static int take_order(struct order *order, int *fd)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int))];
	} c;
	struct iovec v = {order, sizeof(*order)};
	struct msghdr msg = {
		.msg_iov = &v, .msg_iovlen = 1, .msg_control = &c, .msg_controllen = sizeof(c)};
	struct cmsghdr *h;

	*fd = -1;
	if (recvmsg(CONTROL_FD, &msg, MSG_CMSG_CLOEXEC) != sizeof(*order))
		return -1;
	h = CMSG_FIRSTHDR(&msg);
	if (h && h->cmsg_type == SCM_RIGHTS && h->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(fd, CMSG_DATA(h), sizeof(int));
	return 0;
}

/* Those that hang are left behind: they go when what they wait for does. */
__attribute__((noreturn)) static void end_all(void)
{
	bool any = true;

	for (size_t i = 0; i < READERS_MAX; i++)
		end(readers[i]);
	for (int ms = 0; any && ms < REAP_MS; ms++) {
		reap();
		any = false;
		for (size_t i = 0; i < READERS_MAX; i++)
			any |= readers[i] != 0;
		if (any)
			usleep(1000);
	}
	_exit(0);
}

static void make(int fd)
{
	int32_t pid = -1;
	size_t at = 0;

	while (at < READERS_MAX && readers[at])
		at++;
	if (fd >= 0 && at < READERS_MAX)
		pid = fork();
	if (!pid) {
		close(CONTROL_FD);
		be_reader(fd);
	}
	if (pid > 0)
		readers[at] = pid;
	if (fd >= 0)
		close(fd);
	if (send(CONTROL_FD, &pid, sizeof(pid), MSG_NOSIGNAL) < 0)
		end_all();
}

/* Nothing of the collector's is kept open: a reader that hangs for ever must not
 * keep the reader of its standard output waiting as well. */
static void leave_all(int fd)
{
	const int ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGTSTP};
	int null = open("/dev/null", O_RDWR), high = fcntl(fd, F_DUPFD, CONTROL_FD + 1);
	sigset_t none;

	for (int i = 0; i < CONTROL_FD; i++)
		dup2(null, i);
	dup2(high, CONTROL_FD);
	close_range(CONTROL_FD + 1, ~0U, 0);
	setsid(); /* keys are the collector's */
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (chdir("/"))
		_exit(1);
}

__attribute__((noreturn)) static void be_maker(int fd)
{
	struct order order;
	int with;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "iomodel-helper");
	leave_all(fd);
	setpriority(PRIO_PROCESS, 0, READER_NICE);
	if (iom_keep_capabilities(IOM_CAP(CAP_SYS_PTRACE) | IOM_CAP(CAP_DAC_READ_SEARCH)) ||
	    sandbox_helper())
		_exit(1);
	while (!take_order(&order, &with)) {
		reap();
		if (order.what == MAKE)
			make(with);
		else
			end(order.pid);
	}
	end_all();
}

/* ---- the collector's side ---- */

int pfs_helpers_start(void)
{
	const struct timeval patience = {.tv_sec = PATIENCE_S};
	int pair[2];

	if (control >= 0)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	fflush(NULL);
	maker = fork();
	if (!maker)
		be_maker(pair[1]);
	close(pair[1]);
	if (maker < 0) {
		int err = -errno;

		close(pair[0]);
		return err;
	}
	control = pair[0];
	setsockopt(control, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return 0;
}

bool rd_worker_possible(void)
{
	return control >= 0;
}

static int give_order(struct order order, int fd)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int))];
	} c = {};
	struct iovec v = {&order, sizeof(order)};
	struct msghdr msg = {.msg_iov = &v, .msg_iovlen = 1};
	struct cmsghdr *h;

	if (fd >= 0) {
		msg.msg_control = &c;
		msg.msg_controllen = sizeof(c);
		h = CMSG_FIRSTHDR(&msg);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(h), &fd, sizeof(int));
	}
	return sendmsg(control, &msg, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int rd_worker_new(struct rd_worker *w)
{
	int pair[2], err;
	int32_t pid = -1;
	ssize_t n;

	*w = (struct rd_worker){.fd = -1};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	err = give_order((struct order){.what = MAKE}, pair[1]);
	close(pair[1]);
	if (!err) {
		do
			n = recv(control, &pid, sizeof(pid), 0);
		while (n < 0 && errno == EINTR);
		/* An answer that comes later would be taken for that to the next order. */
		if (n < 0)
			kill(maker, SIGKILL);
		if (n != sizeof(pid) || pid <= 0)
			err = -EIO;
	}
	if (err) {
		close(pair[0]);
		return err;
	}
	w->fd = pair[0];
	w->pid = pid;
	return 0;
}

void rd_worker_give_up(struct rd_worker *w)
{
	if (w->fd < 0)
		return;
	close(w->fd);
	give_order((struct order){.what = KILL, .pid = w->pid}, -1);
	*w = (struct rd_worker){.fd = -1};
}

void pfs_helpers_stop(void)
{
	if (control < 0)
		return;
	/* Ends it, and so all readers, whoever else may have a copy of the socket. */
	shutdown(control, SHUT_RDWR);
	close(control);
	control = -1;
	for (int ms = 0; !waitpid(maker, NULL, WNOHANG); ms++) {
		if (ms == END_MS) /* somebody has stopped it */
			kill(maker, SIGKILL);
		usleep(1000);
	}
}
