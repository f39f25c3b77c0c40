/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * findings.h - what the API's name hides, or what hurts: each a rule with an id.
 *
 * In: the evidence (with account and loops) and a process of the report whose
 * verdicts are there already. Out: findings, each with what was seen, its call, file,
 * thread, counts and worst case, a sentence why it matters and a usual way out.
 */
#ifndef IOM_FINDINGS_H
#define IOM_FINDINGS_H

#include "judge/judge.h"

/* One process being looked at. */
struct search {
	const struct iom_evidence *ev;
	const struct iom_capture *cap;
	struct rep_process *rp;
	uint32_t tgid;
};

/* A finding with its message, heap and taken over; what does not apply is zeroed,
 * UINT32_MAX, IOM_NO_FILE or -1. The pointer is good until the next one is added. */
struct rep_finding *iom_finding_add(struct search *s, const char *id, enum rep_severity severity,
				    char *message);

/* Is there a finding of this id already, of this file or, for IOM_NO_FILE, of whichever? */
bool iom_finding_said(const struct search *s, const char *id, uint32_t file);

/* What a file is called in a sentence: its name, else its kind. Raw bytes. */
const char *iom_finding_name(const struct iom_capture *cap, uint32_t file);
/* "write(8) /var/lib/x", "openat of /srv/fifo0", "futex", "page faults": heap. */
char *iom_finding_call(const struct iom_capture *cap, const struct acc_wait *w);

/* The process's thread of this number, the first where there were several; or NULL. */
const struct rep_thread *iom_finding_thread(const struct search *s, uint32_t tid, uint32_t tgid);
static inline uint64_t a_second(uint64_t n, uint64_t ns)
{
	return ns ? n * 1e9 / ns + 0.5 : 0;
}

/* The file that kept the thread's loop from sleeping, with all its events. */
bool iom_awake_by(const struct rep_thread *rt, struct rep_awake *by);
/* How often the thread's calls of one kind on a file fail, where that is worth a finding: the
 * most of any kind. IOM_NO_FILE: on whatever. */
uint64_t iom_failing_on(const struct search *s, const struct rep_thread *rt, uint32_t file);

/* Operations of a row that brought something; peeked (MSG_PEEK) is not taken: no byte was moved. */
uint64_t iom_taken_by(const struct cap_calls *r);
/* All transfers of a thread that did. */
uint64_t iom_all_taken(const struct search *s, const struct cap_thread *ct);

/* Each looks for findings of its kind. The first says whether sleep means nothing here. */
bool iom_find_traced(struct search *s);
void iom_find_on_loops(struct search *s);
void iom_find_failing(struct search *s);
void iom_find_ends(struct search *s);
void iom_find_polling(struct search *s);
void iom_find_tries(struct search *s);
void iom_find_idle(struct search *s);
void iom_find_async(struct search *s);
void iom_find_files(struct search *s);
void iom_find_queues(struct search *s);
void iom_find_lookups(struct search *s);

/* Is the file of these calls one that several are woken for at once, in vain but for one? */
bool iom_find_herd(struct search *s, const struct cap_calls *r);

#endif
