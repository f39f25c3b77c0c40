/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/explain.h"

#include <errno.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* In the pictures: '~' is waiting, '#' is moving data, '.' is other work. */
struct topic {
	const char *name;
	const char *line;    /* in the list of topics */
	const char *picture; /* NULL for findings */
	const char *text;
};

static const struct topic topics[] = {
	{"blocking", "the thread sleeps inside the call that moves the data",
	 "  program   ....read(fd)                        returns....\n"
	 "                |                               |\n"
	 "  kernel        |~~~~~~~~~~~~~~~~~~~~~~~~|######|\n"
	 "                 phase 1: wait for data   phase 2: move it\n"
	 "                 the thread sleeps\n",
	 "One call, both phases, and the thread can do nothing else meanwhile. The usual\n"
	 "way of files on disk, pipelines, and servers with a thread or a process per\n"
	 "connection.\n"
	 "\n"
	 "What is measured: the time the thread was off the CPU, not waiting for a CPU,\n"
	 "between entering and leaving read, write, recv, send, accept, fsync and their\n"
	 "like. A blocking file whose data is always there never sleeps; it is still\n"
	 "blocking, since nobody asked beforehand whether it would.\n"},
	{"nonblocking", "the thread asks again and again; each call returns at once",
	 "  program   read   read   read   read   returns....\n"
	 "            |EAGAIN|EAGAIN|EAGAIN|      |\n"
	 "  kernel    |      |      |      |######|\n"
	 "            phase 1:              phase 2: move it\n"
	 "            the thread asks, awake\n",
	 "The file says EAGAIN (or a growing file says end of file) and the thread tries\n"
	 "again, at once or after a pause, without asking to be told. O_NONBLOCK alone\n"
	 "does not make a program nonblocking: event loops set it too, and read until\n"
	 "EAGAIN, but then they wait.\n"
	 "\n"
	 "What is measured: EAGAIN without sleeping and without a readiness wait in\n"
	 "between. A readiness call spun with zero timeouts is this model as well, in\n"
	 "fact `polling`.\n"},
	{"multiplexed", "one sleep for many files, then transfers that do not sleep",
	 "  program   ....epoll_wait            returns  read  returns....\n"
	 "                |                     |        |     |\n"
	 "  kernel        |~~~~~~~~~~~~~~~~~~~~~|        |#####|\n"
	 "                 phase 1: wait for any of them  phase 2: move it\n",
	 "select, poll, epoll: one sleep for all files, then ordinary calls on those\n"
	 "that are ready. Event loops. Also when another thread waits than the one that\n"
	 "reads.\n"
	 "\n"
	 "What is measured: who is in a set that somebody waits on, how long the waits\n"
	 "slept, and that the transfers of these files did not.\n"},
	{"signal-driven", "the kernel sends a signal when the file is ready",
	 "  program   ....works.....................handler: read  returns....\n"
	 "                                          |        |     |\n"
	 "  kernel     ~~~~~~~~~~~~~~~~~~~~~~~~~SIGIO        |#####|\n"
	 "             phase 1: the thread is free           phase 2: move it\n",
	 "O_ASYNC with F_SETOWN, perhaps F_SETSIG; the signal is taken by a handler,\n"
	 "sigwaitinfo or a signalfd. Signals that are about no file (timers, children,\n"
	 "profilers) do not count, nor do completions of POSIX AIO.\n"
	 "\n"
	 "What is measured: signals generated for files and delivered or taken, then the\n"
	 "transfer.\n"},
	{"async", "the kernel moves the data and says when it is done",
	 "  program   submit  ....works.................completion....\n"
	 "             |     |                          |\n"
	 "  kernel     |     |~~~~~~~~~~~~~~~~~~~|######|\n"
	 "                    phase 1             phase 2, both without the program\n",
	 "io_uring, libaio, POSIX AIO: the only one of the five where the program does\n"
	 "not move the data itself. In fact `synchronous` when requests are done before\n"
	 "submission returns or each is waited for alone; in fact `threads` when helper\n"
	 "threads of libc or of the kernel block in the program's stead.\n"
	 "\n"
	 "What is measured: each request from submission to completion, how many were in\n"
	 "flight, how many were done at once, how many were handed to workers, whether\n"
	 "submitting slept.\n"},
	{"none", "no file was transferred to or waited for", NULL,
	 "Computing, waiting for other threads, children, locks and timers is no I/O. A\n"
	 "program that sleeps in read() for the whole watch is not `none`: it is\n"
	 "`blocking`.\n"},
	{"submit-blocked", "submitting an asynchronous request slept", NULL,
	 "io_submit or io_uring_enter slept although it was only to hand requests over,\n"
	 "or did the whole work before it returned. Typical: libaio on a file that is\n"
	 "not O_DIRECT, a full queue, a file system that must allocate blocks. The\n"
	 "thread that believed itself free was not. Usual ways out: O_DIRECT with\n"
	 "preallocated files, a deeper queue, io_uring.\n"},
	{"iowq-offload", "io_uring handed requests to worker threads", NULL,
	 "Where the kernel cannot do a request without blocking it gives it to a worker\n"
	 "thread (iou-wrk-*), which blocks for it: a thread pool after all. Typical:\n"
	 "buffered writes, fsync, IOSQE_ASYNC, links and drains. Usual ways out:\n"
	 "O_DIRECT, files that can say EAGAIN, dropping IOSQE_ASYNC.\n"},
	{"may-block", "a file waited for by readiness is read without O_NONBLOCK", NULL,
	 "Readiness is a hint: a datagram with a bad checksum, another thread that was\n"
	 "faster, and the read sleeps, and with it the whole loop. It has not happened\n"
	 "as long as `slept` is 0. Usual way out: O_NONBLOCK, or MSG_DONTWAIT on each\n"
	 "call.\n"},
	{"busy-poll", "a readiness call is spun with zero timeouts", NULL,
	 "The call of multiplexing, used for polling: a whole CPU for low latency. If\n"
	 "that is not meant, it is often a timer that is due for ever, or an event\n"
	 "nobody consumes. Usual way out: a timeout above zero.\n"},
	{"eagain-spin", "a file is tried again and again and says EAGAIN", NULL,
	 "Nobody waits for the file's readiness, so each try costs a call. Usual ways\n"
	 "out: epoll or poll before the retry, or a blocking file.\n"},
	{"loop-blocked", "a thread that waits for many files slept in a transfer of one", NULL,
	 "While an event loop sleeps in a transfer nobody else is served. Typical:\n"
	 "regular files, which never say EAGAIN, and pipes without O_NONBLOCK. The time\n"
	 "given is the longest single sleep. Usual ways out: a thread pool or io_uring\n"
	 "for files, O_NONBLOCK for pipes.\n"},
	{"sync-on-loop", "an event loop slept in fsync or its like", NULL,
	 "Waiting for the disk inside the loop that serves everyone. Usual ways out:\n"
	 "sync in a thread of its own, group commits, sync less often.\n"},
	{"signal-overflow", "signals about files were lost", NULL,
	 "The queue of real-time signals (RLIMIT_SIGPENDING) was full; the kernel then\n"
	 "sends plain SIGIO, which names no file. A program that does not then look at\n"
	 "all its files hangs on those whose signal was lost. Usual way out: handle\n"
	 "SIGIO by polling all, or use epoll.\n"},
};

