/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What hangs on the thresholds: captures on either side of one, and for each of them one that is
 * judged otherwise when it is at half or at double. The first word of a name is the threshold.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "build.h"
#include "expected.h"
#include "judge/judge.h"
#include "judge/limits.h"
#include "report/text.h"
#include "tried.h"

#define MAIN BUILD_PID

static uint32_t loop_with(struct iom_capture *cap, uint32_t f_flags, uint64_t turns, uint64_t each)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t f = build_file(cap, 5, CAP_K_SOCK, f_flags, "tcp");

	build_watch(cap, f, ep);
	build_epoll_wait(cap, MAIN, ep, 1000, turns, each);
	return f;
}

/* A backend: requests by epoll, and a disk that it syncs to a little longer. */
static void loop_and_disk(struct iom_capture *cap)
{
	uint32_t s = loop_with(cap, O_NONBLOCK, 150, MS);
	uint32_t f = build_file(cap, 8, CAP_K_REG, 0, "/var/lib/wal");

	build_transfers(cap, MAIN, s, CAP_C_RECV, SYS_recvfrom, 600, 0, 150, 0);
	build_transfers(cap, MAIN, f, CAP_C_SYNC, SYS_fdatasync, 0, 200, 0, 170 * MS / 200);
}

/* Its disk takes four times as long as its requests: now it is what that is. */
static void disk_and_loop(struct iom_capture *cap)
{
	loop_and_disk(cap);
	cap->calls[2].wait_ns *= 4;
}

static void looks_at_proc(struct iom_capture *cap)
{
	uint32_t tty = build_file(cap, 0, CAP_K_TTY, 0, "/dev/pts/1");
	uint32_t stat = build_file(cap, 4, CAP_K_PROC, 0, "/proc/stat");
	struct cap_calls *r = build_calls(cap, MAIN, tty, CAP_C_POLL, SYS_poll);

	r->n.ok_slept = 6;
	r->n.zero_slept = 25;
	r->wait_ns = 5700 * MS;
	r->set_size = 1;
	build_interest(cap, tty, 6, 25)->set_file = tty;
	build_transfers(cap, MAIN, stat, CAP_C_READ, SYS_read, 20000, 0, 0, 0);
	build_transfers(cap, MAIN, tty, CAP_C_READ, SYS_read, 6, 0, 0, 0);
}

/* Nothing but files of the kernel, and one answer to a key. */
static void reads_proc(struct iom_capture *cap)
{
	uint32_t out = build_file(cap, 1, CAP_K_TTY, O_NONBLOCK, "/dev/pts/1");

	build_transfers(cap, MAIN, build_file(cap, 4, CAP_K_PROC, 0, "/proc/1/stat"), CAP_C_READ, SYS_read, 9000,
			0, 0, 0);
	build_transfers(cap, MAIN, out, CAP_C_WRITE, SYS_write, 3, 0, 9, 0)->n.retry = 3;
}

static void loop_and_waits(struct iom_capture *cap, uint64_t reads, uint64_t slept, uint64_t each)
{
	uint32_t s = loop_with(cap, O_NONBLOCK, 900, 10 * MS);
	uint32_t f = build_file(cap, 8, CAP_K_FIFO, 0, NULL);

	build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 10000, 0, 0, 0);
	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, reads, slept, 0, each);
}

static void one_percent_beside(struct iom_capture *cap)
{
	loop_and_waits(cap, 100, 0, 0);
}

static void two_long_waits_beside(struct iom_capture *cap)
{
	loop_and_waits(cap, 0, 2, 500 * MS);
}

static void ten_waits_beside(struct iom_capture *cap)
{
	loop_and_waits(cap, 0, 10, 100 * MS);
}

static struct cap_calls *looks(struct iom_capture *cap, uint64_t n)
{
	uint32_t tty = build_file(cap, 0, CAP_K_TTY, 0, "/dev/pts/1");
	struct cap_calls *r = build_calls(cap, MAIN, tty, CAP_C_POLL, SYS_poll);

