/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/set_text.h"

#include <stdlib.h>
#include <string.h>

#include "capture/names.h"
#include "judge/doorbell.h"
#include "judge/roles.h"
#include "report/sentence.h"

#define SET_NAMED 3

struct names {
	const char *v[SET_NAMED];
	size_t n; /* those beyond too */
	char *text;
};

/* Epolls that a descriptor meant in turn are one here: which of them a file was in is not known. */
static bool is_in_set(const struct iom_capture *cap, const struct cap_registration *r, uint32_t epoll)
{
	const struct cap_file *a = &cap->files[r->epoll], *b = &cap->files[epoll];

	return r->epoll == epoll || (a->kind == b->kind && a->fd == b->fd && a->tgid == b->tgid);
}

static void add(struct names *to, const char *name)
{
	char *longer;

	for (size_t k = 0; k < to->n && k < SET_NAMED; k++)
		if (!strcmp(to->v[k], name))
			return;
	if (to->n++ >= SET_NAMED)
		return;
	to->v[to->n - 1] = name;
	longer = iom_sentence("%s%s%s", to->text, to->n > 1 ? ", " : " (on ", name);
	free(to->text);
	to->text = longer;
}

char *iom_set_text(const struct iom_capture *cap, uint32_t epoll)
{
	struct names names = {.text = iom_sentence("%s", "")};
	char *text;

	for (int within = 0; within < 2; within++)
		for (size_t i = 0; i < cap->nregistrations && names.n <= SET_NAMED; i++) {
			const struct cap_file *f = &cap->files[cap->registrations[i].file];

			if (is_in_set(cap, &cap->registrations[i], epoll) && iom_is_from_within(cap, f) == within)
				add(&names, f->name ? f->name : iom_kind_name(f->kind));
		}
	if (!names.n)
		return names.text;
	text = iom_sentence("%s%s)", names.text, names.n > SET_NAMED ? " and more" : "");
	free(names.text);
	return text;
}
