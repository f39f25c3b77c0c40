/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "report/json.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "report/escape.h"
#include "report/json_int.h"
#include "base/errname.h"
#include "base/sysname.h"
#include "capture/names.h"

json_t *iom_json_text(const char *s)
{
	char *safe;
	json_t *j;

	if (!s)
		return json_null();
	safe = iom_escape(s, strlen(s), true);
	j = json_string(safe);
	free(safe);
	return j;
}

static json_t *comm(const char *bytes)
{
	char *safe = iom_escape(bytes, CAP_COMM_LEN, true);
	json_t *j = json_string(safe);

	free(safe);
	return j;
}

json_t *iom_json_number(uint64_t n)
{
	return json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n);
}

json_t *iom_json_fd(const struct iom_capture *cap, uint32_t file)
{
	return file == IOM_NO_FILE || cap->files[file].fd < 0 ? json_null() :
								json_integer(cap->files[file].fd);
}

json_t *iom_json_file(const struct iom_capture *cap, uint32_t file, const char *path)
{
	const struct cap_file *f = file == IOM_NO_FILE ? NULL : &cap->files[file];

	if (!f)
		return iom_json_text(path);
	return iom_json_text(f->name ? f->name : iom_kind_name(f->kind));
}

/* Three digits: more would claim what nobody measured. */
json_t *iom_json_part(double x)
{
	if (!(x > 0))
		return json_real(0);
	return json_real((int)((x > 1 ? 1 : x) * 1000 + 0.5) / 1000.0);
}

static const char *in_fact(enum iom_in_fact f)
{
	switch (f) {
	case IOM_FACT_SYNCHRONOUS:
		return "synchronous";
	case IOM_FACT_THREADS:
		return "threads";
	case IOM_FACT_POLLING:
		return "polling";
	default:
		return NULL;
	}
}

static json_t *models(const struct rep_share *shares)
{
	json_t *o = json_object();

	for (int m = 0; m < IOM_M_NR; m++) {
		json_t *j = json_object();

		json_object_set_new(j, "transfers", iom_json_number(shares[m].transfers));
		json_object_set_new(j, "bytes", iom_json_number(shares[m].bytes));
		json_object_set_new(j, "phase1_ns", iom_json_number(shares[m].phase1_ns));
		json_object_set_new(j, "phase2_ns", iom_json_number(shares[m].phase2_ns));
		json_object_set_new(j, "phase2_samples", iom_json_number(shares[m].phase2_samples));
		json_object_set_new(j, "share", iom_json_part(shares[m].share));
		json_object_set_new(o, iom_model_name(m), j);
	}
	return o;
}

static json_t *verdict(const struct rep_verdict *v)
{
	json_t *o = json_object(), *also = json_array(), *because = json_array();

	for (size_t i = 0; i < v->nalso; i++)
		json_array_append_new(also, json_string(iom_model_name(v->also[i])));
	for (size_t i = 0; i < v->nbecause; i++)
		json_array_append_new(because, iom_json_text(v->because[i]));
	json_object_set_new(o, "model", json_string(iom_model_name(v->model)));
	json_object_set_new(o, "confidence", iom_json_part(v->confidence));
	json_object_set_new(o, "also", also);
	json_object_set_new(o, "pattern", iom_json_text(v->pattern));
	json_object_set_new(o, "in_fact", iom_json_text(in_fact(v->in_fact)));
	if (v->headline)
		json_object_set_new(o, "headline", iom_json_text(v->headline));
	json_object_set_new(o, "because", because);
	return o;
}

static json_t *thread(const struct iom_capture *cap, const struct rep_thread *t)
{
	const struct cap_thread *ct = &cap->threads[t->thread];
	json_t *o = json_object();

	json_object_set_new(o, "tid", iom_json_number(ct->ns_tid));
	json_object_set_new(o, "comm", comm(ct->comm));
	json_object_set_new(o, "verdict", verdict(&t->verdict));
	json_object_set_new(o, "models", models(t->models));
	json_object_set_new(o, "what", iom_json_text(t->what));
	json_object_set_new(o, "cpu_ns", iom_json_number(ct->cpu_ns));
	json_object_set_new(o, "asleep_ns", iom_json_number(ct->asleep_ns));
	json_object_set_new(o, "kernel_worker", json_boolean(ct->kernel_worker));
	json_object_set_new(o, "time", iom_json_time(cap, &t->time));
	if (t->loop.is_loop)
		json_object_set_new(o, "loop", iom_json_loop(cap, t));
	return o;
}

