/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupted calls. With SA_RESTART the kernel begins the read again; without,
 * the program sees EINTR and asks again. One operation, however often.
 */
#include "ref.h"

#define RESTARTED   47
#define INTERRUPTED 31

static int p[2][2];
static pid_t program;

static void interrupt(int sig)
{
	long before = ref->b;

	ref_await_sleep(program, __NR_read);
	kill(program, sig);
	ref_await(&ref->b, before + 1);
}

static void feed(void *arg)
{
	(void)arg;
	for (long i = 0; i < RESTARTED + INTERRUPTED; i++) {
		int second = i >= RESTARTED;

		ref_turn(i, __NR_read);
		interrupt(second ? SIGVTALRM : SIGALRM);
		if (!second)
			interrupt(SIGALRM);
		ref_await_sleep(program, __NR_read);
		ref_write(p[second][1], ref_msg, REF_MSG);
	}
}

static void on_signal(int sig)
{
	(void)sig;
	ref->b++;
}

int main(int argc, char **argv)
{
	struct sigaction act = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	char buf[REF_MSG];
	long eintr = 0;

	ref_begin(argc, argv);
	program = getpid();
	ref_must(pipe(p[0]), "pipe");
	ref_must(pipe(p[1]), "pipe");
	sigaction(SIGALRM, &act, NULL);
	act.sa_flags = 0;
	sigaction(SIGVTALRM, &act, NULL);
	ref_feed(feed, NULL);
	ref_expect("verdict.model blocking");
	ref_expect("also none");
	ref_expect("model blocking transfers %d bytes %d", RESTARTED + INTERRUPTED,
		   (RESTARTED + INTERRUPTED) * REF_MSG);
	ref_expect("model signal-driven transfers 0");
	ref_expect("file %d attempts=%d slept=%d eagain=0 transfers=%d", p[0][0], RESTARTED, RESTARTED,
		   RESTARTED);
	/* The call ends the same way in both halves; only afterwards, from the
	 * handler's flags, the kernel chooses between EINTR and a restart. So
	 * the interrupted try and the next one are one operation here too. */
	ref_expect("file %d attempts=%d slept=%d eagain=0 transfers=%d", p[1][0], INTERRUPTED,
		   INTERRUPTED, INTERRUPTED);
	ref_ready();
	for (int i = 0; i < RESTARTED; i++) {
		if (read(p[0][0], buf, sizeof(buf)) != REF_MSG)
			ref_die("restarted read");
		ref->a++;
	}
	for (int i = 0; i < INTERRUPTED; i++) {
		ssize_t n;

		while ((n = read(p[1][0], buf, sizeof(buf))) < 0 && errno == EINTR)
			eintr++;
		if (n != REF_MSG)
			ref_die("interrupted read");
		ref->a++;
	}
	errno = 0;
	if (eintr != INTERRUPTED)
		ref_die("count of EINTR");
	ref_done();
}