	r->n.zero = r->n.nowait = n;
	r->set_size = 1;
	build_interest(cap, tty, 0, n)->set_file = tty;
	return r;
}

static void five_looks(struct iom_capture *cap)
{
	uint32_t pipe = build_file(cap, 6, CAP_K_FIFO, O_NONBLOCK, NULL);

	looks(cap, 5);
	build_transfers(cap, MAIN, pipe, CAP_C_WRITE, SYS_write, 20, 0, 0, 0);
}

/* With a time limit that is over at once it is no zero timeout. */
static void short_time_limits(struct iom_capture *cap)
{
	struct cap_calls *r = looks(cap, 1000);

	r->n.nowait = 10;
	build_transfers(cap, MAIN, 0, CAP_C_READ, SYS_read, 20, 0, 0, 0);
}

static void always_finds_something(struct iom_capture *cap)
{
	struct cap_calls *r = looks(cap, 1000);

	r->n.ok = 990;
	r->n.zero = 10;
	build_transfers(cap, MAIN, 0, CAP_C_READ, SYS_read, 1000, 0, 0, 0);
}

/* Comes back at once in so many of 1,000 calls, and sleeps in the others; nothing is taken. */
static void in_vain(struct iom_capture *cap, uint64_t at_once)
{
	struct cap_calls *r = looks(cap, 0);

	r->n.ok = at_once;
	r->n.ok_slept = 1000 - at_once;
	r->wait_ns = r->n.ok_slept * 100000;
}

static void nearly_all_in_vain(struct iom_capture *cap)
{
	in_vain(cap, 950);
}

static void half_in_vain(struct iom_capture *cap)
{
	in_vain(cap, 500);
}

static void asleep_outside(struct iom_capture *cap, uint64_t ns)
{
	cap->threads[0].asleep_ns = ns;
	cap->threads[0].nvcsw = 4000;
}

static void clocks_differ(struct iom_capture *cap)
{
	asleep_outside(cap, 100 * MS);
}

static void pages_without_major_faults(struct iom_capture *cap)
{
	asleep_outside(cap, 4000 * MS);
}

/* The calls account for every sleep: what is missing is none outside of them. */
static void all_sleeps_in_calls(struct iom_capture *cap)
{
	struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_TIMER, SYS_clock_nanosleep);

	r->n.ok_slept = 6;
	r->wait_ns = 2000 * MS;
	asleep_outside(cap, 6000 * MS);
	cap->threads[0].nvcsw = 6;
}

static void read_to_the_end(struct iom_capture *cap, uint64_t reads, uint64_t ends)
{
	uint32_t f = build_file(cap, 3, CAP_K_REG, 0, "/etc/services");

	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, reads, 0, 0, 0)->n.zero = ends;
}

static void read_once_to_the_end(struct iom_capture *cap)
{
	read_to_the_end(cap, 3, 1);
}

static void read_thrice_to_the_end(struct iom_capture *cap)
{
	read_to_the_end(cap, 3000, 3);
}

/* A word to a pipe now and then makes no pipeline. */
static void copies_and_says_a_word(struct iom_capture *cap)
{
	build_transfers(cap, MAIN, build_file(cap, 3, CAP_K_REG, 0, "/a"), CAP_C_READ, SYS_read, 1000, 500, 0, MS);
	build_transfers(cap, MAIN, build_file(cap, 1, CAP_K_FIFO, 0, "pipe"), CAP_C_WRITE, SYS_write, 11, 0, 0, 0);
}

static void polls_by_a_timer(struct iom_capture *cap)
{
	uint32_t f = build_file(cap, 3, CAP_K_SOCK, O_NONBLOCK, NULL);
	struct cap_calls *r;

	build_transfers(cap, MAIN, f, CAP_C_RECV, SYS_recvfrom, 10, 0, 90, 0)->n.retry = 10;
	r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_TIMER, SYS_clock_nanosleep);
	r->n.ok_slept = 90;
	r->wait_ns = 9900 * MS;
	cap->threads[0].asleep_ns = 9900 * MS;
	cap->threads[0].cpu_ns = 100 * MS;
}

