/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/limits.h"

#include <stddef.h>

static struct iom_limit limits[LIMIT_NR] = {
	/* ---- the verdict ----------------------------------------------------------- */

	[LIMIT_CREDIT_NS] = {"credit", 10e6, "ns",
		"a wait counts at most this for each operation that it brought: what is longer was "
		"for lack of work, and an idle listener sleeps all day", "credit: 8 ms"},
	[LIMIT_LISTENER] = {"listener", 0.05, "of that",
		"a wait for connections that other threads serve counts so much: theirs is the work",
		"listener: a loop beside"},
	[LIMIT_HANDED] = {"handed-over", 0.25, "other operations a connection",
		"up to here the thread that accepts leaves the work to others", "handed-over: 4 of 10"},
	[LIMIT_DISK] = {"disk", 0.33, "of its time",
		"a wait for a disk counts so much: it is part of serving what another wait brought",
		"disk: it syncs"},
	[LIMIT_TRANSFER_NS] = {"transfer", 5e3, "ns of waiting",
		"what a transfer weighs besides its waiting: the less was waited, the more "
		"transfers decide", "transfer: some, and waits"},
	[LIMIT_SERVED] = {"served", 20, "transfers an event",
		"up to here transfers of stored files that do not sleep are part of serving what a "
		"readiness call told of, as waits for a disk are", "served: 30 an event"},
	[LIMIT_KERNEL_FILE] = {"kernel-file", 0.1, "of a transfer",
		"files of /proc and /sys are seldom what a program is about",
		"kernel-file: with a loop"},
	[LIMIT_IDLE] = {"idle", 0.001, "of the sleep",
		"sleep that brought nothing decides only what operations leave open",
		"idle: stays asleep"},
	[LIMIT_ALSO] = {"also", 0.05, "of transfers or waiting",
		"a further model is named from this part on", "also: 4 %"},
	[LIMIT_ALSO_OPS] = {"also-waits", 3, "waits",
		"one or two sleeps are no way of working, unless they are most of the waiting",
		"also-waits: two sleeps"},
	[LIMIT_ALSO_FEW] = {"also-few", 10, "transfers",
		"fewer are what happens at the start, or log lines, unless they are most of the transfers",
		"also-few: seven"},
	[LIMIT_SPIN_CALLS] = {"spin-calls", 10, "calls", "fewer looks are no loop",
		"spin-calls: seven"},
	[LIMIT_SPIN_NOWAIT] = {"spin-zero-timeout", 0.90, "of the calls",
		"a set is spun when so many calls do not want to wait,", "spin-zero-timeout: 6 of 10"},
	[LIMIT_SPIN_EMPTY] = {"spin-empty", 0.50, "of the calls", "so many find nothing,",
		"spin-empty: 3 of 10"},
	[LIMIT_SPIN_SLEPT] = {"spin-slept", 0.05, "of the calls, and of the time",
		"and the thread hardly ever sleeps in readiness calls; loaded loops do now and then",
		"spin-slept: 7 %"},
	[LIMIT_SPIN_SIGNALS] = {"spin-signals", 2, "empty looks a signal",
		"so many are provoked by signals about files, and no spin", "spin-signals: 15 to 10"},
	[LIMIT_VAIN_SLEPT] = {"vain-slept", 0.10, "of the calls, and of the time",
		"a set is asked in vain when so few of its calls sleep or find nothing, for so little "
		"of the time,", "vain-slept: 15 %"},
	[LIMIT_VAIN_TAKEN] = {"vain-taken", 0.20, "of the calls", "and so little is taken",
		"vain-taken: 3 of 10"},
	[LIMIT_OUTSIDE] = {"outside", 0.05, "of the time",
		"sleep in no call is for pages from here on, and below what the clocks differ by",
		"outside: 3 %"},
	[LIMIT_GROWING_ENDS] = {"growing-ends", 3, "ends for each file",
		"reading to the end takes one or two; to look again is to ask whether the file grew",
		"growing-ends: two"},
	[LIMIT_GROWING_PART] = {"growing-part", 0.25, "of the reads",
		"so much of reading must be looking for more", "growing-part: 15 %"},
	[LIMIT_SYNCHRONOUS] = {"synchronous", 0.5, "of the requests",
		"done before the next could be handed over, or alone in flight",
		"synchronous: 3 of 10"},
	[LIMIT_THREADS] = {"threads", 0.5, "of the requests", "made by helper threads",
		"threads: 3 of 10"},
	[LIMIT_COMPUTES] = {"computes", 0.5, "of a CPU",
		"where nothing else happened, a thread that computes so much, of what it did not wait for "
		"a CPU, is what happened",
		"computes: 35 %"},
	[LIMIT_UNSEEN] = {"unseen", 0.9, "of the confidence",
		"is left where data moves by memory: mapped files, rings shared with the kernel",
		"unseen: pages"},
	[LIMIT_STOPPED] = {"stopped", 0.9, "of the calls",
		"a tracer seems to stop the program at its calls when so many of them slept, for few programs "
		"wait in nearly all,", "stopped: 6 of 10"},
	[LIMIT_STOPS] = {"stops", 1.5, "sleeps a call that slept",
		"and its threads left the CPU so often: at the beginning and at the end of each", "stops: 1.17"},
	[LIMIT_TRACED] = {"traced", 0.7, "of the confidence",
		"is left where a tracer stops the program at its calls: whether these sleep is not known",
		"traced: at each call"},
	[LIMIT_OPEN_SURE] = {"open-sure", 0.90, "confidence", "how far sleeps under way alone can carry",
		"open-sure: asleep"},
	[LIMIT_OPS_HALF] = {"few", 2, "operations", "so few are half of what would be enough",
		"few: three"},
	[LIMIT_TIE] = {"tie", 0.5, "confidence", "of two models with equal shares one is right",
		"tie: a loop and waits"},
	[LIMIT_SURE] = {"sure", 0.99, "confidence",
		"what is left when no other model has a share: rules can be wrong", "sure: a loop"},
	[LIMIT_LOST] = {"lost", 0.98, "of the confidence",
		"is left where any counts were lost, and less in proportion", "lost: three"},

