/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/served.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "judge/roles.h"

static bool is_in_set(const struct cap_interest *in, const struct loop_set *s)
{
	return in->by_select ? s->class == CAP_C_SELECT && s->set == in->set :
			       s->class == CAP_C_POLL && s->file == in->set_file;
}

/* The files of one set. */
static void find_members(const struct iom_capture *cap, const struct cap_thread *ct, const struct loop_set *s,
			 bool *member)
{
	for (size_t i = 0; i < cap->nregistrations && s->class == CAP_C_EPOLL_WAIT; i++)
		if (cap->registrations[i].epoll == s->file)
			member[cap->registrations[i].file] = true;
	for (size_t i = 0; i < cap->ninterests && s->class != CAP_C_EPOLL_WAIT; i++) {
		const struct cap_interest *in = &cap->interests[i];

		if (in->tid == ct->tid && in->tgid == ct->tgid && in->file != IOM_NO_FILE && is_in_set(in, s))
			member[in->file] = true;
	}
	if (s->main_file != IOM_NO_FILE)
		member[s->main_file] = true;
}

static void find_moved(const struct iom_capture *cap, bool *moved)
{
	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];

		if (!is_transfer(r->class) || !(r->n.ok + r->n.ok_slept))
			continue;
		if (r->file != IOM_NO_FILE)
			moved[r->file] = true;
		if (r->other != IOM_NO_FILE)
			moved[r->other] = true;
	}
	for (size_t i = 0; i < cap->nrequests; i++)
		if (cap->requests[i].file != IOM_NO_FILE)
			moved[cap->requests[i].file] = true;
}

static bool carries(const struct cap_file *f, bool moved)
{
	if (is_bell_kind(f->kind) || is_stored(f->kind))
		return false;
	return moved || f->kind == CAP_K_LISTEN || f->kind == CAP_K_EPOLL;
}

/* Does the thread write on the only file that carries data? */
static bool answers_on(const struct iom_capture *cap, const struct cap_thread *ct, const bool *only)
{
	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];

		if (r->tid == ct->tid && r->tgid == ct->tgid && r->file != IOM_NO_FILE && only[r->file] &&
		    (is_output(r->class) || r->class == CAP_C_SENDFILE))
			return true;
	}
	return false;
}

struct served iom_served(const struct iom_capture *cap, uint32_t thread, const struct loop_thread *t)
{
	const struct cap_thread *ct = &cap->threads[thread];
	struct served s = {.carries = iom_alloc(cap->nfiles + 1, sizeof(*s.carries))};
	bool *moved = iom_alloc(cap->nfiles + 1, sizeof(*moved));
	uint64_t members = 0;

	find_moved(cap, moved);
	for (size_t k = 0; k < t->nsets; k++)
		if (t->sets[k].own)
			find_members(cap, ct, &t->sets[k], s.carries);
	for (size_t i = 0; i < cap->nfiles; i++) {
		members += s.carries[i];
		s.carries[i] = s.carries[i] && carries(&cap->files[i], moved[i]);
		if (s.carries[i])
			s.files += cap->files[i].merged > 1 ? cap->files[i].merged : 1;
	}
	free(moved);
	s.answers = s.files == 1 && answers_on(cap, ct, s.carries);
	/* What a select had that never was ready brought nothing. */
	s.unknown = !members || (t->nsets && t->sets[0].class != CAP_C_SELECT && members < t->sets[0].files);
	return s;
}

void iom_served_free(struct served *s)
{
	free(s->carries);
}

enum served_by_sleep iom_served_by(const struct served *s, const struct acc_wait *w)
{
	bool itself = w->file != IOM_NO_FILE && s->carries[w->file];

	if (s->unknown || s->files > 1)
		return SERVED_OTHERS;
	return s->files && !itself && !s->answers ? SERVED_ONE : SERVED_NOBODY;
}
