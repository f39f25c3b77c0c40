/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/*
 * Bounds of what is read back: far beyond anything that can be measured, and so
 * small that sums of them stay sums.
 */
#define PIDS_MAX  (1 << 22)	   /* PID_MAX_LIMIT of the kernel */
#define FDS_MAX	  0x3fffff
#define CLOCK_MAX (INT64_C(1) << 60) /* 36 years of uptime */
#define CPUS_MAX  1000000
#define SPAN_MAX  (INT64_C(1) << 56) /* two years asleep, or on a CPU */
#define COUNT_MAX (INT64_C(1) << 56)
#define INO_MAX	  INT64_MAX
#define ERRNO_MAX 4095 /* MAX_ERRNO of the kernel */
#define PATH_LEN  8192 /* PATH_MAX, and the other end of a pipe */
#define WORD_LEN  4096

#define FIELD(f) .size = sizeof(((S *)0)->f), .offset = offsetof(S, f)

#define NUMBER_AS(n, f, most) {.name = n, .type = CAP_T_UINT, FIELD(f), .max = most}
#define SIGNED_AS(n, f, least, most, otherwise) \
	{.name = n, .type = CAP_T_INT, FIELD(f), .min = least, .max = most, .none = otherwise}
#define FLAG_AS(n, f) {.name = n, .type = CAP_T_BOOL, FIELD(f), .max = 1}
#define REF_AS(n, f, table) \
	{.name = n, .type = CAP_T_REF, FIELD(f), .to = table, .none = IOM_NO_FILE, .max = UINT32_MAX}
#define NEEDED_AS(n, f, table) \
	{.name = n, .type = CAP_T_REF, FIELD(f), .to = table, .needed = true, .max = UINT32_MAX}
#define TEXT_AS(n, f, most, what) \
	{.name = n, .type = CAP_T_TEXT, FIELD(f), .secret = what, .max = most}
#define COMM_AS(n, f) \
	{.name = n, .type = CAP_T_COMM, FIELD(f), .secret = CAP_X_COMM, .max = CAP_COMM_LEN}

#define NUMBER(f, most)	   NUMBER_AS(#f, f, most)
#define COUNT(f)	   NUMBER_AS(#f, f, COUNT_MAX)
#define SPAN(f)		   NUMBER_AS(#f, f, SPAN_MAX)
#define CLOCK(f)	   NUMBER_AS(#f, f, CLOCK_MAX)
#define PID(f)		   NUMBER_AS(#f, f, PIDS_MAX)
#define FLAG(f)		   FLAG_AS(#f, f)
#define COMM(f)		   COMM_AS(#f, f)
#define FILE_REF(f)	   REF_AS(#f, f, CAP_TAB_FILE)
#define FILE_NEEDED(f)	   NEEDED_AS(#f, f, CAP_TAB_FILE)
#define TEXT(f, most, what) TEXT_AS(#f, f, most, what)

#define S struct iom_capture
static const struct cap_column watch[] = {
	TEXT(version, 64, CAP_X_NOTHING),
	TEXT(backend, 64, CAP_X_NOTHING),
	TEXT(kernel, 256, CAP_X_NOTHING),
	TEXT(arch, 64, CAP_X_NOTHING),
	SIGNED_AS("start_realtime_ns", start_realtime_ns, 0, INT64_C(1) << 62, 0),
	CLOCK(start_ns),
	CLOCK(end_ns),
	TEXT(ended_by, 64, CAP_X_NOTHING),
	NUMBER_AS("lost_counts", lost.counts, COUNT_MAX),
	NUMBER_AS("lost_skipped", lost.skipped, COUNT_MAX),
	NUMBER_AS("lost_samples", lost.samples, COUNT_MAX),
	NUMBER_AS("compat_calls", lost.compat_calls, COUNT_MAX),
	NUMBER_AS("unknown_calls", lost.unknown_calls, COUNT_MAX),
	NUMBER_AS("lost_files", lost.files, COUNT_MAX),
	NUMBER_AS("windows", windows.taken, UINT32_MAX),
	NUMBER_AS("windows_ns", windows.open_ns, SPAN_MAX),
};
#undef S

