/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "cmd/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/privileges.h"
#include "options.h"

/* A process left behind may write for ever: so much is waited for at an end. */
#define LAST_WORDS_MAX (1 << 20)
#define LOOK_MS	       250 /* a shell may bring a running job to the foreground without a word */

struct flow { /* bytes under way in one direction */
	char buf[4096];
	size_t at, n;
};

/* What is to be done once everything that CMD has written is shown. */
enum then { THEN_NOTHING, THEN_TAKE, THEN_SUSPEND, THEN_END };

struct relay {
	struct iom_relay *r;
	int signals; /* signalfd */
	struct flow in, out;
	bool started;	  /* CMD runs */
	bool given;	  /* it has the terminal whenever it is in the foreground */
	bool foreground;  /* it is the foreground job of the pseudo terminal */
	bool interactive; /* it shall be, whenever we are in that of ours */
	int order;	  /* number of the last order to CMD's job */
	enum then then;
	int stop_signal;   /* THEN_SUSPEND: what stopped CMD */
	size_t last_words; /* written since then was set */
	bool ended;	   /* iomodel proper has; status is what it left with */
	bool quit;	   /* over */
	int status;
};

static const int waited_for[] = {SIGINT,  SIGQUIT, SIGTERM,  SIGHUP, SIGCHLD,
				 SIGCONT, SIGTSTP, SIGWINCH, SIGTTOU};

void iom_relay_signals(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < sizeof(waited_for) / sizeof(waited_for[0]); i++)
		sigaddset(set, waited_for[i]);
}

/* ---- modes of our terminal ---- */

/* Is our process group the one that may use the terminal? */
static bool ours_now(const struct relay *s)
{
	return !s->r->job_control || tcgetpgrp(s->r->terminal) == getpgrp();
}

static void make_raw(struct relay *s)
{
	struct termios raw;

	if (!s->given || !s->foreground || !ours_now(s))
		return;
	if (!s->r->shared->raw && tcgetattr(s->r->terminal, &s->r->shared->saved))
		return;
	raw = s->r->shared->saved;
	cfmakeraw(&raw);
	s->r->shared->raw = true;
	tcsetattr(s->r->terminal, TCSADRAIN, &raw);
}

/* What was typed and not yet read is dropped: it may be a terminal's answer to
 * what CMD wrote, and a shell would read it as a command. */
static void make_cooked(struct relay *s)
{
	if (!s->r->shared->raw)
		return;
	while (tcsetattr(s->r->terminal, TCSAFLUSH, &s->r->shared->saved) && errno == EINTR)
		;
	s->r->shared->raw = false;
	s->in.n = 0;
}

static void copy_size(const struct relay *s)
{
	struct winsize size;

	if (s->r->master >= 0 && !ioctl(s->r->terminal, TIOCGWINSZ, &size))
		ioctl(s->r->master, TIOCSWINSZ, &size);
}

/* ---- jobs ---- */

static void tell(const struct relay *s, int what)
{
	union sigval value = {.sival_int = what | s->order << IOM_JOB_ORDER};

	while (!s->ended && sigqueue(s->r->inner, IOM_RELAY_SIGNAL, value) && errno == EAGAIN)
		usleep(1000);
}

/* CMD's job goes on, in the foreground if we are there and it is wanted. */
static void go_on(struct relay *s, bool foreground)
{
	s->foreground = foreground && ours_now(s);
	s->interactive |= s->foreground;
	s->order = (s->order + 1) & 0xffff;
	tell(s, s->foreground ? IOM_JOB_FOREGROUND : IOM_JOB_BACKGROUND);
	make_raw(s);
}

/* Stop as CMD did, for our shell to see; this returns when it lets us go on.
 * Where nobody would, the kernel does not stop us: CMD goes on at once. */
static void suspend(struct relay *s)
{
	int sig = s->stop_signal == SIGSTOP ? SIGTSTP : s->stop_signal;
	const struct timespec now = {};
	sigset_t set, old;

	make_cooked(s);
	sigemptyset(&set);
	sigaddset(&set, sig);
	kill(0, sig);
	sigprocmask(SIG_UNBLOCK, &set, &old);
	sigprocmask(SIG_SETMASK, &old, NULL);
	sigemptyset(&set); /* what let us go on is dealt with here */
	sigaddset(&set, SIGCONT);
	sigtimedwait(&set, NULL, &now);
	copy_size(s);
	go_on(s, s->interactive);
}

/* Reading or changing the terminal from the background stops a job. If we are in
 * the foreground ourselves it was just not given to CMD yet. */
static void cmd_stopped(struct relay *s, int sig)
{
	bool wants_terminal = sig == SIGTTIN || sig == SIGTTOU;

	if (wants_terminal && !s->foreground && ours_now(s)) {
		go_on(s, true);
		return;
	}
	s->then = THEN_SUSPEND;
	s->stop_signal = sig;
	s->last_words = 0;
}

/* ---- what comes in ---- */

static void answer(const struct relay *s)
{
	send(s->r->socket, "", 1, MSG_NOSIGNAL);
}

static void take_message(struct relay *s)
{
	struct iom_relay_message m;

	if (recv(s->r->socket, &m, sizeof(m), MSG_DONTWAIT) != sizeof(m))
		return;
	switch (m.what) {
	case IOM_RELAY_GIVE:
		s->given = true;
		s->started = true;
		go_on(s, s->interactive);
		answer(s);
		break;
	case IOM_RELAY_TAKE:
		s->then = THEN_TAKE;
		s->last_words = 0;
		break;
	case IOM_RELAY_STOPPED:
		if (m.order == s->order) /* else it was told to go on since */
			cmd_stopped(s, m.sig);
		break;
	}
}