static json_t *flags(uint32_t f)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} known[] = {{O_APPEND, "O_APPEND"}, {O_NONBLOCK, "O_NONBLOCK"}, {O_ASYNC, "O_ASYNC"},
		     {O_DIRECT, "O_DIRECT"}, {O_DSYNC, "O_DSYNC"}};
	json_t *a = json_array();

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (f & known[i].bit)
			json_array_append_new(a, json_string(known[i].name));
	return a;
}

/* What waits in a socket. */
static json_t *queues(const struct cap_file *cf)
{
	const struct cap_queues *then = &cf->queues_at_start, *now = &cf->queues_at_end;
	json_t *o = json_object();

	json_object_set_new(o, "unread", iom_json_number(now->unread));
	json_object_set_new(o, "unread_at_start", then->known ? iom_json_number(then->unread) : json_null());
	json_object_set_new(o, "unsent", iom_json_number(now->unsent));
	json_object_set_new(o, "unsent_at_start", then->known ? iom_json_number(then->unsent) : json_null());
	json_object_set_new(o, "limit", cf->limit ? iom_json_number(cf->limit) : json_null());
	json_object_set_new(o, "dropped", then->known && now->drops >= then->drops ?
						  iom_json_number(now->drops - then->drops) : json_null());
	return o;
}

static json_t *file(const struct iom_capture *cap, const struct rep_file *f)
{
	const struct cap_file *cf = &cap->files[f->file];
	size_t nepolls;
	const struct cap_registration *epolls = iom_capture_epolls(cap, f->file, &nepolls);
	json_t *o = json_object(), *facts = json_object(), *watched = json_array();

	for (size_t e = 0; e < nepolls; e++)
		json_array_append_new(watched, json_integer(cap->files[epolls[e].epoll].fd));
	json_object_set_new(facts, "attempts", iom_json_number(f->attempts));
	json_object_set_new(facts, "slept", iom_json_number(f->slept));
	json_object_set_new(facts, "eagain", iom_json_number(f->eagain));
	json_object_set_new(facts, "failed", iom_json_number(f->failed));
	json_object_set_new(facts, "ready", iom_json_number(f->ready));
	json_object_set_new(facts, "signals", iom_json_number(f->signals));
	json_object_set_new(facts, "inline", iom_json_number(f->inline_));
	json_object_set_new(facts, "late", iom_json_number(f->late));
	json_object_set_new(facts, "bytes", iom_json_number(f->bytes));
	json_object_set_new(o, "fd", cf->fd >= 0 ? json_integer(cf->fd) : json_null());
	json_object_set_new(o, "kind", json_string(iom_kind_name(cf->kind)));
	json_object_set_new(o, "name", iom_json_text(cf->name));
	json_object_set_new(o, "rdev",
			    cf->rdev ? json_sprintf("%u:%u", cf->rdev >> 20, cf->rdev & 0xfffff) :
				       json_null());
	json_object_set_new(o, "flags", flags(cf->f_flags));
	json_object_set_new(o, "watched_by", watched);
	json_object_set_new(o, "model", json_string(iom_model_name(f->model)));
	json_object_set_new(o, "models", models(f->models));
	json_object_set_new(o, "facts", facts);
	json_object_set_new(o, "waited_ns", iom_json_number(f->waited_ns));
	json_object_set_new(o, "since_ns",
			    f->since_ns >= 0 ? json_integer(f->since_ns) : json_null());
	json_object_set_new(o, "open_at_end", json_boolean(f->open_at_end));
	if (cf->queues_at_end.known)
		json_object_set_new(o, "queues", queues(cf));
	if (cf->merged)
		json_object_set_new(o, "merged", iom_json_number(cf->merged));
	return o;
}

