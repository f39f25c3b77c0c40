/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "cmd/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/identity.h"
#include "cmd/terminal.h"
#include "collect/collect.h"
#include "options.h"

/* What the child sends when it cannot become CMD. */
struct failure {
	int err;
	int at_exec;
};

static const int caught[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD};
#define NCAUGHT (sizeof(caught) / sizeof(caught[0]))

static volatile pid_t the_child;

static void pass_on(int sig, siginfo_t *info, void *context)
{
	int saved = errno;
	bool keyboard = (sig == SIGINT || sig == SIGQUIT) && info->si_code == SI_KERNEL;

	(void)context;
	if (the_child && !keyboard)
		kill(the_child, sig);
	errno = saved;
}

static void on_sigchld(int sig)
{
	siginfo_t info = {};
	int saved = errno;

	/* It stays a zombie, and its number its own, until the report is written. */
	if (the_child && !waitid(P_PID, (id_t)the_child, &info, WEXITED | WNOHANG | WNOWAIT) &&
	    info.si_pid)
		iom_collect_stop(sig);
	else if (the_child && iom_terminal_relayed() &&
		 !waitid(P_PID, (id_t)the_child, &info, WSTOPPED | WNOHANG) && info.si_pid)
		iom_terminal_stopped(info.si_status);
	errno = saved;
}

static void catch_signals(struct sigaction old[NCAUGHT])
{
	struct sigaction pass = {.sa_sigaction = pass_on, .sa_flags = SA_SIGINFO | SA_RESTART};
	struct sigaction ended = {.sa_handler = on_sigchld, .sa_flags = SA_RESTART};

	if (!iom_terminal_relayed())
		ended.sa_flags |= SA_NOCLDSTOP;

	for (size_t i = 0; i < NCAUGHT; i++) {
		sigaction(caught[i], NULL, &old[i]);
		if (caught[i] == SIGHUP && old[i].sa_handler == SIG_IGN) /* nohup */
			continue;
		sigaction(caught[i], caught[i] == SIGCHLD ? &ended : &pass, NULL);
	}
}

/* Is there a file of that name in a folder of PATH that can be looked into? */
static bool in_path(const char *name)
{
	const char *at = getenv("PATH"), *end;
	char path[PATH_MAX];

	for (; at && *at; at = *end ? end + 1 : end) {
		end = strchrnul(at, ':');
		snprintf(path, sizeof(path), "%.*s/%s", (int)(end - at), at, name);
		if (!access(path, F_OK))
			return true;
	}
	return false;
}

/* Why execvp() failed: for it a folder of PATH that the user must not look into,
 * such as one of root's, outweighs that the command is nowhere. */
static int exec_error(const char *name)
{
	int err = errno;

	return err == EACCES && !strchr(name, '/') && !in_path(name) ? ENOENT : err;
}

__attribute__((noreturn)) static void be_child(char **argv, const struct iom_identity *id, int go,
					       int state)
{
	struct failure f = {};
	char byte;
	ssize_t n;

	do
		n = read(go, &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n != 1) /* iomodel gave up, and said why */
		_exit(IOM_EXIT_RUN_FAILED);
	if (id)
		f.err = iom_terminal_enter(id->uid);
	if (id && !f.err)
		f.err = iom_identity_become(id);
	if (!f.err) {
		execvp(argv[0], argv);
		f.err = exec_error(argv[0]);
		f.at_exec = 1;
	}
	if (write(state, &f, sizeof(f)) < 0)
		_exit(IOM_EXIT_RUN_FAILED);
	_exit(IOM_EXIT_RUN_NOT_EXECUTABLE);
}

int iom_child_fork(struct iom_child *c, char **argv, const char *user)
{
	struct sigaction old[NCAUGHT];
	struct iom_identity id = {};
	sigset_t all, mask;
	int go[2], state[2], err;

	*c = (struct iom_child){.go = -1, .state = -1};
	if (user) {
		err = iom_identity_find(user, &id);
		if (err) {
			iom_identity_free(&id);
			return err;
		}
	}
	/* A socket for go: writing to a child that is gone must not raise SIGPIPE. */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, go) || pipe2(state, O_CLOEXEC)) {
		fprintf(stderr, "iomodel: no pipe: %s\n", strerror(errno));
		iom_identity_free(&id);
		return IOM_EXIT_RUN_FAILED;
	}
	fflush(NULL);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &mask);
	catch_signals(old);
	c->pid = fork();
	if (c->pid == 0) {
		close(go[1]);
		close(state[0]);
		for (size_t i = 0; i < NCAUGHT; i++)
			sigaction(caught[i], &old[i], NULL);
		sigprocmask(SIG_SETMASK, &mask, NULL);
		be_child(argv, user ? &id : NULL, go[0], state[1]);
	}
	err = errno;
	if (c->pid > 0) {
		the_child = c->pid;
		iom_terminal_child(c->pid);
	}
	sigprocmask(SIG_SETMASK, &mask, NULL);
	close(go[0]);
	close(state[1]);
	c->go = go[1];
	c->state = state[0];
	iom_identity_free(&id);
	if (c->pid > 0)
		return 0;
	fprintf(stderr, "iomodel: fork: %s\n", strerror(err));
	close(c->go);
	close(c->state);
	return IOM_EXIT_RUN_FAILED;
}

int iom_child_go(struct iom_child *c)
{
	struct failure f;
	ssize_t n;

	iom_terminal_give();
	if (send(c->go, "g", 1, MSG_NOSIGNAL) != 1)
		return -ESRCH;
	do
		n = read(c->state, &f, sizeof(f));
	while (n < 0 && errno == EINTR);
	close(c->go);
	c->go = -1;
	if (n != sizeof(f))
		return 0;
	c->failed = f.err;
	c->failed_exec = f.at_exec;
	return -ECANCELED;
}

int iom_child_wait(struct iom_child *c)
{
	pid_t pid = c->pid;
	siginfo_t info;
	int status = 0;

	if (c->go >= 0)
		close(c->go);
	c->go = -1;
	/* Signals are passed on to it until it is gone, but never to a number that
	 * belongs to nobody, or to somebody else, again. */
	while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR)
		;
	the_child = 0;
	iom_terminal_child(0);
	if (waitpid(pid, &status, 0) < 0)
		return IOM_EXIT_RUN_FAILED;
	close(c->state);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
