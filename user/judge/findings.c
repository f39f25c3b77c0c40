/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/findings.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sysname.h"
#include "capture/names.h"
#include "judge/roles.h"
#include "report/sentence.h"

struct rep_finding *iom_finding_add(struct search *s, const char *id, enum rep_severity severity,
				    char *message)
{
	struct rep_finding *v = iom_memory(realloc(s->rp->findings, (s->rp->nfindings + 1) * sizeof(*v)));

	s->rp->findings = v;
	v += s->rp->nfindings++;
	*v = (struct rep_finding){.id = id, .severity = severity, .message = message, .nr = -1,
				  .thread = UINT32_MAX, .file = IOM_NO_FILE};
	return v;
}

bool iom_finding_said(const struct search *s, const char *id, uint32_t file)
{
	for (size_t i = 0; i < s->rp->nfindings; i++) {
		const struct rep_finding *f = &s->rp->findings[i];

		if (!strcmp(f->id, id) && (file == IOM_NO_FILE || f->file == file))
			return true;
	}
	return false;
}

const char *iom_finding_name(const struct iom_capture *cap, uint32_t file)
{
	if (file == IOM_NO_FILE)
		return "a file";
	return cap->files[file].name ? cap->files[file].name : iom_kind_name(cap->files[file].kind);
}

char *iom_finding_call(const struct iom_capture *cap, const struct acc_wait *w)
{
	const struct cap_file *f = w->file == IOM_NO_FILE ? NULL : &cap->files[w->file];

	if (w->what == ACC_PAGE)
		return iom_sentence("page faults");
	if (w->what == ACC_OPEN && (f || w->path))
		return iom_sentence("%s of %s", iom_syscall_name(w->nr),
				    f ? iom_finding_name(cap, w->file) : w->path);
	if (f && f->fd >= 0)
		return iom_sentence("%s(%d) %s", iom_syscall_name(w->nr), f->fd,
				    iom_finding_name(cap, w->file));
	if (f)
		return iom_sentence("%s of %s", iom_syscall_name(w->nr), iom_finding_name(cap, w->file));
	if (w->path)
		return iom_sentence(is_told_in_words(w->class) ? "%s (%s)" : "%s of %s", iom_syscall_name(w->nr),
				    w->path);
	return iom_sentence("%s", iom_syscall_name(w->nr));
}

const struct rep_thread *iom_finding_thread(const struct search *s, uint32_t tid, uint32_t tgid)
{
	for (size_t i = 0; i < s->rp->nthreads; i++) {
		const struct cap_thread *ct = &s->cap->threads[s->rp->threads[i].thread];

		if (ct->tid == tid && ct->tgid == tgid)
			return &s->rp->threads[i];
	}
	return NULL;
}

uint64_t iom_taken_by(const struct cap_calls *r)
{
	uint64_t n = r->n.ok + r->n.ok_slept;

	return is_input(r->class) && r->bytes < n ? r->bytes : n;
}

uint64_t iom_all_taken(const struct search *s, const struct cap_thread *ct)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->cap->ncalls; i++) {
		const struct cap_calls *r = &s->cap->calls[i];

		if (r->tgid == ct->tgid && r->tid == ct->tid && is_transfer(r->class))
			n += iom_taken_by(r);
	}
	return n;
}

/* The longest pause; of what burns a CPU all that it burnt. */
static uint64_t worst(const struct rep_finding *f)
{
	return f->max_ns ? f->max_ns : f->ns;
}

static int worst_first(const void *a, const void *b)
{
	const struct rep_finding *x = a, *y = b;

	if (x->severity != y->severity)
		return x->severity == IOM_SEV_WARNING ? -1 : 1;
	if (worst(x) != worst(y))
		return worst(x) > worst(y) ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return strcmp(x->id, y->id);
}

void iom_find(const struct iom_evidence *ev, struct rep_process *rp)
{
	struct search s = {
		.ev = ev, .cap = ev->cap, .rp = rp, .tgid = ev->cap->procs[rp->proc].tgid};
	bool stopped;

	stopped = iom_find_traced(&s);
	if (!stopped)
		iom_find_on_loops(&s);
	iom_find_failing(&s);
	iom_find_polling(&s);
	iom_find_tries(&s);
	iom_find_ends(&s);
	iom_find_queues(&s);
	if (!stopped) {
		iom_find_async(&s);
		iom_find_files(&s);
		iom_find_idle(&s);
		iom_find_lookups(&s);
	}
	if (rp->nfindings)
		qsort(rp->findings, rp->nfindings, sizeof(*rp->findings), worst_first);
}
