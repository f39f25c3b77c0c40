/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * find_async.c - asynchronous interfaces that are less so than they seem:
 * submit-blocked, iowq-offload, sqpoll-spin, busy-poll for completions.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/sysname.h"
#include "judge/findings.h"
#include "judge/limits.h"
#include "judge/roles.h"
#include "report/sentence.h"

static bool direct_already(const struct search *s, uint8_t interface)
{
	uint64_t direct = 0, all = 0;

	for (size_t i = 0; i < s->cap->nrequests; i++) {
		const struct cap_requests *r = &s->cap->requests[i];

		if (r->tgid != s->tgid || r->interface != interface)
			continue;
		all += r->submitted;
		direct += r->f_flags & O_DIRECT ? r->submitted : 0;
	}
	return direct * 2 > all;
}

/* The requests that were most of those which kept the submitting thread. */
static const struct cap_requests *most_kept(const struct search *s, uint8_t interface)
{
	const struct cap_requests *most = NULL;
	uint64_t kept = 0;

	for (size_t i = 0; i < s->cap->nrequests; i++) {
		const struct cap_requests *r = &s->cap->requests[i];
		uint64_t n = r->done_inline + r->done_asleep;

		if (r->tgid == s->tgid && r->interface == interface && (!most || n > kept))
			most = r, kept = n;
	}
	return most;
}

/* A pipe, a socket, a terminal: what is waited for is another party, and O_DIRECT changes nothing.
 * IOM_NO_FILE: it is for a disk, or not known. */
static uint32_t kept_by_stream(const struct search *s, uint8_t interface)
{
	const struct cap_requests *most = most_kept(s, interface);
	uint8_t kind = most && most->file != IOM_NO_FILE ? s->cap->files[most->file].kind : CAP_K_UNKNOWN;

	return kind == CAP_K_FIFO || kind == CAP_K_SOCK || kind == CAP_K_TTY || kind == CAP_K_CHR ? most->file :
												  IOM_NO_FILE;
}

/* io_submit sleeps for its requests' files; io_uring never does for such, but for memory, a lock, a disk. */
static uint32_t slept_for(const struct search *s, uint8_t interface)
{
	return interface == CAP_I_AIO ? kept_by_stream(s, interface) : IOM_NO_FILE;
}

/* ", most of them on fd 3 pipe:[77]", where that is what decides the way out: heap. */
static char *kept_text(const struct search *s, uint8_t interface)
{
	uint32_t file = slept_for(s, interface);

	return file == IOM_NO_FILE ? iom_sentence("%s", "") :
				     iom_sentence(", most of them on fd %d %s", s->cap->files[file].fd,
						  iom_finding_name(s->cap, file));
}

/* What the requests of an interface were, all files together. */
struct asked_for {
	uint64_t submitted, writes, alone;
};

static bool is_write(const struct cap_requests *r)
{
	static const uint8_t aio[] = {1 /* PWRITE */, 8 /* PWRITEV */};
	static const uint8_t uring[] = {2 /* WRITEV */, 5 /* WRITE_FIXED */, 23 /* WRITE */};

	if (r->operation > 0xff)
		return false;
	return r->interface == CAP_I_AIO ? memchr(aio, r->operation, sizeof(aio)) != NULL :
					   memchr(uring, r->operation, sizeof(uring)) != NULL;
}

static struct asked_for asked_for(const struct search *s, uint8_t interface)
{
	struct asked_for a = {};

	for (size_t i = 0; i < s->cap->nrequests; i++) {
		const struct cap_requests *r = &s->cap->requests[i];

		if (r->tgid != s->tgid || r->interface != interface)
			continue;
		a.submitted += r->submitted;
		a.writes += is_write(r) ? r->submitted : 0;
		a.alone += r->alone;
	}
	return a;
}

/* Is any other request in flight, as a rule? Else there are no fewer to be had, and no links or drains. */
static bool is_deep(const struct asked_for *a)
{
	return 2 * a->alone < a->submitted;
}