/* A loop whose time limit runs out, so many times in the ten seconds. */
static struct cap_calls *wakes(struct iom_capture *cap, uint64_t ran_out)
{
	uint32_t s = loop_with(cap, O_NONBLOCK, 0, 0);
	struct cap_calls *r = &cap->calls[0];

	(void)s;
	r->n.ok = 0;
	r->n.zero_slept = ran_out;
	r->wait_ns = 9800 * MS;
	r->max_wait_ns = 9800 * MS / ran_out;
	return r;
}

static void wakes_thirty_a_second(struct iom_capture *cap)
{
	wakes(cap, 300);
}

static void wakes_once_a_second(struct iom_capture *cap)
{
	wakes(cap, 10);
}

static void wakes_and_serves(struct iom_capture *cap)
{
	wakes(cap, 300)->n.ok_slept = 300;
}

static void wakes_and_sends(struct iom_capture *cap)
{
	wakes(cap, 300);
	build_transfers(cap, MAIN, build_file(cap, 6, CAP_K_SOCK, 0, "udp"), CAP_C_SEND, SYS_sendto, 300, 0, 0, 0);
}

static void wakes_and_computes(struct iom_capture *cap)
{
	wakes(cap, 300)->wait_ns = 6000 * MS;
	cap->threads[0].asleep_ns = 6000 * MS;
	cap->threads[0].cpu_ns = 4000 * MS;
}

/* A thread that sleeps until a time, 30 times a second, beside one that waits for it to end. */
static void sleeps(struct iom_capture *cap, uint8_t class, uint16_t nr, uint64_t ran_out, uint64_t woken)
{
	struct cap_calls *r = build_calls(cap, MAIN, IOM_NO_FILE, class, nr);

	r->n.zero_slept = class == CAP_C_FUTEX ? ran_out : 0;
	r->n.ok_slept = class == CAP_C_FUTEX ? woken : ran_out;
	r->wait_ns = 9800 * MS;
	r->max_wait_ns = 40 * MS;
	cap->threads[0].asleep_ns = 9800 * MS;
}

static void sleeps_by_clock(struct iom_capture *cap)
{
	sleeps(cap, CAP_C_TIMER, SYS_clock_nanosleep, 300, 0);
}

static void waits_in_vain_for_a_thread(struct iom_capture *cap)
{
	sleeps(cap, CAP_C_FUTEX, SYS_futex, 300, 10);
}

static void is_woken_by_a_thread(struct iom_capture *cap)
{
	sleeps(cap, CAP_C_FUTEX, SYS_futex, 300, 300);
}

/* What another thread does may be what it wakes for. */
static void sleeps_while_others_send(struct iom_capture *cap)
{
	sleeps_by_clock(cap);
	build_thread(cap, BUILD_PID, MAIN + 1, "sends");
	build_transfers(cap, MAIN + 1, build_file(cap, 6, CAP_K_SOCK, 0, "udp"), CAP_C_SEND, SYS_sendto, 300, 0, 0, 0);
}

static void sleeps_and_others_compute(struct iom_capture *cap)
{
	uint32_t i;

	sleeps_by_clock(cap);
	i = build_thread(cap, BUILD_PID, MAIN + 1, "computes"); /* which moves the others */
	cap->threads[i].cpu_ns = 4000 * MS;
}

/* How loud it is said: 99 a second, or 101. */
static void idle_wakeups_warn(void **state)
{
	(void)state;
	for (int much = 0; much < 2; much++) {
		struct iom_capture *cap = build_capture("program");
		const struct rep_finding *f;
		struct iom_report *rep;

		wakes(cap, much ? 1010 : 990);
		rep = iom_judge(cap);
		f = build_finding(rep, "idle-wakeups");
		assert_non_null(f);
		assert_int_equal(f->severity, much ? IOM_SEV_WARNING : IOM_SEV_INFO);
		assert_int_equal(f->count, much ? 1010 : 990);
		iom_report_free(rep);
		iom_capture_free(cap);
	}
}

