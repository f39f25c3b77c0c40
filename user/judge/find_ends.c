/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * find_ends.c - reading on at the end of a file, again and again: eof-spin.
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

/* Time and again, on a CPU; those that slept were waited for, and are no spin. What is a high rate in
 * a short life may be the one end that every file has. */
static bool is_spun(const struct rep_thread *rt, const struct cap_calls *r)
{
	return is_input(r->class) && r->file != IOM_NO_FILE && r->n.zero >= iom_limit(LIMIT_FAILS) &&
	       a_second(r->n.zero, rt->time.wall_ns) >= iom_limit(LIMIT_SPENDS_RATE) &&
	       r->n.zero >= iom_limit(LIMIT_ENDS_PART) * iom_operations(r) &&
	       rt->time.running_ns >= iom_limit(LIMIT_SPENDS_CPU) * rt->time.wall_ns;
}

static void tell(struct search *s, const struct rep_thread *rt, const struct cap_calls *r)
{
	const struct cap_file *file = &s->cap->files[r->file];
	char *of = file->fd >= 0 ? iom_sentence("(%d) %s", file->fd, iom_finding_name(s->cap, r->file)) :
				   iom_sentence(" of %s", iom_finding_name(s->cap, r->file));
	struct rep_finding *f = iom_finding_add(
		s, "eof-spin", IOM_SEV_WARNING,
		iom_sentence("%s%s brought nothing, as at the end of a file, %s times of %s: %s a second, on %s of "
			     "a CPU. Usual way out: %s.",
			     iom_syscall_name(r->nr), of, iom_count(r->n.zero), iom_count(iom_operations(r)),
			     iom_count(a_second(r->n.zero, rt->time.wall_ns)),
			     iom_part(rt->time.running_ns, rt->time.wall_ns),
			     is_stored(file->kind) ? "inotify, or a pause between two looks" :
						     "stop when a read brings 0 bytes, and close the file"));

	free(of);
	f->count = r->n.zero;
	f->ns = rt->time.running_ns;
	f->thread = rt->thread;
	f->nr = r->nr;
	f->file = r->file;
}

void iom_find_ends(struct search *s)
{
	for (size_t i = 0; i < s->cap->ncalls; i++) {
		const struct cap_calls *r = &s->cap->calls[i];
		const struct rep_thread *rt = r->n.zero ? iom_finding_thread(s, r->tid, r->tgid) : NULL;

		if (rt && is_spun(rt, r) && !is_said(s, rt->thread, r->file))
			tell(s, rt, r);
	}
}
