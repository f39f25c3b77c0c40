/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * find_failing.c - calls, and requests, that fail again and again: calls-fail.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/errname.h"
#include "base/sysname.h"
#include "judge/findings.h"
#include "judge/limits.h"
#include "judge/roles.h"
#include "report/sentence.h"

#define NR_CLOSE	  3
#define NR_POLL		  7
#define NR_SELECT	  23
#define NR_IO_SUBMIT	  209
#define NR_EPOLL_WAIT	  232
#define NR_PSELECT6	  270
#define NR_PPOLL	  271
#define NR_EPOLL_PWAIT	  281
#define NR_IO_URING_ENTER 426
#define NR_EPOLL_PWAIT2	  441

#define OP_READV   1 /* enum io_uring_op */
#define OP_RECVMSG 10
#define OP_READ	   22
#define OP_RECV	   27

#define NAMED 2 /* calls that fail beside the one that does so most */

/* Time-outs, and a connect that is under way: nothing is wrong, there is nothing yet. */
static bool is_not_yet(int error)
{
	return error == ETIME || error == ETIMEDOUT || error == EALREADY;
}

static bool is_of(const struct search *s, const struct rep_thread *rt, const struct cap_calls *r)
{
	const struct cap_thread *ct = &s->cap->threads[rt->thread];

	return r->tid == ct->tid && r->tgid == ct->tgid;
}

/* Something of which there is no more: no next try succeeds before somebody makes room. */
static bool is_used_up(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOSPC || error == EDQUOT;
}

static uint64_t failures(const struct search *s, const struct cap_calls *r)
{
	return r->n.failed + iom_turned_away(s->cap, r);
}

/* The last error; where connects failed and were turned away, what most of them got. */
static int error_of(const struct search *s, const struct cap_calls *r)
{
	return iom_turned_away(s->cap, r) > r->n.failed ? EAGAIN : r->error;
}

/* Somebody else has the lock. Tries that get one are not counted, and the pause between two is the program's. */
static bool is_refused(const struct cap_calls *r)
{
	return r->class == CAP_C_LOCK && r->error == EAGAIN;
}

/* Messages came that the socket had no room for, and are lost: netlink says so once, before those that it has
 * (netlink_overrun() of net/netlink/af_netlink.c). */
static bool is_overrun(const struct cap_calls *r)
{
	return r->error == ENOBUFS && is_input(r->class);
}

/* What there is no more of is worth a word however many calls go well beside: who keeps a descriptor in reserve
 * accepts with it what accept() has just failed for, and closes that. few: so is this failure. */
static bool is_much(const struct rep_thread *rt, bool few, uint64_t failed, uint64_t all)
{
	if (few)
		return failed >= iom_limit(LIMIT_FAILS_FULL);
	return failed >= iom_limit(LIMIT_FAILS_PART) * all && failed >= iom_limit(LIMIT_FAILS) &&
	       failed * 1e9 >= iom_limit(LIMIT_FAILS_RATE) * rt->time.wall_ns;
}

static bool is_spun(const struct rep_thread *rt, uint64_t failed)
{
	return a_second(failed, rt->time.wall_ns) >= iom_limit(LIMIT_SPENDS_RATE) &&
	       rt->time.running_ns >= iom_limit(LIMIT_SPENDS_CPU) * rt->time.wall_ns;
}

/* Does another row tell of the same failure? Where descriptors are used up all threads of the process fail,
 * and in which of them a call is made may be chance. */
static bool is_same_failure(const struct search *s, const struct cap_calls *a, const struct cap_calls *b)
{
	if (a->tgid != b->tgid || error_of(s, a) != error_of(s, b))
		return false;
	return a->tid == b->tid || (is_used_up(a->error) && a->nr == b->nr && a->file == b->file);
}

/* "tcp", of the name of a socket. */
static size_t family_len(const struct cap_file *f)
{
	return f->kind == CAP_K_SOCK && f->name ? strcspn(f->name, " ") : 0;
}

/* Connects of one thread, to the same for all that is known: each try that fails needs a socket of its own. */
static bool is_next_try(const struct iom_capture *cap, const struct cap_calls *a, const struct cap_calls *b)
{
	const struct cap_file *x, *y;

	if (a->class != CAP_C_CONNECT || a->nr != b->nr || a->tid != b->tid || a->tgid != b->tgid ||
	    a->file == IOM_NO_FILE || b->file == IOM_NO_FILE)
		return false;
	x = &cap->files[a->file];
	y = &cap->files[b->file];
	return family_len(x) && family_len(x) == family_len(y) && !strncmp(x->name, y->name, family_len(x));
}

