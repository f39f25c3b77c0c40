/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/score.h"

#include <math.h>

void iom_weigh(struct ev_vote *v, uint8_t kind, double part)
{
	double limit = v->ops * iom_limit(LIMIT_CREDIT_NS), each = iom_limit(LIMIT_TRANSFER_NS);
	double credit = v->wait_ns < limit ? v->wait_ns : limit;

	if (kind == CAP_K_PROC)
		each *= iom_limit(LIMIT_KERNEL_FILE);
	v->idle = v->wait_ns - credit + v->open_ns;
	v->work = credit * part + v->transfers * each;
}

double iom_weight(const struct ev_vote *v)
{
	return v->work + v->idle * iom_limit(LIMIT_IDLE);
}

bool iom_waits_for_pages(const struct ev_proc *p)
{
	return iom_weight(&p->spoke[RULE_PAGE].vote) > iom_weight(&p->votes[IOM_M_BLOCKING]) / 2;
}

uint64_t iom_held_up_by_pages(const struct rep_thread *rt, const struct acc_wait *w)
{
	uint64_t ns = w->what == ACC_PAGE ? w->ns - w->unsplit_ns : 0;

	return ns >= iom_limit(LIMIT_PAGES_NS) && ns >= iom_limit(LIMIT_PAGES_PART) * rt->time.wall_ns ? ns : 0;
}

enum iom_model iom_shares(const struct ev_vote votes[IOM_M_NR], struct rep_share models[IOM_M_NR])
{
	enum iom_model best = IOM_M_NONE;
	double sum = 0;

	for (int m = 0; m < IOM_M_NR; m++) {
		models[m].transfers = votes[m].transfers;
		models[m].bytes = votes[m].bytes;
		models[m].phase1_ns = votes[m].wait_ns + votes[m].open_ns;
		models[m].share = iom_weight(&votes[m]);
		sum += models[m].share;
	}
	for (int m = 0; m < IOM_M_NR && sum > 0; m++) {
		models[m].share /= sum;
		if (models[m].share > 0 && (best == IOM_M_NONE || models[m].share > models[best].share))
			best = m;
	}
	return best;
}

static double second_share(const struct rep_share models[IOM_M_NR], enum iom_model best)
{
	double second = 0;

	for (int m = 0; m < IOM_M_NR; m++)
		if (m != (int)best && models[m].share > second)
			second = models[m].share;
	return second;
}

static double confidence(const struct ev_vote votes[IOM_M_NR], const struct rep_share models[IOM_M_NR],
			 enum iom_model m, const struct cap_lost *lost)
{
	double few = iom_limit(LIMIT_OPS_HALF), tie = iom_limit(LIMIT_TIE), ops = 0, c;

	for (int i = 0; i < IOM_M_NR; i++)
		ops += votes[i].transfers + votes[i].ops;
	if (m == IOM_M_NONE)
		c = iom_limit(LIMIT_OPEN_SURE);
	else if (!ops)
		c = iom_limit(LIMIT_OPEN_SURE) * (1 - tie * second_share(models, m));
	else
		c = ops / (ops + few) *
		    (tie + (iom_limit(LIMIT_SURE) - tie) * (1 - second_share(models, m) / models[m].share)) *
		    (1 - (1 - iom_limit(LIMIT_OPEN_SURE)) * votes[m].idle * iom_limit(LIMIT_IDLE) /
				 iom_weight(&votes[m]));
	if (lost->counts) /* in proportion, and never as if nothing had happened */
		c *= iom_limit(LIMIT_LOST) * (ops + few) / (ops + few + lost->counts);
	return c;
}

/* From a part of the transfers or of the waiting on, as they are shown. A few of either are no
 * way of working, unless they are most of it, or nothing ever came. */
static bool carried(double part, double all, double times, enum iom_limit_id few)
{
	return part > 0 && part >= iom_limit(LIMIT_ALSO) * all &&
	       (times >= iom_limit(few) || part >= all / 2);
}

/* How often was waited: many sleeps beside one long one are one. */
static double waits(const struct ev_vote *v)
{
	double n = v->max_ns ? (double)v->wait_ns / v->max_ns : v->ops;

	return n < v->ops ? n : v->ops;
}

static void take_also(const struct ev_vote votes[IOM_M_NR], const struct rep_share models[IOM_M_NR],
		      struct rep_verdict *v)
{
	double transfers = 0, waiting = 0, weight = 0, ops = 0;

	for (int m = 0; m < IOM_M_NR; m++) {
		transfers += models[m].transfers;
		waiting += models[m].phase1_ns;
		weight += iom_weight(&votes[m]);
		ops += votes[m].ops;
	}
	if (waiting < weight) /* microseconds beside a million transfers are no waiting */
		waiting = weight;
	for (int m = 0; m < IOM_M_NR; m++) {
		double n = models[m].transfers, times = transfers + ops > 0 ? waits(&votes[m]) : HUGE_VAL;

		if (m != (int)v->model && (carried(n, transfers, n, LIMIT_ALSO_FEW) ||
					   carried(models[m].phase1_ns, waiting, times, LIMIT_ALSO_OPS)))
			v->also[v->nalso++] = m;
	}
	for (size_t i = 1; i < v->nalso; i++)
		for (size_t k = i; k > 0 && models[v->also[k]].share > models[v->also[k - 1]].share; k--) {
			enum iom_model swap = v->also[k];

			v->also[k] = v->also[k - 1];
			v->also[k - 1] = swap;
		}
}

void iom_score(const struct ev_vote votes[IOM_M_NR], const struct cap_lost *lost, struct rep_verdict *v,
	       struct rep_share models[IOM_M_NR])
{
	v->model = iom_shares(votes, models);
	v->confidence = confidence(votes, models, v->model, lost);
	take_also(votes, models, v);
}
