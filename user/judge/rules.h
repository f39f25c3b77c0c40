/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rules.h - who waited? The ordered list of rules, and every threshold of the judgement.
 *
 * Of each operation the first rule that holds says the model. Its id is kept with the
 * votes, so that reasons, explanations and tests read the same table.
 */
#ifndef IOM_RULES_H
#define IOM_RULES_H

#include <stddef.h>

#include "judge/model.h"

enum iom_rule {
	RULE_REQUEST,
	RULE_HELPER,
	RULE_RING_POLL,
	RULE_COMPLETION,
	RULE_SPIN,
	RULE_SIGNAL_WAIT,
	RULE_BELL,
	RULE_VAIN,
	RULE_READINESS,
	RULE_SIGNAL_EVENT,
	RULE_PAGE,
	RULE_NAME,
	RULE_GROWING,
	RULE_SLEPT,
	RULE_SIGNALLED,
	RULE_WATCHED,
	RULE_AGAIN,
	RULE_MAY_SLEEP,
	RULE_COMPANY, /* none held: as other files are waited for */
	RULE_ASIDE,   /* nothing else happened, see ev_is_aside() */
	RULE_NR,
};

struct iom_rule_text {
	const char *id;
	enum iom_model model; /* IOM_M_NONE: as its company */
	const char *says;     /* what holds of the operation, after "it" */
};

const struct iom_rule_text *iom_rule(enum iom_rule rule);

enum iom_limit_id {
	LIMIT_CREDIT_NS,
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
	LIMIT_VAIN_SLEPT,
	LIMIT_VAIN_TAKEN,
	LIMIT_OUTSIDE,
	LIMIT_GROWING_ENDS,
	LIMIT_GROWING_PART,
	LIMIT_SYNCHRONOUS,
	LIMIT_THREADS,
	LIMIT_ROLE_WORK,
	LIMIT_ROLE_LOOP,
	LIMIT_ROLE_POOL,
	LIMIT_BUSY,
	LIMIT_LISTENER,
	LIMIT_HANDED,
	LIMIT_COMPUTES,
	LIMIT_IDLE_RATE,
	LIMIT_IDLE_WARN,
	LIMIT_IDLE_EMPTY,
	LIMIT_IDLE_TAKEN,
	LIMIT_IDLE_RUNS,
	LIMIT_UNSEEN,
	LIMIT_TRACED,
	LIMIT_FAILS,
	LIMIT_FAILS_RATE,
	LIMIT_FAILS_PART,
	LIMIT_FAILS_FULL,
	LIMIT_ENDS_PART,
	LIMIT_OPEN_SURE,
	LIMIT_OPS_HALF,
	LIMIT_NR,
};

struct iom_limit {
	const char *name;
	double value;
	const char *unit;
	const char *reason;
};

double iom_limit(enum iom_limit_id id);
/* All LIMIT_NR of them. Tests set the values, to see what depends on them. */
struct iom_limit *iom_limits(void);

#endif