	/* ---- the account -------------------------------------------------------------- */

	[LIMIT_PAGE_NS] = {"page", 100e6, "ns a page",
		"a sleep beyond this was not for pages: a network file system sleeps a few times for one, "
		"and no disk takes longer", "page: 150 ms"},
	[LIMIT_SECOND_LOOP] = {"second-loop", 0.25, "of the first one's returns",
		"a second set of files is a loop of its own when it is returned from so often",
		"second-loop: a fifth"},
	[LIMIT_NESTED_FILES] = {"nested-files", 2, "files",
		"a select or poll inside a turn has no more: a device, and something to cancel it by",
		"nested-files: three"},
	[LIMIT_SAMPLED] = {"sampled", 50, "samples", "fewer say little about which calls there are",
		"sampled: 40"},
	[LIMIT_SAMPLED_PART] = {"sampled-part", 0.9, "of a thread's samples",
		"of one call are that call again and again; as many of its samples with one error are that error",
		"sampled-part: 6 of 10"},
	[LIMIT_SAMPLED_BESIDES] = {"sampled-besides", 0.2, "of a process's samples",
		"a call that is counted only when it sleeps is worth a line when it is so much of them",
		"sampled-besides: 15 %"},

	/* ---- the pattern ----------------------------------------------------------- */

	[LIMIT_ROLE_WORK] = {"role-work", 0.05, "of the work",
		"a pipe, or a loop that hardly ever comes back, has a part in the pattern from here on",
		"role-work: 3 %"},
	[LIMIT_ROLE_LOOP] = {"role-loop", 0.25, "of a thread's share",
		"an event loop stays one while it is held up by files", "role-loop: a sixth"},
	[LIMIT_ROLE_POOL] = {"role-pool", 1.5, "connections a thread, threads a connection",
		"a pool hands them to whoever is free", "role-pool: one each"},
	[LIMIT_ROLE_STUCK] = {"role-stuck", 0.99, "of the time",
		"threads that are so long asleep, each for a connection or an open of its own, work side "
		"by side: one that came back may do one thing after the other", "role-stuck: for 7 s"},
	[LIMIT_BUSY] = {"busy", 0.10, "of the time", "polling below this is paced by a timer",
		"busy: 7 %"},

	/* ---- findings about loops --------------------------------------------------- */

