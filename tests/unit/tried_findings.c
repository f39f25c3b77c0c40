/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Captures between a finding's threshold's usual value and half or double of it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

#include "build.h"
#include "tried.h"

#define MAIN BUILD_PID

/* ---- loops ------------------------------------------------------------------------------ */

static void two_returns(struct iom_capture *cap)
{
	tried_loop(cap, 2);
	tried_computes(cap, 50);
	tried_sleeps(cap, CAP_C_FUTEX, SYS_futex, 3, 20 * MS);
}

static void short_sleeps(struct iom_capture *cap)
{
	tried_loop(cap, 300);
	tried_sleeps(cap, CAP_C_READ, SYS_read, 3, 700000);
}

static void one_lock(struct iom_capture *cap)
{
	tried_loop(cap, 300);
	tried_sleeps(cap, CAP_C_FUTEX, SYS_futex, 1, 7 * MS);
}

static void ten_locks(struct iom_capture *cap)
{
	tried_loop(cap, 300);
	tried_sleeps(cap, CAP_C_FUTEX, SYS_futex, 20, 3500000);
}

static void locks_and_no_cpu(struct iom_capture *cap)
{
	tried_loop(cap, 300);
	tried_sleeps(cap, CAP_C_FUTEX, SYS_futex, 50, 3500000);
	cap->threads[0].runq_ns = 300 * MS;
}

static void turn_of_70_ms(struct iom_capture *cap)
{
	tried_loop(cap, 300);
	tried_turn(cap, 70);
}

static void pages_in_a_short_life(struct iom_capture *cap)
{
	cap->end_ns = cap->procs[0].end_ns = cap->threads[0].end_ns = cap->start_ns + 200 * MS;
	tried_pages(cap, 15);
}

/* A second epoll with two files, which a fifth of the returns are from, and sleeps. */
static void seldom_second(struct iom_capture *cap)
{
	uint32_t ep;

	tried_loop(cap, 300);
	ep = build_file(cap, 10, CAP_K_EPOLL, 0, NULL);
	for (int i = 0; i < 2; i++)
		build_watch(cap, tried_connection(cap, 11 + i, O_NONBLOCK), ep);
	build_epoll_wait(cap, MAIN, ep, 0, 60, 10 * MS);
}

/* A poll of three files, in which the longest turn slept. */
static void nested_poll(struct iom_capture *cap)
{
	uint32_t f;
	struct cap_calls *r;
	struct cap_part *part;

	tried_loop(cap, 300);
	f = build_file(cap, 10, CAP_K_FIFO, 0, "pipe:[10]");
	r = build_transfers(cap, MAIN, f, CAP_C_POLL, SYS_poll, 0, 200, 0, 10 * MS);
	r->set_size = 3;
	build_interest(cap, f, 200, 0)->set_file = f;
	tried_turn(cap, 12);
	cap->turns[0].longest_sleep_ns = 11 * MS;
	part = &cap->turns[0].parts[0];
	part->class = CAP_C_POLL;
	part->file = f;
}

/* A poll of an eventfd alone inside the turns, which its time limit ends in 6 of 10 calls. */
static void pauses(struct iom_capture *cap)
{
	uint32_t f;
	struct cap_calls *r;

	tried_loop(cap, 300);
	f = build_file(cap, 10, CAP_K_EVENTFD, O_NONBLOCK, NULL);
	r = build_transfers(cap, MAIN, f, CAP_C_POLL, SYS_poll, 0, 40, 0, 10 * MS);
	r->n.zero_slept = 60;
	r->wait_ns = 1000 * MS;
	r->set_size = 1;
	build_interest(cap, f, 40, 60)->set_file = f;
}

/* ---- asking and failing in vain --------------------------------------------------------- */

/* Reads at the end of a file: so many, and so much of the ten seconds is computed. */
static void ends(struct iom_capture *cap, uint64_t brought, uint64_t nothing, uint64_t ms)
{
	uint32_t f = tried_connection(cap, 3, 0);

	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, brought, 0, 0, 0)->n.zero = nothing;
	tried_computes(cap, ms);
}

static void ends_at_3_percent(struct iom_capture *cap)
{
	ends(cap, 0, 100000, 300);
}

static void ends_150_a_second(struct iom_capture *cap)
{
	ends(cap, 0, 1500, 10000);
}

static void ends_6_of_10(struct iom_capture *cap)
{
	ends(cap, 40000, 60000, 10000);
}

