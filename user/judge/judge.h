/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * judge.h - from a capture to a report: the one entry to the judgement.
 */
#ifndef IOM_JUDGE_H
#define IOM_JUDGE_H

#include "judge/evidence.h"
#include "report/report.h"

/* A report on everything the capture holds. The capture is borrowed and must
 * outlive the report. Never NULL: out of memory ends the program. */
struct iom_report *iom_judge(const struct iom_capture *cap);

/*
 * Parts, in files of their own; called by iom_judge() only, in this order, when the verdicts of the
 * process and its threads are there: how long files were waited for, calls and rings; sampled medians; the reasons;
 * the findings.
 */
const char *iom_pattern(const struct iom_evidence *ev, const struct rep_process *rp); /* static string, or NULL */
void iom_tables(const struct iom_evidence *ev, struct rep_process *rp);
void iom_measure(const struct iom_evidence *ev, struct rep_process *rp);
void iom_explain_thread(const struct iom_evidence *ev, struct rep_thread *rt);
void iom_explain_process(const struct iom_evidence *ev, struct rep_process *rp);
void iom_find(const struct iom_evidence *ev, struct rep_process *rp);

#endif
