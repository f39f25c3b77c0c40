/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tried.h - a capture for each threshold, between its usual value and half or double of that.
 */
#ifndef IOM_TEST_TRIED_H
#define IOM_TEST_TRIED_H

#include <stdint.h>

#include "capture/capture.h"

struct tried {
	const char *name; /* "THRESHOLD: what the capture is" */
	void (*build)(struct iom_capture *cap);
	double factor;
	const char *usual, *then; /* the findings; NULL: something else on the page differs */
};

/* Each ended by a row without a name. */
extern const struct tried tried_verdict[], tried_findings[], tried_page[];

/* What they are made of, all of it the main thread's. */
extern const char tried_stream[]; /* the name of a connection */
uint32_t tried_connection(struct iom_capture *cap, int fd, uint32_t f_flags);
uint32_t tried_disk(struct iom_capture *cap); /* a file on one */
/* Of the ten seconds it computes so much, and sleeps in what its calls say and besides. */
void tried_computes(struct iom_capture *cap, uint64_t ms);
/* A loop around an epoll with three connections: rows 0 to 3 of the calls, row 3 its waiting. */
void tried_loop(struct iom_capture *cap, uint64_t returns);
/* Its longest turn. */
void tried_turn(struct iom_capture *cap, uint64_t ms);
void tried_turn_of_7_ms(struct iom_capture *cap);
/* So many sleeps in one call, of a pipe where it reads. */
void tried_sleeps(struct iom_capture *cap, uint8_t class, uint16_t nr, uint64_t times, uint64_t ns);
/* Asleep in a read when the watch ended, and running before. */
void tried_asleep(struct iom_capture *cap, uint64_t ms);
void tried_asleep_for_7_s(struct iom_capture *cap);
/* Sleeps for pages, outside calls. */
void tried_pages(struct iom_capture *cap, uint64_t ms);
void tried_pages_now_and_then(struct iom_capture *cap);
/* Reads of a connection that nobody waits for, and EAGAIN. */
void tried_again(struct iom_capture *cap, uint64_t done, uint64_t again);

#endif
