/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * score.h - votes to shares: how much each model carried, and how sure that is.
 *
 * One scale, ns of waiting: a wait counts up to a limit for each operation that it
 * brought, a transfer counts as a fixed short wait, and sleep that brought nothing
 * counts for a small part, so that it decides only where nothing else happened.
 */
#ifndef IOM_SCORE_H
#define IOM_SCORE_H

#include "judge/evidence.h"
#include "report/report.h"

/* Set work and idle of a vote: what counts of its waiting and transfers, and the sleep beyond
 * that. kind: enum cap_kind of the file; part: how much of the waiting counts. */
void iom_weigh(struct ev_vote *v, uint8_t kind, double part);

/* What the votes for one model weigh, in ns. */
double iom_weight(const struct ev_vote *v);

/* Is waiting for pages of mapped files most of what makes the process blocking? What comes by calls is more
 * than the pages of its own code that a program waits for at its start. */
bool iom_waits_for_pages(const struct ev_proc *p);

/* How long a thread was held up for pages by this wait, ns, where that is enough for page-fault-io; else 0. What calls
 * may have had a part in is left out. */
uint64_t iom_held_up_by_pages(const struct rep_thread *rt, const struct acc_wait *w);

/* Shares of the models, which add up to 1, or are all 0. The best one: model, or NONE. */
enum iom_model iom_shares(const struct ev_vote votes[IOM_M_NR], struct rep_share models[IOM_M_NR]);

/* Model, confidence and also of a verdict, and the shares. */
void iom_score(const struct ev_vote votes[IOM_M_NR], const struct cap_lost *lost, struct rep_verdict *v,
	       struct rep_share models[IOM_M_NR]);

#endif
