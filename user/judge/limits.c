/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/limits.h"

#include <stddef.h>

static struct iom_limit limits[LIMIT_NR] = {
	/* ---- the verdict ----------------------------------------------------------- */

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
	[LIMIT_COMPUTES] = {"computes", 0.5, "of a CPU",
		"where nothing else happened, a thread that computes so much is what happened"},
	[LIMIT_UNSEEN] = {"unseen", 0.9, "of the confidence",
		"is left where data moves by memory: mapped files, rings shared with the kernel"},
	[LIMIT_OPEN_SURE] = {"open-sure", 0.90, "confidence", "how far sleeps under way alone can carry"},
	[LIMIT_OPS_HALF] = {"few", 2, "operations", "so few are half of what would be enough"},

	/* ---- the pattern ----------------------------------------------------------- */

	[LIMIT_ROLE_WORK] = {"role-work", 0.05, "of the work",
		"a thread, or a pipe, has a part in the pattern from here on"},
	[LIMIT_ROLE_LOOP] = {"role-loop", 0.25, "of a thread's share",
		"an event loop stays one while it is held up by files"},
	[LIMIT_ROLE_POOL] = {"role-pool", 1.5, "connections a thread, threads a connection",
		"a pool hands them to whoever is free"},
	[LIMIT_BUSY] = {"busy", 0.10, "of the time", "polling below this is paced by a timer"},

	/* ---- the findings ---------------------------------------------------------- */

	[LIMIT_IDLE_RATE] = {"idle-wakeups", 10, "a second",
		"time limits of a loop that run out less often than this are clocks and housekeeping,"},
	[LIMIT_IDLE_WARN] = {"idle-wakeups-warn", 100, "a second",
		"and from here on they are a warning: the CPU is never asleep for as long as saves power"},
	[LIMIT_IDLE_EMPTY] = {"idle-empty", 0.8, "of the returns",
		"so many must bring nothing: a loop that is busy may have timers as well,"},
	[LIMIT_IDLE_TAKEN] = {"idle-taken", 0.2, "transfers for each",
		"so few transfers are made: a timer by which something is sent has its use,"},
	[LIMIT_IDLE_RUNS] = {"idle-runs", 0.25, "of the time",
		"and no more is computed: that would be what the timer is for"},
	[LIMIT_FAILS] = {"fails", 20, "calls",
		"fewer failures are what happens at the start, when a peer leaves, or when something is tried,"},
	[LIMIT_FAILS_RATE] = {"fails-rate", 10, "a second",
		"seldomer ones are paid for by nobody,"},
	[LIMIT_FAILS_PART] = {"fails-part", 0.5, "of these calls",
		"and where most succeed the program goes on"},
	[LIMIT_ENDS_PART] = {"ends-part", 0.9, "of the reads",
		"reading to the end finds it once or twice a file; when so many do, nobody looks at what came"},
};

const char *iom_limits_of(enum iom_limit_id id)
{
	switch (id) {
	case LIMIT_CREDIT_NS:
		return "The verdict";
	case LIMIT_ROLE_WORK:
		return "The pattern";
	case LIMIT_IDLE_RATE:
		return "The findings";
	default:
		return NULL;
	}
}

double iom_limit(enum iom_limit_id id)
{
	return limits[id].value;
}

struct iom_limit *iom_limits(void)
{
	return limits;
}
