/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/explain.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

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
	{"verdict", "how the model is told: the rules in their order, and the thresholds", NULL, ""},
	{"loop-blocked", "a thread that serves many files slept inside a turn of its loop", NULL,
	 "While a loop sleeps in anything but its own readiness call nobody else is\n"
	 "served. It need not be a transfer: open, stat, connect, wait4, flock, a lock\n"
	 "of another thread, a second readiness call on one file all do it. Said from\n"
	 "1 ms on, with the call, the file, how often, how long in all and at worst; the\n"
	 "loop's longest turn stands beside the thread. Sleeps in one call on files of\n"
	 "one kind are one finding, with their sum. Not said where another thread\n"
	 "comes back from the same set meanwhile, nor where nobody else is served:\n"
	 "where no other file of the set listens or had data moved, and what came on the\n"
	 "only one is answered there; nor of what was before the loop's first wait. Sleep\n"
	 "in submissions is submit-blocked alone. Usual ways out depend on the call:\n"
	 "O_NONBLOCK for sockets and pipes, a thread or io_uring for files on disk and\n"
	 "for names, a pidfd for children, a timer of the loop instead of a sleep, the\n"
	 "asynchronous form of a call that runs a second loop inside a turn.\n"},
	{"sync-on-loop", "a loop slept in fsync or its like", NULL,
	 "Waiting for the disk inside the loop that serves everyone. Not said where it\n"
	 "serves nobody else, see loop-blocked. Usual ways out: sync in a thread of its\n"
	 "own, group commits, sync less often.\n"},
	{"loop-computes", "a turn of a loop was long because it ran", NULL,
	 "The longest turn between two sleeps in the loop's own readiness call spent\n"
	 "10 ms or more on the CPU: nothing was waited for, and nobody else was served.\n"
	 "A warning from 100 ms on. Of a turn that had not ended as the watch did it is\n"
	 "known how long it ran at least: the thread's time on the CPU, divided by the\n"
	 "turns that it can have been in. Usual ways out: smaller steps with a return to\n"
	 "the loop in between, or a thread for long work.\n"},
	{"page-fault-io", "a thread waited for pages, in no call", NULL,
	 "Reading a mapped file, or memory that was swapped out, sleeps like a read()\n"
	 "but shows in no trace of calls. Said from 5 % of a thread's time on. Where a\n"
	 "page fault and a call's own sleep came together they cannot be told apart:\n"
	 "`unsplit_ns` in the JSON says how much that is. Usual ways out: read ahead\n"
	 "(madvise, MAP_POPULATE), lock memory, or read() in a thread.\n"},
	{"busy-poll", "a call that could wait comes back at once, again and again", NULL,
	 "The call of multiplexing, used for polling. Either it is asked with a zero\n"
	 "timeout and finds nothing, or one file of its set is always ready and nobody\n"
	 "takes it out: an end of file, a hang-up, EPOLLOUT that is asked for though\n"
	 "nothing waits to be written, a descriptor that was closed while a copy of it is\n"
	 "open (dup, a child): its file stays in the epoll. Or what is there is taken,\n"
	 "and doing so makes the next event: files that are watched by inotify and read\n"
	 "by the same program, a loop that wakes itself. The file and the event are\n"
	 "sampled from what the call returned. Or it is io_uring_enter or io_getevents\n"
	 "that is asked whether requests are done; a look at a completion queue in memory\n"
	 "is no call, and shows only as a thread that never sleeps. Usual ways out: a\n"
	 "timeout, taking the file out of the set (before it is closed), EPOLLOUT only\n"
	 "while there is something to write.\n"},
	{"calls-fail", "calls fail again and again, and the program goes on trying", NULL,
	 "Most of a thread's calls of one kind on one file failed, with an error that is\n"
	 "no EAGAIN, time-out or signal: 20 times or more, 10 times a second or more.\n"
	 "Connects are told together, for each that fails needs a new socket. Twice is\n"
	 "enough, in whichever threads, where descriptors or space are used up (EMFILE,\n"
	 "ENFILE, ENOSPC, EDQUOT), where a lock that somebody else has is asked for\n"
	 "without waiting, and where the listener of a unix socket has no room in its\n"
	 "queue (EAGAIN of connect): programs pause before they try again; and where a\n"
	 "netlink socket had to throw messages away (ENOBUFS of a read). A warning where\n"
	 "it is 200 times a second and the thread on a CPU. Of the errors only the last\n"
	 "is known. An error that the program does not look at keeps it\n"
	 "awake: a listener stays ready while accept says EMFILE, epoll_wait on a closed\n"
	 "descriptor says EBADF and never waits, poll says POLLNVAL of it at once. A file\n"
	 "that was closed stays in an epoll as long as a duplicate of it is open, in a\n"
	 "child perhaps, and can then no longer be taken out by its number. Usual ways\n"
	 "out: looking at errno; for EMFILE fewer open files, a higher RLIMIT_NOFILE, and\n"
	 "not asking for the listener until one is free; for EBADF, ENOTCONN, EIO, EPIPE\n"
	 "taking the file out of the loop, before it is closed. The same is said of\n"
	 "requests by io_uring and libaio.\n"},
	{"eof-spin", "a file is read on and on at its end, or nothing of it is asked for", NULL,
	 "A read that brings 0 bytes says that there is no more: the other end of a pipe,\n"
	 "socket or terminal is closed, as a rule for good. Nine in ten of a thread's\n"
	 "reads of a file did, 200 times a second or more, and it was on a CPU for that.\n"
	 "A file on disk may grow, but to look without a pause costs a CPU. Where bytes\n"
	 "wait in a socket all the time, it is no end: the read asked for 0 bytes, as with\n"
	 "a buffer that is full. sendfile and copy_file_range move nothing at the end of\n"
	 "what they read from, and a write of nothing succeeds. Usual ways out: taking 0\n"
	 "for the end, and closing the file; inotify for files that grow; no call where\n"
	 "there is no room, or nothing left.\n"},
	{"unread-data", "data waits in a socket, and nobody reads it", NULL,
	 "Bytes that had come when the watch began still waited when it ended, or others\n"
	 "in their place, and no watched process took any. A warning where the program is\n"
	 "not told of them any more: an edge-triggered epoll tells when data comes, and\n"
	 "what is left unread then stays until more comes; EPOLLONESHOT tells once; and\n"
	 "SO_RCVLOWAT has no readiness call tell of fewer bytes than it asks for. Usual\n"
	 "ways out: reading until EAGAIN; EPOLL_CTL_MOD after each event. Else it may be\n"
	 "meant so: a proxy does not read what it could not pass on. Source:\n"
	 "sock_diag(7); pipes and datagrams do not tell it.\n"},
	{"accept-queue", "connections wait to be accepted", NULL,
	 "The kernel completes connections by itself and keeps them until accept takes\n"
	 "them: the client is connected and gets no answer. Said where some waited at the\n"
	 "start and at the end of the watch and none was accepted, or as many as\n"
	 "listen(2) left room for; then the kernel drops further ones, which try again\n"
	 "after seconds. Usual ways out: a thread that is always free to accept, nothing\n"
	 "that sleeps in the loop that does; a larger backlog only hides it.\n"},
	{"connect-unanswered", "a connection is asked for, and nobody answers", NULL,
	 "TCP asked for the connection before the watch began and had no answer when it\n"
	 "ended (SYN-SENT). It asks again after 1, 2, 4, ... seconds, for two minutes or\n"
	 "so (tcp_syn_retries), and connect, or the loop that waits for it, waits as\n"
	 "long. A host where nobody listens answers at once, with a refusal: none comes\n"
	 "where there is no such host, where a firewall drops what it does not like, and\n"
	 "where the queue of who listens is full. Usual way out: a time limit of one's\n"
	 "own for connect.\n"},
	{"peer-closed", "the other end has closed, and nobody does here", NULL,
	 "The other end of a TCP connection said that it sends nothing more before the\n"
	 "watch began (CLOSE-WAIT); until the watch ended nobody here read that, wrote\n"
	 "anything, or closed the socket. Each such connection keeps a descriptor, and\n"
	 "there are RLIMIT_NOFILE of these. An end of file is an event like data: a loop\n"
	 "that waits for the socket is told, and a read brings 0 bytes. A program that\n"
	 "keeps connections to be used again finds this out when it uses one. Usual way\n"
	 "out: close where a read brings 0 bytes; wait for every connection that is kept.\n"},
	{"slow-peer", "what was written waits for the other end", NULL,
	 "Bytes waited in the socket at the start and at the end of the watch (TCP: not\n"
	 "acknowledged; unix: not read by the other end), and writes slept or said\n"
	 "EAGAIN. This program is not what is slow: the process at the other end, or the\n"
	 "network to it, is. On the same machine attach to that one. Where bytes wait\n"
	 "unread here too, both ends write and neither reads: that ends never.\n"},
	{"nagle-delay", "small writes that TCP holds back", NULL,
	 "A request goes out in two or more small writes, then the answer is waited for.\n"
	 "TCP sends the first and holds back the rest until that is acknowledged (Nagle);\n"
	 "the other end has nothing to answer yet and puts its acknowledgment off for up\n"
	 "to 40 ms. Said where reads of a connection slept for half of that or more on\n"
	 "average, after more than one write each, and a few bytes were not acknowledged\n"
	 "both at the start and at the end of the watch. On a way that itself takes as\n"
	 "long it may be that. Usual ways out: one write for what belongs together\n"
	 "(writev); TCP_NODELAY.\n"},
	{"datagrams-dropped", "datagrams came and were thrown away", NULL,
	 "The kernel counts for each socket what it could not keep, most often since the\n"
	 "receive buffer was full: datagrams came faster than the program read. They are\n"
	 "lost. Usual ways out: recvmmsg, a larger SO_RCVBUF (net.core.rmem_max is the\n"
	 "limit), nothing that sleeps in the thread that reads, several sockets with\n"
	 "SO_REUSEPORT.\n"},
	{"slow-lookup", "threads sleep for the answer of a name server", NULL,
	 "Who looks up a name by getaddrinfo() sleeps until a name server has answered, or\n"
	 "until it has not for a time (resolv.conf(5): 5 s, twice for each server): in a\n"
	 "poll or read of a socket to port 53 of one. Said where one such sleep lasted\n"
	 "100 ms or more, and a warning where nothing at all came from the server. A\n"
	 "runtime that looks names up in a pool (node, libuv) has few threads for that,\n"
	 "and all other work of the pool waits behind them. Usual ways out: a server that\n"
	 "answers; a shorter timeout in /etc/resolv.conf; a cache on this machine; looking\n"
	 "names up before they are needed.\n"},
	{"not-drained", "a file is reported ready, and what is there is not taken", NULL,
	 "Level-triggered readiness comes back as long as there is something to read.\n"
	 "Nothing is lost, but the loop never sleeps. Usual ways out: read until EAGAIN,\n"
	 "or take the file out of the set while its data is not wanted.\n"},
	{"idle-wakeups", "a thread wakes since its time limit ran out, again and again", NULL,
	 "The thread sleeps in a readiness call, until a time, or for another thread with\n"
	 "a time limit, but for no longer than some milliseconds, and mostly finds\n"
	 "nothing when it wakes. Said from 10 a second on, a warning from 100 on; not\n"
	 "where the thread computes or transfers when it is woken: then that is what its\n"
	 "timer is for. Of sleeps outside of readiness calls it is said where the whole\n"
	 "process does neither. It costs little of a CPU, but keeps it from its deeper\n"
	 "sleep. Usual ways out: no time limit, or until the next timer is due; an\n"
	 "eventfd for what other threads have to say, a timerfd for timers.\n"},
	{"eagain-spin", "a file is tried again and again and says EAGAIN", NULL,
	 "Nobody waits for the file's readiness, so each try costs a call. Usual ways\n"
	 "out: epoll or poll before the retry, or a blocking file.\n"},
	{"spurious-ready", "a file that is waited for is tried without being ready", NULL,
	 "More than half of the tries said EAGAIN though somebody waits for the file's\n"
	 "readiness: it is tried on suspicion, or somebody else took what was there. One\n"
	 "EAGAIN after each burst, and one before each wait, are how edge-triggered loops\n"
	 "work, and are not counted. A loop that tries all its files in each turn,\n"
	 "whatever poll said of them, is only told of it: that costs a call a file and\n"
	 "turn.\n"},
	{"thundering-herd", "many are woken for one connection or message", NULL,
	 "Several threads or processes wait for the same listener or socket; each event\n"
	 "wakes more than one, one gets it, the others get EAGAIN. Usual ways out:\n"
	 "EPOLLEXCLUSIVE, SO_REUSEPORT with a socket for each, or one who accepts.\n"
	 "Sleeping in accept() itself has no herd: the kernel wakes one. Nor has one\n"
	 "epoll in which all threads wait for edges; and EAGAIN of a program that tries\n"
	 "before it waits, or reads until there is no more, is none of a wake-up.\n"},
	{"one-file-readiness", "select or poll on a single file, without a time limit", NULL,
	 "A blocking read, or accept, waits just so, with one call less. There may be a\n"
	 "reason (the same code serves several files elsewhere); it does no harm but the\n"
	 "call. may-block is not said of that file.\n"},
	{"may-block", "a file waited for by readiness is read without O_NONBLOCK", NULL,
	 "Readiness is a hint: a datagram with a bad checksum, another thread or process\n"
	 "that was faster, and the read sleeps, and with it the whole loop. It has not\n"
	 "happened as long as `slept` is 0. Usual way out: O_NONBLOCK, or MSG_DONTWAIT on\n"
	 "each call.\n"},
	{"tiny-transfers", "a few bytes with each call", NULL,
	 "A thousand transfers or more of at most eight bytes each on average: the calls\n"
	 "cost more than what they move. Of pipes and files on disk, and of sockets where\n"
	 "the next bytes were there already as these were read. Usual way out: a buffer\n"
	 "(stdio, readv).\n"},
	{"submit-blocked", "submitting an asynchronous request slept", NULL,
	 "io_submit or io_uring_enter slept before the requests were handed over, or did\n"
	 "the work itself before it returned. What io_uring_enter sleeps afterwards, to\n"
	 "wait for completions, does not count. Typical: libaio on a file that is not\n"
	 "O_DIRECT, a full queue, a file system that must allocate blocks. The thread that\n"
	 "believed itself free was not. Counted are the submissions of all threads to\n"
	 "that ring, or by libaio. Usual ways out: O_DIRECT, space allocated ahead for\n"
	 "what is written, fewer requests in flight, threads of one's own.\n"},
	{"iowq-offload", "io_uring handed requests to worker threads", NULL,
	 "Either the program asks for it with IOSQE_ASYNC, or the kernel cannot do the\n"
	 "operation without waiting (buffered writes, fsync, links and drains). The\n"
	 "message says which, each request counted once. It is a thread pool after all.\n"
	 "Usual ways out: dropping the flag, O_DIRECT, files that can say EAGAIN.\n"},
	{"sqpoll-spin", "the kernel's submission thread burns a CPU for little", NULL,
	 "With IORING_SETUP_SQPOLL a kernel thread (iou-sqp-*) looks for requests, awake,\n"
	 "until it found none for sq_thread_idle. Said where it is busy half of the time\n"
	 "or more for less than 20,000 requests a second. Usual ways out: a shorter\n"
	 "sq_thread_idle, or submitting by io_uring_enter.\n"},
	{"signal-overflow", "signals about files were lost", NULL,
	 "The queue of real-time signals (RLIMIT_SIGPENDING) was full; the kernel then\n"
	 "sends plain SIGIO, which names no file. A program that does not then look at\n"
	 "all its files hangs on those whose signal was lost. Usual way out: handle\n"
	 "SIGIO by polling all, or use epoll.\n"},
	{"traced", "another process traces it by ptrace(2)", NULL,
	 "A debugger, or strace, may stop the program whenever it likes. Where nearly all\n"
	 "of the program's calls slept, and it left the CPU more often than that, it\n"
	 "seems stopped at each call, as strace does: the time goes to the call, and\n"
	 "nothing of it was the program's own. Findings about sleep are not said then,\n"
	 "and the verdict is less sure. Usual way out: end the tracer, and watch again.\n"},
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
		fprintf(out, "  %-18s %s\n", topics[i].name, topics[i].line);
	return 0;
}

int iom_explain(FILE *out, const char *topic, bool utf8, bool color)
{
	const struct topic *t = NULL;

	errno = 0;
	for (size_t i = 0; topic && i < COUNT(topics); i++)
		if (!strcasecmp(topics[i].name, topic)) /* reports say MULTIPLEXED */
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
		if (!strcmp(t->name, "verdict"))
			iom_explain_verdict(out);
	}
	if (fflush(out) || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}
