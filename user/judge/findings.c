/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "judge/classify.h"
#include "report/sentence.h"
#include "base/sysname.h"
#include "capture/names.h"

/* A thread is a loop, for findings, when it has come back from readiness calls this often. */
#define LOOP_TURNS 10
/* A sleep on a loop worth a word: shorter ones are locks of the kernel. */
#define LOOP_SLEEP_NS 1000000
/* EAGAIN by so many tries, and so many to each success, is a spin. */
#define SPIN_TRIES   1000
#define SPIN_PER_ONE 10
/* Part of the requests that workers took, or part of the submits that slept, worth a word. */
#define WORTH 0.05

static struct rep_finding *add(struct rep_process *rp, const char *id, enum rep_severity severity,
			       char *message)
{
	struct rep_finding *v = realloc(rp->findings, (rp->nfindings + 1) * sizeof(*v));

	if (!v)
		abort();
	rp->findings = v;
	v += rp->nfindings++;
	*v = (struct rep_finding){.id = id, .severity = severity, .message = message,
				  .thread = UINT32_MAX, .file = IOM_NO_FILE};
	return v;
}

static const char *name_of(const struct iom_capture *cap, uint32_t file)
{
	if (file == IOM_NO_FILE)
		return "a file";
	return cap->files[file].name ? cap->files[file].name :
				       iom_kind_name(cap->files[file].kind);
}

static void find_async(const struct iom_correlation *cor, struct rep_process *rp)
{
	const struct cor_async *a = &cor->procs[rp->proc].async;
	struct rep_finding *f;

	if (a->submits && ((a->submit_slept && a->submit_slept >= WORTH * a->submit_calls) ||
			   (!a->uring && a->inline_ >= 0.5 * a->submits))) {
		if (a->submit_slept)
			f = add(rp, "submit-blocked", IOM_SEV_WARNING,
				iom_sentence("%s of %s submitting calls slept, %s in all, %s at worst: "
					     "submission is not asynchronous here. Usual ways out: "
					     "O_DIRECT, a deeper queue, or threads of one's own.",
					     iom_count(a->submit_slept), iom_count(a->submit_calls),
					     iom_time(a->submit_wait_ns), iom_time(a->submit_max_ns)));
		else
			f = add(rp, "submit-blocked", IOM_SEV_WARNING,
				iom_sentence("%s of %s requests were done before io_submit returned: the "
					     "submitting thread did the work itself. Usual ways out: "
					     "O_DIRECT, or io_uring.",
					     iom_count(a->inline_), iom_count(a->submits)));
		f->count = a->submit_slept ? a->submit_slept : a->inline_;
		f->max_ns = a->submit_max_ns;
	}
	if (a->worker && a->worker >= WORTH * a->submits) {
		f = add(rp, "iowq-offload", IOM_SEV_INFO,
			iom_sentence("%s of %s io_uring requests (%s) were handed to worker threads of the "
				     "kernel, which block for them: the file or the operation cannot "
				     "do it without. Usual ways out: O_DIRECT, non-blocking files, "
				     "fewer links and drains.",
				     iom_count(a->worker), iom_count(a->submits),
				     iom_part(a->worker, a->submits)));
		f->count = a->worker;
	}
}

static void find_polling(const struct iom_correlation *cor, struct rep_process *rp)
{
	const struct iom_capture *cap = cor->cap;
	struct rep_finding *f;

	for (size_t i = 0; i < rp->nthreads; i++) {
		const struct cor_thread *t = &cor->threads[rp->threads[i].thread];
		const struct cap_thread *ct = &cap->threads[rp->threads[i].thread];

		if (!t->spin)
			continue;
		f = add(rp, "busy-poll", IOM_SEV_WARNING,
			iom_sentence("Thread %u asked %s times without waiting, %s of them in vain, on %s "
				     "of a CPU. Low latency for a whole CPU: if that is not meant, give "
				     "the call a timeout.",
				     ct->ns_tid, iom_count(t->ready_calls),
				     iom_part(t->ready_empty, t->ready_calls),
				     iom_part(ct->cpu_ns, ct->end_ns - ct->start_ns)));
		f->count = t->ready_empty;
		f->thread = rp->threads[i].thread;
	}
	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *r = &cap->calls[i];
		uint64_t done = r->n.ok + r->n.ok_slept, again = r->n.again;

		if (r->tgid != cap->procs[rp->proc].tgid || r->class > CAP_C_COPYRANGE ||
		    r->file == IOM_NO_FILE || again < SPIN_TRIES || again < SPIN_PER_ONE * done ||
		    cor->files[r->file].watch == COR_WATCHED)
			continue;
		f = add(rp, "eagain-spin", IOM_SEV_WARNING,
			iom_sentence("%s(%d) %s said EAGAIN %s times for %s that succeeded, and nobody "
				     "waited for it to become ready. Usual way out: epoll or poll, or a "
				     "blocking file.",
				     iom_syscall_name(r->nr), cap->files[r->file].fd,
				     name_of(cap, r->file), iom_count(again), iom_count(done)));
		f->count = again;
		f->file = r->file;
	}
}