	[LIMIT_LOOP_RETURNS] = {"loop-returns", 3, "returns", "a loop has come back so often; once is no loop",
		"loop-returns: two"},
	[LIMIT_LOOP_SLEEP_NS] = {"loop-sleep", 1e6, "ns",
		"a sleep on a loop is worth a word from here on: shorter ones are locks of the kernel",
		"loop-sleep: 0.7 ms"},
	[LIMIT_LOOP_LOCK_NS] = {"loop-lock", 10e6, "ns",
		"one for a lock is from here on, longer than a few turns of the scheduler: threads of a "
		"runtime hand each other work all the time, and who holds a lock may just wait for a CPU;",
		"loop-lock: 7 ms"},
	[LIMIT_LOOP_LOCK_PART] = {"loop-lock-part", 0.01, "of the time",
		"where such sleeps add up to so much, each counts as any other does,",
		"loop-lock-part: 0.7 %"},
	[LIMIT_LOOP_LOCK_BUSY] = {"loop-lock-busy", 0.05, "of the time",
		"unless the thread itself waited so much for a CPU", "loop-lock-busy: 3 %"},
	[LIMIT_LOOP_PAUSE] = {"loop-pause", 0.9, "of the calls",
		"a poll of an eventfd alone, inside a turn, is told as a pause when its time limit ends so many",
		"loop-pause: 6 of 10"},
	[LIMIT_TURN_NS] = {"turn-computes", 10e6, "ns", "a turn that is so long on the CPU is felt as a pause,",
		"turn-computes: 7 ms"},
	[LIMIT_TURN_WARN_NS] = {"turn-computes-warn", 100e6, "ns", "and one so long as an outage",
		"turn-computes-warn: 70 ms"},
	[LIMIT_PAGES_NS] = {"pages", 20e6, "ns",
		"waiting for pages is worth a word when it is so much in all,", "pages: 15 ms"},
	[LIMIT_PAGES_PART] = {"pages-part", 0.05, "of the time", "and so much of the thread's time",
		"pages-part: 3 %"},

	/* ---- findings about asking and failing in vain ------------------------------ */

	[LIMIT_SPENDS_CPU] = {"spends-cpu", 0.05, "of a CPU",
		"asking, or failing, is worth a warning when the thread is so much on a CPU,",
		"spends-cpu: 3 %"},
	[LIMIT_SPENDS_RATE] = {"spends-rate", 200, "a second", "and does it so often",
		"spends-rate: 150 a second"},
	[LIMIT_AWAKE_SLEPT] = {"awake-slept", 0.10, "of the calls",
		"a loop is kept awake when so few of its readiness calls sleep,",
		"awake-slept: 3 of 20"},
	[LIMIT_AWAKE_BROUGHT] = {"awake-brought", 0.80, "events a call", "they bring so much,",
		"awake-brought: 6 of 10"},
	[LIMIT_AWAKE_TAKEN] = {"awake-taken", 0.20, "transfers an event",
		"and so little of it is taken: what is taken is load", "awake-taken: 3 of 10"},
	[LIMIT_AWAKE_SAMPLES] = {"awake-samples", 4, "samples", "fewer do not tell what keeps it awake",
		"awake-samples: three"},
	[LIMIT_AWAKE_FILE] = {"awake-file", 0.50, "of the samples", "a file is what does from here on",
		"awake-file: 4 of 10"},
	[LIMIT_AWAKE_FAILS] = {"awake-fails", 0.50, "of the calls",
		"where other calls fail for so many of them, that is said instead",
		"awake-fails: 3 of 10"},
	[LIMIT_OWN_ALONE] = {"own-alone", 0.98, "of the samples",
		"a thread makes its own events when one file is behind all but these returns,",
		"own-alone: 7 of 10"},
	[LIMIT_OWN_SAMPLES] = {"own-samples", 20, "samples", "as so many show,", "own-samples: 15"},
	[LIMIT_OWN_WRITES] = {"own-writes", 0.50, "writes a read", "and it writes there itself so often,",
		"own-writes: 3 of 10"},
	[LIMIT_OWN_BYTES] = {"own-bytes", 8, "bytes a write", "no more at once: what is longer is data",
		"own-bytes: 12"},
	[LIMIT_IDLE_RATE] = {"idle-wakeups", 10, "a second",
		"time limits of a loop that run out less often than this are clocks and housekeeping,",
		"idle-wakeups: 7 a second"},
	[LIMIT_IDLE_WARN] = {"idle-wakeups-warn", 100, "a second",
		"and from here on they are a warning: the CPU is never asleep for as long as saves power",
		"idle-wakeups-warn: 70 a second"},
	[LIMIT_IDLE_EMPTY] = {"idle-empty", 0.8, "of the returns",
		"so many must bring nothing: a loop that is busy may have timers as well,",
		"idle-empty: 6 of 10"},
	[LIMIT_IDLE_TAKEN] = {"idle-taken", 0.2, "transfers for each",
		"so few transfers are made: a timer by which something is sent has its use,",
		"idle-taken: 3 to 10"},
	[LIMIT_IDLE_RUNS] = {"idle-runs", 0.25, "of the time",
		"and no more is computed: that would be what the timer is for;", "idle-runs: 4 of 10"},
	[LIMIT_IDLE_VAIN] = {"idle-vain", 0.5, "of the wake-ups, or of the samples",
		"looks in vain that are so many, or one call that so many samples in between show, are what "
		"it woke for,", "idle-vain: 3 of 10"},
	[LIMIT_IDLE_SAMPLES] = {"idle-samples", 3, "samples", "and fewer say little about that",
		"idle-samples: two"},
	[LIMIT_AGAIN] = {"eagain", 1000, "tries", "fewer that say EAGAIN are no spin,", "eagain: 700"},
	[LIMIT_AGAIN_EACH] = {"eagain-each", 10, "tries a success", "nor are they where more succeed",
		"eagain-each: 7"},
	[LIMIT_SPURIOUS] = {"spurious", 100, "tries",
		"of a file that is waited for by readiness so many are to say EAGAIN,", "spurious: 70"},
	[LIMIT_SPURIOUS_EACH] = {"spurious-each", 1.5, "tries a success",
		"and so many to each success: taking until nothing is left ends in one EAGAIN,",
		"spurious-each: one"},
	[LIMIT_SPURIOUS_EDGES] = {"spurious-edges", 1, "tries a success",
		"more where only edges are told: it is tried before the wait and after",
		"spurious-edges: two"},
	[LIMIT_HERD_HERE] = {"herd-here", 5, "tries", "with fewer that say EAGAIN a process is in no herd",
		"herd-here: four"},
	[LIMIT_HERD] = {"herd", 20, "wake-ups",
		"a herd is woken in vain so often, beyond the last EAGAIN of each,", "herd: 15"},
	[LIMIT_HERD_EACH] = {"herd-each", 0.25, "wake-ups a success", "and so often for what there was",
		"herd-each: 18 to 100"},
	[LIMIT_ONE_FILE] = {"one-file", 10, "calls",
		"fewer waits for a single file are no way of working,", "one-file: seven"},
	[LIMIT_ONE_FILE_PART] = {"one-file-part", 0.5, "transfers a call",
		"nor are they where less is taken: the wait is for something else",
		"one-file-part: 3 of 10"},
	[LIMIT_FAILS] = {"fails", 20, "calls",
		"fewer failures are what happens at the start, when a peer leaves, or when something is tried,",
		"fails: 15"},
	[LIMIT_FAILS_RATE] = {"fails-rate", 10, "a second",
		"seldomer ones are paid for by nobody,", "fails-rate: 7 a second"},
	[LIMIT_FAILS_PART] = {"fails-part", 0.5, "of these calls",
		"and where most succeed the program goes on", "fails-part: 3 of 10"},
	[LIMIT_FAILS_FULL] = {"fails-full", 2, "calls",
		"where descriptors or space are used up few failures are enough: programs pause "
		"before they try again, and nobody is served meanwhile", "fails-full: once"},
	[LIMIT_ENDS_PART] = {"ends-part", 0.9, "of the reads",
		"reading to the end finds it once or twice a file; when so many do, nobody looks at what came",
		"ends-part: 6 of 10"},

