/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text report: no line wider than the page, no byte that steers a
 * terminal, and the numbers of the capture in it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <wchar.h>

#include <cmocka.h>

#include "build.h"
#include "judge/judge.h"
#include "report/text.h"
#include "report/view.h"

static const unsigned int widths[] = {40, 80, 200};

static char *text_of(const struct iom_capture *cap, struct iom_text_options opt)
{
	struct iom_report *rep = iom_judge(cap);
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	assert_non_null(out);
	assert_int_equal(iom_report_text(rep, out, &opt), 0);
	fclose(out);
	iom_report_free(rep);
	assert_true(n > 0 && text[n - 1] == '\n');
	assert_int_equal(strlen(text), n);
	return text;
}

/* The text with each run of blanks and line ends made one blank: what it says, however wrapped. */
static char *flat(char *text)
{
	char *to = text;

	for (char *from = text; *from; from++)
		if (*from != '\n' && *from != ' ')
			*to++ = *from;
		else if (to > text && to[-1] != ' ')
			*to++ = ' ';
	*to = 0;
	return text;
}

static void check_lines(const char *text, unsigned int width, bool ascii)
{
	unsigned int cells = 0;
	mbstate_t at = {};

	while (*text) {
		wchar_t c;
		size_t n = mbrtowc(&c, text, MB_CUR_MAX, &at);

		if (n == (size_t)-1 || n == (size_t)-2)
			fail_msg("no UTF-8: byte %02x", (unsigned char)*text);
		assert_true(!ascii || n == 1);
		text += n;
		if (c == L'\n') {
			cells = 0;
			continue;
		}
		if (wcwidth(c) < 0)
			fail_msg("control character %04x", (unsigned int)c);
		cells += (unsigned int)wcwidth(c);
		if (cells > width)
			fail_msg("%u cells or more in a width of %u before: %.60s", cells, width, text);
	}
}

static struct iom_capture *hostile(void)
{
	return build_server("\033[2J<script>\n\377",
			    "/tmp/\033]0;title\007/\xe2\x80\xae" "\xe6\xbc\xa2\xe5\xad\x97/"
			    "a-path-without-a-single-blank-that-is-longer-than-any-terminal-is-wide-by-far-"
			    "a-path-without-a-single-blank-that-is-longer-than-any-terminal-is-wide-by-far-"
			    "a-path-without-a-single-blank-that-is-longer-than-any-terminal-is-wide-by-far");
}

/* Numbers as large as they get, wide names, all five models at once. */
static struct iom_capture *large(void)
{
	struct iom_capture *cap = build_capture("\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97");
	uint32_t fifo = build_file(cap, 0, CAP_K_FIFO, 0, "pipe:[4294967295] -> cat 4194303 fd 1048575");
	uint32_t spun = build_file(cap, 1048575, CAP_K_SOCK, O_NONBLOCK, NULL);
	uint32_t ring = build_file(cap, 7, CAP_K_REG, O_DIRECT, "/a");
	struct cap_requests *r;

	cap->lost.counts = UINT64_C(1) << 40;
	cap->lost.compat_calls = UINT64_C(1) << 40;
	cap->threads[0].ns_tid = 4194303;
	build_transfers(cap, BUILD_PID, fifo, CAP_C_READ, SYS_read, UINT64_C(1) << 40, UINT64_C(1) << 30,
			0, 1)->bytes = UINT64_C(1) << 60;
	build_transfers(cap, BUILD_PID, spun, CAP_C_READ, SYS_read, UINT64_C(1) << 40, 0,
			UINT64_C(1) << 50, 0)->bytes = UINT64_C(1) << 61;
	r = build_requests(cap, ring, CAP_I_AIO, 0, UINT64_C(1) << 41);
	r->done_inline = UINT64_C(1) << 41;
	r->done_late = 0;
	build_asleep(cap, 0, CAP_C_READ, SYS_read, fifo, UINT64_C(86400) * 1000 * 1000 * MS, MS);
	for (int i = 0; i < 40; i++)
		build_thread(cap, BUILD_PID, 5000 + i, "worker with name");
	build_proc(cap, 4194302, "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97");
	return cap;
}

static void check_capture(struct iom_capture *cap)
{
	for (size_t w = 0; w < sizeof(widths) / sizeof(widths[0]); w++)
		for (int bits = 0; bits < 4; bits++) {
			struct iom_text_options opt = {
				.width = widths[w], .utf8 = bits & 1, .verbose = bits & 2};
			char *text = text_of(cap, opt);

			check_lines(text, widths[w], !opt.utf8);
			free(text);
		}
	iom_capture_free(cap);
}