/* Only what is written needs space: reads find theirs. Heap. */
static char *submit_way_out(const struct search *s, uint8_t interface)
{
	struct asked_for a = asked_for(s, interface);
	bool stream = kept_by_stream(s, interface) != IOM_NO_FILE, direct = !stream && direct_already(s, interface);
	const char *space = direct && a.writes ? "files with space allocated ahead, " : "";
	const char *fewer = (direct || stream) && is_deep(&a) ? "fewer requests in flight, " : "";

	if (stream && interface == CAP_I_AIO)
		return iom_sentence("Usual ways out: epoll or poll for such files, io_uring, or threads of one's own; "
				    "libaio is for disks");
	if (!stream && !direct)
		return iom_sentence("Usual ways out: O_DIRECT, or threads of one's own");
	if (!*space && !*fewer)
		return iom_sentence("Usual way out: threads of one's own");
	return iom_sentence("Usual ways out: %s%sor threads of one's own", space, fewer);
}

/* Submissions to the same ring, by whichever threads; libaio's contexts are not told apart. */
static uint64_t submissions_with(const struct search *s, const struct rep_thread *rt, const struct acc_wait *w)
{
	const struct cap_thread *ct = &s->cap->threads[rt->thread];
	uint64_t n = w->count;

	for (size_t i = 0; i < s->cap->ncalls; i++) {
		const struct cap_calls *r = &s->cap->calls[i];

		if (r->tgid == s->tgid && r->tid != ct->tid && r->class == w->class &&
		    (w->class == CAP_C_AIO_SUBMIT || r->file == w->file))
			n += iom_operations(r);
	}
	return n;
}

static void find_slow_submits(struct search *s, const struct rep_thread *rt)
{
	for (size_t i = 0; i < rt->time.nwaits; i++) {
		const struct acc_wait *w = &rt->time.waits[i];
		uint8_t interface = w->class == CAP_C_AIO_SUBMIT ? CAP_I_AIO : CAP_I_URING;
		uint64_t all = w->what == ACC_SUBMIT && w->slept ? submissions_with(s, rt, w) : 0;
		bool seldom = w->slept < iom_limit(LIMIT_ASYNC_PART) * all;
		struct rep_finding *f;
		char *of, *who, *way_out;

		if (!all || (seldom && w->max_ns < iom_limit(LIMIT_SUBMIT_LONG_NS)))
			continue;
		of = kept_text(s, interface);
		who = all == w->count ? iom_sentence("%s", "") :
					iom_sentence(" in thread %u", s->cap->threads[rt->thread].ns_tid);
		way_out = submit_way_out(s, interface);
		f = iom_finding_add(
			s, "submit-blocked",
			seldom && w->ns < iom_limit(LIMIT_SUBMIT_SELDOM) * rt->time.wall_ns ? IOM_SEV_INFO :
											    IOM_SEV_WARNING,
			iom_sentence("%s of %s submissions by %s slept%s%s, %s in all, %s at worst, before anything "
				     "was handed over: while it submits, the thread is not free. %s.",
				     iom_count(w->slept), iom_count(all), iom_syscall_name(w->nr), who, of,
				     iom_time(w->ns), iom_time(w->max_ns), way_out));
		free(of);
		free(who);
		free(way_out);
		f->count = w->slept;
		f->ns = w->ns;
		f->max_ns = w->max_ns;
		f->thread = rt->thread;
		f->nr = w->nr;
		f->file = slept_for(s, interface) == IOM_NO_FILE ? w->file : slept_for(s, interface);
	}
}

/* libaio on buffered files: the submitting thread does the work, asleep or not. */
static void find_done_inside(struct search *s)
{
	uint64_t submitted = 0, inside = 0;
	struct rep_finding *f;
	char *of, *way_out;

	for (size_t i = 0; i < s->cap->nrequests; i++) {
		const struct cap_requests *r = &s->cap->requests[i];

		if (r->tgid != s->tgid || r->interface != CAP_I_AIO)
			continue;
		submitted += r->submitted;
		inside += r->done_inline + r->done_asleep;
	}
	if (!submitted || inside < iom_limit(LIMIT_SUBMIT_INSIDE) * submitted || iom_finding_said(s, "submit-blocked", IOM_NO_FILE))
		return;
	of = kept_text(s, CAP_I_AIO);
	way_out = submit_way_out(s, CAP_I_AIO);
	f = iom_finding_add(s, "submit-blocked", IOM_SEV_WARNING,
			    iom_sentence("%s of %s requests were done before io_submit returned%s: the submitting "
					 "thread did the work itself. %s.",
					 iom_count(inside), iom_count(submitted), of, way_out));
	free(of);
	free(way_out);
	f->count = inside;
	f->nr = 209;
}

