/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/rules.h"

#include "judge/asked.h"

static bool only_bells(const struct asked *q)
{
	return q->what == ASK_READINESS && q->set->bells && !q->set->payload;
}

static bool is_transfer_part(const struct asked *q)
{
	return q->what == ASK_SLEPT || q->what == ASK_DONE;
}

static bool is_request(const struct asked *q)
{
	return q->what == ASK_REQUEST;
}

static bool is_by_helper(const struct asked *q)
{
	return is_transfer_part(q) && q->t && q->t->helper;
}

static bool is_ring_that_polls(const struct asked *q)
{
	if (q->what != ASK_COMPLETION)
		return false;
	/* None was seen: a multishot request from before the watch. Who transfers by calls of its
	 * own after each wait was told of readiness by it, unless it waited for files to be opened. */
	if (!q->p->poll_requests && !q->p->data_requests)
		return q->t && q->t->done && 2 * q->t->done >= q->n.ops && 2 * q->p->name_requests < q->n.ops;
	return q->p->poll_requests > q->p->data_requests;
}

static bool is_completion(const struct asked *q)
{
	/* What is in flight may have been handed over before the watch: the ring that is waited for tells. */
	return q->what == ASK_COMPLETION ||
	       (only_bells(q) && (q->p->async.submits || (q->set->urings && !q->set->vain && !q->set->spin)));
}

static bool is_spun(const struct asked *q)
{
	return q->what == ASK_READINESS && q->set->spin;
}

static bool is_for_signals(const struct asked *q)
{
	return (q->what == ASK_SIGNAL || only_bells(q)) && q->t &&
	       (q->p->fasync || q->t->signal_events);
}

static bool is_bell(const struct asked *q)
{
	return only_bells(q) || q->what == ASK_SIGNAL;
}

static bool is_in_vain(const struct asked *q)
{
	return q->what == ASK_READINESS && q->set->vain;
}

static bool is_readiness_wait(const struct asked *q)
{
	return q->what == ASK_READINESS;
}

static bool is_event(const struct asked *q)
{
	return q->what == ASK_EVENT;
}

static bool is_page(const struct asked *q)
{
	return q->what == ASK_PAGE;
}

static bool is_name(const struct asked *q)
{
	return q->what == ASK_NAME;
}

static bool is_growing(const struct asked *q)
{
	return q->growing;
}

static bool has_slept(const struct asked *q)
{
	return q->what == ASK_SLEPT;
}

static bool is_signalled(const struct asked *q)
{
	return q->side.async && q->p->io_signals && !q->side.watch_sleeps;
}

static bool is_watched(const struct asked *q)
{
	return q->side.watch == EV_WATCHED;
}

static bool is_asked_again(const struct asked *q)
{
	return q->side.watch == EV_SPUN || (q->again && !q->may_sleep);
}

static bool may_sleep(const struct asked *q)
{
	return q->may_sleep;
}

static bool always(const struct asked *q)
{
	(void)q;
	return true;
}

static const struct {
	struct iom_rule_text text;
	bool (*holds)(const struct asked *q);
} rules[RULE_NR] = {
	[RULE_REQUEST] = {{"request", IOM_M_ASYNC, "was handed over as a request"}, is_request},
	[RULE_HELPER] = {{"helper", IOM_M_ASYNC, "was made by a helper thread of POSIX AIO"}, is_by_helper},
	[RULE_RING_POLL] = {{"ring-poll", IOM_M_MULTIPLEXED,
		"is a sleep for a ring that is only asked for readiness"}, is_ring_that_polls},
	[RULE_COMPLETION] = {{"completion", IOM_M_ASYNC,
		"is a sleep while requests are handed over or until some are done, or asks whether they are"}, is_completion},
	[RULE_SPIN] = {{"spin", IOM_M_NONBLOCKING,
		"is a readiness call that is asked again and again instead of waited in"}, is_spun},
	[RULE_SIGNAL_WAIT] = {{"signal-wait", IOM_M_SIGNAL, "is a sleep until a signal about a file"},
		is_for_signals},
	[RULE_BELL] = {{"bell", IOM_M_NONE,
		"is a sleep for timers, children or wake-ups of its own: no I/O"}, is_bell},
	[RULE_VAIN] = {{"vain", IOM_M_MULTIPLEXED,
		"is a readiness call that always comes back at once, for nothing that is taken"}, is_in_vain},
	[RULE_READINESS] = {{"readiness", IOM_M_MULTIPLEXED, "is a sleep in a readiness call"},
		is_readiness_wait},
	[RULE_SIGNAL_EVENT] = {{"signal-event", IOM_M_SIGNAL,
		"is an event of a directory or a lease, told by a signal"}, is_event},
	[RULE_PAGE] = {{"page", IOM_M_BLOCKING, "is a sleep for pages of mapped files"}, is_page},
	[RULE_NAME] = {{"name", IOM_M_BLOCKING, "is a sleep in work on names, such as open"}, is_name},
	[RULE_GROWING] = {{"growing", IOM_M_NONBLOCKING,
		"looks again and again whether a file has grown"}, is_growing},
	[RULE_SLEPT] = {{"slept", IOM_M_BLOCKING, "slept in the call"}, has_slept},
	[RULE_SIGNALLED] = {{"signalled", IOM_M_SIGNAL, "was told of by a signal"}, is_signalled},
	[RULE_WATCHED] = {{"watched", IOM_M_MULTIPLEXED,
		"did not sleep, and somebody waits for the file in a readiness call"}, is_watched},
	[RULE_AGAIN] = {{"again", IOM_M_NONBLOCKING,
		"had been told that there is nothing yet, and asked again"}, is_asked_again},
	[RULE_MAY_SLEEP] = {{"may-sleep", IOM_M_BLOCKING, "would have slept, had there been nothing"},
		may_sleep},
	[RULE_COMPANY] = {{"company", IOM_M_NONE,
		"needed no wait: as its file, else its thread, else its process waits otherwise"}, always},
	[RULE_ASIDE] = {{"aside", IOM_M_BLOCKING,
		"is of a file that never waits, or the runtime's own, and nothing else happened"}, NULL},
};

const struct iom_rule_text *iom_rule(enum iom_rule rule)
{
	return &rules[rule].text;
}

enum iom_rule iom_first_rule(const struct asked *q, enum iom_rule from)
{
	while (!rules[from].holds(q))
		from++;
	return from;
}