static void find_on_loops(const struct iom_correlation *cor, struct rep_process *rp)
{
	const struct iom_capture *cap = cor->cap;
	struct rep_finding *f;

	for (size_t i = 0; i < rp->nthreads; i++) {
		uint32_t thread = rp->threads[i].thread;
		const struct cor_thread *t = &cor->threads[thread];
		uint32_t tid = cap->threads[thread].ns_tid;

		if (t->ready_events < LOOP_TURNS || t->kernel)
			continue;
		if (t->loop_block_max_ns >= LOOP_SLEEP_NS) {
			f = add(rp, "loop-blocked", IOM_SEV_WARNING,
				iom_sentence("Thread %u, an event loop, slept %s times inside transfers, "
					     "%s in all, %s at worst in %s of %s: all its other files "
					     "waited meanwhile. Usual way out: a thread for slow files.",
					     tid, iom_count(t->loop_block_ops),
					     iom_time(t->loop_block_ns), iom_time(t->loop_block_max_ns),
					     iom_syscall_name(t->loop_block_nr),
					     name_of(cap, t->loop_block_file)));
			f->count = t->loop_block_ops;
			f->max_ns = t->loop_block_max_ns;
			f->thread = thread;
			f->file = t->loop_block_file;
		}
		if (t->sync_ops) {
			f = add(rp, "sync-on-loop", IOM_SEV_WARNING,
				iom_sentence("Thread %u, an event loop, slept %s times in fsync or its "
					     "like, %s in all, %s at worst on %s: all its other files waited "
					     "meanwhile. Usual way out: sync in another thread, or less "
					     "often.",
					     tid, iom_count(t->sync_ops), iom_time(t->sync_ns),
					     iom_time(t->sync_max_ns), name_of(cap, t->sync_file)));
			f->count = t->sync_ops;
			f->max_ns = t->sync_max_ns;
			f->thread = thread;
			f->file = t->sync_file;
		}
	}
}

static bool may_wait(uint8_t kind)
{
	return kind == CAP_K_SOCK || kind == CAP_K_LISTEN || kind == CAP_K_FIFO || kind == CAP_K_TTY;
}

static void find_may_block(const struct iom_correlation *cor, struct rep_process *rp)
{
	const struct iom_capture *cap = cor->cap;
	uint32_t first = IOM_NO_FILE;
	uint64_t files = 0, transfers = 0;
	struct rep_finding *f;

	for (size_t i = 0; i < cap->nfiles; i++) {
		const struct cap_file *c = &cap->files[i];

		if (c->tgid != cap->procs[rp->proc].tgid || c->f_flags & O_NONBLOCK ||
		    !may_wait(c->kind) || cor->files[i].watch != COR_WATCHED ||
		    !cor->files[i].votes[IOM_M_MULTIPLEXED].transfers)
			continue;
		files++;
		transfers += cor->files[i].votes[IOM_M_MULTIPLEXED].transfers;
		if (first == IOM_NO_FILE || cor->files[i].attempts > cor->files[first].attempts)
			first = i;
	}
	if (!files)
		return;
	f = add(rp, "may-block", IOM_SEV_INFO,
		iom_sentence("%s file%s waited for by readiness and then used without O_NONBLOCK "
			     "(%s transfers; most on fd %d %s): one false report of readiness and the "
			     "thread sleeps. Usual way out: O_NONBLOCK or MSG_DONTWAIT.",
			     iom_count(files), files == 1 ? " is" : "s are", iom_count(transfers),
			     cap->files[first].fd, name_of(cap, first)));
	f->count = transfers;
	f->file = first;
}

static void find_signals(const struct iom_correlation *cor, struct rep_process *rp)
{
	const struct cor_proc *p = &cor->procs[rp->proc];
	struct rep_finding *f;

	if (!p->lost_signals && !(p->set_sig && p->plain_sigio))
		return;
	f = add(rp, "signal-overflow", IOM_SEV_WARNING,
		iom_sentence("The signal queue overflowed: %s signals about files were lost and plain SIGIO, "
			     "which names no file, came %s times instead. Usual way out: after SIGIO look "
			     "at all files, take signals faster, or use epoll.",
			     iom_count(p->lost_signals), iom_count(p->plain_sigio)));
	f->count = p->lost_signals ? p->lost_signals : p->plain_sigio;
}

void iom_find(const struct iom_correlation *cor, struct rep_process *rp)
{
	find_async(cor, rp);
	find_polling(cor, rp);
	find_on_loops(cor, rp);
	find_may_block(cor, rp);
	find_signals(cor, rp);
}