#define TURNS UINT64_C(100000)

/* A loop that is told of a file in each turn, and by which files, in samples. */
static struct cap_calls *awake(struct iom_capture *cap, uint8_t kind, uint64_t taken, uint64_t samples,
			       uint64_t others)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	uint32_t f = build_file(cap, 5, kind, O_NONBLOCK, kind == CAP_K_SOCK ? tried_stream : NULL);

	build_epoll_wait(cap, MAIN, ep, TURNS, 0, 0);
	build_watch(cap, f, ep);
	for (uint64_t i = 0; i < 1 + others; i++) {
		uint32_t more = i ? tried_connection(cap, 5 + i, O_NONBLOCK) : f;
		uint32_t k = iom_capture_add_awake(cap);

		if (i)
			build_watch(cap, more, ep);
		cap->awakes[k] = (struct cap_awake){.tid = MAIN, .tgid = MAIN, .class = CAP_C_EPOLL_WAIT,
						    .file = more, .events = EPOLLIN,
						    .samples = i ? samples / 2 : samples};
	}
	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, taken, 0, 0, 0);
	cap->threads[0].cpu_ns = BUILD_LIFE_NS;
	return &cap->calls[0];
}

static void awake_and_asleep(struct iom_capture *cap)
{
	struct cap_calls *r = awake(cap, CAP_K_SOCK, 0, 100, 0);

	r->n.ok_slept = 3 * TURNS / 20;
	r->n.ok -= r->n.ok_slept;
	r->wait_ns = r->n.ok_slept * 1000;
	r->max_wait_ns = 1000;
	cap->threads[0].asleep_ns = r->wait_ns;
	cap->threads[0].nvcsw = r->n.ok_slept;
}

static void awake_or_empty(struct iom_capture *cap)
{
	struct cap_calls *r = awake(cap, CAP_K_SOCK, 0, 100, 0);

	r->n.zero = 4 * TURNS / 10;
	r->n.ok -= r->n.zero;
}

static void awake_and_takes(struct iom_capture *cap)
{
	awake(cap, CAP_K_SOCK, 3 * TURNS / 10, 100, 0);
}

static void awake_by_3_samples(struct iom_capture *cap)
{
	awake(cap, CAP_K_SOCK, 0, 3, 0);
}

static void awake_by_four_files(struct iom_capture *cap)
{
	awake(cap, CAP_K_SOCK, 0, 100, 3);
}

/* It asks with zero timeouts, and a third as often opens what is not there. */
static void asks_and_fails(struct iom_capture *cap)
{
	struct cap_calls *r = awake(cap, CAP_K_SOCK, 0, 100, 0);

	r->n.zero = r->n.nowait = TURNS;
	r->n.ok = 0;
	r = build_calls(cap, MAIN, IOM_NO_FILE, CAP_C_NAME, SYS_openat);
	r->n.err = r->n.failed = 3 * TURNS / 10;
	r->error = ENOENT;
	r->no_file = -1;
}

static void watches_and_another(struct iom_capture *cap)
{
	awake(cap, CAP_K_INOTIFY, TURNS, 100, 1);
}

static void watches_in_15_samples(struct iom_capture *cap)
{
	awake(cap, CAP_K_INOTIFY, TURNS, 15, 0);
}

static void rings(struct iom_capture *cap, uint64_t times, uint64_t bytes)
{
	awake(cap, CAP_K_EVENTFD, TURNS, 100, 0);
	build_transfers(cap, MAIN, 1, CAP_C_WRITE, SYS_write, times, 0, 0, 0)->bytes = bytes * times;
}

static void rings_now_and_then(struct iom_capture *cap)
{
	rings(cap, 3 * TURNS / 10, 8);
}

static void writes_12_bytes(struct iom_capture *cap)
{
	rings(cap, TURNS, 12);
}

/* A loop whose time limit runs out so often, of so many returns. */
static void wakes(struct iom_capture *cap, uint64_t ran_out, uint64_t returns, uint64_t taken)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL), f = tried_connection(cap, 5, O_NONBLOCK);
	struct cap_calls *r;

	build_watch(cap, f, ep);
	r = build_epoll_wait(cap, MAIN, ep, 0, returns - ran_out, MS);
	r->n.zero_slept = ran_out;
	r->wait_ns = 9000 * MS;
	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, taken, 0, 0, 0);
	tried_computes(cap, 100);
}

