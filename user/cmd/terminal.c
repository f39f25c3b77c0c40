/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "cmd/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/relay.h"
#include "options.h"

#define RELAY_DIED (SIGRTMIN + 1)

/* iomodel proper's side of what relay.h describes. */
static struct {
	bool relayed;
	int terminal; /* the shell's, to put its modes right if the relay dies */
	int slave;    /* of the pseudo terminal; the controlling one of our session */
	int socket;
	struct iom_relay_shared *shared;
	volatile pid_t child;
	volatile int order; /* the last one of the relay's that was carried out */
	pid_t in_front;	    /* job that had the pseudo terminal before CMD was put behind; 0 */
} us = {.terminal = -1, .slave = -1, .socket = -1};

bool iom_terminal_relayed(void)
{
	return us.relayed;
}

/* ---- setting up ---- */

static bool is_terminal(int fd, unsigned int *device)
{
	return isatty(fd) && !ioctl(fd, TIOCGDEV, device);
}

/* The terminal that CMD would get hold of: the controlling one, or one among our
 * descriptors; as an open file of our own. -1: there is none. */
static int open_ours(bool *controlling)
{
	const int flags = O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK;
	int fd = open("/dev/tty", flags);
	char path[32];

	*controlling = fd >= 0;
	for (int i = 0; fd < 0 && i <= 2; i++) {
		if (!isatty(i))
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", i);
		fd = open(path, flags);
		if (fd < 0)
			fd = fcntl(i, F_DUPFD_CLOEXEC, 3);
	}
	return fd;
}

/* There is one pseudo terminal, so a second one of ours could not be replaced. */
static bool only_one(int terminal)
{
	unsigned int device, other;

	if (!is_terminal(terminal, &device))
		return false;
	for (int i = 0; i <= 2; i++)
		if (is_terminal(i, &other) && other != device)
			return false;
	return true;
}

/* A pseudo terminal with the modes and size of ours. 0 or an errno. */
static int make_pair(struct iom_relay *r, int *slave)
{
	struct winsize size;

	r->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (r->master < 0 || grantpt(r->master) || unlockpt(r->master))
		return errno;
	*slave = ioctl(r->master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*slave < 0 || tcgetattr(r->terminal, &r->shared->saved) ||
	    tcsetattr(*slave, TCSANOW, &r->shared->saved))
		return errno;
	if (!ioctl(r->terminal, TIOCGWINSZ, &size))
		ioctl(*slave, TIOCSWINSZ, &size);
	return 0;
}

static int prepare(struct iom_relay *r, int *slave, int sockets[2])
{
	r->shared = mmap(NULL, sizeof(*r->shared), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (r->shared == MAP_FAILED)
		return errno;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets))
		return errno;
	return make_pair(r, slave);
}

/* ---- iomodel proper, behind the relay ---- */

/* The controlling terminal has one job in the foreground: CMD's, one of CMD's
 * own where that is a shell, or us where it is none of them. */
static void put_in_front(void)
{
	if (tcgetpgrp(us.slave) != getpgrp())
		return;
	if (!us.in_front || tcsetpgrp(us.slave, us.in_front))
		tcsetpgrp(us.slave, us.child);
	us.in_front = 0;
}

static void put_behind(void)
{
	pid_t now = tcgetpgrp(us.slave);

	if (now == getpgrp())
		return;
	us.in_front = now;
	tcsetpgrp(us.slave, getpgrp());
}

static void on_relay(int sig, siginfo_t *info, void *context)
{
	int what = info->si_value.sival_int & ((1 << IOM_JOB_ORDER) - 1), saved = errno;

	(void)sig, (void)context;
	if (!us.child || info->si_code != SI_QUEUE)
		return;
	us.order = info->si_value.sival_int >> IOM_JOB_ORDER;
	if (what == IOM_JOB_FOREGROUND)
		put_in_front();
	else if (what == IOM_JOB_BACKGROUND)
		put_behind();
	kill(-us.child, what & IOM_JOB_SIGNAL ? what & 0xff : SIGCONT);
	errno = saved;
}

/* Killed, it could not leave the shell a terminal that works. */
static void on_relay_died(int sig)
{
	int saved = errno;

	(void)sig;
	if (us.shared->raw)
		tcsetattr(us.terminal, TCSANOW, &us.shared->saved);
	us.shared->raw = false;
	errno = saved;
}