	/* ---- findings about requests and files -------------------------------------- */

	[LIMIT_ASYNC_PART] = {"async-part", 0.05, "of the requests, or of the submissions",
		"workers that take so many, or submissions of which so many sleep, are worth a word,",
		"async-part: 3 %"},
	[LIMIT_SUBMIT_LONG_NS] = {"submit-long", 10e6, "ns",
		"as is one submission that sleeps so long, for it is felt however seldom;",
		"submit-long: 7 ms"},
	[LIMIT_SUBMIT_SELDOM] = {"submit-seldom", 0.01, "of the time",
		"one that is seldom, and all of them less than this, is no reason to change anything",
		"submit-seldom: 0.75 %"},
	[LIMIT_SUBMIT_INSIDE] = {"submit-inside", 0.5, "of the requests",
		"so many done before io_submit returns are done by the submitting thread itself",
		"submit-inside: 3 of 10"},
	[LIMIT_SQPOLL_CPU] = {"sqpoll-cpu", 0.5, "of the time that others left to it",
		"a submission thread of the kernel burns a CPU when it is on it so much,",
		"sqpoll-cpu: 35 %"},
	[LIMIT_SQPOLL_RATE] = {"sqpoll-requests", 20000, "requests a second", "for no more than these",
		"sqpoll-requests: 30,000"},
	[LIMIT_BLOCKED_NS] = {"may-block-slept", 10e6, "ns",
		"a read that was thought ready has blocked from here on: shorter sleeps are locks of "
		"the kernel", "may-block-slept: 7 ms"},
	[LIMIT_TINY] = {"tiny", 1000, "transfers", "fewer small ones cost nobody anything,",
		"tiny: 700"},
	[LIMIT_TINY_BYTES] = {"tiny-bytes", 8, "bytes a transfer",
		"and up to here a call costs more than what it moves", "tiny-bytes: 12"},
	[LIMIT_TINY_EACH] = {"tiny-each", 100, "transfers an opening",
		"from here on openings of one path are one stream: a file that takes fewer is small, and "
		"read whole,", "tiny-each: 70"},
	[LIMIT_TINY_THERE] = {"tiny-there", 0.9, "of the reads",
		"and of a socket only where so many do not sleep: behind an answer that is waited for "
		"there is no more to read at once", "tiny-there: 7 of 10"},
	[LIMIT_NAGLE_BYTES] = {"nagle-bytes", 2920, "bytes",
		"no more that was written and not acknowledged, as the watch begins and as it ends, is what "
		"small writes leave: more is two full segments of an Ethernet, which are acknowledged at once,",
		"nagle-bytes: 4,000"},
	[LIMIT_NAGLE_WRITES] = {"nagle-writes", 1.5, "writes a read that slept",
		"and so many small writes follow each other before an answer is waited for,",
		"nagle-writes: one"},
	[LIMIT_NAGLE_NS] = {"nagle-wait", 20e6, "ns a read",
		"which comes so late: an acknowledgment is put off for up to 40 ms", "nagle-wait: 15 ms"},

