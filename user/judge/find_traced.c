/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * find_traced.c - another process traces this one by ptrace(2): traced.
 *
 * Where it stops the program at each call, as strace does, all calls seem to sleep.
 */
#include "judge/findings.h"
#include "report/sentence.h"

bool iom_find_traced(struct search *s)
{
	const struct ev_stops *stops = &s->ev->procs[s->rp->proc].stops;
	const char *tracer = s->cap->procs[s->rp->proc].tracer;
	struct rep_finding *f;

	if (!tracer)
		return false;
	if (!stops->at_calls) {
		iom_finding_add(s, "traced", IOM_SEV_INFO,
				iom_sentence("It is traced by %s (ptrace), which can stop it at any time.", tracer));
		return false;
	}
	f = iom_finding_add(s, "traced", IOM_SEV_WARNING,
			    iom_sentence("It is traced by %s (ptrace), which seems to stop it at its calls: %s of %s slept, and "
					 "whether and how long they would have without the tracer is not known. Usual "
					 "way out: end the tracer, and watch again.",
					 tracer, iom_count(stops->slept), iom_count(stops->calls)));
	f->count = stops->slept;
	return true;
}
