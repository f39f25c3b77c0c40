/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>

#include "judge/judge.h"

/* Threads count for a pattern when they did something. */
static bool active(const struct rep_thread *t)
{
	uint64_t n = 0;

	for (int m = 0; m < IOM_M_NR; m++)
		n += t->models[m].transfers;
	return n > 0;
}

static bool stdio_pipe(const struct iom_capture *cap, uint32_t tgid)
{
	for (size_t i = 0; i < cap->nfiles; i++)
		if (cap->files[i].tgid == tgid && cap->files[i].stdio &&
		    cap->files[i].kind == CAP_K_FIFO)
			return true;
	return false;
}

static uint64_t transfers_of_kind(const struct iom_evidence *ev, uint32_t tgid, uint8_t kind)
{
	uint64_t n = 0;

	for (size_t i = 0; i < ev->cap->nfiles; i++)
		if (ev->cap->files[i].tgid == tgid && ev->cap->files[i].kind == kind)
			for (int m = 0; m < IOM_M_NR; m++)
				n += ev->files[i].votes[m].transfers;
	return n;
}

/* A pool hands each connection to any of its threads. */
static bool shares_sockets(const struct iom_evidence *ev, uint32_t tgid)
{
	uint64_t readers = 0, sockets = 0;

	for (size_t i = 0; i < ev->cap->ncalls; i++) {
		const struct cap_calls *r = &ev->cap->calls[i];

		readers += r->tgid == tgid && r->file != IOM_NO_FILE &&
			   (r->class == CAP_C_READ || r->class == CAP_C_RECV) &&
			   ev->cap->files[r->file].kind == CAP_K_SOCK;
	}
	for (size_t i = 0; i < ev->cap->nfiles; i++)
		sockets += ev->cap->files[i].tgid == tgid && ev->files[i].attempts &&
			   ev->cap->files[i].kind == CAP_K_SOCK;
	return 2 * readers > 3 * sockets;
}

static const char *blocking_pattern(const struct iom_evidence *ev, const struct rep_process *rp,
				    size_t blockers)
{
	const struct iom_capture *cap = ev->cap;
	uint32_t tgid = cap->procs[rp->proc].tgid;
	uint64_t fault_ns = 0, sockets = transfers_of_kind(ev, tgid, CAP_K_SOCK);

	for (size_t i = 0; i < rp->nthreads; i++)
		fault_ns += ev->threads[rp->threads[i].thread].page_ns;
	if (fault_ns > rp->models[IOM_M_BLOCKING].phase1_ns / 2)
		return "memory-mapped";
	if (blockers > 1 && sockets)
		return shares_sockets(ev, tgid) ? "thread pool" : "thread-per-connection";
	if (sockets && transfers_of_kind(ev, tgid, CAP_K_LISTEN))
		return cap->procs[rp->proc].ppid > 1 ? "process-per-connection" : "sequential";
	if (stdio_pipe(cap, tgid))
		return "pipeline";
	return "sequential";
}

const char *iom_pattern(const struct iom_evidence *ev, const struct rep_process *rp)
{
	size_t loops = 0, blockers = 0;
	bool spin = false;

	for (size_t i = 0; i < rp->nthreads; i++) {
		const struct rep_thread *t = &rp->threads[i];

		loops += t->verdict.model == IOM_M_MULTIPLEXED;
		blockers += t->verdict.model == IOM_M_BLOCKING && active(t);
		spin |= ev->threads[t->thread].spin;
	}
	switch (rp->verdict.model) {
	case IOM_M_BLOCKING:
		return loops && blockers ? "event-loop + worker pool" :
					   blocking_pattern(ev, rp, blockers);
	case IOM_M_NONBLOCKING:
		return "busy-poll";
	case IOM_M_MULTIPLEXED:
		return blockers ? "event-loop + worker pool" : "event-loop";
	case IOM_M_SIGNAL:
		return "signal loop";
	case IOM_M_ASYNC:
		return "proactor";
	default:
		return NULL;
	}
}