static json_t *finding(const struct iom_capture *cap, const struct rep_finding *f)
{
	const struct cap_thread *ct = f->thread == UINT32_MAX ? NULL : &cap->threads[f->thread];
	json_t *o = json_object();

	json_object_set_new(o, "id", json_string(f->id));
	json_object_set_new(o, "severity",
			    json_string(f->severity == IOM_SEV_WARNING ? "warning" : "info"));
	json_object_set_new(o, "message", iom_json_text(f->message));
	json_object_set_new(o, "count", iom_json_number(f->count));
	json_object_set_new(o, "ns", iom_json_number(f->ns));
	json_object_set_new(o, "max_ns", iom_json_number(f->max_ns));
	json_object_set_new(o, "tid", ct ? iom_json_number(ct->ns_tid) : json_null());
	json_object_set_new(o, "comm", ct ? comm(ct->comm) : json_null());
	json_object_set_new(o, "call", f->pages	 ? json_string("page fault") :
				       f->nr < 0 ? json_null() :
						   json_string(iom_syscall_name(f->nr)));
	json_object_set_new(o, "fd", iom_json_fd(cap, f->file));
	json_object_set_new(o, "file", iom_json_file(cap, f->file, f->path));
	if (f->error)
		json_object_set_new(o, "error", json_string(iom_errno_name(f->error)));
	return o;
}

static json_t *rules(const struct rep_process *p)
{
	json_t *a = json_array();

	for (size_t i = 0; i < p->nrules; i++) {
		const struct rep_rule *r = &p->rules[i];

		json_array_append_new(a, json_pack("{s:s, s:o, s:o, s:o, s:f}", "id", r->id, "model",
						   r->model == IOM_M_NONE ? json_null() :
									    json_string(iom_model_name(r->model)),
						   "transfers", iom_json_number(r->transfers), "phase1_ns",
						   iom_json_number(r->phase1_ns), "share", r->share));
	}
	return a;
}

static json_t *process(const struct iom_capture *cap, const struct rep_process *p)
{
	static const char *const runtimes[] = {"native", "go", "jvm", "node", "python", "script"};
	const struct cap_proc *cp = &cap->procs[p->proc];
	json_t *o = json_object();

	json_object_set_new(o, "pid", iom_json_number(cp->pid));
	json_object_set_new(o, "comm", comm(iom_capture_comm(cap, cp)));
	json_object_set_new(o, "exe", iom_json_text(cp->exe));
	json_object_set_new(o, "runtime", json_string(runtimes[cp->runtime]));
	json_object_set_new(o, "exited", json_boolean(cp->exited));
	json_object_set_new(o, "unread", json_boolean(cp->unread));
	json_object_set_new(o, "cpus", cp->cpus_allowed ?
			    json_pack("{s:o, s:o}", "allowed", iom_json_number(cp->cpus_allowed),
				      "online", iom_json_number(cp->cpus_online)) :
			    json_null());
	json_object_set_new(o, "cpu_quota", cp->quota_periods ?
			    json_pack("{s:o, s:o}", "periods", iom_json_number(cp->quota_periods),
				      "throttled", iom_json_number(cp->throttled_periods)) : json_null());
	json_object_set_new(o, "cpu", cp->user_ns + cp->system_ns ?
			    json_pack("{s:o, s:o}", "user_ns", iom_json_number(cp->user_ns),
				      "system_ns", iom_json_number(cp->system_ns)) : json_null());
	json_object_set_new(o, "verdict", verdict(&p->verdict));
	json_object_set_new(o, "models", models(p->models));
	json_object_set_new(o, "rules", rules(p));
	json_object_set_new(o, "time",
			    json_pack("{s:o, s:o, s:o, s:o}", "wall_ns", iom_json_number(p->time.wall_ns),
				      "running_ns", iom_json_number(p->time.running_ns), "runqueue_ns",
				      iom_json_number(p->time.runq_ns), "waiting_ns",
				      iom_json_number(p->time.waiting_ns)));
	return o;
}

static json_t *start_time(int64_t ns)
{
	time_t t = ns / 1000000000;
	struct tm tm;
	char buf[32];

	gmtime_r(&t, &tm);
	strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_string(buf);
}