static const struct expected thresholds[] = {
	{"disk: a loop that syncs", loop_and_disk, IOM_M_MULTIPLEXED, 0, "event-loop", NULL, 600, "blocking"},
	{"disk: a disk with a loop", disk_and_loop, IOM_M_BLOCKING, 0, "event-loop", NULL, 200, "multiplexed"},
	{"kernel-file: a loop beside", looks_at_proc, IOM_M_MULTIPLEXED, 0, "event-loop", NULL, 6, "blocking"},
	{"kernel-file: nothing else", reads_proc, IOM_M_BLOCKING, 0, "sequential", NULL, 9000, ""},
	{"also: one in a hundred", one_percent_beside, IOM_M_MULTIPLEXED, 0, "event-loop", NULL, 10000, ""},
	{"also-waits: two", two_long_waits_beside, IOM_M_MULTIPLEXED, 0, "event-loop", NULL, 10000, ""},
	{"also-waits: ten", ten_waits_beside, IOM_M_MULTIPLEXED, 0, "event-loop", NULL, 10000, "blocking"},
	{"spin-calls: five", five_looks, IOM_M_NONBLOCKING, 0, "busy-poll", NULL, 20, ""},
	{"spin-zero-timeout: few", short_time_limits, IOM_M_MULTIPLEXED, 0, "event-loop", NULL, 20, ""},
	{"spin-empty: few", always_finds_something, IOM_M_MULTIPLEXED, 0, "event-loop", NULL, 1000, ""},
	{"vain-slept: a few", nearly_all_in_vain, IOM_M_MULTIPLEXED, IOM_FACT_POLLING, "event-loop", NULL,
	 NO_TRANSFERS, ""},
	{"vain-slept: half", half_in_vain, IOM_M_MULTIPLEXED, 0, "event-loop", NULL, NO_TRANSFERS, ""},
	{"outside: a little", clocks_differ, IOM_M_NONE, 0, NULL, NULL, 0, ""},
	{"outside: much", pages_without_major_faults, IOM_M_BLOCKING, 0, "memory-mapped", NULL, NO_TRANSFERS, ""},
	{"outside: no sleep", all_sleeps_in_calls, IOM_M_NONE, 0, NULL, NULL, 0, ""},
	{"growing-ends: once", read_once_to_the_end, IOM_M_BLOCKING, 0, "sequential", NULL, 3, ""},
	{"growing-part: little", read_thrice_to_the_end, IOM_M_BLOCKING, 0, "sequential", NULL, 3000, ""},
	{"role-work: a word", copies_and_says_a_word, IOM_M_BLOCKING, 0, "sequential", NULL, 1511, ""},
	{"idle-wakeups: 30 a second", wakes_thirty_a_second, IOM_M_MULTIPLEXED, 0, "event-loop", "idle-wakeups",
	 NO_TRANSFERS, ""},
	{"idle-wakeups: 1 a second", wakes_once_a_second, IOM_M_MULTIPLEXED, 0, "event-loop", "", NO_TRANSFERS, ""},
	{"idle-empty: half", wakes_and_serves, IOM_M_MULTIPLEXED, 0, "event-loop", "", NO_TRANSFERS, ""},
	{"idle-taken: each", wakes_and_sends, IOM_M_MULTIPLEXED, 0, "event-loop", "", 0, NULL},
	{"idle-runs: much", wakes_and_computes, IOM_M_MULTIPLEXED, 0, "event-loop", "", NO_TRANSFERS, ""},
	{"idle-wakeups: by the clock", sleeps_by_clock, IOM_M_NONE, 0, NULL, "idle-wakeups", 0, ""},
	{"idle-wakeups: no thread came", waits_in_vain_for_a_thread, IOM_M_NONE, 0, NULL, "idle-wakeups", 0, ""},
	{"idle-empty: a thread came", is_woken_by_a_thread, IOM_M_NONE, 0, NULL, "", 0, ""},
	{"idle-taken: by another thread", sleeps_while_others_send, IOM_M_BLOCKING, 0, "sequential", "", 300, NULL},
	{"busy: another thread is", sleeps_and_others_compute, IOM_M_NONE, 0, NULL, "", 0, ""},
	{"busy: hardly", polls_by_a_timer, IOM_M_NONBLOCKING, 0, "timer poll", NULL, 10, ""},
};
#define NTHRESHOLDS (sizeof(thresholds) / sizeof(thresholds[0]))

