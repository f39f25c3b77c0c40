/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report_fixture.h - a report made by hand, for the tests of its writers.
 *
 * An event loop like redis: one loop, helpers that are alike, more files than
 * fit, every finding severity, and names that an attacker would choose. All of
 * it is heap memory, so that iom_report_free() is tested along.
 */
#ifndef IOM_REPORT_FIXTURE_H
#define IOM_REPORT_FIXTURE_H

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>

#include "report/report.h"

#define FIX_HELPERS 20
#define FIX_FILES   16
#define FIX_EVIL    "\033[2J<script>"
#define FIX_PATH    "/srv/\xff\x9b\x1b]0;x\x07/\xe2\x80\xae" "gpj.exe"

static inline char *fix_dup(const char *s)
{
	char *d = strdup(s);

	assert(d);
	return d;
}

static inline void *fix_zeroed(size_t n, size_t size)
{
	void *p = calloc(n, size);

	assert(p);
	return p;
}

static inline void fix_verdict(struct rep_verdict *v, enum iom_model m, double confidence)
{
	v->model = m;
	v->confidence = confidence;
	v->pattern = "event-loop + worker pool";
	v->headline = fix_dup("One thread waits on 52 sockets in epoll_wait, then reads and writes "
			      "them without sleeping.");
	v->because = fix_zeroed(1, sizeof(*v->because));
	v->because[0] = fix_dup("fd 9 " FIX_PATH ": 812,402 transfers without sleeping, 97 us each.");
	v->nbecause = 1;
}

static inline void fix_models(struct rep_share *m)
{
	m[IOM_M_MULTIPLEXED] = (struct rep_share){.transfers = 812402,
						  .bytes = 31ULL << 20,
						  .phase1_ns = 7910000000,
						  .phase2_ns = 900000000,
						  .phase2_samples = 1024,
						  .share = 0.992};
	m[IOM_M_BLOCKING] = (struct rep_share){
		.transfers = 1204, .bytes = 84ULL << 20, .phase1_ns = 50000000, .share = 0.008};
}

static inline void fix_thread(struct iom_capture *cap, struct rep_thread *t, unsigned int i)
{
	uint32_t index = iom_capture_add_thread(cap);
	struct cap_thread *ct = &cap->threads[index];

	ct->tid = ct->ns_tid = 4711 + i;
	ct->tgid = 4711;
	memcpy(ct->comm, i ? "worker" : "redis-server", i ? 6 : 12);
	t->thread = index;
	fix_verdict(&t->verdict, i ? IOM_M_BLOCKING : IOM_M_MULTIPLEXED, 0.9);
	t->what = fix_dup(i ? "fdatasync(8) /var/lib/redis/appendonly.aof"
			    : "epoll_wait(5): 52 sockets, level-triggered; busy per turn p50 38 us, "
			      "p99 410 us, max 41 ms");
	if (i)
		return;
	fix_models(t->models);
	t->loop = (struct rep_loop){.is_loop = true,
				    .calls = 81000,
				    .files = 52,
				    .class = CAP_C_EPOLL_WAIT,
				    .nr = 232,
				    .turns = UINT32_MAX,
				    .fd = 5};
}

static inline void fix_file(struct iom_capture *cap, struct rep_file *f, unsigned int i)
{
	uint32_t index = iom_capture_add_file(cap);
	struct cap_file *cf = &cap->files[index];

	cf->tgid = 4711;
	cf->fd = 5 + (int)i;
	cf->kind = i ? CAP_K_SOCK : CAP_K_EPOLL;
	cf->f_flags = O_NONBLOCK | O_RDWR;
	cf->name = fix_dup(i == 0 ? "epoll"
			   : i == 1 ? FIX_PATH
				    : "tcp 127.0.0.1:6379 <- 127.0.0.1:51234");
	if (i)
		iom_capture_register(cap, index, 0, 1);
	f->file = index;
	f->model = i ? IOM_M_MULTIPLEXED : IOM_M_NONE;
	f->attempts = i ? 1000000 - i : 0;
	f->ready = f->attempts;
	f->since_ns = i == 1 ? 3200000000 : -1;
	f->open_at_end = i == 1;
	if (i)
		f->models[IOM_M_MULTIPLEXED].transfers = f->attempts;
}