static void lines_of_a_server(void **state)
{
	(void)state;
	check_capture(build_server("redis-server", "/var/lib/redis/appendonly.aof"));
}

static void lines_with_hostile_names(void **state)
{
	(void)state;
	check_capture(hostile());
}

static void lines_with_large_numbers(void **state)
{
	(void)state;
	check_capture(large());
}

static void lines_of_nothing(void **state)
{
	(void)state;
	check_capture(build_capture("sleep"));
}

static void says_what_was_seen(void **state)
{
	static const char *const parts[] = {
		"redis-serv", "4711", "10.0 s", "Linux 6.1.0", "bpf",
		"MULTIPLEXED", " % sure", "790,816", "7.84 s", "asleep ", "waiting for a CPU ",
		"epoll_wait(5)", "52 files", "bio_aof", "loop-blocked", "may-block", "appendonly.aof",
		"a read of a socket, sampled: 1.1 us in itself (median of 100)",
		"all 100 returns of epoll_wait slept 97 us, waited 4.0 us for a CPU (medians)",
		"woken by a soft interrupt", "every call counted, none lost"};
	struct iom_capture *cap = build_server("redis-server", "/var/lib/redis/appendonly.aof");

	(void)state;
	for (size_t w = 0; w < sizeof(widths) / sizeof(widths[0]); w++) {
		char *text = flat(text_of(cap, (struct iom_text_options){.width = widths[w]}));

		for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
			if (!strstr(text, parts[i])) {
				fprintf(stderr, "%s\n", text); /* too long for cmocka */
				fail_msg("width %u: no `%s` in this", widths[w], parts[i]);
			}
		/* The pattern is what a narrow page may cut. */
		assert_true(widths[w] < 80 || strstr(text, "MULTIPLEXED event-loop "));
		free(text);
	}
	iom_capture_free(cap);
}

static void hostile_names_are_shown(void **state)
{
	struct iom_capture *cap = hostile();
	char *text = text_of(cap, (struct iom_text_options){.width = 200, .utf8 = true});

	(void)state;
	assert_non_null(strstr(text, "\\x1b[2J<script>\\x0a\\xff"));
	assert_non_null(strstr(text, "\\u202e\xe6\xbc\xa2\xe5\xad\x97"));
	free(text);
	iom_capture_free(cap);
}

/* Without the escape sequences the coloured report is the plain one. */
static void colour_changes_nothing_else(void **state)
{
	struct iom_capture *cap = build_server("redis-server", "/var/lib/redis/appendonly.aof");
	char *plain = text_of(cap, (struct iom_text_options){.width = 80, .utf8 = true});
	char *color = text_of(cap, (struct iom_text_options){.width = 80, .utf8 = true, .color = true});
	char *to = color, *from = color;

	(void)state;
	assert_null(strchr(plain, '\033'));
	assert_non_null(strchr(color, '\033'));
	while (*from) {
		if (*from == '\033') {
			assert_int_equal(from[1], '[');
			from += 2 + strspn(from + 2, "0123456789;");
			assert_int_equal(*from++, 'm');
		} else {
			*to++ = *from++;
		}
	}
	*to = 0;
	assert_string_equal(color, plain);
	free(plain);
	free(color);
	iom_capture_free(cap);
}

