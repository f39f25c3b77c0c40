/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * looks.c - who asks again and again whether requests are done, instead of waiting for them.
 */
#include "judge/evidence.h"
#include "judge/roles.h"

/* All that was handed over by one process, and what of it needs no call that asks for it. */
struct handed {
	uint64_t by_sqpoll, came; /* completions after the submitting call */
};

static struct handed handed_by(const struct iom_capture *cap, uint32_t tgid)
{
	struct handed h = {};

	for (size_t i = 0; i < cap->nrequests; i++) {
		const struct cap_requests *r = &cap->requests[i];

		if (r->tgid != tgid)
			continue;
		h.by_sqpoll += r->by_sqpoll;
		h.came += r->done_late + r->more;
	}
	return h;
}

/* Calls that did not sleep, and neither waited nor need have handed anything over. */
static void take_calls(struct ev_thread *t, const struct cap_calls *r)
{
	uint64_t ops = r->n.ok + r->n.ok_slept;

	if (r->class == CAP_C_URING_SUBMIT) {
		t->ring_calls += ops;
		t->ring_slept += r->n.ok_slept;
		t->ring_looks += r->n.ok;
	} else if (r->class == CAP_C_URING_ENTER || r->class == CAP_C_AIO_GETEVENTS) {
		t->ring_calls += ops + r->n.zero + r->n.zero_slept;
		t->ring_slept += r->n.ok_slept + r->n.zero_slept;
		t->ring_looks += r->class == CAP_C_AIO_GETEVENTS ? r->n.zero : 0;
	}
}

/* Each submission may have been a call of its own, and each completion may be what a call found. */
static void subtract(struct ev_thread *t, uint64_t n)
{
	t->ring_looks -= n < t->ring_looks ? n : t->ring_looks;
}

void ev_find_looks(struct iom_evidence *ev)
{
	const struct iom_capture *cap = ev->cap;

	for (size_t i = 0; i < cap->ncalls; i++) {
		struct ev_thread *t = ev_thread_of(ev, cap->calls[i].tid, cap->calls[i].tgid);

		if (t && t->proc != UINT32_MAX && !t->kernel)
			take_calls(t, &cap->calls[i]);
	}
	for (size_t i = 0; i < cap->nrequests; i++) {
		struct ev_thread *t = ev_thread_of(ev, cap->requests[i].tid, cap->requests[i].tgid);

		if (t && cap->requests[i].interface == CAP_I_URING)
			subtract(t, cap->requests[i].submitted);
	}
	for (size_t i = 0; i < cap->nthreads; i++) {
		struct ev_thread *t = &ev->threads[i];
		struct handed h;

		if (!t->ring_looks || t->proc == UINT32_MAX)
			continue;
		h = handed_by(cap, cap->threads[i].tgid);
		subtract(t, h.by_sqpoll + h.came);
		t->ring_spin = t->ring_looks >= iom_limit(LIMIT_SPIN_CALLS) &&
			       t->ring_looks >= iom_limit(LIMIT_SPIN_EMPTY) * t->ring_calls &&
			       t->ring_slept <= iom_limit(LIMIT_SPIN_SLEPT) * t->ring_calls;
		ev->procs[t->proc].async.spins |= t->ring_spin;
	}
}