static inline void fix_process(struct iom_capture *cap, struct rep_process *p)
{
	p->proc = iom_capture_add_proc(cap);
	cap->procs[p->proc].tgid = cap->procs[p->proc].pid = 4711;
	memcpy(cap->procs[p->proc].comm, FIX_EVIL, sizeof(FIX_EVIL) - 1);
	cap->procs[p->proc].exe = fix_dup(FIX_PATH);
	cap->procs[p->proc].end_ns = 10000000000;
	fix_verdict(&p->verdict, IOM_M_MULTIPLEXED, 0.99);
	p->verdict.also[0] = IOM_M_BLOCKING;
	p->verdict.also[1] = IOM_M_NONBLOCKING;
	p->verdict.also[2] = IOM_M_SIGNAL;
	p->verdict.also[3] = IOM_M_ASYNC;
	p->verdict.nalso = 4;
	p->verdict.in_fact = IOM_FACT_POLLING;
	fix_models(p->models);
	p->nthreads = 1 + FIX_HELPERS;
	p->threads = fix_zeroed(p->nthreads, sizeof(*p->threads));
	for (unsigned int i = 0; i < p->nthreads; i++)
		fix_thread(cap, &p->threads[i], i);
	p->nfiles = FIX_FILES;
	p->files = fix_zeroed(p->nfiles, sizeof(*p->files));
	for (unsigned int i = 0; i < p->nfiles; i++)
		fix_file(cap, &p->files[i], i);
	p->nfindings = 2;
	p->findings = fix_zeroed(p->nfindings, sizeof(*p->findings));
	p->findings[0] = (struct rep_finding){
		.id = "loop-blocked",
		.severity = IOM_SEV_WARNING,
		.message = fix_dup("the loop slept 3 times in write(8) " FIX_PATH ", 41 ms at worst"),
		.count = 3,
		.max_ns = 41000000,
		.thread = 0,
		.file = 1};
	p->findings[1] = (struct rep_finding){.id = "signal-overflow",
					      .severity = IOM_SEV_INFO,
					      .message = fix_dup("plain SIGIO came instead"),
					      .count = 1,
					      .thread = UINT32_MAX,
					      .file = IOM_NO_FILE};
	p->example = (struct rep_example){.samples = 1024,
					  .nr = 45, /* recvfrom */
					  .kind = CAP_K_SOCK,
					  .wait_nr = 232, /* epoll_wait */
					  .returns = 900,
					  .slept = 800,
					  .wait_ns = 97000,
					  .woken = 800,
					  .runq_ns = 12000,
					  .copy_ns = 1100,
					  .waker = CAP_W_TASK};
	memcpy(p->example.waker_comm, FIX_EVIL, sizeof(FIX_EVIL) - 1);
}

/* A report on that many processes; fix_free() undoes it. */
static inline struct iom_report *fix_report(size_t nprocs)
{
	struct iom_capture *cap = iom_capture_new();
	struct iom_report *rep = fix_zeroed(1, sizeof(*rep));

	cap->backend = fix_dup("bpf");
	cap->kernel = fix_dup("6.18.44-amd64");
	cap->arch = fix_dup("x86_64");
	cap->ended_by = fix_dup("duration");
	cap->start_realtime_ns = 1795472040000000000; /* 2026-11-23T22:14:00Z */
	cap->end_ns = 10000000000;
	cap->windows.taken = 10;
	cap->windows.open_ns = 200000000;
	iom_capture_add_probe(cap, "tp_btf/sys_exit");
	rep->cap = cap;
	rep->nprocs = nprocs;
	rep->procs = fix_zeroed(nprocs ? nprocs : 1, sizeof(*rep->procs));
	for (size_t i = 0; i < nprocs; i++)
		fix_process(cap, &rep->procs[i]);
	return rep;
}

/* The capture of fix_report(), to be changed by a test. */
static inline struct iom_capture *fix_capture(struct iom_report *rep)
{
	return (struct iom_capture *)rep->cap;
}

static inline void fix_free(struct iom_report *rep)
{
	struct iom_capture *cap = fix_capture(rep);

	iom_report_free(rep);
	iom_capture_free(cap);
}

#endif
