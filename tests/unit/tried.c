/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "tried.h"

#include <fcntl.h>
#include <sys/syscall.h>

#include "build.h"

#define MAIN BUILD_PID

const char tried_stream[] = "tcp 127.0.0.1:80 <- 127.0.0.1:5";

uint32_t tried_connection(struct iom_capture *cap, int fd, uint32_t f_flags)
{
	return build_file(cap, fd, CAP_K_SOCK, f_flags, tried_stream);
}

void tried_computes(struct iom_capture *cap, uint64_t ms)
{
	cap->threads[0].cpu_ns = ms * MS;
	cap->threads[0].asleep_ns = BUILD_LIFE_NS - ms * MS;
	cap->threads[0].nvcsw = 1000;
}

void tried_loop(struct iom_capture *cap, uint64_t returns)
{
	uint32_t ep = build_file(cap, 4, CAP_K_EPOLL, 0, NULL);

	for (int i = 0; i < 3; i++) {
		uint32_t s = tried_connection(cap, 5 + i, O_NONBLOCK);

		build_watch(cap, s, ep);
		build_transfers(cap, MAIN, s, CAP_C_READ, SYS_read, 100, 0, 0, 0);
	}
	build_epoll_wait(cap, MAIN, ep, 0, returns, 10 * MS);
}

void tried_sleeps(struct iom_capture *cap, uint8_t class, uint16_t nr, uint64_t times, uint64_t ns)
{
	uint32_t f = class == CAP_C_READ ? build_file(cap, 9, CAP_K_FIFO, 0, "pipe:[9]") : IOM_NO_FILE;

	build_transfers(cap, MAIN, f, class, nr, 0, times, 0, ns);
}

void tried_turn(struct iom_capture *cap, uint64_t ms)
{
	uint32_t i = iom_capture_add_turns(cap);
	struct cap_turns *n = &cap->turns[i];

	n->tid = n->tgid = MAIN;
	n->class = CAP_C_EPOLL_WAIT;
	n->file = 0;
	n->exact = 299;
	n->longest_ns = ms * MS;
}

void tried_pages(struct iom_capture *cap, uint64_t ms)
{
	build_transfers(cap, MAIN, IOM_NO_FILE, CAP_C_FAULT, 0, 0, 10, 0, ms * MS / 10);
	cap->threads[0].asleep_ns = ms * MS;
	cap->threads[0].nvcsw = 10;
}

void tried_turn_of_7_ms(struct iom_capture *cap)
{
	tried_loop(cap, 300);
	tried_turn(cap, 7);
}

void tried_pages_now_and_then(struct iom_capture *cap)
{
	tried_pages(cap, 300);
}

void tried_again(struct iom_capture *cap, uint64_t done, uint64_t again)
{
	uint32_t f = tried_connection(cap, 3, O_NONBLOCK);

	build_transfers(cap, MAIN, f, CAP_C_READ, SYS_read, done, 0, again, 0);
}

uint32_t tried_disk(struct iom_capture *cap)
{
	return build_file(cap, 3, CAP_K_REG, 0, "/var/lib/table");
}

void tried_asleep(struct iom_capture *cap, uint64_t ms)
{
	build_asleep(cap, 0, CAP_C_READ, SYS_read, build_file(cap, 3, CAP_K_FIFO, 0, "pipe:[3]"), 0, ms * MS);
	cap->threads[0].cpu_ns = BUILD_LIFE_NS - ms * MS;
	cap->threads[0].nvcsw = 1;
}

void tried_asleep_for_7_s(struct iom_capture *cap)
{
	tried_asleep(cap, 7000);
}