/* Operations that the kernel never tries without a worker (io_uring/ sync.c, fs.c, statx.c, splice.c,
 * xattr.c of Linux 6.1 and 6.12: REQ_F_FORCE_ASYNC, or -EAGAIN to a first attempt). */
static bool is_always_by_worker(uint16_t operation)
{
	static const uint8_t operations[] = {3 /* FSYNC */, 8 /* SYNC_FILE_RANGE */, 17 /* FALLOCATE */,
					     21 /* STATX */, 30 /* SPLICE */, 33 /* TEE */,
					     35 /* RENAMEAT */, 36 /* UNLINKAT */, 37 /* MKDIRAT */,
					     38 /* SYMLINKAT */, 39 /* LINKAT */};

	return memchr(operations, operation & 0xff, sizeof(operations)) && operation <= 0xff;
}

#define OPERATIONS 256 /* of io_uring: their number has 8 bits */
#define NAMED	   3   /* operations, where none is most */

/* What workers took, by operation, and on one file. */
struct offload {
	uint64_t submitted, by_worker, forced;
	uint64_t by_operation[OPERATIONS];
	uint64_t helped; /* of by_worker: move data, and could do without a worker */
	const struct cap_requests *most; /* the row of which they took most */
};

static struct offload offloaded(const struct search *s)
{
	struct offload o = {};

	for (size_t i = 0; i < s->cap->nrequests; i++) {
		const struct cap_requests *r = &s->cap->requests[i];

		if (r->tgid != s->tgid || r->interface != CAP_I_URING)
			continue;
		o.submitted += r->submitted;
		o.by_worker += r->by_worker;
		o.forced += r->forced;
		o.by_operation[r->operation % OPERATIONS] += r->by_worker;
		o.helped += iom_uring_moves_data(r->operation) && !is_always_by_worker(r->operation) ? r->by_worker : 0;
		if (!o.most || r->by_worker > o.most->by_worker)
			o.most = r;
	}
	return o;
}

static int most_taken(const struct offload *o)
{
	int most = 0;

	for (int i = 1; i < OPERATIONS; i++)
		if (o->by_operation[i] > o->by_operation[most])
			most = i;
	return most;
}

/* The file of most of them; IOM_NO_FILE: there is none, or many. */
static uint32_t offloaded_file(const struct offload *o)
{
	const struct cap_requests *r = o->most;

	return r->operation == most_taken(o) && iom_uring_moves_data(r->operation) &&
			       2 * r->by_worker >= o->by_worker ?
		       r->file :
		       IOM_NO_FILE;
}

/* ". Usual ways out: ..."; empty where there is none. Heap. */
static char *worker_way_out(const struct search *s, const char *for_whom)
{
	struct asked_for a = asked_for(s, CAP_I_URING);
	bool direct = direct_already(s, CAP_I_URING);
	const char *links = is_deep(&a) ? "fewer links and drains" : "";
	const char *ways = !direct ? "O_DIRECT for files, non-blocking sockets" :
			   a.writes ? "files with space allocated ahead" : "";

	if (!*ways && !*links)
		return iom_sentence("%s", "");
	return iom_sentence(". Usual way%s out%s: %s%s%s", direct && (!*ways || !*links) ? "" : "s", for_whom, ways,
			    *ways && *links ? ", " : "", links);
}

/* "FSYNC (30), WRITE (30), STATX (20) and 2 more operations", where none of them is most. Heap. */
static char *largest_few(struct offload o)
{
	char *text = iom_sentence("%s", "");
	size_t left = 0;

	for (int i = 0; i < OPERATIONS; i++)
		left += o.by_operation[i] > 0;
	for (int i = 0; i < NAMED && left; i++) {
		int most = most_taken(&o);
		char *longer = iom_sentence("%s%s%s (%s)", text, !i ? "" : left == 1 ? " and " : ", ",
					    iom_uring_opcode_name(most), iom_count(o.by_operation[most]));

		free(text);
		text = longer;
		o.by_operation[most] = 0;
		left--;
	}
	if (left) {
		char *longer = iom_sentence("%s and %s more operation%s", text, iom_count(left), left == 1 ? "" : "s");

		free(text);
		text = longer;
	}
	return text;
}

