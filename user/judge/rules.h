/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rules.h - who waited? The ordered list of rules.
 *
 * Of each operation the first rule that holds says the model. Its id is kept with the
 * votes, so that reasons, explanations and tests read the same table.
 */
#ifndef IOM_RULES_H
#define IOM_RULES_H

#include <stddef.h>

#include "judge/limits.h"
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

#endif