/* Only of one that waits for a CPU, and that may not have each of them. */
static void bound_to_a_cpu(void **state)
{
	static const char says[] = "waiting for a CPU 50 %; it may run on 1 of 8 CPUs (`taskset -cp 4711`)";
	static const struct {
		uint64_t runq_ns, allowed, online;
		bool said;
	} cases[] = {
		{BUILD_LIFE_NS / 2, 1, 8, true},
		{BUILD_LIFE_NS / 2, 8, 8, false},
		{MS, 1, 8, false},
		{BUILD_LIFE_NS / 2, 0, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct iom_capture *cap = build_capture("program");
		char *text;

		cap->threads[0].cpu_ns = BUILD_LIFE_NS - cases[i].runq_ns;
		cap->threads[0].runq_ns = cases[i].runq_ns;
		cap->procs[0].cpus_allowed = cases[i].allowed;
		cap->procs[0].cpus_online = cases[i].online;
		text = flat(text_of(cap, (struct iom_text_options){.width = 80}));
		if (!!strstr(text, says) != cases[i].said)
			fail_msg("%zu: %s", i, text);
		assert_int_equal(!!strstr(text, "taskset"), cases[i].said);
		free(text);
		iom_capture_free(cap);
	}
}

static void lost_counts_are_said(void **state)
{
	struct iom_capture *cap = build_server("redis-server", "/var/lib/redis/appendonly.aof");
	char *text;

	(void)state;
	cap->lost.counts = 1234567;
	text = flat(text_of(cap, (struct iom_text_options){.width = 80}));
	assert_null(strstr(text, "nothing lost"));
	assert_non_null(strstr(text, "1,234,567"));
	free(text);
	iom_capture_free(cap);
}

/* What is not counted at all is no part of what was counted whole. */
static void other_abis_are_said(void **state)
{
	struct iom_capture *cap = build_server("redis-server", "/var/lib/redis/appendonly.aof");
	char *text = flat(text_of(cap, (struct iom_text_options){.width = 80}));

	(void)state;
	assert_non_null(strstr(text, "; every call counted, none lost;"));
	free(text);
	cap->lost.compat_calls = 3;
	text = flat(text_of(cap, (struct iom_text_options){.width = 80}));
	assert_null(strstr(text, "every call counted"));
	assert_non_null(strstr(text, "every call of 64-bit code counted, none lost; calls by 32-bit or x32 code were "
				     "seen and not counted;"));
	free(text);
	iom_capture_free(cap);
}

/* The process with a warning, then the one that used the CPU, then in the order of the report. */
static void worst_is_first(void **state)
{
	static const char *const order[] = {"redis-server", "spinner", "sleeper", "dozer"};
	struct iom_capture *cap = build_server("redis-server", "/x");
	const char *at;
	uint32_t spinner;
	char *text;

	(void)state;
	build_proc(cap, 100, "sleeper");
	build_proc(cap, 101, "dozer");
	spinner = build_proc(cap, 102, "spinner");
	for (size_t i = 0; i < cap->nthreads; i++) {
		bool spins = cap->threads[i].tgid == cap->procs[spinner].tgid;

		cap->threads[i].cpu_ns = spins ? BUILD_LIFE_NS : 100 * MS;
		cap->threads[i].asleep_ns = BUILD_LIFE_NS - cap->threads[i].cpu_ns;
		cap->threads[i].nvcsw = !spins;
	}
	text = text_of(cap, (struct iom_text_options){.width = 80});
	for (int round = 0; round < 2; round++) { /* in the table, and then as pages */
		at = round ? strstr(text, "\n\n") : text;
		for (size_t i = 0; i < 4; i++) {
			at = strstr(at, order[i]);
			if (!at)
				fail_msg("%s is not where it belongs: %s", order[i], text);
		}
	}
	free(text);
	iom_capture_free(cap);
}

/* Of what a script starts again and again the page tells once; of what stays, each. */
static void came_and_went_alike(void **state)
{
	static const unsigned int narrow[] = {40, 80};
	struct iom_capture *cap = build_capture("sh");
	char *text;

	(void)state;
	for (uint32_t pid = 100; pid < 1400; pid++) {
		uint32_t proc = build_proc(cap, pid, pid < 1390 ? "date" : pid < 1395 ? "sleep" : "server");

		cap->procs[proc].born = true;
		cap->procs[proc].exited = pid < 1395;
	}
	for (size_t i = 0; i < 2; i++) {
		text = text_of(cap, (struct iom_text_options){.width = narrow[i]});
		check_lines(text, narrow[i], true);
		flat(text);
		assert_non_null(strstr(text, "1,290 x date"));
		assert_non_null(strstr(text, "and 1,289 more processes that came and went like it (-v lists all)"));
		assert_non_null(strstr(text, "and 4 more processes that"));
		assert_null(strstr(text, " x server"));
		free(text);
	}
	iom_capture_free(cap);
}

/* FIFOs and regular files of one directory are two lines; each sleep under way is counted. */
static void kinds_are_apart(void **state)
{
	struct iom_capture *cap = build_capture("program");
	uint32_t log, tid = BUILD_PID + 1;
	struct iom_report *rep;
	char name[32];
	struct view *v;

	(void)state;
	log = build_file(cap, 30, CAP_K_REG, 0, "/srv/data/log");
	build_transfers(cap, BUILD_PID, log, CAP_C_WRITE, SYS_write, 0, 100, 0, MS);
	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "/srv/data/fifo%d", i);
		build_asleep(cap, build_thread(cap, BUILD_PID, tid + i, "reader"), CAP_C_READ, SYS_read,
			     build_file(cap, 3 + i, CAP_K_FIFO, 0, name), 0, BUILD_LIFE_NS);
	}
	rep = iom_judge(cap);
	v = iom_view(&rep->procs[0], false);
	assert_int_equal(v->nfiles, 2);
	assert_string_equal(v->files[0].name, "8 x /srv/data/*");
	assert_int_equal(v->files[0].slept, 8);
	assert_string_equal(v->files[1].name, "fd 30 /srv/data/log");
	iom_view_free(v);
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* Threads of one name that sleep in different calls do different things; of those that do the same
 * the one that runs most speaks. A bound that all turns are below is no news. */
