/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * find_queues.c - what waits in sockets: unread-data, accept-queue, slow-peer, nagle-delay,
 * datagrams-dropped, connect-unanswered, peer-closed.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/alloc.h"
#include "judge/findings.h"
#include "judge/limits.h"
#include "judge/roles.h"
#include "report/sentence.h"

/* Bits of an EPOLLONESHOT registration whose event was told: fs/eventpoll.c of Linux 6.1 keeps
 * EP_PRIVATE_BITS and asks for nothing more. */
#define EPOLL_TOLD_BITS ((uint32_t)(EPOLLWAKEUP | EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE))

/* What became of a socket's transfers, in all processes that were watched. */
struct use {
	uint64_t ino;
	bool taken; /* data or connections were taken from it, or somebody is at it */
	bool full;  /* a write to it slept for room, or would have */
	bool used;  /* something was read of it, its end as well, or written to it */
};

/* One process being looked at. */
struct queues {
	struct search *s;
	struct use *uses; /* by inode, which no two sockets share; heap */
	size_t n;
};

/* *file: what the call writes to, takes from. */
static bool is_written(const struct cap_calls *r, uint32_t *file)
{
	*file = r->class == CAP_C_SPLICE ? r->other : r->file;
	return *file != IOM_NO_FILE &&
	       (is_output(r->class) || r->class == CAP_C_SENDFILE || r->class == CAP_C_SPLICE);
}

static bool is_taken_from(const struct cap_calls *r, uint32_t *file)
{
	*file = r->class == CAP_C_SENDFILE ? r->other : r->file;
	return *file != IOM_NO_FILE &&
	       (is_taking(r->class) || r->class == CAP_C_SENDFILE || r->class == CAP_C_SPLICE);
}

static void use_calls(struct use *uses, const struct cap_calls *r)
{
	uint32_t file;

	if (is_taken_from(r, &file)) {
		uses[file].taken |= r->n.ok || r->n.ok_slept;
		uses[file].used |= r->n.ok || r->n.ok_slept || r->n.zero || r->n.zero_slept;
	}
	/* With O_NONBLOCK nobody sleeps for room: what slept did so for the socket's lock, or for memory. */
	if (is_written(r, &file)) {
		uses[file].used |= r->n.ok || r->n.ok_slept;
		uses[file].full |= r->n.again || r->n.again_slept ||
				   (r->n.ok_slept && (file != r->file || !(r->f_flags & O_NONBLOCK)));
	}
}

static void use_open_call(struct use *uses, const struct cap_open_call *c)
{
	const struct cap_calls r = {.class = c->class, .file = c->file, .other = IOM_NO_FILE};
	uint32_t file;

	if (c->nr < 0)
		return;
	if (is_taken_from(&r, &file))
		uses[file].taken = true;
	if (is_written(&r, &file))
		uses[file].full = true;
}