#define S char *
static const struct cap_column probe[] = {
	{.name = "name", .type = CAP_T_TEXT, .size = sizeof(char *), .max = 256},
};

static const struct cap_column argument[] = {
	{.name = "word", .type = CAP_T_TEXT, .size = sizeof(char *), .max = WORD_LEN,
	 .secret = CAP_X_WORD},
};
#undef S

#define S struct cap_proc
static const struct cap_column process[] = {
	PID(tgid),
	PID(pid),
	PID(ppid),
	COMM(comm),
	TEXT(exe, PATH_LEN, CAP_X_PATH),
	TEXT(tracer, PATH_LEN, CAP_X_FILE),
	NUMBER(runtime, IOM_RT_OTHER_SCRIPT),
	FLAG(imports_posix_aio),
	FLAG(exited),
	FLAG(execed),
	FLAG(born),
	FLAG(target),
	FLAG(unread),
	SPAN(user_ns),
	SPAN(system_ns),
	NUMBER(quota_periods, SPAN_MAX),
	NUMBER(throttled_periods, SPAN_MAX),
	NUMBER(cpus_allowed, CPUS_MAX),
	NUMBER(cpus_online, CPUS_MAX),
	CLOCK(start_ns),
	CLOCK(end_ns),
};
#undef S

#define S struct cap_thread
#define OPEN_CALL(when) \
	SIGNED_AS(#when "_nr", when.nr, -1, 65535, -1), \
	NUMBER_AS(#when "_class", when.class, CAP_C_MAX - 1), \
	SIGNED_AS(#when "_fd", when.fd, -1, FDS_MAX, -1), \
	REF_AS(#when "_file", when.file, CAP_TAB_FILE), \
	NUMBER_AS(#when "_before_ns", when.before_ns, CLOCK_MAX), \
	NUMBER_AS(#when "_inside_ns", when.inside_ns, SPAN_MAX), \
	TEXT_AS(#when "_target", when.target, PATH_LEN, CAP_X_FILE), \
	NUMBER_AS(#when "_set", when.set, UINT32_MAX), \
	REF_AS(#when "_set_file", when.set_file, CAP_TAB_FILE), \
	NUMBER_AS(#when "_nfiles", when.nfiles, UINT32_MAX), \
	SIGNED_AS(#when "_timeout_ns", when.timeout_ns, INT64_MIN, INT64_MAX, -1)

static const struct cap_column thread[] = {
	PID(tid),
	PID(tgid),
	PID(ns_tid),
	COMM(comm),
	FLAG(kernel_worker),
	FLAG(libc_helper),
	FLAG(born),
	FLAG(exited),
	CLOCK(start_ns),
	CLOCK(end_ns),
	SPAN(cpu_ns),
	SPAN(asleep_ns),
	SPAN(runq_ns),
	FLAG(sleep_is_bound),
	COUNT(nvcsw),
	COUNT(maj_flt),
	OPEN_CALL(at_start),
	OPEN_CALL(at_end),
};
#undef OPEN_CALL
#undef S

#define S struct cap_file
#define QUEUES(when) \
	FLAG_AS(#when "_queues", queues_at_##when.known), \
	FLAG_AS(#when "_connecting", queues_at_##when.connecting), \
	FLAG_AS(#when "_ended", queues_at_##when.ended), \
	NUMBER_AS(#when "_unread", queues_at_##when.unread, UINT32_MAX), \
	NUMBER_AS(#when "_unsent", queues_at_##when.unsent, UINT32_MAX), \
	NUMBER_AS(#when "_drops", queues_at_##when.drops, UINT32_MAX)

static const struct cap_column file[] = {
	PID(tgid),
	SIGNED_AS("fd", fd, -1, FDS_MAX, -1),
	NUMBER(kind, CAP_K_MAX - 1),
	FLAG(in_epoll),
	NUMBER(mode, UINT16_MAX),
	NUMBER(f_flags, UINT32_MAX),
	NUMBER(ino, INO_MAX),
	NUMBER(rdev, UINT32_MAX),
	TEXT(name, PATH_LEN, CAP_X_FILE),
	FLAG(open_at_start),
	FLAG(open_at_end),
	NUMBER(merged, UINT32_MAX),
	FLAG(stdio),
	FLAG(closed),
	SIGNED_AS("sig", sig, 0, 64, 0),
	FLAG(waited_at_start),
	FLAG(waited_at_end),
	NUMBER(set_size, UINT32_MAX),
	QUEUES(start),
	QUEUES(end),
	NUMBER(limit, UINT32_MAX),
};
#undef QUEUES
#undef S

#define S struct cap_registration
static const struct cap_column registration[] = {
	FILE_NEEDED(file),
	FILE_NEEDED(epoll),
	NUMBER(events, UINT32_MAX),
};
#undef S

#define S struct cap_calls
static const struct cap_column calls[] = {
	PID(tid),
	PID(tgid),
	FILE_REF(file),
	FILE_REF(other),
	NUMBER(class, CAP_C_MAX - 1),
	NUMBER(nr, UINT16_MAX),
	NUMBER(f_flags, UINT32_MAX),
	NUMBER_AS("ok", n.ok, COUNT_MAX),
	NUMBER_AS("ok_slept", n.ok_slept, COUNT_MAX),
	NUMBER_AS("zero", n.zero, COUNT_MAX),
	NUMBER_AS("zero_slept", n.zero_slept, COUNT_MAX),
	NUMBER_AS("again", n.again, COUNT_MAX),
	NUMBER_AS("again_slept", n.again_slept, COUNT_MAX),
	NUMBER_AS("err", n.err, COUNT_MAX),
	NUMBER_AS("restart", n.restart, COUNT_MAX),
	NUMBER_AS("retry", n.retry, COUNT_MAX),
	NUMBER_AS("nowait", n.nowait, COUNT_MAX),
	NUMBER_AS("forever", n.forever, COUNT_MAX),
	NUMBER_AS("failed", n.failed, COUNT_MAX),
	NUMBER(error, ERRNO_MAX),
	SIGNED_AS("no_file", no_file, -1, FDS_MAX, -1),
	COUNT(bytes),
	COUNT(events),
	SPAN(wait_ns),
	SPAN(max_wait_ns),
	COUNT(mixed),
	SPAN(mixed_ns),
	SPAN(mixed_max_ns),
	COUNT(faults),
	NUMBER(set, UINT32_MAX),
	NUMBER(set_size, UINT32_MAX),
	NUMBER(other_kind, CAP_K_MAX - 1),
	FLAG(other_nonblock),
};
#undef S

#define S struct cap_requests
static const struct cap_column requests[] = {
	PID(tid),
	PID(tgid),
	FILE_REF(file),
	NUMBER(interface, CAP_I_MAX - 1),
	NUMBER(operation, UINT16_MAX),
	NUMBER(f_flags, UINT32_MAX),
	COUNT(submitted),
	COUNT(done_inline),
	COUNT(done_asleep),
	COUNT(done_late),
	COUNT(errors),
	NUMBER(error, ERRNO_MAX),
	COUNT(more),
	COUNT(by_worker),
	COUNT(forced),
	COUNT(depth_sum),
	COUNT(depth_max),
	COUNT(by_poll),
	COUNT(by_sqpoll),
	COUNT(alone),
	COUNT(bytes),
};
#undef S

#define S struct cap_signals
static const struct cap_column signals[] = {
	PID(tid),
	PID(tgid),
	FILE_REF(file),
	NUMBER(way, CAP_S_MAX - 1),
	NUMBER(code, UINT8_MAX),
	NUMBER(signo, UINT16_MAX),
	COUNT(count),
	COUNT(lost),
	SPAN(wait_ns),
};
#undef S

#define S struct cap_interest
static const struct cap_column interest[] = {
	PID(tid),
	PID(tgid),
	FILE_REF(file),
	COUNT(ready),
	COUNT(not_ready),
	COUNT(hang_ups),
	FLAG(by_select),
	NUMBER(set, UINT32_MAX),
	FILE_REF(set_file),
};
#undef S

#define S struct cap_path
static const struct cap_column path[] = {
	PID(tid),
	PID(tgid),
	NUMBER(nr, UINT16_MAX),
	NUMBER(class, CAP_C_MAX - 1),
	FILE_REF(file),
	COUNT(count),
	SPAN(ns),
	SPAN(max_ns),
	TEXT(path, PATH_LEN, CAP_X_PATH),
};
#undef S

#define S struct cap_turns
#define PART(i) \
	NUMBER_AS("part" #i "_class", parts[i].class, CAP_C_MAX - 1), \
	NUMBER_AS("part" #i "_nr", parts[i].nr, UINT16_MAX), \
	REF_AS("part" #i "_file", parts[i].file, CAP_TAB_FILE), \
	NUMBER_AS("part" #i "_count", parts[i].count, COUNT_MAX), \
	NUMBER_AS("part" #i "_ns", parts[i].ns, SPAN_MAX)
#define BIN(i)	 NUMBER_AS("bin" #i, bins[i], COUNT_MAX)
#define BIN4(a, b, c, d) BIN(a), BIN(b), BIN(c), BIN(d)

static const struct cap_column turns[] = {
	PID(tid),
	PID(tgid),
	NUMBER(class, CAP_C_MAX - 1),
	FILE_REF(file),
	NUMBER(set, UINT32_MAX),
	COUNT(exact),
	COUNT(inexact),
	SPAN(longest_ns),
	SPAN(longest_runq_ns),
	SPAN(longest_sleep_ns),
	FLAG(longest_inexact),
	PART(0),
	PART(1),
	PART(2),
	BIN4(0, 1, 2, 3),
	BIN4(4, 5, 6, 7),
	BIN4(8, 9, 10, 11),
	BIN4(12, 13, 14, 15),
	BIN4(16, 17, 18, 19),
	BIN4(20, 21, 22, 23),
	BIN4(24, 25, 26, 27),
};
_Static_assert(CAP_PARTS == 3 && CAP_TURN_BINS == 28, "one column for each");
#undef BIN4
#undef BIN
#undef PART
#undef S

#define S struct cap_awake
static const struct cap_column awake[] = {
	PID(tid),
	PID(tgid),
	NUMBER(class, CAP_C_MAX - 1),
	FILE_REF(set_file),
	FILE_REF(file),
	NUMBER(events, UINT32_MAX),
	COUNT(samples),
};
#undef S

#define S struct cap_ring
static const struct cap_column ring[] = {
	PID(tgid),
	FILE_REF(file),
	COUNT(submitted),
	COUNT(done_inline),
	COUNT(done_asleep),
	COUNT(done_late),
	COUNT(errors),
	COUNT(more),
	COUNT(by_worker),
	COUNT(forced),
	COUNT(by_poll),
	COUNT(by_sqpoll),
	COUNT(alone),
	COUNT(depth_sum),
	COUNT(depth_max),
};
#undef S

#define S struct cap_sample
static const struct cap_column sample[] = {
	PID(tid),
	PID(tgid),
	FILE_REF(file),
	NUMBER(nr, UINT16_MAX),
	NUMBER(class, CAP_C_MAX - 1),
	NUMBER(kind, CAP_K_MAX - 1),
	SIGNED_AS("ret", ret, INT64_MIN, INT64_MAX, 0),
	CLOCK(enter_ns),
	CLOCK(exit_ns),
	CLOCK(sleep_ns),
	CLOCK(wake_ns),
	CLOCK(run_ns),
	SPAN(asleep_ns),
	SPAN(busy_ns),
	NUMBER(waker, CAP_W_MAX - 1),
	PID(waker_tid),
	COMM(waker_comm),
};
#undef S

#define S struct cap_second
static const struct cap_column second[] = {
	CLOCK(at_ns),
	PID(tgid),
	COUNT(calls),
	COUNT(slept),
	COUNT(again),
	COUNT(bytes),
	SPAN(wait_ns),
	SPAN(cpu_ns),
};
#undef S

/* ---- what must hold between the fields of one row ------------------------- */

static bool watch_holds(const void *element)
{
	const struct iom_capture *cap = element;

	return cap->start_ns <= cap->end_ns && cap->kernel && cap->arch && cap->backend;
}

static bool text_holds(const void *element)
{
	return *(char *const *)element;
}

static bool process_holds(const void *element)
{
	const struct cap_proc *p = element;

	return p->start_ns <= p->end_ns;
}

static bool thread_holds(const void *element)
{
	const struct cap_thread *t = element;

	return t->start_ns <= t->end_ns;
}

static bool sample_holds(const void *element)
{
	const struct cap_sample *s = element;

	return s->enter_ns <= s->exit_ns;
}

#define TABLE(name_, type, array_, most, holds_, about_) \
	{.name = #name_, .about = about_, .columns = name_, \
	 .ncolumns = sizeof(name_) / sizeof(name_[0]), .size = sizeof(type), \
	 .array = offsetof(struct iom_capture, array_), \
	 .n = offsetof(struct iom_capture, n##array_), .max_rows = most, .holds = holds_}

const struct cap_table cap_tables[CAP_NTABLES] = {
	[CAP_TAB_WATCH] = {.name = "watch", .about = "the watch as a whole", .columns = watch,
			   .ncolumns = sizeof(watch) / sizeof(watch[0]), .max_rows = 1,
			   .holds = watch_holds},
	[CAP_TAB_PROBE] = TABLE(probe, char *, probes, 256, text_holds, "probes that were used"),
	[CAP_TAB_ARGUMENT] = TABLE(argument, char *, arguments, 4096, text_holds,
				   "the command line of the watch"),
	[CAP_TAB_PROCESS] = TABLE(process, struct cap_proc, procs, 65536, process_holds,
				  "watched processes"),
	[CAP_TAB_THREAD] = TABLE(thread, struct cap_thread, threads, 262144, thread_holds,
				 "their threads"),
	[CAP_TAB_FILE] = TABLE(file, struct cap_file, files, 524288, NULL, "their open files"),
	[CAP_TAB_REGISTRATION] = TABLE(registration, struct cap_registration, registrations, 1048576,
				       NULL, "files in epoll sets"),
	[CAP_TAB_CALLS] = TABLE(calls, struct cap_calls, calls, 1048576, NULL,
				"what one thread did to one file by one class of call"),
	[CAP_TAB_REQUESTS] = TABLE(requests, struct cap_requests, requests, 262144, NULL,
				   "requests of io_uring and libaio"),
	[CAP_TAB_SIGNALS] = TABLE(signals, struct cap_signals, signals, 262144, NULL,
				  "signals as they were met"),
	[CAP_TAB_INTEREST] = TABLE(interest, struct cap_interest, interests, 1048576, NULL,
				   "files in the sets of poll and select"),
	[CAP_TAB_PATH] = TABLE(path, struct cap_path, paths, 262144, NULL,
			       "sleeps in calls that were given a path"),
	[CAP_TAB_TURNS] = TABLE(turns, struct cap_turns, turns, 262144, NULL,
				"turns of loops between their sleeps"),
	[CAP_TAB_AWAKE] = TABLE(awake, struct cap_awake, awakes, 262144, NULL,
				"what readiness calls brought that did not have to sleep"),
	[CAP_TAB_RING] = TABLE(ring, struct cap_ring, rings, 65536, NULL,
			       "instances of io_uring, with all their requests"),
	[CAP_TAB_SAMPLE] = TABLE(sample, struct cap_sample, samples, 131072, sample_holds,
				 "single operations with all their times"),
	[CAP_TAB_SECOND] = TABLE(second, struct cap_second, seconds, 1048576, NULL,
				 "sums of each process so far, once per second"),
};

/* ---- elements --------------------------------------------------------------- */

static void **array_of(const struct cap_table *t, const struct iom_capture *cap)
{
	return (void **)((char *)cap + t->array);
}

static size_t *count_of(const struct cap_table *t, const struct iom_capture *cap)
{
	return (size_t *)((char *)cap + t->n);
}

size_t cap_count(const struct cap_table *t, const struct iom_capture *cap)
{
	return t->size ? *count_of(t, cap) : 1;
}

void *cap_element(const struct cap_table *t, const struct iom_capture *cap, size_t i)
{
	return t->size ? (char *)*array_of(t, cap) + i * t->size : (void *)cap;
}

static void *more(void *old, size_t n, size_t size)
{
	void *p = old;

	/* Room is doubled at powers of two, so n alone says when it is full. */
	if ((n & (n - 1)) == 0)
		p = iom_memory(realloc(old, (n ? 2 * n : 1) * size));
	memset((char *)p + n * size, 0, size);
	return p;
}

uint32_t cap_append(struct iom_capture *cap, enum cap_table_id id)
{
	const struct cap_table *t = &cap_tables[id];
	void **array = array_of(t, cap);
	size_t *n = count_of(t, cap);
	char *element;

	*array = more(*array, *n, t->size);
	element = (char *)*array + *n * t->size;
	for (size_t i = 0; i < t->ncolumns; i++)
		if (t->columns[i].none)
			cap_set_number(&t->columns[i], element, t->columns[i].none);
	return (*n)++;
}

void cap_drop_last(struct iom_capture *cap, enum cap_table_id id)
{
	const struct cap_table *t = &cap_tables[id];
	size_t *n = count_of(t, cap);

	(*n)--;
	cap_free_texts(t, cap_element(t, cap, *n));
}

void cap_free_texts(const struct cap_table *t, void *element)
{
	for (size_t i = 0; i < t->ncolumns; i++)
		if (t->columns[i].type == CAP_T_TEXT) {
			char **text = (char **)((char *)element + t->columns[i].offset);

			free(*text);
			*text = NULL;
		}
}

/* ---- values ----------------------------------------------------------------- */

static uint64_t load(const void *at, size_t size)
{
	uint64_t v = 0;

	memcpy(&v, at, size); /* little endian, as everything here is x86-64 */
	return v;
}

int64_t cap_number(const struct cap_column *c, const void *element)
{
	uint64_t v = load((const char *)element + c->offset, c->size);
	int64_t s = (int64_t)v;

	if (c->type == CAP_T_INT) {
		if (c->size == sizeof(int32_t))
			s = (int32_t)v;
	} else if (v > INT64_MAX) {
		s = INT64_MAX;
	}
	return s < c->min ? c->min : s > c->max ? c->max : s;
}

void cap_set_number(const struct cap_column *c, void *element, int64_t v)
{
	memcpy((char *)element + c->offset, &v, c->size);
}

const char *cap_text(const struct cap_column *c, const void *element, size_t *len)
{
	const char *at = (const char *)element + c->offset;

	if (c->type == CAP_T_TEXT)
		at = *(char *const *)at;
	*len = at ? strnlen(at, c->max) : 0;
	return at;
}

void cap_set_text(const struct cap_column *c, void *element, const char *text, size_t len)
{
	char *at = (char *)element + c->offset, *copy;

	if (c->type == CAP_T_COMM) {
		memset(at, 0, c->size);
		memcpy(at, text, len < c->size ? len : c->size);
		return;
	}
	copy = iom_memory(strndup(text, len));
	free(*(char **)at);
	*(char **)at = copy;
}