static void threads_that_do_the_same(void **state)
{
	struct iom_capture *cap = build_capture("app");
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL), i;
	struct iom_report *rep;
	struct cap_calls *r;
	struct view *v;

	(void)state;
	build_watch(cap, build_file(cap, 5, CAP_K_LISTEN, O_NONBLOCK, NULL), ep);
	build_epoll_wait(cap, BUILD_PID, ep, 0, 40, 100 * MS);
	i = iom_capture_add_turns(cap);
	cap->turns[i].tid = cap->turns[i].tgid = BUILD_PID;
	cap->turns[i].class = CAP_C_EPOLL_WAIT;
	cap->turns[i].file = ep;
	cap->turns[i].exact = 40;
	cap->turns[i].longest_ns = 300 * MS;
	cap->turns[i].bins[19] = 40; /* below 537 ms */
	for (int k = 1; k <= 3; k++) {
		i = build_thread(cap, BUILD_PID, BUILD_PID + k, "worker");
		cap->threads[i].cpu_ns = k * MS;
		r = build_calls(cap, BUILD_PID + k, IOM_NO_FILE, k == 1 ? CAP_C_TIMER : CAP_C_FUTEX,
				k == 1 ? SYS_clock_nanosleep : SYS_futex);
		r->n.ok_slept = 100 * k;
		r->wait_ns = (9900 - 100 * k) * MS;
		r->max_wait_ns = 90 * MS;
		cap->threads[k].asleep_ns = r->wait_ns;
	}
	rep = iom_judge(cap);
	v = iom_view(&rep->procs[0], false);
	assert_int_equal(v->nthreads, 3);
	for (size_t k = 0; k < v->nthreads; k++) {
		if (v->threads[k].threads == 2) {
			assert_string_equal(v->threads[k].name, "2 x worker");
			assert_non_null(strstr(v->threads[k].what, "the busiest: futex: slept 300 times"));
		}
		assert_null(strstr(v->threads[k].what, "half below"));
	}
	iom_view_free(v);
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* Of turns whose lengths are not known none is the longest. */
static void turns_of_no_known_length(void **state)
{
	struct iom_capture *cap = build_capture("app");
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL), i;
	struct iom_report *rep;
	struct view *v;

	(void)state;
	build_watch(cap, build_file(cap, 5, CAP_K_LISTEN, O_NONBLOCK, NULL), ep);
	build_epoll_wait(cap, BUILD_PID, ep, 0, 40, 100 * MS);
	i = iom_capture_add_turns(cap);
	cap->turns[i].tid = cap->turns[i].tgid = BUILD_PID;
	cap->turns[i].class = CAP_C_EPOLL_WAIT;
	cap->turns[i].file = ep;
	cap->turns[i].inexact = 3;
	rep = iom_judge(cap);
	v = iom_view(&rep->procs[0], false);
	assert_non_null(strstr(v->threads[0].what, "3 turns"));
	assert_null(strstr(v->threads[0].what, "longest"));
	iom_view_free(v);
	iom_report_free(rep);
	iom_capture_free(cap);
}

static void full_disk(void **state)
{
	struct iom_capture *cap = build_server("redis-server", "/var/lib/redis/appendonly.aof");
	struct iom_report *rep = iom_judge(cap);
	struct iom_text_options opt = {.width = 80};
	FILE *out = fopen("/dev/full", "we");

	(void)state;
	assert_non_null(out);
	assert_int_equal(iom_report_text(rep, out, &opt), -ENOSPC);
	fclose(out);
	iom_report_free(rep);
	iom_capture_free(cap);
}

