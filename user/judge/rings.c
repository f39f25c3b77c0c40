/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rings.c - what was asked of io_uring and libaio, ring by ring.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "judge/rings.h"
#include "judge/roles.h"

static struct rep_ring *add(struct rep_process *rp)
{
	struct rep_ring *v = iom_memory(realloc(rp->rings, (rp->nrings + 1) * sizeof(*v)));

	rp->rings = v;
	v += rp->nrings++;
	*v = (struct rep_ring){.file = IOM_NO_FILE};
	return v;
}

/* What slept in submission, a sleep under way included, of the process's threads. */
static void take_submission(const struct iom_capture *cap, const struct iom_account *acc,
			    const struct rep_process *rp, struct rep_ring *ring)
{
	uint32_t tgid = cap->procs[rp->proc].tgid;
	uint8_t class = ring->aio ? CAP_C_AIO_SUBMIT : CAP_C_URING_SUBMIT;

	for (size_t i = 0; i < cap->ncalls; i++)
		if (cap->calls[i].tgid == tgid && cap->calls[i].class == class &&
		    (ring->aio || cap->calls[i].file == ring->file)) {
			ring->submit_slept += acc->calls[i].slept;
			ring->submit_slept_ns += acc->calls[i].ns;
		}
	for (size_t i = 0; i < rp->nthreads; i++) {
		const struct cap_open_call *c = &cap->threads[rp->threads[i].thread].at_end;

		if (c->nr < 0 || c->class != class || (!ring->aio && c->file != ring->file))
			continue;
		ring->submit_slept++;
		ring->submit_slept_ns += c->inside_ns;
	}
}

static uint64_t workers_of(const struct iom_capture *cap, const struct rep_process *rp)
{
	uint64_t n = 0;

	for (size_t i = 0; i < rp->nthreads; i++) {
		const struct cap_thread *t = &cap->threads[rp->threads[i].thread];

		n += t->kernel_worker && !strncmp(t->comm, "iou-wrk", 7);
	}
	return n;
}

static void take_ring(struct rep_ring *to, const struct cap_ring *r)
{
	to->file = r->file;
	to->requests = r->submitted;
	to->inline_ = r->done_inline + r->done_asleep;
	to->late = r->done_late;
	to->alone = r->alone;
	to->depth_sum = r->depth_sum;
	to->depth_max = r->depth_max;
	to->by_flag = r->forced;
	to->by_operation = r->by_worker - (r->forced < r->by_worker ? r->forced : r->by_worker);
}

static void add_requests(struct rep_ring *to, const struct cap_requests *r)
{
	to->requests += r->submitted;
	to->inline_ += r->done_inline + r->done_asleep;
	to->late += r->done_late;
	to->alone += r->alone;
	to->depth_sum += r->depth_sum;
	if (r->depth_max > to->depth_max)
		to->depth_max = r->depth_max;
}

/* libaio's contexts are not told apart: no descriptor names them. */
static void take_aio(const struct iom_capture *cap, const struct iom_account *acc, struct rep_process *rp)
{
	struct rep_ring *ring = NULL;

	for (size_t i = 0; i < cap->nrequests; i++) {
		const struct cap_requests *r = &cap->requests[i];

		if (r->tgid != cap->procs[rp->proc].tgid || r->interface != CAP_I_AIO)
			continue;
		if (!ring) {
			ring = add(rp);
			ring->aio = true;
		}
		add_requests(ring, r);
	}
	if (ring)
		take_submission(cap, acc, rp, ring);
}

void iom_rings(const struct iom_evidence *ev, struct rep_process *rp)
{
	const struct iom_capture *cap = ev->cap;

	for (size_t i = 0; i < cap->nrings; i++) {
		struct rep_ring *ring;

		if (cap->rings[i].tgid != cap->procs[rp->proc].tgid)
			continue;
		ring = add(rp);
		take_ring(ring, &cap->rings[i]);
		ring->workers = workers_of(cap, rp);
		if (ring->file != IOM_NO_FILE)
			take_submission(cap, ev->account, rp, ring);
	}
	take_aio(cap, ev->account, rp);
}