static void wakes_7_a_second(struct iom_capture *cap)
{
	wakes(cap, 70, 70, 0);
}

static void wakes_70_a_second(struct iom_capture *cap)
{
	wakes(cap, 700, 700, 0);
}

static void wakes_6_of_10(struct iom_capture *cap)
{
	wakes(cap, 600, 1000, 0);
}

static void wakes_and_takes(struct iom_capture *cap)
{
	wakes(cap, 600, 600, 180);
}

static void wakes_and_computes(struct iom_capture *cap)
{
	wakes(cap, 600, 600, 0);
	cap->calls[0].wait_ns = 6000 * MS;
	tried_computes(cap, 4000);
}

/* Sleeps until a time, again and again. */
static void wakes_by_clock(struct iom_capture *cap)
{
	build_transfers(cap, MAIN, IOM_NO_FILE, CAP_C_TIMER, SYS_clock_nanosleep, 0, 1000, 0, 9 * MS);
	tried_computes(cap, 100);
}

static void wakes_and_looks_in_vain(struct iom_capture *cap)
{
	wakes_by_clock(cap);
	build_transfers(cap, MAIN, tried_disk(cap), CAP_C_READ, SYS_read, 0, 0, 0, 0)->n.zero = 300;
}

static void wakes_and_two_samples(struct iom_capture *cap)
{
	wakes_by_clock(cap);
	for (int i = 0; i < 2; i++)
		build_sample(cap, IOM_NO_FILE, CAP_C_NAME, SYS_access, 0, 1000, 0);
}

static void tries_700_times(struct iom_capture *cap)
{
	tried_again(cap, 10, 700);
}

static void tries_7_to_each(struct iom_capture *cap)
{
	tried_again(cap, 1000, 7000);
}

static void told_and_nothing_there(struct iom_capture *cap, uint64_t done, uint64_t again, uint32_t how)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL), f = tried_connection(cap, 5, O_NONBLOCK);

	iom_capture_register(cap, f, ep, EPOLLIN | how);
	build_epoll_wait(cap, MAIN, ep, 0, done + again, MS);
	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, done, 0, again, 0);
}

static void told_70_times(struct iom_capture *cap)
{
	tried_computes(cap, 50);
	told_and_nothing_there(cap, 10, 70, 0);
}

static void told_once_to_each(struct iom_capture *cap)
{
	told_and_nothing_there(cap, 1000, 1000, 0);
}

static void told_twice_by_edges(struct iom_capture *cap)
{
	told_and_nothing_there(cap, 1000, 2200, EPOLLET);
}

/* Threads that wait for one listener, each in an epoll: what each got, and EAGAIN. */
static void herd(struct iom_capture *cap, const uint64_t done[2], const uint64_t again[2])
{
	uint32_t f = build_file(cap, 3, CAP_K_LISTEN, O_NONBLOCK, "tcp listen 127.0.0.1:80");

	cap->files[f].ino = 4242;
	build_thread(cap, MAIN, MAIN + 1, "other");
	for (int i = 0; i < 2; i++) {
		uint32_t ep = build_file(cap, 4 + i, CAP_K_EPOLL, 0, NULL);

		cap->threads[i].cpu_ns = 50 * MS;
		cap->threads[i].asleep_ns = BUILD_LIFE_NS - 50 * MS;

		iom_capture_register(cap, f, ep, EPOLLIN);
		build_epoll_wait(cap, MAIN + i, ep, 0, done[i] + again[i], 10 * MS)->events =
			done[i] + again[i];
		build_transfers(cap, MAIN + i, f, CAP_C_ACCEPT, SYS_accept4, done[i], 0, again[i], 0);
	}
}

static void woken_15_times(struct iom_capture *cap)
{
	herd(cap, (uint64_t[]){20, 20}, (uint64_t[]){8, 7});
}

static void woken_seldom(struct iom_capture *cap)
{
	herd(cap, (uint64_t[]){500, 500}, (uint64_t[]){100, 80});
}