static int by_inode(const void *a, const void *b)
{
	const struct use *x = a, *y = b;

	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

/* A socket that several processes have is a file of each. */
static size_t merge(struct use *v, size_t n)
{
	size_t kept = 0;

	qsort(v, n, sizeof(*v), by_inode);
	for (size_t i = 0; i < n; i++) {
		if (kept && v[kept - 1].ino == v[i].ino) {
			v[kept - 1].taken |= v[i].taken;
			v[kept - 1].full |= v[i].full;
			v[kept - 1].used |= v[i].used;
		} else {
			v[kept++] = v[i];
		}
	}
	return kept;
}

static void find_uses(struct queues *q)
{
	const struct iom_capture *cap = q->s->ev->whole ? q->s->ev->whole : q->s->cap;

	q->uses = iom_alloc(cap->nfiles + 1, sizeof(*q->uses));
	for (size_t i = 0; i < cap->nfiles; i++)
		q->uses[i].ino = cap->files[i].ino;
	for (size_t i = 0; i < cap->ncalls; i++)
		use_calls(q->uses, &cap->calls[i]);
	for (size_t i = 0; i < cap->nrequests; i++)
		if (cap->requests[i].file != IOM_NO_FILE)
			q->uses[cap->requests[i].file].taken = true;
	for (size_t i = 0; i < cap->nthreads; i++)
		use_open_call(q->uses, &cap->threads[i].at_end);
	q->n = merge(q->uses, cap->nfiles);
}

static struct use use_of(const struct queues *q, uint32_t file)
{
	struct use key = {.ino = q->s->cap->files[file].ino};
	const struct use *u = q->n ? bsearch(&key, q->uses, q->n, sizeof(key), by_inode) : NULL;

	return u ? *u : key;
}

/* By epoll_wait or, where it is in a set itself, by any readiness call. */
static bool was_asked(const struct search *s, uint32_t epoll)
{
	for (size_t i = 0; i < s->cap->ncalls; i++)
		if (s->cap->calls[i].file == epoll && is_readiness(s->cap->calls[i].class))
			return true;
	return false;
}

/* Is a thread asleep in it, which would not be, were it told of what waits? */
static bool is_waited_in(const struct search *s, uint32_t epoll)
{
	for (size_t i = 0; i < s->cap->nthreads; i++) {
		const struct cap_open_call *c = &s->cap->threads[i].at_end;

		if (c->nr >= 0 && c->class == CAP_C_EPOLL_WAIT && c->file == epoll)
			return true;
	}
	return false;
}

/* How the process would learn of what waits. */
enum told { TOLD_NEVER, TOLD_EDGE, TOLD_ONESHOT, TOLD_NOT_ASKED, TOLD_LATE, TOLD_TOO_FEW, TOLD_NOW };

static enum told told_by(const struct search *s, uint32_t file, const struct cap_registration **by)
{
	enum told told = s->cap->files[file].waited_at_end ? TOLD_NOW : TOLD_NEVER;
	size_t n;
	const struct cap_registration *r = iom_capture_epolls(s->cap, file, &n);

	*by = NULL;
	for (; n && told != TOLD_NOW; n--, r++) {
		if (!r->events) /* not known */
			return TOLD_NOW;
		*by = r;
		if (!(r->events & ~EPOLL_TOLD_BITS) && r->events & EPOLLONESHOT)
			told = TOLD_ONESHOT;
		else if (!(r->events & (EPOLLIN | EPOLLRDNORM)))
			told = TOLD_NOT_ASKED;
		else if (r->events & EPOLLET)
			told = TOLD_EDGE;
		else
			told = was_asked(s, r->epoll) ? TOLD_NOW : is_waited_in(s, r->epoll) ? TOLD_TOO_FEW : TOLD_LATE;
	}
	return told;
}

/* Sockets of one process about which the same is to be said. */
struct group {
	size_t n;
	uint32_t worst; /* file */
	uint64_t most;
	const struct cap_registration *by;
};

static void join(struct group *g, uint32_t file, uint64_t much, const struct cap_registration *by)
{
	g->n++;
	if (g->n > 1 && much <= g->most)
		return;
	g->worst = file;
	g->most = much;
	g->by = by;
}

static struct rep_finding *add(struct search *s, const char *id, enum rep_severity severity,
			       const struct group *g, char *message)
{
	struct rep_finding *f = iom_finding_add(s, id, severity, message);

	f->file = g->worst;
	f->count = g->n;
	return f;
}

/* "tcp 127.0.0.1:80 <- 127.0.0.1:4242, fd 7, and in 3 more sockets": heap. */
static char *sockets(const struct search *s, const struct group *g)
{
	const struct cap_file *f = &s->cap->files[g->worst];
	char *number = f->fd >= 0 ? iom_sentence(", fd %d", f->fd) : iom_sentence("%s", "");
	char *more = g->n > 1 ? iom_sentence(", and in %s more", iom_count(g->n - 1)) : iom_sentence("%s", "");
	char *text = iom_sentence("%s%s%s", iom_finding_name(s->cap, g->worst), number, more);

	free(number);
	free(more);
	return text;
}

static char *reason(const struct search *s, enum told told, const struct group *g)
{
	int epoll = g->by ? s->cap->files[g->by->epoll].fd : -1;

	switch (told) {
	case TOLD_EDGE:
		return iom_sentence(" epoll(%d) has it edge-triggered and tells of data once, when it comes: what was "
				    "left then stays. Usual way out: read until EAGAIN.", epoll);
	case TOLD_ONESHOT:
		return iom_sentence(" epoll(%d) told of it once (EPOLLONESHOT) and was not armed again. Usual way out: "
				    "EPOLL_CTL_MOD after each event.", epoll);
	case TOLD_NOT_ASKED:
		return iom_sentence(" It is in the set of epoll(%d), which is not asked whether there is anything to "
				    "read.", epoll);
	case TOLD_TOO_FEW:
		return iom_sentence(" A thread waits in epoll(%d), which has it and does not tell of it, as where the "
				    "socket's SO_RCVLOWAT asks for more bytes.", epoll);
	case TOLD_LATE:
		return iom_sentence(" epoll(%d) would tell of it, and was not asked meanwhile: see what its thread "
				    "does.", epoll);
	default:
		return iom_sentence("%s", "");
	}
}

/* Heap. */
static char *compared(uint32_t before, uint32_t now)
{
	if (before == now)
		return iom_sentence("as when the watch began");
	return iom_sentence("%s when the watch began", iom_count(before));
}

static void tell_unread(struct search *s, enum told told, const struct group *g)
{
	const struct cap_file *f = &s->cap->files[g->worst];
	bool lost = told == TOLD_EDGE || told == TOLD_ONESHOT;
	char *where = sockets(s, g), *why = reason(s, told, g);
	char *then = compared(f->queues_at_start.unread, f->queues_at_end.unread);

	add(s, "unread-data", lost ? IOM_SEV_WARNING : IOM_SEV_INFO, g,
	    iom_sentence("%s %s unread in %s, %s, and nothing was taken here meanwhile.%s", iom_count(g->most),
			 g->most == 1 ? "byte waits" : "bytes wait", where, then, why));
	free(where);
	free(then);
	free(why);
}

static bool is_known(const struct cap_file *f)
{
	return f->open_at_start && f->open_at_end && f->queues_at_start.known && f->queues_at_end.known;
}

static uint64_t dropped(const struct cap_file *f)
{
	return is_known(f) && f->queues_at_end.drops > f->queues_at_start.drops ?
		       f->queues_at_end.drops - f->queues_at_start.drops : 0;
}

static void find_unread(const struct queues *q)
{
	struct search *s = q->s;
	struct group groups[TOLD_NOW + 1] = {};
	enum told told;

	for (uint32_t i = 0; i < s->cap->nfiles; i++) {
		const struct cap_file *f = &s->cap->files[i];
		const struct cap_registration *by;

		if (f->tgid != s->tgid || f->kind != CAP_K_SOCK || !is_known(f) || !f->queues_at_start.unread ||
		    !f->queues_at_end.unread || use_of(q, i).taken ||
		    f->queues_at_end.unread < f->queues_at_start.unread) /* by somebody who is not watched */
			continue;
		told = told_by(s, i, &by);
		join(&groups[told], i, f->queues_at_end.unread, by);
	}
	for (told = 0; told < TOLD_NOW; told++)
		if (groups[told].n)
			tell_unread(s, told, &groups[told]);
}

static void tell_queue(struct search *s, uint32_t file, bool taken)
{
	const struct cap_file *f = &s->cap->files[file];
	struct group g = {.n = 1, .worst = file};
	bool one = f->queues_at_end.unread == 1;
	char *where = sockets(s, &g), *waiting;
	char *lost = dropped(f) ? iom_sentence(" %s %s for a connection %s thrown away meanwhile.",
					       iom_count(dropped(f)), dropped(f) == 1 ? "request" : "requests",
					       dropped(f) == 1 ? "was" : "were") :
				  iom_sentence("%s", "");

	waiting = one ? iom_sentence("1 connection waits") :
			iom_sentence("%s connections wait", iom_count(f->queues_at_end.unread));
	add(s, "accept-queue", IOM_SEV_WARNING, &g,
	    iom_sentence("%s to be accepted on %s, whose queue has room for %s%s.%s %s "
			 "no answer until then. Usual way out: a thread that is always free to accept.",
			 waiting, where, iom_count(f->limit),
			 taken ? "" : "; none was accepted while the watch lasted", lost,
			 one ? "Its client is connected and gets" : "Their clients are connected and get"))
		->count = f->queues_at_end.unread;
	free(where);
	free(waiting);
	free(lost);
}

static void find_unaccepted(const struct queues *q)
{
	struct search *s = q->s;

	for (uint32_t i = 0; i < s->cap->nfiles; i++) {
		const struct cap_file *f = &s->cap->files[i];
		bool taken;

		if (f->tgid != s->tgid || f->kind != CAP_K_LISTEN || !is_known(f) || !f->queues_at_start.unread ||
		    !f->queues_at_end.unread)
			continue;
		taken = use_of(q, i).taken;
		if (!taken || f->queues_at_end.unread >= f->limit)
			tell_queue(s, i, taken);
	}
}

static void find_unsent(const struct queues *q)
{
	struct search *s = q->s;
	struct group g = {};
	const struct cap_file *worst;
	char *where, *then;

	for (uint32_t i = 0; i < s->cap->nfiles; i++) {
		const struct cap_file *f = &s->cap->files[i];

		if (f->tgid == s->tgid && f->kind == CAP_K_SOCK && is_known(f) && f->queues_at_start.unsent &&
		    f->queues_at_end.unsent && use_of(q, i).full)
			join(&g, i, f->queues_at_end.unsent, NULL);
	}
	if (!g.n)
		return;
	worst = &s->cap->files[g.worst];
	where = sockets(s, &g);
	then = compared(worst->queues_at_start.unsent, (uint32_t)g.most);
	add(s, "slow-peer", IOM_SEV_INFO, &g,
	    iom_sentence("%s bytes that were written wait in %s, %s, for the other end to take them, and writes found "
			 "no room: %s.",
			 iom_count(g.most), where, then,
			 is_never_empty(worst) && !use_of(q, g.worst).taken ?
				 "that may wait in turn until what it wrote is read here. Usual way out: reading while "
				 "there is something to be written" :
				 "what is slow is the other end, or the way to it"));
	free(where);
	free(then);
}

/* Answers that were waited for on a connection, and what was written to it. */
struct talk {
	uint64_t writes, reads, ns; /* reads: those that slept */
	uint16_t nr; /* of the reads */
};

static struct talk talk_on(const struct search *s, uint32_t file)
{
	struct talk talk = {};

	for (size_t i = 0; i < s->cap->ncalls; i++) {
		const struct cap_calls *r = &s->cap->calls[i];

		if (r->tgid != s->tgid || r->file != file)
			continue;
		if (is_output(r->class))
			talk.writes += r->n.ok + r->n.ok_slept;
		if (!is_input(r->class))
			continue;
		talk.reads += s->ev->account->calls[i].slept;
		talk.ns += s->ev->account->calls[i].ns;
		talk.nr = r->nr;
	}
	return talk;
}

static bool is_little(uint32_t unsent)
{
	return unsent && unsent <= iom_limit(LIMIT_NAGLE_BYTES);
}

/*
 * Small writes follow each other, and then an answer is waited for: TCP holds the second one back until the
 * first is acknowledged, and the other end puts that off, since it has nothing to answer yet (RFC 896, RFC 1122
 * 4.2.3.2). Both bytes that are held and those not acknowledged are in the queue for most of the time.
 */
static void find_nagle(const struct queues *q)
{
	struct search *s = q->s;

	for (uint32_t i = 0; i < s->cap->nfiles; i++) {
		const struct cap_file *f = &s->cap->files[i];
		struct group g = {.n = 1, .worst = i};
		struct rep_finding *found;
		struct talk talk;
		char *where;

		if (f->tgid != s->tgid || f->kind != CAP_K_SOCK || !f->name || strncmp(f->name, "tcp ", 4) ||
		    !is_known(f) || !is_little(f->queues_at_start.unsent) || !is_little(f->queues_at_end.unsent) ||
		    use_of(q, i).full)
			continue;
		talk = talk_on(s, i);
		if (!talk.reads || talk.writes < iom_limit(LIMIT_NAGLE_WRITES) * talk.reads ||
		    talk.ns < iom_limit(LIMIT_NAGLE_NS) * talk.reads)
			continue;
		where = sockets(s, &g);
		found = add(s, "nagle-delay", IOM_SEV_INFO, &g,
			    iom_sentence("%s reads of %s slept, %s each, after %.1f writes each; as the watch began and as "
					 "it ended %s and %s bytes of these were not acknowledged. Without TCP_NODELAY all but "
					 "the first of small writes are held back until that is acknowledged, which the other "
					 "end puts off for up to 40 ms: unless the way there itself takes as long, one write for "
					 "what belongs together (writev) or that option helps. With TCP_CORK set neither "
					 "does: then it is that which holds them back, for up to 200 ms.",
					 iom_count(talk.reads), where, iom_time(talk.ns / talk.reads),
					 (double)talk.writes / talk.reads, iom_count(f->queues_at_start.unsent),
					 iom_count(f->queues_at_end.unsent)));
		found->count = talk.reads;
		found->ns = talk.ns;
		found->nr = talk.nr;
		free(where);
	}
}

/* The files of the process of which there is some of that. */
static struct group all_with(const struct queues *q, uint64_t (*some)(const struct queues *q, uint32_t file))
{
	const struct search *s = q->s;
	struct group g = {};

	for (uint32_t i = 0; i < s->cap->nfiles; i++) {
		uint64_t much = s->cap->files[i].tgid == s->tgid ? some(q, i) : 0;

		if (much)
			join(&g, i, much, NULL);
	}
	return g;
}

static uint64_t unanswered(const struct queues *q, uint32_t file)
{
	const struct cap_file *f = &q->s->cap->files[file];

	return is_known(f) && f->queues_at_start.connecting && f->queues_at_end.connecting;
}

static void find_unanswered(const struct queues *q)
{
	struct search *s = q->s;
	struct group g = all_with(q, unanswered);
	char *where;

	if (!g.n)
		return;
	where = sockets(s, &g);
	add(s, "connect-unanswered", IOM_SEV_INFO, &g,
	    iom_sentence("No connection yet, as when the watch began, in %s: the other end has not answered. So it is where "
			 "the address is wrong or a firewall drops the requests, and where the queue of who listens is full. "
			 "Usual way out: a time limit for connect.", where));
	free(where);
}

/* Who goes on writing has a partner that only said that he would send nothing more (shutdown(2)); what waits
 * unread is told already. */
static uint64_t forgotten(const struct queues *q, uint32_t file)
{
	const struct cap_file *f = &q->s->cap->files[file];
	struct use u;

	if (!is_known(f) || f->kind != CAP_K_SOCK || !f->queues_at_start.ended || !f->queues_at_end.ended ||
	    f->queues_at_end.unread)
		return 0;
	u = use_of(q, file);
	return !u.taken && !u.used && !u.full;
}

static void find_forgotten(const struct queues *q)
{
	struct search *s = q->s;
	struct group g = all_with(q, forgotten);
	char *where;

	if (!g.n)
		return;
	where = sockets(s, &g);
	add(s, "peer-closed", IOM_SEV_INFO, &g,
	    iom_sentence("The other end has closed, before the watch began, and nothing was read, written or closed here "
			 "since, in %s. Each keeps a descriptor (CLOSE-WAIT). Usual way out: wait for every connection that "
			 "is kept, and close where a read brings 0 bytes.", where));
	free(where);
}

/* The counter of a TCP connection goes up with segments as well, which are sent again: nothing is lost. */
static uint64_t datagrams_dropped(const struct queues *q, uint32_t file)
{
	const struct cap_file *f = &q->s->cap->files[file];

	return is_datagram(f) ? dropped(f) : 0;
}

static void find_dropped(const struct queues *q)
{
	struct search *s = q->s;
	struct group g = all_with(q, datagrams_dropped);
	char *where;

	if (!g.n)
		return;
	where = sockets(s, &g);
	add(s, "datagrams-dropped", IOM_SEV_WARNING, &g,
	    iom_sentence("The kernel threw away %s datagram%s that came for %s, as it does when the socket's receive "
			 "buffer is full. Usual way out: read more of them at a time, a larger SO_RCVBUF, nothing "
			 "that sleeps in the thread that reads.", iom_count(g.most), g.most == 1 ? "" : "s", where))
		->count = g.most;
	free(where);
}

/* Else the calls of all processes need not be looked at for each of them. */
static bool has_waiting(const struct iom_capture *cap)
{
	for (size_t i = 0; i < cap->nfiles; i++) {
		const struct cap_queues *q = &cap->files[i].queues_at_end;

		if (q->unread || q->unsent || q->drops || q->connecting || q->ended)
			return true;
	}
	return false;
}

void iom_find_queues(struct search *s)
{
	struct queues q = {.s = s};

	if (!has_waiting(s->cap))
		return;
	find_uses(&q);
	find_unread(&q);
	find_unaccepted(&q);
	find_unsent(&q);
	find_nagle(&q);
	find_dropped(&q);
	find_unanswered(&q);
	find_forgotten(&q);
	free(q.uses);
}
