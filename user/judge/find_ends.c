/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * find_ends.c - reading on at the end of a file, or asking for no byte, again and again: eof-spin.
 */
#include <stdlib.h>
#include <string.h>

#include "base/sysname.h"
#include "judge/findings.h"
#include "judge/limits.h"
#include "judge/roles.h"
#include "report/sentence.h"

/* What keeps the thread's loop awake is said already: this file, or another one, and then the loop comes by at
 * this one's end for no reason of its own. */
static bool is_said(const struct search *s, uint32_t thread, uint32_t file)
{
	for (size_t i = 0; i < s->rp->nfindings; i++) {
		const struct rep_finding *f = &s->rp->findings[i];

		if (f->thread == thread && (f->file == file || (f->file != IOM_NO_FILE && !strcmp(f->id, "not-drained"))))
			return true;
	}
	return false;
}

/* How often it succeeded without a byte: at the end of what is read, or since none was asked for. An empty datagram is
 * something. */
static uint64_t moved_nothing(const struct search *s, const struct cap_calls *r)
{
	bool writes = is_output(r->class) || r->class == CAP_C_SENDFILE || r->class == CAP_C_SPLICE;

	if (!is_transfer(r->class) || r->file == IOM_NO_FILE || is_datagram(&s->cap->files[r->file]))
		return 0;
	return r->n.zero + (writes && !r->bytes ? r->n.ok : 0);
}

/* Time and again, on a CPU; those that slept were waited for, and are no spin. What is a high rate in
 * a short life may be the one end that every file has. */
static bool is_spun(const struct rep_thread *rt, const struct cap_calls *r, uint64_t n)
{
	return n >= iom_limit(LIMIT_FAILS) &&
	       a_second(n, rt->time.wall_ns) >= iom_limit(LIMIT_SPENDS_RATE) &&
	       n >= iom_limit(LIMIT_ENDS_PART) * iom_operations(r) &&
	       rt->time.running_ns >= iom_limit(LIMIT_SPENDS_CPU) * rt->time.wall_ns;
}

static const char *way_out(const struct cap_file *file, const struct cap_calls *r)
{
	if (is_output(r->class))
		return "no call where nothing is left to write";
	if (!is_input(r->class))
		return "stop when a call moves nothing: what it reads from is at its end, or it was asked for 0 bytes";
	if (is_never_empty(file))
		return "room in the buffer before the next read";
	return is_stored(file->kind) ? "inotify, or a pause between two looks" :
				       "stop when a read brings 0 bytes, and close the file";
}

static void tell(struct search *s, const struct rep_thread *rt, const struct cap_calls *r, uint64_t n)
{
	const struct cap_file *file = &s->cap->files[r->file];
	const char *why = !is_input(r->class)	? "" :
			  is_never_empty(file) ? ", though bytes wait unread, since it asked for 0," :
						 ", as at the end of a file,";
	char *of = file->fd >= 0 ? iom_sentence("(%d) %s", file->fd, iom_finding_name(s->cap, r->file)) :
				   iom_sentence(" of %s", iom_finding_name(s->cap, r->file));
	struct rep_finding *f = iom_finding_add(
		s, "eof-spin", IOM_SEV_WARNING,
		iom_sentence("%s%s %s nothing%s %s times of %s: %s a second, on %s of a CPU. Usual way out: %s.",
			     iom_syscall_name(r->nr), of, is_input(r->class) ? "brought" : "moved", why, iom_count(n),
			     iom_count(iom_operations(r)), iom_count(a_second(n, rt->time.wall_ns)),
			     iom_part(rt->time.running_ns, rt->time.wall_ns), way_out(file, r)));

	free(of);
	f->count = n;
	f->ns = rt->time.running_ns;
	f->thread = rt->thread;
	f->nr = r->nr;
	f->file = r->file;
}

void iom_find_ends(struct search *s)
{
	for (size_t i = 0; i < s->cap->ncalls; i++) {
		const struct cap_calls *r = &s->cap->calls[i];
		uint64_t n = moved_nothing(s, r);
		const struct rep_thread *rt = n ? iom_finding_thread(s, r->tid, r->tgid) : NULL;

		if (rt && is_spun(rt, r, n) && !is_said(s, rt->thread, r->file))
			tell(s, rt, r, n);
	}
}