/* Of a loop that a signal interrupts all the time its line says which, and how often. */
static void interrupting_signal_is_said(void **state)
{
	struct iom_capture *cap = build_capture("profiled");
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	struct iom_text_options opt = {.width = 80};
	struct cap_calls *r;
	char *text;

	(void)state;
	build_watch(cap, build_file(cap, 5, CAP_K_LISTEN, O_NONBLOCK, NULL), ep);
	r = build_epoll_wait(cap, BUILD_PID, ep, 0, 0, 0);
	r->n.err = 2500;
	r->wait_ns = 9500 * MS;
	r->max_wait_ns = 4 * MS;
	cap->threads[0].asleep_ns = r->wait_ns;
	cap->threads[0].nvcsw = 2500;
	build_signals(cap, CAP_S_DELIVERED, SIGPROF, 0x80, IOM_NO_FILE, 2500);
	text = text_of(cap, opt);
	assert_non_null(strstr(flat(text), "interrupted by SIGPROF about 250 times a second"));
	free(text);
	/* Few of the calls were. */
	cap->signals[0].count = 20;
	text = text_of(cap, opt);
	assert_null(strstr(flat(text), "interrupted by"));
	free(text);
	iom_capture_free(cap);
}

/* What nothing but its own clock wakes, once a second. */
static void seldom_signals_are_said(void **state)
{
	struct iom_text_options opt = {.utf8 = true, .width = 80};
	struct iom_capture *cap = build_capture("clock");
	struct cap_calls *r;
	char *text;

	(void)state;
	build_file(cap, 5, CAP_K_SOCK, O_NONBLOCK, "udp 127.0.0.1:123");
	r = build_calls(cap, BUILD_PID, IOM_NO_FILE, CAP_C_SELECT, SYS_pselect6);
	r->n.restart = 5;
	r->wait_ns = 9000 * MS;
	r->max_wait_ns = 2000 * MS;
	cap->threads[0].asleep_ns = r->wait_ns;
	build_signals(cap, CAP_S_DELIVERED, SIGALRM, 0x80, IOM_NO_FILE, 5);
	text = text_of(cap, opt);
	assert_non_null(strstr(flat(text), "9.00 s in all, 2.00 s at most; interrupted 5 times by SIGALRM"));
	free(text);
	/* Others that it met were none of these. */
	cap->signals[0].count = 2;
	text = text_of(cap, opt);
	assert_null(strstr(flat(text), "interrupted"));
	free(text);
	iom_capture_free(cap);
}

/* A pool of which each thread sleeps until there is work; one of them does some. */
static void build_pool(struct iom_capture *cap)
{
	uint32_t file = build_file(cap, 5, CAP_K_REG, 0, "/srv/disk");
	struct cap_calls *r;

	build_transfers(cap, BUILD_PID, file, CAP_C_READ, SYS_pread64, 3000, 0, 0, 0);
	r = build_calls(cap, BUILD_PID, IOM_NO_FILE, CAP_C_FUTEX, SYS_futex);
	r->n.ok_slept = 3000;
	r->wait_ns = 9000 * MS;
	r->max_wait_ns = 4 * MS;
	cap->threads[0].asleep_ns = r->wait_ns;
	for (uint32_t i = 1; i < 4; i++) {
		build_thread(cap, BUILD_PID, BUILD_PID + i, "pool");
		build_asleep(cap, i, CAP_C_FUTEX, SYS_futex, IOM_NO_FILE, 1000 * MS, BUILD_LIFE_NS);
	}
}

static void calls_under_way_are_counted(void **state)
{
	struct iom_text_options opt = {.utf8 = true, .width = 80};
	struct iom_capture *cap = build_capture("pool");
	char *text;

	(void)state;
	build_pool(cap);
	text = text_of(cap, opt);
	assert_non_null(strstr(flat(text), "futex (3 under way)"));
	free(text);
	iom_capture_free(cap);
}