/* The process itself has hardly any part in the herd: that is the other one's thread. */
static void herd_of_another(struct iom_capture *cap)
{
	uint32_t other = build_proc(cap, MAIN + 2, "other"), f, ep;
	struct cap_calls *r;

	herd(cap, (uint64_t[]){100, 0}, (uint64_t[]){4, 0});
	f = build_file(cap, 3, CAP_K_LISTEN, O_NONBLOCK, "tcp listen 127.0.0.1:80");
	ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);
	cap->files[f].ino = 4242;
	cap->files[f].tgid = cap->files[ep].tgid = cap->procs[other].tgid;
	iom_capture_register(cap, f, ep, EPOLLIN);
	r = build_epoll_wait(cap, MAIN + 2, ep, 0, 200, 10 * MS);
	r->events = 200;
	r->tgid = MAIN + 2;
	build_transfers(cap, MAIN + 2, f, CAP_C_ACCEPT, SYS_accept4, 100, 0, 100, 0)->tgid = MAIN + 2;
}

static void poll_of_one(struct iom_capture *cap, uint64_t calls, uint64_t taken)
{
	uint32_t f = tried_connection(cap, 5, O_NONBLOCK);
	struct cap_calls *r = build_transfers(cap, MAIN, f, CAP_C_POLL, SYS_poll, 0, calls, 0, MS);

	r->n.forever = calls;
	r->set_size = 1;
	build_interest(cap, f, calls, 0)->set_file = f;
	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, taken, 0, 0, 0);
}

static void seven_polls(struct iom_capture *cap)
{
	poll_of_one(cap, 7, 7);
}

static void polls_and_takes_little(struct iom_capture *cap)
{
	poll_of_one(cap, 100, 30);
}

static void failing(struct iom_capture *cap, uint64_t fine, uint64_t failed)
{
	uint32_t f = tried_connection(cap, 5, O_NONBLOCK);
	struct cap_calls *r = build_transfers(cap, MAIN, f, CAP_C_SEND, SYS_sendto, fine, 0, 0, 0);

	r->n.err = r->n.failed = failed;
	r->error = ENOBUFS;
}

static void fails_15_times(struct iom_capture *cap)
{
	cap->end_ns = cap->procs[0].end_ns = cap->threads[0].end_ns = cap->start_ns + 1000 * MS;
	failing(cap, 0, 15);
}

static void fails_7_a_second(struct iom_capture *cap)
{
	failing(cap, 0, 70);
}

static void no_descriptor_once(struct iom_capture *cap)
{
	uint32_t l = build_file(cap, 3, CAP_K_LISTEN, O_NONBLOCK, "tcp listen 127.0.0.1:80");
	struct cap_calls *r = build_calls(cap, MAIN, l, CAP_C_ACCEPT, SYS_accept4);

	r->n.err = r->n.failed = 1;
	r->error = EMFILE;
}

static void fails_3_of_10(struct iom_capture *cap)
{
	failing(cap, 700, 300);
}

/* ---- requests and files ----------------------------------------------------------------- */

static void workers_take_3_percent(struct iom_capture *cap)
{
	build_requests(cap, tried_disk(cap), CAP_I_URING, 22 /* IORING_OP_READ */, 1000)->by_worker = 30;
}

static void submits(struct iom_capture *cap, uint64_t slept, uint64_t ns)
{
	build_requests(cap, tried_disk(cap), CAP_I_AIO, 0 /* IOCB_CMD_PREAD */, 1000);
	build_transfers(cap, MAIN, IOM_NO_FILE, CAP_C_AIO_SUBMIT, SYS_io_submit, 1000 - slept, slept, 0, ns);
}

static void submit_of_7_ms(struct iom_capture *cap)
{
	submits(cap, 1, 7 * MS);
}

static void submits_seldom_sleep(struct iom_capture *cap)
{
	submits(cap, 5, 15 * MS);
}

static void done_inside_3_of_10(struct iom_capture *cap)
{
	struct cap_requests *r = build_requests(cap, tried_disk(cap), CAP_I_AIO, 0, 1000);

	r->done_inline = 300;
	r->done_late = 700;
}

static void submission_thread(struct iom_capture *cap, uint64_t requests, uint64_t ms)
{
	uint32_t thread = build_thread(cap, MAIN, MAIN + 1, "iou-sqp-4711");

	cap->threads[thread].kernel_worker = true;
	cap->threads[thread].nvcsw = 1000;
	cap->threads[thread].cpu_ns = ms * MS;
	cap->threads[thread].asleep_ns = BUILD_LIFE_NS - ms * MS;
	build_requests(cap, tried_disk(cap), CAP_I_URING, 22, requests)->by_sqpoll = requests;
}

static void sqpoll_runs_a_third(struct iom_capture *cap)
{
	submission_thread(cap, 1000, 3500);
}