/* Failures that are told with those of row r, and calls. */
static uint64_t failed_like(const struct search *s, const struct cap_calls *r, uint64_t *all)
{
	bool tries = r->class == CAP_C_CONNECT;
	uint64_t n = 0;

	*all = iom_operations(r);
	if (!failures(s, r) || (!tries && !is_used_up(r->error)))
		return failures(s, r);
	*all = 0;
	for (size_t i = 0; i < s->cap->ncalls; i++) {
		const struct cap_calls *o = &s->cap->calls[i];
		bool same = o == r || is_same_failure(s, o, r);

		if (o != r && (tries ? !is_next_try(s->cap, o, r) : !same || o->nr != r->nr || o->file != r->file))
			continue;
		n += same ? failures(s, o) : 0;
		*all += iom_operations(o);
	}
	return n;
}

static bool is_failing(const struct search *s, const struct rep_thread *rt, const struct cap_calls *r)
{
	uint64_t all, failed = failed_like(s, r, &all);
	int error = error_of(s, r);

	if (!error || is_not_yet(error) || !failed ||
	    !is_much(rt, is_used_up(error) || is_refused(r) || is_overrun(r) || error == EAGAIN, failed, all))
		return false;
	/* -1, which a program gives that has no descriptor, or a call that is given none. */
	return error != EBADF || r->file != IOM_NO_FILE || r->no_file >= 0 || is_spun(rt, r->n.failed);
}

uint64_t iom_failing_on(const struct search *s, const struct rep_thread *rt, uint32_t file)
{
	uint64_t most = 0;

	for (size_t i = 0; i < s->cap->ncalls; i++) {
		const struct cap_calls *r = &s->cap->calls[i];

		if (is_of(s, rt, r) && (file == IOM_NO_FILE || r->file == file) && is_failing(s, rt, r) &&
		    failures(s, r) > most)
			most = failures(s, r);
	}
	return most;
}

/* poll never fails for a descriptor that is closed: it says so of that one. */
static bool is_invalid_in_poll(const struct cap_calls *r)
{
	return r->error == EBADF && (r->nr == NR_POLL || r->nr == NR_PPOLL) && r->no_file >= 0;
}

/* Is another of its tries told with it? */
static bool is_one_of_tries(const struct search *s, const struct cap_calls *r)
{
	for (size_t i = 0; i < s->cap->ncalls; i++)
		if (&s->cap->calls[i] != r && is_next_try(s->cap, &s->cap->calls[i], r) &&
		    is_same_failure(s, &s->cap->calls[i], r))
			return true;
	return false;
}

/* "accept4(3) tcp listen 127.0.0.1:80", "close(5)", "select", "connect of tcp sockets": heap. */
static char *call_text(const struct search *s, const struct cap_calls *r)
{
	const struct iom_capture *cap = s->cap;
	const struct cap_file *f = r->file == IOM_NO_FILE ? NULL : &cap->files[r->file];
	const char *call = iom_syscall_name(r->nr);

	if (is_one_of_tries(s, r))
		return iom_sentence("%s of %.*s sockets", call, (int)family_len(f), f->name);

	if (r->no_file >= 0)
		return iom_sentence("%s(%d)", call, r->no_file);
	if (!f || r->class == CAP_C_POLL || r->class == CAP_C_SELECT)
		return iom_sentence("%s", call);
	if (f->fd < 0)
		return iom_sentence("%s of %s", call, iom_finding_name(cap, r->file));
	if (is_readiness(r->class))
		return iom_sentence("%s(%d)", call, f->fd);
	return iom_sentence("%s(%d) %s", call, f->fd, iom_finding_name(cap, r->file));
}

/* Does an epoll wake the thread all the time? */
static bool is_kept_awake(const struct search *s, const struct rep_thread *rt)
{
	const struct loop_thread *t = &s->ev->loops->threads[rt->thread];

	return t->nsets && t->sets[0].class == CAP_C_EPOLL_WAIT && t->sets[0].slept < t->sets[0].events / 2;
}

static const char *way_out_of_closed(const struct search *s, const struct rep_thread *rt,
				     const struct cap_calls *r)
{
	if (r->nr == NR_EPOLL_WAIT || r->nr == NR_EPOLL_PWAIT || r->nr == NR_EPOLL_PWAIT2)
		return "end the loop when its epoll is closed, and look at errno";
	if (r->nr == NR_POLL || r->nr == NR_PPOLL || r->nr == NR_SELECT || r->nr == NR_PSELECT6)
		return "take a descriptor out of the set when it is closed";
	if (is_kept_awake(s, rt))
		return "EPOLL_CTL_DEL before close: a file that has a duplicate somewhere, in a child perhaps, "
		       "stays in the epoll";
	if (r->nr == NR_CLOSE)
		return "close_range() for all that may be open, or the names in /proc/self/fd: a try for each "
		       "number below the limit takes as long as the limit is high";
	return "do not use a descriptor after it was closed, or for what it was not opened for";
}

