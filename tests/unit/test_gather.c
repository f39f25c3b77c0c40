/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records put together into a capture, with a back end that is made up: what a descriptor
 * means may change while its process is asked for it, and what the kernel counts as asleep
 * may be less than what the calls slept.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "capture/capture.h"
#include "collect/gather.h"
#include "collect/proc/procfs.h"
#include "collect/proc/procfs_int.h"
#include "sleeper.h"

#define GEN	5
#define LAST	"gathered"
#define HIGH	200 /* a descriptor that nobody had at the start, also not who reads /proc */

/* The generation changes at this time of being asked, counted from 1; 0: never. */
static int asked, changes_at;
static uint32_t closed[2]; /* descriptors that were closed since, 0: none */

static uint32_t generation(struct iom_backend *be, uint32_t tgid, uint32_t fd)
{
	(void)be;
	(void)tgid;
	asked++;
	if (fd && (fd == closed[0] || fd == closed[1]))
		return GEN + 1;
	return changes_at && asked >= changes_at ? GEN + 1 : GEN;
}

static uint64_t clock_offset(struct iom_backend *be)
{
	(void)be;
	return 0;
}

static const struct iom_backend_ops made_up = {
	.name = "made up",
	.generation = generation,
	.clock_offset = clock_offset,
};

/* The name that a file gets whose first row says that it is called LAST. Heap. */
static char *name_given(int changes)
{
	struct iom_capture *cap = iom_capture_new();
	struct iom_gather *g = iom_gather_new(cap);
	struct iom_thread thread = {.event = IOM_T_STATE, .tgid = (uint32_t)getpid(), .tid = (uint32_t)getpid()};
	struct iom_row row = {};
	struct stat st;
	char path[] = "/tmp/iomodel-unit-XXXXXX", file[64];
	char *name = NULL;
	int low, fd;

	changes_at = 0;
	iom_gather_backend(g, &made_up, NULL);
	iom_gather_expect(g, (uint32_t)getpid(), (uint32_t)getpid(), true);
	iom_gather_phase(g, IOM_G_START);
	iom_gather_thread(g, &thread);
	iom_gather_phase(g, IOM_G_WATCH);

	/* Opened in the watch, so that nothing is known of it yet. */
	assert_non_null(mkdtemp(path));
	snprintf(file, sizeof(file), "%s/" LAST, path);
	low = open(file, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	fd = fcntl(low, F_DUPFD_CLOEXEC, HIGH);
	assert_true(fd >= HIGH);
	assert_int_equal(fstat(fd, &st), 0);

	row.tgid = (uint32_t)getpid();
	row.key = (uint64_t)getpid() << 42 | (uint64_t)fd << 20 | (uint64_t)IOM_C_READ << 12;
	row.id = 1ULL << 32 | GEN;
	row.ino = st.st_ino;
	row.mode = (uint16_t)st.st_mode;
	row.kind = IOM_K_REG;
	row.bits = IOM_B_FILE;
	row.name_kind = IOM_NAME_TEXT;
	strcpy(row.name, LAST);
	row.n[IOM_N_OK] = 1;
	asked = 0;
	changes_at = changes;
	iom_gather_row(g, &row);
	for (size_t i = 0; i < cap->nfiles; i++)
		if (cap->files[i].ino == st.st_ino && cap->files[i].name)
			name = strdup(cap->files[i].name);
	iom_gather_free(g);
	iom_capture_free(cap);
	close(low);
	close(fd);
	unlink(file);
	rmdir(path);
	return name;
}

static void is_named_by_what_the_process_has(void **state)
{
	char *name = name_given(0);

	(void)state;
	assert_non_null(name);
	assert_int_equal(name[0], '/');
	assert_string_equal(strrchr(name, '/') + 1, LAST);
	free(name);
}

/* Another file has the number by the time the process was asked: its name is not this one's. */
static void is_not_named_by_what_came_after(void **state)
{
	char *name = name_given(2);

	(void)state;
	assert_non_null(name);
	assert_string_equal(name, LAST);
	free(name);
}

#define MS	     1000000ULL
#define NR_NANOSLEEP 230

/* This process is watched from now on; t: its main thread, as it is then. */
static void watch_begins(struct iom_gather *g, struct iom_thread *t)
{
	changes_at = 0;
	t->tid = t->tgid = t->ns_tid = t->ns_tgid = (uint32_t)getpid();
	iom_gather_backend(g, &made_up, NULL);
	iom_gather_expect(g, t->tgid, t->tgid, true);
	iom_gather_phase(g, IOM_G_START);
	iom_gather_thread(g, t);
}

/*
 * A second of a thread, by the kernel's counters: asleep, waited for a CPU, and, of its sleep in a
 * call under way as the watch ends, how much. rows_ms: what its calls slept that have returned.
 */
static struct cap_thread a_second(int asleep_ms, int queued_ms, unsigned open_ms, unsigned rows_ms)
{
	struct iom_capture *cap = iom_capture_new();
	struct iom_gather *g = iom_gather_new(cap);
	struct iom_thread t = {.event = IOM_T_STATE, .nr = 0xffff, .serial = 1, .now_ns = 5000 * MS};
	struct iom_row row = {.n[IOM_N_OK_SLEPT] = 1, .nr = NR_NANOSLEEP};
	struct cap_thread got;

	watch_begins(g, &t);
	row.tgid = t.tgid;
	iom_gather_phase(g, IOM_G_WATCH);
	row.key = (uint64_t)getpid() << 42 | (uint64_t)IOM_FD_NONE << 20 | (uint64_t)IOM_C_TIMER << 12;
	row.id = 1ULL << 32;
	row.wait_ns = row.max_wait_ns = rows_ms * MS;

	iom_gather_phase(g, IOM_G_END);
	t.now_ns += 1000 * MS;
	t.runq_ns = (uint64_t)queued_ms * MS;
	t.off_ns = (uint64_t)(asleep_ms - (int)open_ms) * MS;
	if (open_ms) {
		t.flags = IOM_TF_ASLEEP;
		t.nr = NR_NANOSLEEP;
		t.asleep_ns = t.now_ns - open_ms * MS;
	}
	iom_gather_thread(g, &t);
	iom_gather_row(g, &row);
	iom_gather_finish(g);
	assert_int_equal(cap->nthreads, 1);
	got = cap->threads[0];
	iom_gather_free(g);
	iom_capture_free(cap);
	return got;
}

/* A pipe that two epolls wait for has one name, with who writes to it. */
static void pipe_of_two_epolls_is_named_once(void **state)
{
	struct iom_capture *cap = iom_capture_new();
	struct iom_gather *g = iom_gather_new(cap);
	struct iom_thread t = {.event = IOM_T_STATE, .nr = 0xffff, .serial = 1, .now_ns = 5000 * MS};
	struct epoll_event in = {.events = EPOLLIN};
	int ends[2], one = epoll_create1(EPOLL_CLOEXEC), other = epoll_create1(EPOLL_CLOEXEC);
	size_t found = 0;
	char name[64];
	pid_t child;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(epoll_ctl(one, EPOLL_CTL_ADD, ends[0], &in), 0);
	assert_int_equal(epoll_ctl(other, EPOLL_CTL_ADD, ends[0], &in), 0);
	child = fork();
	if (!child) {
		close(ends[0]);
		close(one);
		close(other);
		pause();
		_exit(0);
	}
	close(ends[1]);
	watch_begins(g, &t);
	iom_gather_phase(g, IOM_G_END);
	iom_gather_thread(g, &t);
	usleep(50000); /* until the child has closed what it reads from */
	iom_gather_finish(g);
	snprintf(name, sizeof(name), " %d fd %d", child, ends[1]);
	for (size_t i = 0; i < cap->nfiles; i++) {
		const char *at = cap->files[i].name && cap->files[i].fd == ends[0] ? strstr(cap->files[i].name, name) : NULL;

		found += at && !strstr(at + 1, name);
	}
	assert_int_equal(found, 1);
	iom_gather_free(g);
	iom_capture_free(cap);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(ends[0]);
	close(one);
	close(other);
}

static void has_a_sleep_under_way_beside_its_calls(void **state)
{
	struct cap_thread c = a_second(900, 100, 300, 600);

	(void)state;
	assert_int_equal(c.at_end.nr, NR_NANOSLEEP);
	assert_int_equal(c.at_end.inside_ns, 300 * MS);
	assert_int_equal(c.asleep_ns, 900 * MS);
	assert_int_equal(c.runq_ns, 100 * MS);
}

/* It ended after the thread was looked at and before its row was taken: it is in the row. */
static void has_no_call_under_way_that_ended(void **state)
{
	struct cap_thread c = a_second(900, 100, 300, 900);

	(void)state;
	assert_int_equal(c.at_end.nr, -1);
	assert_int_equal(c.asleep_ns, 900 * MS);
	assert_int_equal(c.runq_ns, 100 * MS);
}

/* The kernel took 200 ms of sleep for a wait for a CPU. */
static void sleeps_as_long_as_its_calls(void **state)
{
	struct cap_thread c = a_second(700, 300, 300, 600);

	(void)state;
	assert_int_equal(c.at_end.nr, NR_NANOSLEEP);
	assert_int_equal(c.asleep_ns, 900 * MS);
	assert_int_equal(c.runq_ns, 100 * MS);
}

/* The same of sleep from before the watch, of which the counters make more than there was in it. */
static void waits_for_a_cpu_no_longer_than_there_was_time(void **state)
{
	struct cap_thread c = a_second(-400, 1400, 0, 50);

	(void)state;
	assert_int_equal(c.asleep_ns, 50 * MS);
	assert_int_equal(c.runq_ns, 950 * MS);
}

/* The same, and it sleeps as the watch ends, for less than what was taken. */
static void sleeps_on_beside_what_was_taken_for_a_wait(void **state)
{
	struct cap_thread c = a_second(-400, 1380, 30, 450);

	(void)state;
	assert_int_equal(c.at_end.nr, NR_NANOSLEEP);
	assert_int_equal(c.at_end.inside_ns, 30 * MS);
	assert_int_equal(c.asleep_ns, 480 * MS);
	assert_int_equal(c.runq_ns, 500 * MS);
}

/* The kernel's sum of waits for a CPU shrank, by what two processors' clocks differ. */
static void waits_for_no_cpu_where_the_counter_shrinks(void **state)
{
	struct cap_thread c = a_second(1000, -5, 0, 950);

	(void)state;
	assert_int_equal(c.asleep_ns, 1000 * MS);
	assert_int_equal(c.runq_ns, 0);
}

static void sleeps(void)
{
	pause();
}

/* A worker of the kernel for a process, of whose birth nobody tells: it is met as the watch ends. Its
 * part is played by a child. */
static void worker_born_unseen(void **state)
{
	struct iom_capture *cap = iom_capture_new();
	struct iom_gather *g = iom_gather_new(cap);
	struct iom_thread t = {.event = IOM_T_STATE, .nr = 0xffff, .serial = 1, .now_ns = pfs_now_ns()}, worker;
	uint64_t before;
	struct cap_thread *c;
	pid_t child;

	(void)state;
	watch_begins(g, &t);
	iom_gather_phase(g, IOM_G_WATCH);
	usleep(50000);
	before = pfs_now_ns();
	child = sleeper(sleeps);
	iom_gather_phase(g, IOM_G_END);
	worker = t;
	worker.tid = worker.ns_tid = (uint32_t)child;
	worker.flags = IOM_TF_IO_WORKER;
	worker.now_ns = pfs_now_ns();
	worker.cpu_ns = 20 * MS;
	worker.runq_ns = 5 * MS;
	worker.off_ns = worker.now_ns - worker.cpu_ns - worker.runq_ns;
	iom_gather_thread(g, &worker);
	iom_gather_finish(g);
	assert_int_equal(cap->nthreads, 2);
	c = &cap->threads[1];
	assert_true(c->born && c->kernel_worker);
	assert_true(c->start_ns + 10 * MS > before && c->start_ns < worker.now_ns - 50 * MS);
	assert_int_equal(c->end_ns, worker.now_ns);
	assert_int_equal(c->cpu_ns, 20 * MS);
	assert_int_equal(c->runq_ns, 5 * MS);
	assert_int_equal(c->asleep_ns, c->end_ns - c->start_ns - 25 * MS);
	iom_gather_free(g);
	iom_capture_free(cap);
	sleeper_ends(child);
}

/* The tables are read while a process is being born: its rows are in them, and the word of its birth
 * is still under way. */
static void is_counted_once_whenever_it_is_looked_at(void **state)
{
	struct iom_capture *cap = iom_capture_new();
	struct iom_gather *g = iom_gather_new(cap);
	struct iom_thread birth = {.event = IOM_T_NEW, .tgid = (uint32_t)getpid(), .tid = (uint32_t)getpid()};
	struct iom_row row = {};

	(void)state;
	changes_at = 0;
	iom_gather_backend(g, &made_up, NULL);
	iom_gather_phase(g, IOM_G_WATCH);
	row.tgid = (uint32_t)getpid();
	row.key = (uint64_t)getpid() << 42 | (uint64_t)IOM_FD_NONE << 20 | (uint64_t)IOM_C_PROCMEM << 12;
	row.id = 1ULL << 32;
	row.nr = 310;
	row.n[IOM_N_OK] = 3;
	iom_gather_so_far(g, &row);
	assert_int_equal(cap->ncalls, 0);

	iom_gather_thread(g, &birth);
	row.n[IOM_N_OK] = 5;
	iom_gather_so_far(g, &row);
	row.n[IOM_N_OK] = 8;
	iom_gather_row(g, &row);
	assert_int_equal(cap->ncalls, 1);
	assert_int_equal(cap->calls[0].n.ok, 8);
	iom_gather_free(g);
	iom_capture_free(cap);
}

static void read_of(struct iom_gather *g, uint32_t fd, uint64_t since_ns, uint64_t reads)
{
	struct iom_row row = {.tgid = (uint32_t)getpid(),
			      .key = (uint64_t)getpid() << 42 | (uint64_t)fd << 20 | (uint64_t)IOM_C_READ << 12,
			      .id = 1ULL << 32 | GEN,
			      .file = 0xffff888000001000,
			      .ino = 7,
			      .kind = IOM_K_REG,
			      .bits = IOM_B_FILE,
			      .name_kind = IOM_NAME_TEXT,
			      .name = LAST,
			      .since_ns = since_ns};

	row.n[IOM_N_OK] = reads;
	iom_gather_row(g, &row);
}

static uint64_t reads_of(const struct iom_capture *cap, int32_t fd)
{
	uint64_t n = 0;

	for (size_t i = 0; i < cap->ncalls; i++)
		if (cap->calls[i].file != IOM_NO_FILE && cap->files[cap->calls[i].file].fd == fd)
			n += cap->calls[i].n.ok;
	return n;
}

/* A file was opened thrice: what was closed before the open one was there is not it, though it is in
 * the same memory; what came after is it, under another number. */
static void memory_used_again_is_another_file(void **state)
{
	struct iom_capture *cap = iom_capture_new();
	struct iom_gather *g = iom_gather_new(cap);
	struct iom_thread birth = {.event = IOM_T_NEW, .tgid = (uint32_t)getpid(), .tid = (uint32_t)getpid()};

	(void)state;
	changes_at = 0;
	iom_gather_backend(g, &made_up, NULL);
	iom_gather_phase(g, IOM_G_WATCH);
	iom_gather_thread(g, &birth);
	closed[0] = HIGH;
	closed[1] = HIGH + 2;
	read_of(g, HIGH + 1, 2000, 1);
	read_of(g, HIGH, 1000, 10);
	read_of(g, HIGH + 2, 3000, 100);
	closed[0] = closed[1] = 0;
	assert_int_equal(reads_of(cap, HIGH), 10);
	assert_int_equal(reads_of(cap, HIGH + 1), 101);
	iom_gather_free(g);
	iom_capture_free(cap);
}

static struct iom_thread word(uint8_t event, uint32_t tid, uint64_t at_ms, uint64_t cpu_ms, uint64_t off_ms)
{
	return (struct iom_thread){.event = event,
				   .tgid = (uint32_t)getpid(),
				   .tid = tid,
				   .ns_tid = tid,
				   .ns_tgid = (uint32_t)getpid(),
				   .nr = 0xffff,
				   .now_ns = at_ms * MS,
				   .cpu_ns = cpu_ms * MS,
				   .off_ns = off_ms * MS};
}

static void say(struct iom_gather *g, struct iom_thread thread)
{
	iom_gather_thread(g, &thread);
}

/* The second thread of a process executes a program. What it did as the second one ends there;
 * as the first one it goes on where the first one ended. */
static void execution_by_another_thread_ends_its_number(void **state)
{
	struct iom_capture *cap = iom_capture_new();
	struct iom_gather *g = iom_gather_new(cap);
	uint32_t first = (uint32_t)getpid(), second = first + 1;

	(void)state;
	changes_at = 0;
	iom_gather_backend(g, &made_up, NULL);
	iom_gather_phase(g, IOM_G_START);
	say(g, word(IOM_T_STATE, first, 1000, 500, 7000));
	say(g, word(IOM_T_STATE, second, 1000, 200, 3000));
	iom_gather_phase(g, IOM_G_WATCH);
	say(g, word(IOM_T_EXIT, first, 1100, 510, 7080));
	say(g, word(IOM_T_EXEC, first, 1110, 250, 3040));
	iom_gather_phase(g, IOM_G_END);
	say(g, word(IOM_T_STATE, first, 1310, 300, 3190));

	assert_int_equal(cap->nthreads, 2);
	assert_int_equal(cap->threads[1].tid, second);
	assert_true(cap->threads[1].exited);
	assert_int_equal(cap->threads[1].end_ns - cap->threads[1].start_ns, 110 * MS);
	assert_int_equal(cap->threads[1].cpu_ns, 50 * MS);
	assert_int_equal(cap->threads[1].asleep_ns, 40 * MS);

	assert_int_equal(cap->threads[0].tid, first);
	assert_false(cap->threads[0].exited);
	assert_int_equal(cap->threads[0].end_ns - cap->threads[0].start_ns, 300 * MS);
	assert_int_equal(cap->threads[0].cpu_ns, 60 * MS);
	assert_int_equal(cap->threads[0].asleep_ns, 230 * MS);
	iom_gather_free(g);
	iom_capture_free(cap);
}

static void *stays(void *unused)
{
	pause();
	return unused;
}

static void leaves(int ready)
{
	pthread_t thread;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (pthread_create(&thread, NULL, stays, NULL) || write(ready, "", 1) != 1)
		_exit(1);
	pthread_exit(NULL);
}

/* Its main thread has left before the watch: it is no thread that could do anything. */
static void main_thread_has_left(void **state)
{
	struct iom_capture *cap = iom_capture_new();
	struct iom_gather *g = iom_gather_new(cap);
	struct iom_thread thread = {.event = IOM_T_STATE};
	int ready[2];
	pid_t child;
	int others = 0;
	pid_t parent;
	char byte;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (!child)
		leaves(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	for (int i = 0; i < 500 && !pfs_is_zombie(child, &parent, &others); i++)
		usleep(10000);
	iom_gather_backend(g, &made_up, NULL);
	iom_gather_expect(g, (uint32_t)child, (uint32_t)child, true);
	iom_gather_phase(g, IOM_G_START);
	thread.tid = thread.ns_tid = thread.tgid = thread.ns_tgid = (uint32_t)child;
	iom_gather_thread(g, &thread);
	assert_int_equal(cap->nprocs, 1);
	assert_int_equal(cap->nthreads, 0);
	thread.tid = thread.ns_tid = (uint32_t)child + 1; /* one that is there, or was a moment ago */
	iom_gather_thread(g, &thread);
	assert_int_equal(cap->nthreads, 1);
	iom_gather_free(g);
	iom_capture_free(cap);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(main_thread_has_left),
		cmocka_unit_test(is_named_by_what_the_process_has),
		cmocka_unit_test(is_not_named_by_what_came_after),
		cmocka_unit_test(pipe_of_two_epolls_is_named_once),
		cmocka_unit_test(has_a_sleep_under_way_beside_its_calls),
		cmocka_unit_test(has_no_call_under_way_that_ended),
		cmocka_unit_test(sleeps_as_long_as_its_calls),
		cmocka_unit_test(waits_for_a_cpu_no_longer_than_there_was_time),
		cmocka_unit_test(sleeps_on_beside_what_was_taken_for_a_wait),
		cmocka_unit_test(waits_for_no_cpu_where_the_counter_shrinks),
		cmocka_unit_test(worker_born_unseen),
		cmocka_unit_test(is_counted_once_whenever_it_is_looked_at),
		cmocka_unit_test(memory_used_again_is_another_file),
		cmocka_unit_test(execution_by_another_thread_ends_its_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