/* Why workers took requests, and what helps. Heap. */
static char *why_workers(const struct search *s, const struct offload *o)
{
	int most = most_taken(o);
	uint32_t file = offloaded_file(o);
	char *text, *few, *way_out;

	if (o->forced * 2 > o->by_worker)
		return iom_sentence("since the program asked for it (flag IOSQE_ASYNC). Usual way out: submit "
				    "without the flag, and the kernel hands over only what cannot be done at once");
	if (2 * o->by_operation[most] < o->by_worker) {
		few = largest_few(*o);
		way_out = o->helped ? worker_way_out(s, ", for those that move data") : iom_sentence("%s", "");
		text = iom_sentence("%s, which could not be done at once%s", few, way_out);
		free(few);
		free(way_out);
		return text;
	}
	if (is_always_by_worker(most))
		return iom_sentence("most of them %s, which the kernel does not even try without a worker: so "
				    "it is asynchronous, by a thread", iom_uring_opcode_name(most));
	if (!iom_uring_moves_data(most))
		return iom_sentence("most of them %s, which could not be done at once", iom_uring_opcode_name(most));
	way_out = worker_way_out(s, "");
	text = iom_sentence("most of them %s%s%s: the operation or its file could not be done without waiting%s",
			    iom_uring_opcode_name(most), file == IOM_NO_FILE ? "" : " on ",
			    file == IOM_NO_FILE ? "" : iom_finding_name(s->cap, file), way_out);
	free(way_out);
	return text;
}

static void find_workers(struct search *s)
{
	struct offload o = offloaded(s);
	uint64_t workers = 0;
	struct rep_finding *f;
	char *why;

	if (!o.by_worker || o.by_worker < iom_limit(LIMIT_ASYNC_PART) * o.submitted)
		return;
	for (size_t i = 0; i < s->rp->nthreads; i++)
		workers += !strncmp(s->cap->threads[s->rp->threads[i].thread].comm, "iou-wrk", 7);
	why = why_workers(s, &o);
	f = iom_finding_add(s, "iowq-offload", IOM_SEV_INFO,
			    iom_sentence("%s of %s io_uring requests (%s) were handed to %s%sworker thread%s of "
					 "the kernel, %s.",
					 iom_count(o.by_worker), iom_count(o.submitted),
					 iom_part(o.by_worker, o.submitted), workers ? iom_count(workers) : "",
					 workers ? " " : "", workers == 1 ? "" : "s", why));
	free(why);
	f->count = o.by_worker;
	f->file = offloaded_file(&o);
	f->nr = 426;
}

static void find_pollers(struct search *s)
{
	uint64_t requests = 0;

	for (size_t i = 0; i < s->cap->nrequests; i++)
		if (s->cap->requests[i].tgid == s->tgid)
			requests += s->cap->requests[i].by_sqpoll;
	for (size_t i = 0; i < s->rp->nthreads; i++) {
		const struct rep_thread *rt = &s->rp->threads[i];
		const struct cap_thread *ct = &s->cap->threads[rt->thread];
		uint64_t busy = rt->time.running_ns + rt->time.runq_ns;
		double seconds = rt->time.wall_ns / 1e9;
		struct rep_finding *f;

		if (strncmp(ct->comm, "iou-sqp", 7) ||
		    rt->time.running_ns <=
			    iom_limit(LIMIT_SQPOLL_CPU) * (rt->time.running_ns + rt->time.waiting_ns) ||
		    requests > iom_limit(LIMIT_SQPOLL_RATE) * seconds)
			continue;
		f = iom_finding_add(
			s, "sqpoll-spin", IOM_SEV_WARNING,
			iom_sentence("The kernel's submission thread %u %.15s (IORING_SETUP_SQPOLL) was busy for "
				     "%s of the time, for %s requests a second. Usual ways out: a "
				     "shorter sq_thread_idle, or no SQPOLL below some ten thousand a second.",
				     ct->ns_tid, ct->comm, iom_part(busy, rt->time.wall_ns),
				     iom_count(seconds > 0 ? requests / seconds + 0.5 : 0)));
		f->count = requests;
		f->ns = busy;
		f->thread = rt->thread;
	}
}