static const char *way_out(const struct search *s, const struct rep_thread *rt, const struct cap_calls *r)
{
	if (is_refused(r))
		return "see who has the lock (`lslocks`), or wait for it in the call: F_SETLKW, flock without LOCK_NB";
	if (is_overrun(r))
		return "messages were thrown away each time: read sooner, raise SO_RCVBUF, and ask anew for all that they tell of";
	switch (error_of(s, r)) {
	case EAGAIN:
		return "who listens there has a full queue, and must accept sooner, or listen() with a longer one";
	case EMFILE:
		if (r->class == CAP_C_ACCEPT)
			return "close connections or raise RLIMIT_NOFILE, and do not ask for the listener "
			       "until a descriptor is free";
		return "close files, or raise RLIMIT_NOFILE";
	case ENFILE:
		return "close files, or raise fs.file-max, which is the whole machine's limit";
	case ENOSPC:
	case EDQUOT:
		return "make room: of space or inodes on the file system, of watches for inotify";
	case EBADF:
		return way_out_of_closed(s, rt, r);
	case ENOTCONN:
		return "what is not connected, or no longer, brings nothing: take it out of the loop and close it";
	case EIO:
	case ENXIO:
	case ENODEV:
	case EPIPE:
	case ECONNRESET:
	case ESHUTDOWN:
		return "the other side is gone: take the file out of the loop and close it";
	case ECONNREFUSED:
	case EHOSTUNREACH:
	case ENETUNREACH:
		return "wait before the next try, longer each time";
	case ENOBUFS:
	case ENOMEM:
		return "wait until there is memory again, or ask for less at a time";
	default:
		return "look at errno before the next try, and stop when it says that none can succeed";
	}
}

/* What failed how often, and with what: heap. */
static char *what_failed(const struct search *s, const struct cap_calls *r, uint64_t failed)
{
	char *call = call_text(s, r), *error = iom_errno_text(error_of(s, r)), *text;

	if (is_invalid_in_poll(r))
		text = iom_sentence("%s came back %s times with nothing but POLLNVAL, at last for descriptor "
				    "%d, which is not open",
				    iom_syscall_name(r->nr), iom_count(failed), r->no_file);
	else
		text = iom_sentence("%s failed %s times, at last with %s", call, iom_count(failed), error);
	free(call);
	free(error);
	return text;
}

/* Other calls of the thread that fail with the same error: ", as did close(5) and 3 more". Heap. */
static char *what_else(const struct search *s, const struct rep_thread *rt, const struct cap_calls *lead)
{
	char *text = iom_sentence("%s", ""), *call, *longer;
	size_t n = 0;

	for (size_t i = 0; i < s->cap->ncalls; i++) {
		const struct cap_calls *r = &s->cap->calls[i];

		if (r == lead || !is_of(s, rt, r) || error_of(s, r) != error_of(s, lead) || is_next_try(s->cap, r, lead) ||
		    !is_failing(s, rt, r) || n++ >= NAMED)
			continue;
		call = call_text(s, r);
		longer = iom_sentence("%s%s%s", text, n == 1 ? ", as did " : " and ", call);
		free(call);
		free(text);
		text = longer;
	}
	if (n > NAMED) {
		longer = iom_sentence("%s and %s more", text, iom_count(n - NAMED));
		free(text);
		text = longer;
	}
	return text;
}

/* ", though epoll_wait goes on telling of it": where that is what keeps the loop awake. Heap. */
static char *who_tells(const struct search *s, const struct rep_thread *rt, const struct cap_calls *r)
{
	const struct loop_thread *t = &s->ev->loops->threads[rt->thread];
	struct rep_awake by;

	if (!t->nsets || r->file == IOM_NO_FILE || !iom_awake_by(rt, &by) || by.file != r->file)
		return iom_sentence("%s", "");
	return iom_sentence("; %s goes on telling of that file (%s of %s samples)",
			    iom_syscall_name(t->sets[0].nr), iom_count(by.samples), iom_count(by.samples / by.share + 0.5));
}

/* ": 5,000 a second, on 90 % of a CPU", where that is worth a warning. Heap. */
static char *how_often(const struct rep_thread *rt, uint64_t failed)
{
	if (!is_spun(rt, failed))
		return iom_sentence("%s", "");
	return iom_sentence(": %s a second, on %s of a CPU", iom_count(a_second(failed, rt->time.wall_ns)),
			    iom_part(rt->time.running_ns, rt->time.wall_ns));
}

/* The finding, with its message, which is taken over. */
static struct rep_finding *add(struct search *s, const struct rep_thread *rt, int error, uint64_t failed,
			       char *message)
{
	bool spins = is_spun(rt, failed);
	struct rep_finding *f = iom_finding_add(s, "calls-fail", spins ? IOM_SEV_WARNING : IOM_SEV_INFO, message);

	f->count = failed;
	f->ns = spins ? rt->time.running_ns : 0;
	f->error = error;
	f->thread = rt->thread;
	return f;
}

