/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Captures between a threshold's (page) usual value and half or double of it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

#include "build.h"
#include "tried.h"

#define MAIN BUILD_PID

/* ---- lines of threads ------------------------------------------------------------------- */

static void asleep_for_70_ms(struct iom_capture *cap)
{
	tried_asleep(cap, 70);
}

static void computes_3_percent(struct iom_capture *cap)
{
	tried_sleeps(cap, CAP_C_READ, SYS_read, 97, 100 * MS);
	tried_computes(cap, 300);
}

static void seven_looks(struct iom_capture *cap)
{
	tried_loop(cap, 0);
	cap->calls[3].n.zero = cap->calls[3].n.nowait = 7;
}

static void sleeps_a_little(struct iom_capture *cap)
{
	tried_sleeps(cap, CAP_C_READ, SYS_read, 7, 10 * MS);
	tried_computes(cap, 9930);
}

/* It is there to be woken by another thread: 9 s, of which there is no more to say. */
static void parked(struct iom_capture *cap)
{
	tried_sleeps(cap, CAP_C_FUTEX, SYS_futex, 90, 100 * MS);
	tried_computes(cap, 100);
}

static void parked_and_reads_for_700_us(struct iom_capture *cap)
{
	parked(cap);
	tried_sleeps(cap, CAP_C_READ, SYS_read, 1, 700000);
}

static void parked_and_reads_seven_times(struct iom_capture *cap)
{
	parked(cap);
	build_transfers(cap, MAIN, tried_disk(cap), CAP_C_READ, SYS_read, 7, 0, 0, 0);
}

static void lives_for_1500_ms(struct iom_capture *cap)
{
	uint32_t thread = build_thread(cap, MAIN, MAIN + 1, "other");
	struct cap_thread *t = &cap->threads[thread];

	parked(cap);
	t->born = t->exited = true;
	t->end_ns = t->start_ns + 1500 * MS;
}

/* Their names differ by a number, as those of a pool do. */
static void three_wait_alike(struct iom_capture *cap)
{
	char name[CAP_COMM_LEN];

	for (int i = 1; i <= 3; i++) {
		uint32_t thread;

		snprintf(name, sizeof(name), "worker-%d", i);
		thread = build_thread(cap, MAIN, MAIN + i, name);
		cap->threads[thread].cpu_ns = 0;
		build_asleep(cap, thread, CAP_C_READ, SYS_read, tried_connection(cap, 5 + i, 0), 5 * MS,
			     BUILD_LIFE_NS);
	}
}

/* ---- the first sentence ----------------------------------------------------------------- */

static void loop_and_reads_for_1800_ms(struct iom_capture *cap)
{
	tried_loop(cap, 300);
	tried_sleeps(cap, CAP_C_READ, SYS_read, 18, 100 * MS);
}

/* A loop that sleeps for so long, and hears so often of room in one file, and of another file. */
static void waits_for_room(struct iom_capture *cap, uint64_t ms, uint64_t samples, uint64_t others)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);

	for (int i = 0; i < 2; i++) {
		uint32_t f = tried_connection(cap, 5 + i, O_NONBLOCK), k = iom_capture_add_awake(cap);

		iom_capture_register(cap, f, ep, EPOLLIN | EPOLLOUT);
		cap->files[ep].set_size++;
		cap->awakes[k] = (struct cap_awake){.tid = MAIN, .tgid = MAIN, .class = CAP_C_EPOLL_WAIT,
						    .set_file = ep, .file = f, .events = i ? EPOLLIN : EPOLLOUT,
						    .samples = i ? others : samples};
	}
	build_epoll_wait(cap, MAIN, ep, 260, 35, ms * MS / 35)->events = 295;
	build_transfers(cap, MAIN, ep + 1, CAP_C_SEND, SYS_sendto, 300, 0, 0, 0);
	build_asleep(cap, 0, CAP_C_EPOLL_WAIT, SYS_epoll_wait, ep, 0, 20 * MS);
}

static void waits_for_room_for_4_s(struct iom_capture *cap)
{
	waits_for_room(cap, 4000, 16, 0);
}

static void waits_for_room_in_6_samples(struct iom_capture *cap)
{
	waits_for_room(cap, 8000, 6, 0);
}

static void waits_for_room_in_6_of_10(struct iom_capture *cap)
{
	waits_for_room(cap, 8000, 12, 8);
}

/* ---- files ------------------------------------------------------------------------------ */

static void four_of_one_directory(struct iom_capture *cap)
{
	char name[16];

	for (int i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "/srv/table/%d", i);
		build_transfers(cap, MAIN, build_file(cap, 5 + i, CAP_K_REG, 0, name), CAP_C_READ, SYS_read, 100, 0, 0,
				0);
	}
}

const struct tried tried_page[] = {
	{"page-idle: 70 %", tried_asleep_for_7_s, 0.5, NULL, NULL},
	{"page-part: 3 %", computes_3_percent, 0.5, NULL, NULL},
	{"page-loop: seven", seven_looks, 0.5, NULL, NULL},
	{"page-slept: 0.7 %", sleeps_a_little, 0.5, NULL, NULL},
	{"page-work: 0.7 ms", parked_and_reads_for_700_us, 0.5, NULL, NULL},
	{"page-made: seven", parked_and_reads_seven_times, 0.5, NULL, NULL},
	{"elsewhere: 18 %", loop_and_reads_for_1800_ms, 0.5, NULL, NULL},
	{"room-slept: 4 of 10 s", waits_for_room_for_4_s, 0.5, NULL, NULL},
	{"room-samples: six", waits_for_room_in_6_samples, 0.5, NULL, NULL},
	{"room-share: 6 of 10", waits_for_room_in_6_of_10, 0.5, NULL, NULL},
	{"reason-open: 70 ms", asleep_for_70_ms, 0.5, NULL, NULL},
	{"short-lived: 15 %", lives_for_1500_ms, 2, NULL, NULL},
	{"crowd: three", three_wait_alike, 0.5, NULL, NULL},
	{"folded: four", four_of_one_directory, 0.5, NULL, NULL},
	{},
};