static void sqpoll_30000_a_second(struct iom_capture *cap)
{
	submission_thread(cap, 300000, 9000);
}

static void readiness_and_a_sleep(struct iom_capture *cap)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL), f = tried_connection(cap, 5, 0);

	build_watch(cap, f, ep);
	build_epoll_wait(cap, MAIN, ep, 0, 300, 10 * MS);
	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, 300, 1, 0, 700000);
	cap->calls[1].max_wait_ns = cap->calls[1].wait_ns = 7 * MS;
}

static void tiny(struct iom_capture *cap, uint64_t n, uint64_t bytes)
{
	build_transfers(cap, MAIN, build_file(cap, 3, CAP_K_FIFO, 0, "pipe:[3]"), CAP_C_READ, SYS_read, n, 0, 0,
			0)->bytes = n * bytes;
}

static void tiny_700(struct iom_capture *cap)
{
	tiny(cap, 700, 1);
}

static void bytes_12(struct iom_capture *cap)
{
	tiny(cap, 2000, 12);
}

/* 20 openings of a file, of 70 bytes each. */
static void opened_for_70(struct iom_capture *cap)
{
	for (int i = 0; i < 20; i++)
		build_transfers(cap, MAIN, tried_disk(cap), CAP_C_READ, SYS_read, 70, 0, 0, 0)->bytes = 70;
}

static void there_in_7_of_10(struct iom_capture *cap)
{
	build_transfers(cap, MAIN, tried_connection(cap, 3, 0), CAP_C_READ, SYS_read, 1400, 600, 0, MS)->bytes = 2000;
}

/* Requests in so many writes, and answers that are waited for; bytes are not acknowledged meanwhile. */
static void talks(struct iom_capture *cap, uint32_t unsent, uint64_t writes, uint64_t ms)
{
	uint32_t file = tried_connection(cap, 5, 0);

	cap->files[file].open_at_start = cap->files[file].open_at_end = true;
	cap->files[file].queues_at_start = (struct cap_queues){.known = true, .unsent = unsent};
	cap->files[file].queues_at_end = cap->files[file].queues_at_start;
	build_transfers(cap, BUILD_PID, file, CAP_C_WRITE, SYS_write, writes, 0, 0, 0);
	build_transfers(cap, BUILD_PID, file, CAP_C_READ, SYS_read, 0, 100, 0, ms * MS);
	cap->threads[0].asleep_ns = 100 * ms * MS;
	cap->threads[0].nvcsw = 100;
}

static void full_segments(struct iom_capture *cap)
{
	talks(cap, 4000, 200, 40);
}

static void one_write_each(struct iom_capture *cap)
{
	talks(cap, 20, 100, 40);
}

static void answers_of_15_ms(struct iom_capture *cap)
{
	talks(cap, 20, 200, 15);
}