static void inner_ended(struct relay *s)
{
	int status;

	if (waitpid(s->r->inner, &status, WNOHANG) != s->r->inner)
		return;
	s->ended = true;
	s->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	s->then = THEN_END;
	s->last_words = 0;
}

/* A signal to us is meant for CMD. One from the keyboard, which comes only while
 * the keyboard is not CMD's, is for its whole job. */
static void pass_on(struct relay *s, const struct signalfd_siginfo *info)
{
	int sig = (int)info->ssi_signo;

	if (s->ended)
		s->quit = true; /* somebody does not want to wait for the last words */
	else if (s->started && (info->ssi_code == SI_KERNEL || sig == SIGTSTP))
		tell(s, IOM_JOB_SIGNAL | sig);
	else if (sig != SIGTSTP)
		kill(s->r->inner, sig);
}

static void take_signal(struct relay *s)
{
	struct signalfd_siginfo info;

	if (read(s->signals, &info, sizeof(info)) != sizeof(info))
		return;
	switch (info.ssi_signo) {
	case SIGCHLD:
		inner_ended(s);
		break;
	case SIGWINCH:
		copy_size(s);
		break;
	case SIGCONT:
		s->r->shared->raw &= ours_now(s); /* else a shell has set its own modes */
		copy_size(s);
		if (s->started && !s->then)
			go_on(s, s->interactive);
		break;
	case SIGTTOU:
		break;
	default:
		pass_on(s, &info);
	}
}

/* ---- bytes ---- */

/* The terminal is gone: so is CMD's, which gets its SIGHUP from the kernel. */
static void hung_up(struct relay *s)
{
	if (s->r->master >= 0)
		close(s->r->master);
	s->r->master = -1;
	s->r->shared->raw = false;
	s->in.n = s->out.n = 0;
}

static void read_terminal(struct relay *s)
{
	ssize_t n = read(s->r->terminal, s->in.buf, sizeof(s->in.buf));

	if (n > 0) {
		s->in.at = 0;
		s->in.n = (size_t)n;
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		if (ours_now(s)) {
			hung_up(s);
		} else { /* a shell has put us into the background */
			s->r->shared->raw = false;
			go_on(s, false);
		}
	}
}

/* False: there is nothing to read. */
static bool read_master(struct relay *s)
{
	ssize_t n;

	if (s->r->master < 0 || (s->then && s->last_words > LAST_WORDS_MAX))
		return false;
	n = read(s->r->master, s->out.buf, sizeof(s->out.buf));
	if (n <= 0)
		return false;
	s->out.at = 0;
	s->out.n = (size_t)n;
	s->last_words += (size_t)n;
	return true;
}

/* False: nothing can be written there any more. */
static bool write_some(int fd, struct flow *f)
{
	ssize_t n = write(fd, f->buf + f->at, f->n);

	if (n <= 0)
		return n == 0 || errno == EAGAIN || errno == EINTR;
	f->at += (size_t)n;
	f->n -= (size_t)n;
	return true;
}

/* One piece of what CMD writes; all of it where something waits for that. */
static void copy_out(struct relay *s)
{
	do {
		if (!s->out.n && !read_master(s))
			return;
		if (!write_some(s->r->terminal, &s->out))
			hung_up(s);
	} while (s->then && !s->out.n);
}

/* All that was written is shown: what was waiting for that is done. */
static void shown(struct relay *s)
{
	enum then then = s->then;

	s->then = THEN_NOTHING;
	if (then == THEN_SUSPEND) {
		suspend(s);
	} else if (then == THEN_TAKE) {
		s->given = false;
		make_cooked(s);
		answer(s);
	} else if (then == THEN_END) {
		s->quit = true;
	}
}

static void turn(struct relay *s)
{
	bool keys = s->r->shared->raw && !s->in.n && !s->then;
	bool open = s->r->master >= 0, look = s->interactive && s->given && !s->foreground;
	struct pollfd p[] = {
		{.fd = s->signals, .events = POLLIN},
		{.fd = s->ended ? -1 : s->r->socket, .events = POLLIN},
		{.fd = open && (keys || s->out.n) ? s->r->terminal : -1,
		 .events = (short)((keys ? POLLIN : 0) | (s->out.n ? POLLOUT : 0))},
		{.fd = open && (!s->out.n || s->in.n) ? s->r->master : -1,
		 .events = (short)((s->out.n ? 0 : POLLIN) | (s->in.n ? POLLOUT : 0))},
	};
	int n = poll(p, 4, look ? LOOK_MS : -1);

	if (n < 0)
		return;
	if (look && ours_now(s))
		go_on(s, true);
	if (p[0].revents)
		take_signal(s);
	if (p[1].revents)
		take_message(s);
	if (p[3].revents & POLLOUT && s->in.n && !write_some(s->r->master, &s->in))
		s->in.n = 0;
	if (p[2].revents & (POLLIN | POLLHUP | POLLERR) && keys)
		read_terminal(s);
	copy_out(s);
	if (s->then && !s->out.n)
		shown(s);
}

int iom_relay_run(struct iom_relay *r)
{
	struct relay s = {.r = r, .interactive = r->interactive};
	sigset_t set;

	/* What the command prints goes through here; all that is needed is open. */
	iom_keep_capabilities(0);
	iom_relay_signals(&set);
	s.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	fcntl(r->master, F_SETFL, O_RDWR | O_NONBLOCK);
	copy_size(&s);
	while (!s.quit)
		turn(&s);
	make_cooked(&s);
	return s.status;
}