static void workers_say_what_they_transfer(void **state)
{
	struct iom_text_options opt = {.utf8 = true, .width = 80};
	struct iom_capture *cap = build_capture("pool");
	struct cap_calls *r;
	char *text;

	(void)state;
	build_pool(cap);
	text = text_of(cap, opt);
	assert_non_null(strstr(flat(text), "futex: slept 3,000 times, 9.00 s in all, 4.0 ms at most; 3,000 x "
					   "pread64(5) /srv/disk"));
	free(text);
	/* What it slept for says more than what it did most often. */
	r = build_calls(cap, BUILD_PID, 0, CAP_C_SYNC, SYS_fsync);
	r->n.ok_slept = 100;
	r->wait_ns = 800 * MS;
	r->max_wait_ns = 8 * MS;
	cap->threads[0].asleep_ns += r->wait_ns;
	text = text_of(cap, opt);
	assert_non_null(strstr(flat(text), "4.0 ms at most; 800 ms asleep in fsync(5) /srv/disk"));
	free(text);
	iom_capture_free(cap);
}

/* Where there is no room for both ends of a connection, it is the server's that is shown. */
static void the_other_end_is_shown(void **state)
{
	struct iom_capture *cap = build_capture("client");
	uint32_t s = build_file(cap, 7, CAP_K_SOCK, 0, "tcp 192.168.100.100:40000 -> 192.168.100.200:5432");
	char *text;

	(void)state;
	build_transfers(cap, BUILD_PID, s, CAP_C_RECV, SYS_recvfrom, 123456, 7890, 0, MS);
	text = flat(text_of(cap, (struct iom_text_options){.width = 80}));
	assert_non_null(strstr(text, "fd 7 tcp ... -> 192.168.100.200:5432 "));
	free(text);
	text = flat(text_of(cap, (struct iom_text_options){.width = 200}));
	assert_non_null(strstr(text, "fd 7 tcp 192.168.100.100:40000 -> 192.168.100.200:5432 "));
	free(text);
	iom_capture_free(cap);
}

/* One that waits for connections, and by the way for a file: what it slept in is all said. */
static void aside_from_its_readiness_call(void **state)
{
	struct iom_capture *cap = build_capture("server");
	uint32_t l = build_file(cap, 3, CAP_K_LISTEN, 0, "tcp listen 127.0.0.1:3632");
	uint32_t s = build_file(cap, 4, CAP_K_SOCK, 0, "tcp 127.0.0.1:3632 <- 127.0.0.1:4000");
	struct cap_calls *r;
	char *text;

	(void)state;
	build_transfers(cap, BUILD_PID, l, CAP_C_ACCEPT, SYS_accept, 0, 6, 0, 1000 * MS);
	build_transfers(cap, BUILD_PID, s, CAP_C_READ, SYS_read, 20, 0, 0, 0);
	r = build_calls(cap, BUILD_PID, IOM_NO_FILE, CAP_C_SELECT, SYS_select);
	r->n.zero_slept = 2;
	r->wait_ns = 2000 * MS;
	r->max_wait_ns = 1000 * MS;
	cap->threads[0].nvcsw = 8;
	cap->threads[0].asleep_ns = 8000 * MS;
	text = flat(text_of(cap, (struct iom_text_options){.width = 80}));
	assert_non_null(strstr(text, " accept 6 6 6.00 s "));
	assert_non_null(strstr(text, " select 2 2 2.00 s "));
	assert_null(strstr(text, "accept(3) tcp listen 127.0.0.1:3632: slept"));
	free(text);
	iom_capture_free(cap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_a_server),
		cmocka_unit_test(lines_with_hostile_names),
		cmocka_unit_test(lines_with_large_numbers),
		cmocka_unit_test(lines_of_nothing),
		cmocka_unit_test(says_what_was_seen),
		cmocka_unit_test(hostile_names_are_shown),
		cmocka_unit_test(colour_changes_nothing_else),
		cmocka_unit_test(bound_to_a_cpu),
		cmocka_unit_test(lost_counts_are_said),
		cmocka_unit_test(other_abis_are_said),
		cmocka_unit_test(worst_is_first),
		cmocka_unit_test(came_and_went_alike),
		cmocka_unit_test(kinds_are_apart),
		cmocka_unit_test(interrupting_signal_is_said),
		cmocka_unit_test(threads_that_do_the_same), cmocka_unit_test(turns_of_no_known_length),
		cmocka_unit_test(seldom_signals_are_said),
		cmocka_unit_test(calls_under_way_are_counted),
		cmocka_unit_test(workers_say_what_they_transfer),
		cmocka_unit_test(the_other_end_is_shown),
		cmocka_unit_test(aside_from_its_readiness_call),
		cmocka_unit_test(full_disk),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8")) {
		fputs("the locale C.UTF-8 is missing\n", stderr);
		return 1;
	}
	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