/* ---- at half and at double -------------------------------------------------------------- */

/* The threshold that a case is named after. */
static struct iom_limit *limit_of(const char *name)
{
	size_t n = strcspn(name, ":");

	for (int i = 0; i < LIMIT_NR; i++)
		if (strlen(iom_limits()[i].name) == n && !strncmp(iom_limits()[i].name, name, n))
			return &iom_limits()[i];
	fail_msg("%s is named after no threshold", name);
	return NULL;
}

/* The findings, and the page with all lines, and as it fits: heap. */
static void say(const struct tried *t, char *findings, size_t size, char **page)
{
	struct iom_capture *cap = build_capture("program");
	struct iom_report *rep;
	size_t all;
	FILE *out = open_memstream(page, &all);

	t->build(cap);
	rep = iom_judge(cap);
	*findings = 0;
	for (size_t i = 0, n = 0; i < rep->procs[0].nfindings; i++)
		n += snprintf(findings + n, size - n, "%s%s", i ? " " : "", rep->procs[0].findings[i].id);
	assert_int_equal(iom_report_text(rep, out, &(struct iom_text_options){.verbose = true}), 0);
	assert_int_equal(iom_report_text(rep, out, &(struct iom_text_options){}), 0);
	fclose(out);
	iom_report_free(rep);
	iom_capture_free(cap);
}

static const struct tried *tried_for(const char *name)
{
	const struct tried *const tables[] = {tried_verdict, tried_findings, tried_page};

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		for (const struct tried *t = tables[i]; t->name; t++)
			if (name && !strcmp(t->name, name))
				return t;
	return NULL;
}

/* What is said hangs on the threshold, as the table has it at the time. */
static void is_applied(void **state)
{
	const struct tried *t = *state;
	struct iom_limit *limit = limit_of(t->name);
	char usual[256], then[256], *page, *other;
	double value = limit->value;

	say(t, usual, sizeof(usual), &page);
	limit->value *= t->factor;
	say(t, then, sizeof(then), &other);
	limit->value = value;
	if (t->usual) {
		assert_string_equal(usual, t->usual);
		assert_string_equal(then, t->then);
	}
	assert_string_not_equal(page, other);
	free(page);
	free(other);
}

/* No threshold is without a unit, a reason, and a test that is there and is its own. */
static void each_has_a_test(void **state)
{
	(void)state;
	for (int i = 0; i < LIMIT_NR; i++) {
		const struct iom_limit *l = &iom_limits()[i];

		assert_non_null(l->name);
		assert_true(l->value > 0);
		assert_true(l->unit && *l->unit);
		assert_true(l->reason && strlen(l->reason) > 10);
		if (!tried_for(l->test))
			fail_msg("%s: there is no test \"%s\"", l->name, l->test);
		assert_ptr_equal(limit_of(l->test), l);
	}
}

int main(void)
{
	static struct CMUnitTest tests[NTHRESHOLDS + 2 + LIMIT_NR];
	size_t n = 0;

	for (size_t i = 0; i < NTHRESHOLDS; i++)
		tests[n++] = (struct CMUnitTest){.name = thresholds[i].name,
						 .test_func = check_judged,
						 .initial_state = (void *)&thresholds[i]};
	for (int i = 0; i < LIMIT_NR; i++)
		if (tried_for(iom_limits()[i].test))
			tests[n++] = (struct CMUnitTest){.name = iom_limits()[i].test,
							 .test_func = is_applied,
							 .initial_state = (void *)tried_for(iom_limits()[i].test)};
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(idle_wakeups_warn);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(each_has_a_test);
	return _cmocka_run_group_tests("thresholds", tests, n, NULL, NULL);
}
