/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * find_lookups.c - threads that sleep for the answer of a name server: slow-lookup.
 *
 * A resolver asks one server after the other by a call on one socket, and the thread that called
 * it sleeps: getaddrinfo() has no other way. A loop that has the socket in its set goes on meanwhile.
 */
#include <stdlib.h>
#include <string.h>

#include "judge/findings.h"
#include "judge/limits.h"
#include "judge/roles.h"
#include "report/sentence.h"

static const char to[] = " -> ", port[] = ":53";

/* All that was waited for one server. */
struct lookups {
	const char *server; /* "127.0.0.53:53" */
	uint64_t times, ns, max_ns;
	uint32_t threads;	      /* how many waited */
	const struct acc_wait *worst; /* the longest one, and */
	uint32_t thread;	      /* whose it was */
};

/* The address of the name server that the socket is connected to; NULL: it is to none. */
static const char *server_of(const struct iom_capture *cap, uint32_t file)
{
	const struct cap_file *f = file == IOM_NO_FILE ? NULL : &cap->files[file];
	const char *at = f && f->kind == CAP_K_SOCK && f->name ? strstr(f->name, to) : NULL;
	size_t n = at ? strlen(at) : 0;

	if (!at || (strncmp(f->name, "udp ", 4) && strncmp(f->name, "tcp ", 4)) || n < sizeof(port) ||
	    strcmp(at + n - (sizeof(port) - 1), port) != 0)
		return NULL;
	return at + strlen(to);
}

/* What came from the server, by whichever of the process's sockets. */
static uint64_t answers_of(const struct search *s, const char *server)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->cap->ncalls; i++) {
		const struct cap_calls *r = &s->cap->calls[i];
		const char *from = r->tgid == s->tgid && is_input(r->class) ? server_of(s->cap, r->file) : NULL;

		if (from && !strcmp(from, server))
			n += iom_taken_by(r);
	}
	return n;
}

/* A poll of several files has none of them: it does not wait for this one alone. */
static const char *waits_for(const struct iom_capture *cap, const struct acc_wait *w)
{
	return w->what == ACC_READINESS || w->what == ACC_TRANSFER ? server_of(cap, w->file) : NULL;
}

static uint64_t longest(const struct acc_wait *w)
{
	return w->max_ns + (w->before && w->slept == 1 ? w->before_ns : 0);
}

/* What the thread waited for this server, or, where none is known yet, for the first one that it waited for. */
static void add_thread(const struct search *s, const struct rep_thread *rt, struct lookups *l)
{
	bool waited = false;

	for (size_t i = 0; i < rt->time.nwaits; i++) {
		const struct acc_wait *w = &rt->time.waits[i];
		const char *server = waits_for(s->cap, w);

		if (!server || (l->server && strcmp(server, l->server) != 0))
			continue;
		l->server = server;
		waited = true;
		l->times += w->slept;
		l->ns += w->ns;
		if (longest(w) < l->max_ns)
			continue;
		l->max_ns = longest(w);
		l->worst = w;
		l->thread = rt->thread;
	}
	l->threads += waited;
}

static void tell(struct search *s, const struct lookups *l)
{
	uint64_t answers = answers_of(s, l->server);
	char *who = l->threads == 1 ? iom_sentence("Thread %u", s->cap->threads[l->thread].ns_tid) :
				      iom_sentence("%u threads", l->threads);
	char *call = iom_finding_call(s->cap, l->worst), *total = iom_sentence("%s", iom_time(l->ns));
	char *came = answers ? iom_sentence("%s %s came from it", iom_count(answers), answers == 1 ? "answer" : "answers") :
			       iom_sentence("nothing came from it");
	struct rep_finding *f = iom_finding_add(
		s, "slow-lookup", answers ? IOM_SEV_INFO : IOM_SEV_WARNING,
		iom_sentence("%s waited for the name server %s, %s in all, %s at worst, in %s; %s. Usual way out: %s.",
			     who, l->server, total, iom_time(l->max_ns), call, came,
			     answers ? "a cache on this machine, or addresses looked up before they are needed" :
				       "a server that answers in /etc/resolv.conf, and a short timeout there"));

	free(who);
	free(call);
	free(total);
	free(came);
	f->count = l->times;
	f->ns = l->ns;
	f->max_ns = l->max_ns;
	f->thread = l->thread;
	f->nr = l->worst->nr;
	f->file = l->worst->file;
}

/* Of several servers the one that was waited for first stands for all: they are asked in turn. A loop that waited
 * for it has been told of. */
void iom_find_lookups(struct search *s)
{
	struct lookups l = {};

	for (size_t i = 0; i < s->rp->nthreads; i++)
		add_thread(s, &s->rp->threads[i], &l);
	if (l.worst && l.max_ns >= iom_limit(LIMIT_TURN_WARN_NS) &&
	    !iom_finding_said(s, "loop-blocked", l.worst->file))
		tell(s, &l);
}