static void be_inner(const struct iom_relay *r, int slave, int socket, pid_t relay)
{
	struct sigaction act = {.sa_sigaction = on_relay, .sa_flags = SA_SIGINFO | SA_RESTART};
	struct sigaction died = {.sa_handler = on_relay_died, .sa_flags = SA_RESTART};

	us.relayed = true;
	us.terminal = r->terminal;
	us.slave = slave;
	us.socket = socket;
	us.shared = r->shared;
	close(r->master);
	close(r->socket);
	setsid();
	ioctl(slave, TIOCSCTTY, 0);
	sigaddset(&act.sa_mask, SIGTTOU); /* else we may not say which job is in front */
	sigaction(IOM_RELAY_SIGNAL, &act, NULL);
	sigaction(RELAY_DIED, &died, NULL);
	prctl(PR_SET_PDEATHSIG, RELAY_DIED);
	if (getppid() != relay)
		_exit(IOM_EXIT_RUN_FAILED);
}

static int be_relay(struct iom_relay *r, int slave, int socket)
{
	static const int wanted[] = {SIGINT, SIGQUIT, SIGTERM, SIGCHLD, SIGCONT, SIGWINCH};

	close(slave);
	close(socket);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		signal(wanted[i], SIG_DFL);
	return iom_relay_run(r);
}

bool iom_terminal_split(int *status)
{
	struct iom_relay r = {.master = -1};
	pid_t relay = getpid();
	sigset_t set, old;
	int slave = -1, sockets[2], err;

	r.terminal = open_ours(&r.job_control);
	if (r.terminal < 0)
		return false;
	*status = IOM_EXIT_RUN_FAILED;
	if (!only_one(r.terminal)) {
		fputs("iomodel: -u: what CMD would get are several terminals of yours: redirect "
		      "all "
		      "but one, to a file or through a pipe (`| cat`)\n",
		      stderr);
		return true;
	}
	r.interactive = isatty(STDIN_FILENO);
	err = prepare(&r, &slave, sockets);
	if (err) {
		fprintf(stderr, "iomodel: -u: no terminal of its own can be made for CMD: %s\n",
			strerror(err));
		return true;
	}
	iom_relay_signals(&set);
	sigprocmask(SIG_BLOCK, &set, &old);
	fflush(NULL);
	r.inner = fork();
	if (r.inner == 0) {
		r.socket = sockets[0];
		be_inner(&r, slave, sockets[1], relay);
		sigprocmask(SIG_SETMASK, &old, NULL);
		return false;
	}
	if (r.inner < 0) {
		fprintf(stderr, "iomodel: fork: %s\n", strerror(errno));
		return true;
	}
	r.socket = sockets[0];
	*status = be_relay(&r, slave, sockets[1]);
	return true;
}

/* ---- CMD ---- */

int iom_terminal_enter(uid_t owner)
{
	if (!us.relayed) {
		setsid();
		return 0;
	}
	setpgid(0, 0);
	if (fchown(us.slave, owner, (gid_t)-1))
		return errno;
	for (int i = 0; i <= 2; i++)
		if (isatty(i) && dup2(us.slave, i) < 0)
			return errno;
	return 0;
}

void iom_terminal_child(pid_t child)
{
	if (us.relayed && child)
		setpgid(child, child);
	us.child = child;
}

static void say(int what, int sig)
{
	struct iom_relay_message m = {.what = what, .sig = sig, .order = us.order};

	send(us.socket, &m, sizeof(m), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void say_and_wait(int what)
{
	char done;

	if (!us.relayed)
		return;
	say(what, 0);
	while (recv(us.socket, &done, 1, 0) < 0 && errno == EINTR)
		;
}

void iom_terminal_stopped(int sig)
{
	say(IOM_RELAY_STOPPED, sig);
}

void iom_terminal_give(void)
{
	/* Again: giving up privileges may have taken it away (prctl(2)). */
	if (us.relayed)
		prctl(PR_SET_PDEATHSIG, RELAY_DIED);
	say_and_wait(IOM_RELAY_GIVE);
}

void iom_terminal_take(void)
{
	say_and_wait(IOM_RELAY_TAKE);
}