const struct tried tried_findings[] = {
	{"loop-returns: two", two_returns, 0.5, "", "loop-blocked"},
	{"loop-sleep: 0.7 ms", short_sleeps, 0.5, "", "loop-blocked"},
	{"loop-lock: 7 ms", one_lock, 0.5, "", "loop-blocked"},
	{"loop-lock-part: 0.7 %", ten_locks, 0.5, "", "loop-blocked"},
	{"loop-lock-busy: 3 %", locks_and_no_cpu, 0.5, "loop-blocked", ""},
	{"loop-pause: 6 of 10", pauses, 0.5, NULL, NULL},
	{"turn-computes: 7 ms", tried_turn_of_7_ms, 0.5, "", "loop-computes"},
	{"turn-computes-warn: 70 ms", turn_of_70_ms, 0.5, NULL, NULL},
	{"pages: 15 ms", pages_in_a_short_life, 0.5, "", "page-fault-io"},
	{"pages-part: 3 %", tried_pages_now_and_then, 0.5, "", "page-fault-io"},
	{"second-loop: a fifth", seldom_second, 0.5, "loop-blocked", ""},
	{"nested-files: three", nested_poll, 2, "", "loop-blocked"},
	{"spends-cpu: 3 %", ends_at_3_percent, 0.5, "", "eof-spin"},
	{"spends-rate: 150 a second", ends_150_a_second, 0.5, "", "eof-spin"},
	{"ends-part: 6 of 10", ends_6_of_10, 0.5, "", "eof-spin"},
	{"awake-slept: 3 of 20", awake_and_asleep, 2, "", "not-drained"},
	{"awake-brought: 6 of 10", awake_or_empty, 0.5, "", "not-drained"},
	{"awake-taken: 3 of 10", awake_and_takes, 2, "", "not-drained"},
	{"awake-samples: three", awake_by_3_samples, 0.5, "", "not-drained"},
	{"awake-file: 4 of 10", awake_by_four_files, 0.5, "", "not-drained"},
	{"awake-fails: 3 of 10", asks_and_fails, 0.5, "busy-poll calls-fail", "calls-fail"},
	{"own-alone: 7 of 10", watches_and_another, 0.5, "", "busy-poll"},
	{"own-samples: 15", watches_in_15_samples, 0.5, "", "busy-poll"},
	{"own-writes: 3 of 10", rings_now_and_then, 0.5, "", "busy-poll"},
	{"own-bytes: 12", writes_12_bytes, 2, "", "busy-poll"},
	{"idle-wakeups: 7 a second", wakes_7_a_second, 0.5, "", "idle-wakeups"},
	{"idle-wakeups-warn: 70 a second", wakes_70_a_second, 0.5, NULL, NULL},
	{"idle-empty: 6 of 10", wakes_6_of_10, 0.5, "", "idle-wakeups"},
	{"idle-taken: 3 to 10", wakes_and_takes, 2, "", "idle-wakeups"},
	{"idle-runs: 4 of 10", wakes_and_computes, 2, "", "idle-wakeups"},
	{"idle-vain: 3 of 10", wakes_and_looks_in_vain, 0.5, NULL, NULL},
	{"idle-samples: two", wakes_and_two_samples, 0.5, NULL, NULL},
	{"eagain: 700", tries_700_times, 0.5, "", "eagain-spin"},
	{"eagain-each: 7", tries_7_to_each, 0.5, "", "eagain-spin"},
	{"spurious: 70", told_70_times, 0.5, "", "spurious-ready"},
	{"spurious-each: one", told_once_to_each, 0.5, "", "spurious-ready"},
	{"spurious-edges: two", told_twice_by_edges, 0.5, "", "spurious-ready"},
	{"herd-here: four", herd_of_another, 0.5, "", "thundering-herd"},
	{"herd: 15", woken_15_times, 0.5, "", "thundering-herd"},
	{"herd-each: 18 to 100", woken_seldom, 0.5, "", "thundering-herd"},
	{"one-file: seven", seven_polls, 0.5, "", "one-file-readiness"},
	{"one-file-part: 3 of 10", polls_and_takes_little, 0.5, "", "one-file-readiness"},
	{"fails: 15", fails_15_times, 0.5, "", "calls-fail"},
	{"fails-rate: 7 a second", fails_7_a_second, 0.5, "", "calls-fail"},
	{"fails-part: 3 of 10", fails_3_of_10, 0.5, "", "calls-fail"},
	{"fails-full: once", no_descriptor_once, 0.5, "", "calls-fail"},
	{"async-part: 3 %", workers_take_3_percent, 0.5, "", "iowq-offload"},
	{"submit-long: 7 ms", submit_of_7_ms, 0.5, "", "submit-blocked"},
	{"submit-seldom: 0.75 %", submits_seldom_sleep, 0.5, NULL, NULL},
	{"submit-inside: 3 of 10", done_inside_3_of_10, 0.5, "", "submit-blocked"},
	{"sqpoll-cpu: 35 %", sqpoll_runs_a_third, 0.5, "", "sqpoll-spin"},
	{"sqpoll-requests: 30,000", sqpoll_30000_a_second, 2, "", "sqpoll-spin"},
	{"may-block-slept: 7 ms", readiness_and_a_sleep, 0.5, NULL, NULL},
	{"tiny: 700", tiny_700, 0.5, "", "tiny-transfers"},
	{"tiny-bytes: 12", bytes_12, 2, "", "tiny-transfers"},
	{"tiny-each: 70", opened_for_70, 0.5, "", "tiny-transfers"},
	{"tiny-there: 7 of 10", there_in_7_of_10, 0.5, "", "tiny-transfers"},
	{"nagle-bytes: 4,000", full_segments, 2, "", "nagle-delay"},
	{"nagle-writes: one", one_write_each, 0.5, "", "nagle-delay"},
	{"nagle-wait: 15 ms", answers_of_15_ms, 0.5, "", "nagle-delay"},
	{},
};
