/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A descriptor that holds nothing but the path of a socket (O_PATH), in the hands of a
 * program without privileges: every call on it fails, poll and select call it ready all
 * the same. Nothing of that is input or output, and no file of that number was used.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/un.h>
#include <unistd.h>

#include "ref.h"

#define N      41
#define PATH   77
#define NOBODY 65534

static int p[2];

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_read);
		ref_write(p[1], ref_msg, REF_MSG);
	}
}

/* Who started us may be somebody whom nobody can signal: we come back for that. */
static bool was_root;

static void become_nobody(void)
{
	was_root = geteuid() == 0;
	if (was_root && setresuid(NOBODY, NOBODY, 0))
		ref_die("setresuid");
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* setresuid() takes it back */
	prctl(PR_SET_DUMPABLE, 1);
}

static void open_path(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int s = (int)ref_must(socket(AF_UNIX, SOCK_STREAM, 0), "socket"), fd;

	snprintf(name.sun_path, sizeof(name.sun_path), "/tmp/iomodel-o-path.%d", getpid());
	ref_must(bind(s, (struct sockaddr *)&name, sizeof(name)), "bind");
	fd = (int)ref_must(open(name.sun_path, O_PATH), "open");
	unlink(name.sun_path);
	ref_must(dup2(fd, PATH), "dup2");
	close(fd);
	close(s);
}

static void must_be_refused(long rc, const char *what)
{
	if (rc != -1 || errno != EBADF)
		ref_die(what);
}

static void use_path(int ep)
{
	struct pollfd poll_set = {.fd = PATH, .events = POLLIN};
	struct epoll_event ev = {.events = EPOLLIN};
	struct timeval none = {};
	char buf[REF_MSG];
	fd_set set;

	must_be_refused(fsync(PATH), "fsync");
	must_be_refused(read(PATH, buf, sizeof(buf)), "read");
	must_be_refused(write(PATH, buf, sizeof(buf)), "write");
	must_be_refused(recv(PATH, buf, sizeof(buf), MSG_DONTWAIT), "recv");
	must_be_refused(accept(PATH, NULL, NULL), "accept");
	must_be_refused(sendfile(PATH, p[0], NULL, 1), "sendfile");
	must_be_refused(splice(PATH, NULL, p[1], NULL, 1, SPLICE_F_NONBLOCK), "splice");
	must_be_refused(epoll_ctl(ep, EPOLL_CTL_ADD, PATH, &ev), "epoll_ctl");
	must_be_refused(epoll_wait(PATH, &ev, 1, 0), "epoll_wait");
	if (poll(&poll_set, 1, -1) != 1 || poll_set.revents != POLLNVAL)
		ref_die("poll");
	FD_ZERO(&set);
	FD_SET(PATH, &set);
	if (select(PATH + 1, &set, NULL, NULL, &none) < 0 && errno != EBADF)
		ref_die("select");
}

int main(int argc, char **argv)
{
	char buf[REF_MSG];
	int ep;

	ref_begin(argc, argv);
	ref_must(pipe(p), "pipe");
	ep = (int)ref_must(epoll_create1(0), "epoll_create1");
	become_nobody();
	open_path();
	ref_feed(feed, NULL);
	ref_expect("verdict.model blocking");
	ref_expect("also none");
	ref_expect("model blocking transfers %d bytes %d", N, N * REF_MSG);
	ref_expect("model nonblocking transfers 0");
	/* One that is woken before it has left the CPU has not slept: the feeder may not look, and only waits 2 ms. */
	ref_expect("file %d attempts=%d slept>=%d transfers=%d", p[0], N, ref_emulated() ? N / 2 : N - 2, N);
	ref_expect("no-file %d", PATH);
	ref_expect("lost 0");
	ref_ready();
	for (long i = 0; ref_more(i, N); i++) {
		use_path(ep);
		if (read(p[0], buf, sizeof(buf)) != REF_MSG)
			ref_die("read");
		ref->a++;
	}
	if (was_root && seteuid(0))
		ref_die("seteuid");
	ref_done();
}
