/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * classify.h - votes to verdicts: the one entry to the judgement.
 */
#ifndef IOM_CLASSIFY_H
#define IOM_CLASSIFY_H

#include "judge/correlate.h"
#include "report/report.h"

/* A report on everything the capture holds. The capture is borrowed and must
 * outlive the report. Never NULL: out of memory ends the program. */
struct iom_report *iom_classify(const struct iom_capture *cap);

/* Parts, in files of their own; called by iom_classify() only. */
const char *iom_pattern(const struct iom_correlation *cor, const struct rep_process *rp);
void iom_explain_process(const struct iom_correlation *cor, struct rep_process *rp);
void iom_explain_thread(const struct iom_correlation *cor, struct rep_thread *rt);
void iom_find(const struct iom_correlation *cor, struct rep_process *rp);
void iom_tables(const struct iom_correlation *cor, struct rep_process *rp);
void iom_measure(const struct iom_correlation *cor, struct rep_process *rp);

#endif
