/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *more(void *old, size_t n, size_t size)
{
	void *p = old;

	/* Room is doubled at powers of two, so n alone says when it is full. */
	if ((n & (n - 1)) == 0) {
		p = realloc(old, (n ? 2 * n : 1) * size);
		if (!p) {
			fputs("iomodel: out of memory\n", stderr);
			exit(1);
		}
	}
	memset((char *)p + n * size, 0, size);
	return p;
}

struct iom_capture *iom_capture_new(void)
{
	return more(NULL, 0, sizeof(struct iom_capture));
}

void iom_capture_free(struct iom_capture *cap)
{
	if (!cap)
		return;
	for (size_t i = 0; i < cap->nprobes; i++)
		free(cap->probes[i]);
	for (size_t i = 0; i < cap->nprocs; i++)
		free(cap->procs[i].exe);
	for (size_t i = 0; i < cap->nthreads; i++) {
		free(cap->threads[i].at_start.target);
		free(cap->threads[i].at_end.target);
	}
	for (size_t i = 0; i < cap->npaths; i++)
		free(cap->paths[i].path);
	for (size_t i = 0; i < cap->nfiles; i++)
		free(cap->files[i].name);
	free(cap->backend);
	free(cap->probes);
	free(cap->kernel);
	free(cap->arch);
	free(cap->ended_by);
	free(cap->procs);
	free(cap->threads);
	free(cap->files);
	free(cap->registrations);
	free(cap->calls);
	free(cap->requests);
	free(cap->signals);
	free(cap->interests);
	free(cap->paths);
	free(cap->turns);
	free(cap->awakes);
	free(cap->samples);
	free(cap);
}

uint32_t iom_capture_add_proc(struct iom_capture *cap)
{
	cap->procs = more(cap->procs, cap->nprocs, sizeof(*cap->procs));
	return cap->nprocs++;
}

uint32_t iom_capture_add_thread(struct iom_capture *cap)
{
	struct cap_thread *t;

	cap->threads = more(cap->threads, cap->nthreads, sizeof(*cap->threads));
	t = &cap->threads[cap->nthreads];
	t->at_start.nr = t->at_end.nr = -1;
	t->at_start.fd = t->at_end.fd = -1;
	t->at_start.file = t->at_end.file = IOM_NO_FILE;
	return cap->nthreads++;
}

uint32_t iom_capture_add_file(struct iom_capture *cap)
{
	cap->files = more(cap->files, cap->nfiles, sizeof(*cap->files));
	return cap->nfiles++;
}

uint32_t iom_capture_add_calls(struct iom_capture *cap)
{
	cap->calls = more(cap->calls, cap->ncalls, sizeof(*cap->calls));
	cap->calls[cap->ncalls].file = IOM_NO_FILE;
	cap->calls[cap->ncalls].other = IOM_NO_FILE;
	return cap->ncalls++;
}

uint32_t iom_capture_add_requests(struct iom_capture *cap)
{
	cap->requests = more(cap->requests, cap->nrequests, sizeof(*cap->requests));
	cap->requests[cap->nrequests].file = IOM_NO_FILE;
	return cap->nrequests++;
}

uint32_t iom_capture_add_signals(struct iom_capture *cap)
{
	cap->signals = more(cap->signals, cap->nsignals, sizeof(*cap->signals));
	cap->signals[cap->nsignals].file = IOM_NO_FILE;
	return cap->nsignals++;
}

uint32_t iom_capture_add_interest(struct iom_capture *cap)
{
	cap->interests = more(cap->interests, cap->ninterests, sizeof(*cap->interests));
	cap->interests[cap->ninterests].file = IOM_NO_FILE;
	cap->interests[cap->ninterests].set_file = IOM_NO_FILE;
	return cap->ninterests++;
}

uint32_t iom_capture_add_path(struct iom_capture *cap)
{
	cap->paths = more(cap->paths, cap->npaths, sizeof(*cap->paths));
	cap->paths[cap->npaths].file = IOM_NO_FILE;
	return cap->npaths++;
}

uint32_t iom_capture_add_turns(struct iom_capture *cap)
{
	struct cap_turns *t;

	cap->turns = more(cap->turns, cap->nturns, sizeof(*cap->turns));
	t = &cap->turns[cap->nturns];
	t->file = IOM_NO_FILE;
	for (size_t i = 0; i < CAP_PARTS; i++)
		t->parts[i].file = IOM_NO_FILE;
	return cap->nturns++;
}

uint32_t iom_capture_add_awake(struct iom_capture *cap)
{
	cap->awakes = more(cap->awakes, cap->nawakes, sizeof(*cap->awakes));
	cap->awakes[cap->nawakes].file = IOM_NO_FILE;
	cap->awakes[cap->nawakes].set_file = IOM_NO_FILE;
	return cap->nawakes++;
}

uint32_t iom_capture_add_sample(struct iom_capture *cap)
{
	cap->samples = more(cap->samples, cap->nsamples, sizeof(*cap->samples));
	cap->samples[cap->nsamples].file = IOM_NO_FILE;
	return cap->nsamples++;
}

void iom_capture_add_probe(struct iom_capture *cap, const char *name)
{
	cap->probes = more(cap->probes, cap->nprobes, sizeof(*cap->probes));
	cap->probes[cap->nprobes++] = strdup(name);
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
		cap->registrations = more(cap->registrations, cap->nregistrations, sizeof(*r));
		r = &cap->registrations[at];
		memmove(r + 1, r, (cap->nregistrations - at) * sizeof(*r));
		cap->nregistrations++;
		*r = (struct cap_registration){.file = file, .epoll = epoll};
	}
	if (events)
		r->events = events;
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