static const char idea[] =
	"Every transfer has two phases: waiting until data is ready, and moving it\n"
	"between kernel and program. Two questions are often mixed up. Blocking or not:\n"
	"is the caller suspended while there is nothing? Synchronous or not: does the\n"
	"program's own call bring the result, or does the kernel report later that\n"
	"everything is done? The five models are five ways to spend the two phases; the\n"
	"first four differ only in the first.\n\n";

const char *const *iom_explain_topics(size_t *n)
{
	static const char *names[COUNT(topics)];

	for (size_t i = 0; i < COUNT(topics); i++)
		names[i] = topics[i].name;
	*n = COUNT(topics);
	return names;
}

static void picture(FILE *out, const char *p, bool utf8)
{
	for (; *p; p++) {
		if (utf8 && *p == '~')
			fputs("\u2591", out);
		else if (utf8 && *p == '#')
			fputs("\u2588", out);
		else if (utf8 && *p == '|')
			fputs("\u2502", out);
		else if (utf8 && *p == '.')
			fputs("\u00b7", out);
		else
			fputc(*p, out);
	}
}

static void heading(FILE *out, const struct topic *t, bool color)
{
	fprintf(out, "%s%s%s: %s\n\n", color ? "\033[1m" : "", t->name, color ? "\033[0m" : "", t->line);
}

static int overview(FILE *out, bool utf8, bool color)
{
	fputs(idea, out);
	for (size_t i = 0; i < COUNT(topics) && topics[i].picture; i++) {
		heading(out, &topics[i], color);
		picture(out, topics[i].picture, utf8);
		fputc('\n', out);
	}
	fputs("`iomodel explain TOPIC` tells more:\n\n", out);
	for (size_t i = 0; i < COUNT(topics); i++)
		fprintf(out, "  %-16s %s\n", topics[i].name, topics[i].line);
	return 0;
}

int iom_explain(FILE *out, const char *topic, bool utf8, bool color)
{
	const struct topic *t = NULL;

	errno = 0;
	for (size_t i = 0; topic && i < COUNT(topics); i++)
		if (!strcmp(topics[i].name, topic))
			t = &topics[i];
	if (topic && !t)
		return -ENOENT;
	if (!t) {
		overview(out, utf8, color);
	} else {
		heading(out, t, color);
		if (t->picture) {
			picture(out, t->picture, utf8);
			fputc('\n', out);
		}
		fputs(t->text, out);
	}
	if (fflush(out) || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}
