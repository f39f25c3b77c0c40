/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "capture/tables.h"

struct iom_capture *iom_capture_new(void)
{
	return iom_alloc(1, sizeof(struct iom_capture));
}

void iom_capture_free(struct iom_capture *cap)
{
	if (!cap)
		return;
	for (size_t i = 0; i < CAP_NTABLES; i++) {
		const struct cap_table *t = &cap_tables[i];

		for (size_t k = 0; k < cap_count(t, cap); k++)
			cap_free_texts(t, cap_element(t, cap, k));
		if (t->size)
			free(cap_element(t, cap, 0));
	}
	free(cap);
}

uint32_t iom_capture_add_proc(struct iom_capture *cap)
{
	return cap_append(cap, CAP_TAB_PROCESS);
}

uint32_t iom_capture_add_thread(struct iom_capture *cap)
{
	return cap_append(cap, CAP_TAB_THREAD);
}

uint32_t iom_capture_add_file(struct iom_capture *cap)
{
	return cap_append(cap, CAP_TAB_FILE);
}

uint32_t iom_capture_add_calls(struct iom_capture *cap)
{
	return cap_append(cap, CAP_TAB_CALLS);
}

uint32_t iom_capture_add_requests(struct iom_capture *cap)
{
	return cap_append(cap, CAP_TAB_REQUESTS);
}

uint32_t iom_capture_add_ring(struct iom_capture *cap)
{
	return cap_append(cap, CAP_TAB_RING);
}

uint32_t iom_capture_add_signals(struct iom_capture *cap)
{
	return cap_append(cap, CAP_TAB_SIGNALS);
}

uint32_t iom_capture_add_interest(struct iom_capture *cap)
{
	return cap_append(cap, CAP_TAB_INTEREST);
}

uint32_t iom_capture_add_path(struct iom_capture *cap)
{
	return cap_append(cap, CAP_TAB_PATH);
}

uint32_t iom_capture_add_turns(struct iom_capture *cap)
{
	return cap_append(cap, CAP_TAB_TURNS);
}

uint32_t iom_capture_add_awake(struct iom_capture *cap)
{
	return cap_append(cap, CAP_TAB_AWAKE);
}

uint32_t iom_capture_add_sample(struct iom_capture *cap)
{
	return cap_append(cap, CAP_TAB_SAMPLE);
}

uint32_t iom_capture_add_second(struct iom_capture *cap)
{
	return cap_append(cap, CAP_TAB_SECOND);
}

static void add_text(struct iom_capture *cap, enum cap_table_id id, const char *text)
{
	const struct cap_table *t = &cap_tables[id];

	cap_set_text(t->columns, cap_element(t, cap, cap_append(cap, id)), text, strlen(text));
}

void iom_capture_add_probe(struct iom_capture *cap, const char *name)
{
	add_text(cap, CAP_TAB_PROBE, name);
}

void iom_capture_add_argument(struct iom_capture *cap, const char *word)
{
	add_text(cap, CAP_TAB_ARGUMENT, word);
}

/* Where the registrations of a file from this epoll on begin. */
static size_t place(const struct iom_capture *cap, uint32_t file, uint32_t epoll)
{
	size_t low = 0, high = cap->nregistrations;

	while (low < high) {
		size_t mid = (low + high) / 2;
		const struct cap_registration *r = &cap->registrations[mid];

		if (r->file < file || (r->file == file && r->epoll < epoll))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void iom_capture_register(struct iom_capture *cap, uint32_t file, uint32_t epoll, uint32_t events)
{
	size_t at = place(cap, file, epoll);
	struct cap_registration *r = &cap->registrations[at];

	if (at == cap->nregistrations || r->file != file || r->epoll != epoll) {
		size_t last = cap_append(cap, CAP_TAB_REGISTRATION);

		r = &cap->registrations[at];
		memmove(r + 1, r, (last - at) * sizeof(*r));
		*r = (struct cap_registration){.file = file, .epoll = epoll};
	}
	if (events)
		r->events = events;
}

static int by_file_and_epoll(const void *a, const void *b)
{
	const struct cap_registration *x = a, *y = b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return x->epoll < y->epoll ? -1 : x->epoll > y->epoll;
}

void iom_capture_order(struct iom_capture *cap)
{
	struct cap_registration *r = cap->registrations;
	size_t n = 0;

	if (cap->nregistrations)
		qsort(r, cap->nregistrations, sizeof(*r), by_file_and_epoll);
	for (size_t i = 0; i < cap->nregistrations; i++)
		if (n == 0 || by_file_and_epoll(&r[n - 1], &r[i]))
			r[n++] = r[i];
	cap->nregistrations = n;
}

const struct cap_registration *iom_capture_epolls(const struct iom_capture *cap, uint32_t file,
						  size_t *n)
{
	size_t from = place(cap, file, 0), to = from;

	while (to < cap->nregistrations && cap->registrations[to].file == file)
		to++;
	*n = to - from;
	return &cap->registrations[from];
}

const char *iom_capture_comm(const struct iom_capture *cap, const struct cap_proc *proc)
{
	const char *comm = proc->comm;

	for (size_t i = 0; i < cap->nthreads && !*proc->comm; i++) {
		const struct cap_thread *t = &cap->threads[i];

		if (t->tgid == proc->tgid && (!*comm || t->tid == t->tgid))
			comm = t->comm;
	}
	return comm;
}