	/* ---- the page ------------------------------------------------------------------- */

	[LIMIT_PAGE_IDLE] = {"page-idle", 0.99, "of the time",
		"a thread that is so long asleep in one call slept throughout", "page-idle: 70 %"},
	[LIMIT_PAGE_PART] = {"page-part", 0.05, "of the time",
		"what a thread computes, waits for a CPU, or sleeps beside its loop is worth a word from here on",
		"page-part: 3 %"},
	[LIMIT_PAGE_LOOP] = {"page-loop", 10, "calls",
		"fewer readiness calls, or interrupted ones, are nothing to speak of",
		"page-loop: seven"},
	[LIMIT_PAGE_SLEPT] = {"page-slept", 0.01, "of what it computed",
		"what a thread slept in is named from here on; else that it ran", "page-slept: 0.7 %"},
	[LIMIT_PAGE_WORK_NS] = {"page-work", 1e6, "ns",
		"of a thread that is mostly parked, sleep in its work is worth a word from here on: shorter "
		"ones are locks of the kernel", "page-work: 0.7 ms"},
	[LIMIT_PAGE_MADE] = {"page-made", 10, "transfers",
		"fewer are not what a thread is there for that slept in something else", "page-made: seven"},
	[LIMIT_ELSEWHERE] = {"elsewhere", 0.25, "of the time",
		"what a thread slept in beside its model is said at once from here on: that much is felt by "
		"whoever waits for it", "elsewhere: 18 %"},
	[LIMIT_ROOM_SLEPT] = {"room-slept", 0.5, "of the time",
		"a loop waits for room to write when it sleeps for so long,", "room-slept: 4 of 10 s"},
	[LIMIT_ROOM_SAMPLES] = {"room-samples", 8, "samples", "so many show one writable file,",
		"room-samples: six"},
	[LIMIT_ROOM_SHARE] = {"room-share", 0.8, "of the samples", "and it hears little else",
		"room-share: 6 of 10"},
	[LIMIT_REASON_OPEN_NS] = {"reason-open", 100e6, "ns",
		"a sleep under way that began in the watch is a reason from here on",
		"reason-open: 70 ms"},
	[LIMIT_SHORT_LIVED] = {"short-lived", 0.1, "of the watch",
		"a thread that began and ended in the watch, and lived for less, is told with how long that "
		"was: its parts of the time are not those of the watch", "short-lived: 15 %"},
	[LIMIT_CROWD] = {"crowd", 4, "threads",
		"so many that wait alike are one line: fewer can be read one by one", "crowd: three"},
	[LIMIT_FOLDED] = {"folded", 6, "files",
		"so many regular files of one directory are one line, for the same reason", "folded: four"},
};

const char *iom_limits_of(enum iom_limit_id id)
{
	switch (id) {
	case LIMIT_CREDIT_NS:
		return "The verdict";
	case LIMIT_PAGE_NS:
		return "The account";
	case LIMIT_ROLE_WORK:
		return "The pattern";
	case LIMIT_LOOP_RETURNS:
		return "Findings about loops";
	case LIMIT_SPENDS_CPU:
		return "Findings about asking and failing in vain";
	case LIMIT_ASYNC_PART:
		return "Findings about requests and files";
	case LIMIT_PAGE_IDLE:
		return "The page";
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