static json_t *head(const struct iom_report *rep)
{
	const struct iom_capture *cap = rep->whole;
	json_t *o = json_object(), *probes = json_array(), *command = json_array();

	for (size_t i = 0; i < cap->nprobes; i++)
		json_array_append_new(probes, iom_json_text(cap->probes[i]));
	for (size_t i = 0; i < cap->narguments; i++)
		json_array_append_new(command, iom_json_text(cap->arguments[i]));
	json_object_set_new(o, "schema", json_string("iomodel/2"));
	json_object_set_new(o, "tool",
			    json_pack("{s:o, s:o, s:o, s:o}", "version",
				      iom_json_text(cap->version ? cap->version : IOM_VERSION),
				      "backend", iom_json_text(cap->backend), "probes", probes,
				      "command", command));
	json_object_set_new(o, "host", json_pack("{s:o, s:o}", "kernel", iom_json_text(cap->kernel), "arch",
						 iom_json_text(cap->arch)));
	json_object_set_new(o, "window",
			    json_pack("{s:o, s:o, s:o, s:o, s:o}", "start",
				      start_time(cap->start_realtime_ns), "duration_ns",
				      iom_json_number(cap->end_ns - cap->start_ns), "ended_by",
				      iom_json_text(cap->ended_by), "sampled_windows",
				      iom_json_number(cap->windows.taken), "sampled_ns",
				      iom_json_number(cap->windows.open_ns)));
	json_object_set_new(o, "lost",
			    json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "counts", iom_json_number(cap->lost.counts),
				      "samples", iom_json_number(cap->lost.samples), "skipped_by_kernel",
				      iom_json_number(cap->lost.skipped), "compat_calls",
				      iom_json_number(cap->lost.compat_calls), "unknown_calls",
				      iom_json_number(cap->lost.unknown_calls), "files",
				      iom_json_number(cap->lost.files)));
	return o;
}

/* Write one value and let go of it: with thousands of threads and files the
 * whole tree would take more memory than the watch did. */
static void put(FILE *out, json_t *o, size_t flags)
{
	json_dumpf(o, out, flags | JSON_REAL_PRECISION(6));
	json_decref(o);
}

static void put_process(FILE *out, const struct rep_process *p)
{
	const struct iom_capture *cap = p->cap;

	fputs("{", out);
	put(out, process(cap, p), JSON_EMBED | JSON_INDENT(1));
	fputs(",\n\"threads\": [", out);
	for (size_t i = 0; i < p->nthreads; i++) {
		fputs(i ? ",\n" : "\n", out);
		put(out, thread(cap, &p->threads[i]), 0);
	}
	fputs("],\n\"files\": [", out);
	for (size_t i = 0; i < p->nfiles; i++) {
		fputs(i ? ",\n" : "\n", out);
		put(out, file(cap, &p->files[i]), 0);
	}
	fputs("],\n\"rings\": [", out);
	for (size_t i = 0; i < p->nrings; i++) {
		fputs(i ? ",\n" : "\n", out);
		put(out, iom_json_ring(cap, &p->rings[i]), 0);
	}
	fputs("],\n\"findings\": [", out);
	for (size_t i = 0; i < p->nfindings; i++) {
		fputs(i ? ",\n" : "\n", out);
		put(out, finding(cap, &p->findings[i]), 0);
	}
	fputs("]}", out);
}

static void put_expectations(FILE *out, const struct iom_report *rep)
{
	fputs(",\n\"expectations\": [", out);
	for (size_t i = 0; i < rep->nexpectations; i++) {
		const struct rep_expectation *x = &rep->expectations[i];

		fputs(i ? ",\n" : "\n", out);
		put(out, json_pack("{s:o, s:b, s:o}", "text", iom_json_text(x->text), "holds", x->holds, "seen",
				   iom_json_text(x->seen)), 0);
	}
	fputs("]", out);
}

int iom_report_json(const struct iom_report *rep, FILE *out)
{
	errno = 0;
	fputs("{", out);
	put(out, head(rep), JSON_EMBED | JSON_INDENT(1));
	fputs(",\n\"processes\": [", out);
	for (size_t i = 0; i < rep->nprocs; i++) {
		fputs(i ? ",\n" : "\n", out);
		put_process(out, &rep->procs[i]);
	}
	fputs("]", out);
	put_expectations(out, rep);
	fputs("}\n", out);
	if (fflush(out) || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}
