/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "cmd/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collect/collect.h"
#include "options.h"

/* What the child sends when it cannot become CMD. */
struct failure {
	int err;
	int at_exec;
};

struct identity {
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	int ngroups;
	char *name, *home;
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
	errno = saved;
}

static void catch_signals(struct sigaction old[NCAUGHT])
{
	struct sigaction pass = {.sa_sigaction = pass_on, .sa_flags = SA_SIGINFO | SA_RESTART};
	struct sigaction ended = {.sa_handler = on_sigchld, .sa_flags = SA_NOCLDSTOP | SA_RESTART};

	for (size_t i = 0; i < NCAUGHT; i++) {
		sigaction(caught[i], NULL, &old[i]);
		if (caught[i] == SIGHUP && old[i].sa_handler == SIG_IGN) /* nohup */
			continue;
		sigaction(caught[i], caught[i] == SIGCHLD ? &ended : &pass, NULL);
	}
}

static int find_user(const char *user, struct identity *id)
{
	struct passwd *pw = getpwnam(user);
	char *end;
	unsigned long uid;

	if (!pw && *user >= '0' && *user <= '9') {
		uid = strtoul(user, &end, 10);
		if (!*end && uid < UINT32_MAX)
			pw = getpwuid((uid_t)uid);
	}
	if (!pw) {
		fprintf(stderr, "iomodel: -u: there is no user `%s`; `getent passwd` lists them\n",
			user);
		return IOM_EXIT_USAGE;
	}
	id->uid = pw->pw_uid;
	id->gid = pw->pw_gid;
	id->name = strdup(pw->pw_name);
	id->home = strdup(pw->pw_dir);
	/* Asked here: in the child it could leave descriptors of name services open. */
	id->ngroups = NGROUPS_MAX;
	id->groups = calloc(NGROUPS_MAX, sizeof(*id->groups));
	if (!id->name || !id->home || !id->groups ||
	    getgrouplist(id->name, id->gid, id->groups, &id->ngroups) < 0) {
		fprintf(stderr, "iomodel: -u: the groups of `%s` cannot be found\n", user);
		return IOM_EXIT_RUN_FAILED;
	}
	return 0;
}

static void free_identity(struct identity *id)
{
	free(id->groups);
	free(id->name);
	free(id->home);
}

static int become(const struct identity *id)
{
	if (setgroups((size_t)id->ngroups, id->groups) || setgid(id->gid) || setuid(id->uid))
		return errno;
	if (setenv("HOME", id->home, 1) || setenv("USER", id->name, 1) ||
	    setenv("LOGNAME", id->name, 1))
		return errno;
	return 0;
}

__attribute__((noreturn)) static void be_child(char **argv, const struct identity *id, int go,
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
		f.err = become(id);
	if (!f.err) {
		execvp(argv[0], argv);
		f.err = errno;
		f.at_exec = 1;
	}
	if (write(state, &f, sizeof(f)) < 0)
		_exit(IOM_EXIT_RUN_FAILED);
	_exit(IOM_EXIT_RUN_NOT_EXECUTABLE);
}

int iom_child_fork(struct iom_child *c, char **argv, const char *user)
{
	struct sigaction old[NCAUGHT];
	struct identity id = {};
	sigset_t all, mask;
	int go[2], state[2], err;

	*c = (struct iom_child){.go = -1, .state = -1};
	if (user) {
		err = find_user(user, &id);
		if (err) {
			free_identity(&id);
			return err;
		}
	}
	/* A socket for go: writing to a child that is gone must not raise SIGPIPE. */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, go) || pipe2(state, O_CLOEXEC)) {
		fprintf(stderr, "iomodel: no pipe: %s\n", strerror(errno));
		free_identity(&id);
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
	if (c->pid > 0)
		the_child = c->pid;
	sigprocmask(SIG_SETMASK, &mask, NULL);
	close(go[0]);
	close(state[1]);
	c->go = go[1];
	c->state = state[0];
	free_identity(&id);
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
	int status = 0;

	if (c->go >= 0)
		close(c->go);
	c->go = -1;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return IOM_EXIT_RUN_FAILED;
	the_child = 0;
	close(c->state);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
