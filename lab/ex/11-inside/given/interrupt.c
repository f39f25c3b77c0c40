/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * interrupt: does a signal end a sleep in read? Leaves with 0, or with the number of what went
 * wrong: 1 a handler without SA_RESTART did not give EINTR, 2 with SA_RESTART the read did not
 * go on to its data, 3 SIGKILL did not end it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include "lab.h"

static void on_alarm(int sig)
{
	(void)sig;
}

static ssize_t read_with_alarm(int fd, int flags)
{
	struct sigaction act = {.sa_handler = on_alarm, .sa_flags = flags};
	struct itimerval once = {.it_value.tv_usec = 100000};
	char msg[64];
	ssize_t n;

	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &once, NULL);
	n = read(fd, msg, sizeof(msg));
	return n < 0 ? -errno : n;
}

int main(void)
{
	int fd = (int)lab_must(open(lab_device(0), O_RDONLY), "open"), status = 0;
	char msg[64];
	pid_t child;

	if (read_with_alarm(fd, 0) != -EINTR)
		return 1;
	if (read(fd, msg, sizeof(msg)) <= 0 || read_with_alarm(fd, SA_RESTART) <= 0)
		return 2;
	child = (pid_t)lab_must(fork(), "fork");
	if (!child) {
		ssize_t n = read(fd, msg, sizeof(msg));

		_exit(n < 0);
	}
	usleep(100000);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	return WIFSIGNALED(status) ? 0 : 3;
}