static void tell(struct search *s, const struct rep_thread *rt, const struct cap_calls *r)
{
	uint64_t all, n = failed_like(s, r, &all);
	char *failed = what_failed(s, r, n), *also = what_else(s, rt, r), *tells = who_tells(s, rt, r);
	char *often = how_often(rt, r->class == CAP_C_CONNECT ? n : r->n.failed);
	struct rep_finding *f = add(s, rt, error_of(s, r), n,
				    iom_sentence("%s%s%s%s. Usual way out: %s.", failed, also, often, tells,
						 way_out(s, rt, r)));

	f->nr = r->nr;
	f->file = r->file;
	free(failed);
	free(also);
	free(tells);
	free(often);
}

/* Of two rows that fail alike the one that tells of both. */
static bool comes_first(const struct search *s, const struct cap_calls *a, const struct cap_calls *b)
{
	if (failures(s, a) != failures(s, b))
		return failures(s, a) > failures(s, b);
	return a->nr != b->nr ? a->nr < b->nr : a < b;
}

/* Of the calls of a thread that fail with the same error the one that does so most. */
static bool is_lead(const struct search *s, const struct rep_thread *rt, const struct cap_calls *one)
{
	for (size_t i = 0; i < s->cap->ncalls; i++) {
		const struct cap_calls *r = &s->cap->calls[i];

		if (r != one && is_same_failure(s, r, one) && comes_first(s, r, one) &&
		    (is_next_try(s->cap, r, one) || !is_of(s, rt, r) || is_failing(s, rt, r)))
			return false;
	}
	return true;
}

/* ---- requests ------------------------------------------------------------------------ */

/* Taken back, or over before it could begin: as the program asked for. */
static bool is_asked_for(int error)
{
	return is_not_yet(error) || error == ECANCELED || error == EAGAIN || error == EINTR;
}

static bool is_failing_request(const struct rep_thread *rt, const struct cap_requests *r)
{
	return r->error && !is_asked_for(r->error) && ev_moves_data(r) &&
	       is_much(rt, is_used_up(r->error), r->errors, r->done_inline + r->done_asleep + r->done_late + r->more);
}

/* Operations that may take a buffer from a group. */
static bool takes_buffers(uint16_t operation)
{
	return operation == OP_READV || operation == OP_READ || operation == OP_RECV || operation == OP_RECVMSG;
}

static const char *request_way_out(const struct cap_requests *r)
{
	if (r->error == ENOBUFS && r->interface == CAP_I_URING && takes_buffers(r->operation))
		return "give buffers back to the group before the next request";
	return "look at the result of each before the next, and stop when it says that none can succeed";
}

static void tell_request(struct search *s, const struct rep_thread *rt, const struct cap_requests *r)
{
	bool uring = r->interface == CAP_I_URING;
	char *error = iom_errno_text(r->error), *often = how_often(rt, r->errors);
	const struct cap_file *file = r->file == IOM_NO_FILE ? NULL : &s->cap->files[r->file];
	char *on = file && file->fd >= 0 ?
			   iom_sentence(" on fd %d %s", file->fd, iom_finding_name(s->cap, r->file)) :
			   iom_sentence("%s%s", file ? " on " : "", file ? iom_finding_name(s->cap, r->file) : "");
	struct rep_finding *f = add(s, rt, r->error, r->errors,
				    iom_sentence("%s%s%s failed %s times, at last with %s%s. Usual way out: %s.",
						 uring ? iom_uring_opcode_name(r->operation) : "Requests",
						 uring ? " requests of io_uring" : " of libaio", on,
						 iom_count(r->errors), error, often, request_way_out(r)));

	f->nr = uring ? NR_IO_URING_ENTER : NR_IO_SUBMIT;
	f->file = r->file;
	free(error);
	free(often);
	free(on);
}

void iom_find_failing(struct search *s)
{
	for (size_t i = 0; i < s->cap->ncalls; i++) {
		const struct cap_calls *r = &s->cap->calls[i];
		const struct rep_thread *rt = failures(s, r) ? iom_finding_thread(s, r->tid, r->tgid) : NULL;

		/* The order matters where each of thousands of tries has a socket of its own. */
		if (rt && is_lead(s, rt, r) && is_failing(s, rt, r))
			tell(s, rt, r);
	}
	for (size_t i = 0; i < s->cap->nrequests; i++) {
		const struct cap_requests *r = &s->cap->requests[i];
		const struct rep_thread *rt = r->errors ? iom_finding_thread(s, r->tid, r->tgid) : NULL;

		if (rt && is_failing_request(rt, r))
			tell_request(s, rt, r);
	}
}
