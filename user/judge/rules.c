/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/rules.h"

#include "judge/asked.h"

/* ---- every threshold ------------------------------------------------------------------ */

static struct iom_limit limits[LIMIT_NR] = {
	[LIMIT_CREDIT_NS] = {"credit", 10e6, "ns",
		"a wait counts at most this for each operation that it brought: what is longer was "
		"for lack of work, and an idle listener sleeps all day"},
	[LIMIT_LISTENER] = {"listener", 0.05, "of that",
		"a wait for connections that other threads serve counts so much: theirs is the work"},
	[LIMIT_HANDED] = {"handed-over", 0.25, "other operations a connection",
		"up to here the thread that accepts leaves the work to others"},
	[LIMIT_DISK] = {"disk", 0.33, "of its time",
		"a wait for a disk counts so much: it is part of serving what another wait brought"},
	[LIMIT_TRANSFER_NS] = {"transfer", 5e3, "ns of waiting",
		"what a transfer weighs besides its waiting: the less was waited, the more "
		"transfers decide"},
	[LIMIT_SERVED] = {"served", 20, "transfers an event",
		"up to here transfers of stored files that do not sleep are part of serving what a "
		"readiness call told of, as waits for a disk are"},
	[LIMIT_KERNEL_FILE] = {"kernel-file", 0.1, "of a transfer",
		"files of /proc and /sys are seldom what a program is about"},
	[LIMIT_IDLE] = {"idle", 0.001, "of the sleep",
		"sleep that brought nothing decides only what operations leave open"},
	[LIMIT_ALSO] = {"also", 0.05, "of transfers or waiting",
		"a further model is named from this part on"},
	[LIMIT_ALSO_OPS] = {"also-waits", 3, "waits",
		"one or two sleeps are no way of working, unless they are most of the waiting"},
	[LIMIT_ALSO_FEW] = {"also-few", 10, "transfers",
		"fewer are what happens at the start, or log lines, unless they are most of the transfers"},
	[LIMIT_SPIN_CALLS] = {"spin-calls", 10, "calls", "fewer looks are no loop"},
	[LIMIT_SPIN_NOWAIT] = {"spin-zero-timeout", 0.90, "of the calls",
		"a set is spun when so many calls do not want to wait,"},
	[LIMIT_SPIN_EMPTY] = {"spin-empty", 0.50, "of the calls", "so many find nothing,"},
	[LIMIT_SPIN_SLEPT] = {"spin-slept", 0.05, "of the calls, and of the time",
		"and the thread hardly ever sleeps in readiness calls; loaded loops do now and then"},
	[LIMIT_VAIN_SLEPT] = {"vain-slept", 0.10, "of the calls, and of the time",
		"a set is asked in vain when so few of its calls sleep or find nothing, for so little "
		"of the time,"},
	[LIMIT_VAIN_TAKEN] = {"vain-taken", 0.20, "of the calls", "and so little is taken"},
	[LIMIT_OUTSIDE] = {"outside", 0.05, "of the time",
		"sleep in no call is for pages from here on, and below what the clocks differ by"},
	[LIMIT_GROWING_ENDS] = {"growing-ends", 3, "ends for each file",
		"reading to the end takes one or two; to look again is to ask whether the file grew"},
	[LIMIT_GROWING_PART] = {"growing-part", 0.25, "of the reads",
		"so much of reading must be looking for more"},
	[LIMIT_SYNCHRONOUS] = {"synchronous", 0.5, "of the requests",
		"done before the next could be handed over, or alone in flight"},
	[LIMIT_THREADS] = {"threads", 0.5, "of the requests", "made by helper threads"},
	[LIMIT_ROLE_WORK] = {"role-work", 0.05, "of the work",
		"a thread, or a pipe, has a part in the pattern from here on"},
	[LIMIT_ROLE_LOOP] = {"role-loop", 0.25, "of a thread's share",
		"an event loop stays one while it is held up by files"},
	[LIMIT_ROLE_POOL] = {"role-pool", 1.5, "connections a thread, threads a connection",
		"a pool hands them to whoever is free"},
	[LIMIT_BUSY] = {"busy", 0.10, "of the time", "polling below this is paced by a timer"},
	[LIMIT_COMPUTES] = {"computes", 0.5, "of a CPU",
		"where nothing else happened, a thread that computes so much is what happened"},
	[LIMIT_IDLE_RATE] = {"idle-wakeups", 10, "a second",
		"time limits that run out less often than this are clocks and housekeeping,"},
	[LIMIT_IDLE_WARN] = {"idle-wakeups-warn", 100, "a second",
		"and from here on they are a warning: the CPU is never asleep for as long as saves power"},
	[LIMIT_IDLE_EMPTY] = {"idle-empty", 0.8, "of the returns",
		"so many must bring nothing: a loop that is busy may have timers as well,"},
	[LIMIT_IDLE_TAKEN] = {"idle-taken", 0.2, "transfers for each",
		"so few transfers are made: a timer by which something is sent has its use,"},
	[LIMIT_IDLE_RUNS] = {"idle-runs", 0.25, "of the time",
		"and no more is computed: that would be what the timer is for"},
	[LIMIT_UNSEEN] = {"unseen", 0.9, "of the confidence",
		"is left where data moves by memory: mapped files, rings shared with the kernel"},
	[LIMIT_TRACED] = {"traced", 0.7, "of the confidence",
		"is left where a tracer stops the program at its calls: whether these sleep is not known"},
	[LIMIT_FAILS] = {"fails", 20, "calls",
		"fewer failures are what happens at the start, when a peer leaves, or when something is tried,"},
	[LIMIT_FAILS_RATE] = {"fails-rate", 10, "a second",
		"seldomer ones are paid for by nobody,"},
	[LIMIT_FAILS_PART] = {"fails-part", 0.5, "of these calls",
		"and where most succeed the program goes on"},
	[LIMIT_FAILS_FULL] = {"fails-full", 2, "calls",
		"where descriptors or space are used up few failures are enough: programs pause "
		"before they try again, and nobody is served meanwhile"},
	[LIMIT_ENDS_PART] = {"ends-part", 0.9, "of the reads",
		"reading to the end finds it once or twice a file; when so many do, nobody looks at what came"},
	[LIMIT_OPEN_SURE] = {"open-sure", 0.90, "confidence", "how far sleeps under way alone can carry"},
	[LIMIT_OPS_HALF] = {"few", 2, "operations", "so few are half of what would be enough"},
};

double iom_limit(enum iom_limit_id id)
{
	return limits[id].value;
}

struct iom_limit *iom_limits(void)
{
	return limits;
}

/* ---- the rules, in their order ----------------------------------------------------------- */

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
	 * own after each wait was told of readiness by it. */
	if (!q->p->poll_requests && !q->p->data_requests)
		return q->t && q->t->done && 2 * q->t->done >= q->n.ops;
	return q->p->poll_requests > q->p->data_requests;
}

static bool is_completion(const struct asked *q)
{
	return q->what == ASK_COMPLETION || (only_bells(q) && q->p->async.submits);
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
		"is a sleep while requests are handed over, or until some are done"}, is_completion},
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
