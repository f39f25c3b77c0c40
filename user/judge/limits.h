/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * limits.h - every threshold of the judgement, of the findings and of what the page says.
 *
 * "Most", which is half or more, is none; nor is what bounds memory or the length of a text.
 */
#ifndef IOM_LIMITS_H
#define IOM_LIMITS_H

enum iom_limit_id {
	/* the verdict */
	LIMIT_CREDIT_NS,
	LIMIT_LISTENER,
	LIMIT_HANDED,
	LIMIT_DISK,
	LIMIT_TRANSFER_NS,
	LIMIT_SERVED,
	LIMIT_KERNEL_FILE,
	LIMIT_IDLE,
	LIMIT_ALSO,
	LIMIT_ALSO_OPS,
	LIMIT_ALSO_FEW,
	LIMIT_SPIN_CALLS,
	LIMIT_SPIN_NOWAIT,
	LIMIT_SPIN_EMPTY,
	LIMIT_SPIN_SLEPT,
	LIMIT_SPIN_SIGNALS,
	LIMIT_VAIN_SLEPT,
	LIMIT_VAIN_TAKEN,
	LIMIT_OUTSIDE,
	LIMIT_GROWING_ENDS,
	LIMIT_GROWING_PART,
	LIMIT_SYNCHRONOUS,
	LIMIT_THREADS,
	LIMIT_COMPUTES,
	LIMIT_UNSEEN,
	LIMIT_TRACED,
	LIMIT_OPEN_SURE,
	LIMIT_OPS_HALF,
	LIMIT_TIE,
	LIMIT_SURE,
	LIMIT_LOST,
	/* the account */
	LIMIT_PAGE_NS,
	LIMIT_SECOND_LOOP,
	LIMIT_NESTED_FILES,
	LIMIT_SAMPLED,
	LIMIT_SAMPLED_PART,
	LIMIT_SAMPLED_BESIDES,
	/* the pattern */
	LIMIT_ROLE_WORK,
	LIMIT_ROLE_LOOP,
	LIMIT_ROLE_POOL,
	LIMIT_BUSY,
	/* findings: loops */
	LIMIT_LOOP_RETURNS,
	LIMIT_LOOP_SLEEP_NS,
	LIMIT_LOOP_LOCK_NS,
	LIMIT_LOOP_LOCK_PART,
	LIMIT_LOOP_LOCK_BUSY,
	LIMIT_TURN_NS,
	LIMIT_TURN_WARN_NS,
	LIMIT_PAGES_NS,
	LIMIT_PAGES_PART,
	/* findings: asking and failing in vain */
	LIMIT_SPENDS_CPU,
	LIMIT_SPENDS_RATE,
	LIMIT_AWAKE_SLEPT,
	LIMIT_AWAKE_BROUGHT,
	LIMIT_AWAKE_TAKEN,
	LIMIT_AWAKE_SAMPLES,
	LIMIT_AWAKE_FILE,
	LIMIT_AWAKE_FAILS,
	LIMIT_OWN_ALONE,
	LIMIT_OWN_SAMPLES,
	LIMIT_OWN_WRITES,
	LIMIT_OWN_BYTES,
	LIMIT_IDLE_RATE,
	LIMIT_IDLE_WARN,
	LIMIT_IDLE_EMPTY,
	LIMIT_IDLE_TAKEN,
	LIMIT_IDLE_RUNS,
	LIMIT_AGAIN,
	LIMIT_AGAIN_EACH,
	LIMIT_SPURIOUS,
	LIMIT_SPURIOUS_EACH,
	LIMIT_SPURIOUS_EDGES,
	LIMIT_HERD_HERE,
	LIMIT_HERD,
	LIMIT_HERD_EACH,
	LIMIT_ONE_FILE,
	LIMIT_ONE_FILE_PART,
	LIMIT_FAILS,
	LIMIT_FAILS_RATE,
	LIMIT_FAILS_PART,
	LIMIT_FAILS_FULL,
	LIMIT_ENDS_PART,
	/* findings: requests and files */
	LIMIT_ASYNC_PART,
	LIMIT_SUBMIT_LONG_NS,
	LIMIT_SUBMIT_SELDOM,
	LIMIT_SUBMIT_INSIDE,
	LIMIT_SQPOLL_CPU,
	LIMIT_SQPOLL_RATE,
	LIMIT_BLOCKED_NS,
	LIMIT_TINY,
	LIMIT_TINY_BYTES,
	/* the page */
	LIMIT_PAGE_IDLE,
	LIMIT_PAGE_PART,
	LIMIT_PAGE_LOOP,
	LIMIT_PAGE_SLEPT,
	LIMIT_REASON_OPEN_NS,
	LIMIT_NR,
};

struct iom_limit {
	const char *name;
	double value;
	const char *unit;
	const char *reason;
	const char *test; /* the unit test that fails at half, or at double */
};

double iom_limit(enum iom_limit_id id);
/* All LIMIT_NR of them. Tests set the values, to see what depends on them. */
struct iom_limit *iom_limits(void);
/* What the thresholds from this one on decide, where a group begins with it; else NULL. */
const char *iom_limits_of(enum iom_limit_id id);

#endif