/* The row of a thread's calls about requests that were most. */
static const struct cap_calls *most_asked(const struct search *s, const struct cap_thread *ct)
{
	const struct cap_calls *most = NULL;

	for (size_t i = 0; i < s->cap->ncalls; i++) {
		const struct cap_calls *r = &s->cap->calls[i];

		if (r->tgid == ct->tgid && r->tid == ct->tid &&
		    (r->class == CAP_C_URING_SUBMIT || r->class == CAP_C_AIO_GETEVENTS) &&
		    (!most || iom_operations(r) > iom_operations(most)))
			most = r;
	}
	return most;
}

/* A call that is asked whether requests are done, and does not wait until one is. */
static void find_looks(struct search *s, const struct rep_thread *rt)
{
	const struct ev_thread *t = &s->ev->threads[rt->thread];
	const struct cap_thread *ct = &s->cap->threads[rt->thread];
	uint64_t rate = a_second(t->ring_looks, rt->time.wall_ns);
	const struct cap_calls *r;
	struct rep_finding *f;
	char *call;

	if (!t->ring_spin || rate < iom_limit(LIMIT_SPENDS_RATE) ||
	    rt->time.running_ns < iom_limit(LIMIT_SPENDS_CPU) * rt->time.wall_ns)
		return;
	r = most_asked(s, ct);
	call = r->file == IOM_NO_FILE ? iom_sentence("%s", iom_syscall_name(r->nr)) :
					iom_sentence("%s(%d)", iom_syscall_name(r->nr), s->cap->files[r->file].fd);
	f = iom_finding_add(s, "busy-poll", IOM_SEV_WARNING,
			    iom_sentence("Thread %u asked %s %s times a second, in vain and without waiting, whether a "
					 "request is done, on %s of a CPU. Usual way out: wait for one, by %s.",
					 ct->ns_tid, call, iom_count(rate),
					 iom_part(rt->time.running_ns, rt->time.wall_ns),
					 r->class == CAP_C_URING_SUBMIT ?
						 "io_uring_wait_cqe(3) (min_complete 1)" :
						 "io_getevents with min_nr 1 and a time limit that is not 0"));
	free(call);
	f->count = t->ring_looks;
	f->ns = rt->time.running_ns;
	f->thread = rt->thread;
	f->nr = r->nr;
	f->file = r->file;
}

/*
 * Completions that no call fetched or waited for were seen in memory. Who hands over one request
 * after the other so, and never sleeps, looks for each until it is done, or computes meanwhile.
 */
static void find_looks_in_memory(struct search *s, const struct rep_thread *rt)
{
	const struct ev_thread *t = &s->ev->threads[rt->thread];
	const struct cap_thread *ct = &s->cap->threads[rt->thread];
	uint64_t submitted = 0, late = 0, alone = 0;
	struct rep_finding *f;

	for (size_t i = 0; i < s->cap->nrequests; i++) {
		const struct cap_requests *r = &s->cap->requests[i];

		if (r->tgid != ct->tgid || r->tid != ct->tid || r->interface != CAP_I_URING)
			continue;
		submitted += r->submitted;
		late += r->done_late;
		alone += r->alone;
	}
	if (late < iom_limit(LIMIT_SPIN_CALLS) || 2 * late < submitted || 2 * alone < submitted ||
	    ct->kernel_worker || t->ring_spin || t->ring_calls > submitted || t->ready_calls ||
	    rt->time.waiting_ns > iom_limit(LIMIT_SPIN_SLEPT) * rt->time.wall_ns)
		return;
	f = iom_finding_add(s, "busy-poll", IOM_SEV_INFO,
			    iom_sentence("Thread %u handed over %s requests, most of them one after the other, and called "
					 "for no completion: it looks at the completion queue in memory until each is "
					 "done, or computes meanwhile, on %s of a CPU. If there is nothing to compute: "
					 "io_uring_wait_cqe(3).",
					 ct->ns_tid, iom_count(submitted),
					 iom_part(rt->time.running_ns, rt->time.wall_ns)));
	f->count = submitted;
	f->ns = rt->time.running_ns;
	f->thread = rt->thread;
}

void iom_find_async(struct search *s)
{
	for (size_t i = 0; i < s->rp->nthreads; i++) {
		find_slow_submits(s, &s->rp->threads[i]);
		find_looks(s, &s->rp->threads[i]);
		find_looks_in_memory(s, &s->rp->threads[i]);
	}
	find_done_inside(s);
	find_workers(s);
	find_pollers(s);
}
