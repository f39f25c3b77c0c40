/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * requests.h - asynchronous requests in flight, as a back end keeps them.
 */
#ifndef IOM_REQUESTS_H
#define IOM_REQUESTS_H

#include "facts.h"

/* ---- io_uring ---------------------------------------------------------------- */

struct iom_request { /* one request in flight */
	__u64 row;	 /* key in shared */
	__u64 ring;	 /* its struct io_ring_ctx */
	__u64 nvcsw;	 /* of the submitter, at submission */
	__u32 tid;	 /* submitter */
	__u32 ring_calls; /* of the submitter, at submission */
	__u32 elsewhere; /* not 0: handed to a worker, or waits in an internal poll; bits 1 << IOM_A_* */
	__u32 pad;
};

struct iom_multishot { /* completions of a multishot request may carry no request */
	__u64 ring, user_data;
};

struct iom_sqe { /* a request as it is submitted */
	__u64 id, ring, user_data;
	__u32 fd; /* IOM_FD_NONE: known when it completes */
	__u32 opcode;
};

/* ---- libaio ------------------------------------------------------------------ */

/* Added up, each at most once. */
#define IOM_FLIGHT_DONE	    1 /* completed */
#define IOM_FLIGHT_RETURNED 2 /* io_submit has returned */

struct iom_flight_key {
	__u64 ctx;  /* struct kioctx */
	__u64 iocb; /* the program's struct iocb */
};

struct iom_flight { /* a request that is followed */
	__u64 row; /* key of the shared row of its late completion; set before it is RETURNED */
	__s64 res; /* set before it is DONE */
	__u32 state;
	__u32 alone; /* nothing else was in flight in its context */
};

/* A context whose requests are not followed, but counted by its ring's tail. */
struct iom_aio_ctx {
	__u64 submitted, completed;
	__u32 tail, nr; /* as last read */
};

#endif
