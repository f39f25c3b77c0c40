/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "report/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/escape.h"
#include "report/page.h"
#include "report/sentence.h"
#include "base/sysname.h"
#include "capture/names.h"

#define THREADS_SHOWN 12
#define FILES_SHOWN   10
#define NARROW	      64 /* below, a sentence in a third column would be a ribbon */

static char *safe(const struct page *p, const char *s)
{
	return iom_escape(s ? s : "", s ? strlen(s) : 0, p->opt->utf8);
}

static char *safe_comm(const struct page *p, const char *comm)
{
	return iom_escape(comm, CAP_COMM_LEN, p->opt->utf8);
}

/* Sentences of the judgement say us; on a terminal that can, it is µs. */
static char *safe_sentence(const struct page *p, const char *s)
{
	char *a = safe(p, s), *at, *b;

	for (at = a; p->opt->utf8 && (at = strstr(at, " us")); at = a + (at - a) + 1) {
		if (at == a || !isdigit((unsigned char)at[-1]) || isalnum((unsigned char)at[3]))
			continue;
		b = iom_sentence("%.*s \u00b5s%s", (int)(at - a), a, at + 3);
		at = b + (at - a);
		free(a);
		a = b;
	}
	return a;
}

static const char *dot(const struct page *p)
{
	return p->opt->utf8 ? "\u00b7" : "-";
}

static char *lost_text(const struct cap_lost *lost)
{
	if (lost->counts)
		return iom_sentence("%s operations may be missing", iom_count(lost->counts));
	return iom_sentence("nothing lost");
}

static void title(struct page *p, const struct iom_report *rep, const struct rep_process *rp)
{
	const struct iom_capture *cap = rep->cap;
	const struct cap_proc *cp = &cap->procs[rp->proc];
	char *comm = safe_comm(p, cp->comm), *lost = lost_text(&cap->lost), *line;
	char *release = strndup(cap->kernel, strcspn(cap->kernel, "-"));
	unsigned int shown;

	line = iom_sentence("pid %u %s %s thread%s %s %.1f s %s Linux %s %s %s %s %s%s", cp->pid, dot(p),
			    iom_count(rp->nthreads), rp->nthreads == 1 ? "" : "s", dot(p),
			    (cp->end_ns - cp->start_ns) / 1e9, dot(p), release ? release : "", dot(p),
			    cap->backend, dot(p), lost, cp->exited ? ", it has left" : "");
	shown = page_cells(comm) < p->width / 2 ? page_cells(comm) : p->width / 2;
	page_column(p, comm, shown, PAGE_BOLD);
	fputs("  ", p->out);
	page_wrap(p, line, shown + 2, 2, PAGE_DIM);
	free(comm);
	free(lost);
	free(line);
	free(release);
}

static void verdict(struct page *p, const struct rep_process *rp)
{
	const struct rep_verdict *v = &rp->verdict;
	char upper[24] = "", *middle, *conf;
	const char *name = iom_model_name(v->model);
	unsigned int room;

	for (size_t i = 0; name[i] && i < sizeof(upper) - 1; i++)
		upper[i] = toupper((unsigned char)name[i]);
	middle = iom_sentence("%s%s%s", v->pattern ? v->pattern : "",
			      v->in_fact == IOM_FACT_SYNCHRONOUS ? ", in fact synchronous" :
			      v->in_fact == IOM_FACT_THREADS	 ? ", in fact by threads" :
			      v->in_fact == IOM_FACT_POLLING	 ? ", in fact polling" :
								   "",
			      "");
	conf = iom_sentence("confidence %.0f %%", v->confidence * 100);
	fputs("  ", p->out);
	page_column(p, upper, 14, PAGE_BOLD);
	room = p->width > 16 + page_cells(conf) ? p->width - 16 - page_cells(conf) : 0;
	page_column(p, middle, room, PAGE_PLAIN);
	fprintf(p->out, "%s\n", conf);
	fputs("  ", p->out);
	page_wrap(p, v->headline ? v->headline : "", 2, 2, PAGE_PLAIN);
	if (v->nalso) {
		char *also = iom_sentence("also");

		for (size_t i = 0; i < v->nalso; i++) {
			char *longer = iom_sentence("%s%s %s", also, i ? "," : "",
						    iom_model_name(v->also[i]));

			free(also);
			also = longer;
		}
		fputs("  ", p->out);
		page_wrap(p, also, 2, 2, PAGE_PLAIN);
		free(also);
	}
	free(middle);
	free(conf);
}

static void because(struct page *p, const struct rep_verdict *v)
{
	fputc('\n', p->out);
	for (size_t i = 0; i < v->nbecause; i++) {
		char *s = safe_sentence(p, v->because[i]);

		fprintf(p->out, "  %s ", p->opt->utf8 ? "\u2022" : "*");
		page_wrap(p, s, 4, 4, PAGE_PLAIN);
		free(s);
	}
}

/* One line of the table, or its head: as many columns as the width has room for. */
static void model_line(struct page *p, const char *const cell[4], const unsigned int wide[4],
		       enum page_style style)
{
	unsigned int room = p->width - 2 - wide[0];

	fputs("  ", p->out);
	page_style(p, style);
	page_column(p, cell[0], wide[0], PAGE_PLAIN);
	for (int c = 1; c < 4; c++) {
		/* Where not all fit bytes are what is missed least. */
		if (wide[c] > room || (c == 2 && wide[2] + wide[3] > room))
			continue;
		page_right(p, cell[c], wide[c]);
		room -= wide[c];
	}
	if (style)
		page_style(p, PAGE_PLAIN);
}

static int model_order(const struct rep_share *models, int order[IOM_M_NR])
{
	int n = 0;

	for (int m = 0; m < IOM_M_NR; m++)
		if (models[m].transfers || models[m].phase1_ns)
			order[n++] = m;
	for (int i = 1; i < n; i++)
		for (int k = i; k > 0 && models[order[k]].share > models[order[k - 1]].share; k--) {
			int swap = order[k];

			order[k] = order[k - 1];
			order[k - 1] = swap;
		}
	return n;
}

static void model_table(struct page *p, const struct rep_share *models)
{
	static const char *const head[4] = {"model", "transfers", "bytes", "waited"};
	unsigned int wide[4] = {13, 11, 12, 12}, all;
	char *cell[IOM_M_NR][4];
	int order[IOM_M_NR], n = model_order(models, order);

	if (!n)
		return;
	for (int i = 0; i < n; i++) {
		const struct rep_share *s = &models[order[i]];

		cell[i][0] = iom_sentence("%s", iom_model_name(order[i]));
		cell[i][1] = page_count(s->transfers);
		cell[i][2] = page_bytes(s->bytes);
		cell[i][3] = page_time(p, s->phase1_ns);
		for (int c = 1; c < 4; c++)
			if (page_cells(cell[i][c]) + 2 > wide[c])
				wide[c] = page_cells(cell[i][c]) + 2;
	}
	all = 2 + wide[0] + wide[1] + wide[2] + wide[3] + 11; /* blanks and percentage */
	fputc('\n', p->out);
	model_line(p, head, wide, PAGE_DIM);
	fputc('\n', p->out);
	for (int i = 0; i < n; i++) {
		model_line(p, (const char *const *)cell[i], wide, PAGE_PLAIN);
		if (p->width >= all) {
			fputs("   ", p->out);
			page_bar(p, models[order[i]].share,
				 p->width - all < 40 ? p->width - all : 40);
			fprintf(p->out, " %5.1f %%", models[order[i]].share * 100);
		}
		fputc('\n', p->out);
		for (int c = 0; c < 4; c++)
			free(cell[i][c]);
	}
}

/* Three columns: who, its model, and a sentence; where the width is small the
 * sentence has lines of its own. */
static void three(struct page *p, const char *who, enum iom_model m, const char *what)
{
	fputs("  ", p->out);
	page_column(p, who, 22, PAGE_PLAIN);
	fputc(' ', p->out);
	page_column(p, iom_model_name(m), 14, PAGE_PLAIN);
	if (p->width < NARROW) {
		fputs("\n    ", p->out);
		page_wrap(p, what, 4, 4, PAGE_PLAIN);
		return;
	}
	fputc(' ', p->out);
	page_wrap(p, what, 40, 40, PAGE_PLAIN);
}

static void three_head(struct page *p, const char *who, const char *what)
{
	fputs("\n  ", p->out);
	page_column(p, who, 23, PAGE_DIM);
	page_column(p, "model", 15, PAGE_DIM);
	if (p->width >= NARROW)
		page_column(p, what, strlen(what), PAGE_DIM);
	fputc('\n', p->out);
}

static bool alike(const struct iom_capture *cap, const struct rep_thread *a,
		  const struct rep_thread *b)
{
	return a->verdict.model == b->verdict.model &&
	       !memcmp(cap->threads[a->thread].comm, cap->threads[b->thread].comm, CAP_COMM_LEN);
}

static uint64_t weight(const struct rep_thread *t)
{
	uint64_t n = 0;

	for (int m = 0; m < IOM_M_NR; m++)
		n += t->models[m].transfers;
	return n;
}

static void thread_line(struct page *p, const struct iom_capture *cap, const struct rep_thread *t,
			size_t same)
{
	const struct cap_thread *ct = &cap->threads[t->thread];
	char *comm = safe_comm(p, ct->comm), *what = safe_sentence(p, t->what), *who;

	who = same > 1 ? iom_sentence("%s %s %s", iom_count(same), p->opt->utf8 ? "\u00d7" : "x", comm) :
			 iom_sentence("%u %s", ct->ns_tid, comm);
	three(p, who, t->verdict.model, what);
	free(comm);
	free(what);
	free(who);
}

static void threads(struct page *p, const struct iom_report *rep, const struct rep_process *rp)
{
	bool fold = rp->nthreads > THREADS_SHOWN && !p->opt->verbose;
	bool *done = calloc(rp->nthreads + 1, sizeof(*done));
	size_t shown = 0, left = 0;

	if (!done)
		abort();
	if (rp->nthreads == 1 && !rp->threads[0].loop.is_loop && !p->opt->verbose) {
		free(done);
		return; /* the reasons have said it */
	}
	three_head(p, "thread", "what it does");
	for (size_t i = 0; i < rp->nthreads; i++) {
		size_t same = 1, top = i;

		if (done[i])
			continue;
		for (size_t k = i + 1; k < rp->nthreads && fold; k++)
			if (!done[k] && alike(rep->cap, &rp->threads[i], &rp->threads[k])) {
				done[k] = true;
				same++;
				if (weight(&rp->threads[k]) > weight(&rp->threads[top]))
					top = k;
			}
		if (fold && shown >= THREADS_SHOWN) {
			left += same;
			continue;
		}
		thread_line(p, rep->cap, &rp->threads[top], same);
		shown++;
	}
	if (left)
		fprintf(p->out, "  and %s more threads (-v lists all)\n", iom_count(left));
	free(done);
}

static const struct iom_report *sorting;

static int by_use(const void *a, const void *b)
{
	const struct rep_file *x = *(const struct rep_file *const *)a;
	const struct rep_file *y = *(const struct rep_file *const *)b;

	if (x->open_at_end != y->open_at_end)
		return x->open_at_end ? -1 : 1;
	if (x->attempts != y->attempts)
		return x->attempts > y->attempts ? -1 : 1;
	return sorting->cap->files[x->file].fd - sorting->cap->files[y->file].fd;
}

static char *file_facts(const struct page *p, const struct rep_file *f)
{
	char *since = f->since_ns >= 0 ? page_time(p, f->since_ns) : NULL, *s;

	s = iom_sentence("%s op%s%s%s%s%s%s%s%s%s%s%s", iom_count(f->attempts), f->attempts == 1 ? "" : "s",
			 f->slept ? ", slept " : "", f->slept ? iom_count(f->slept) : "",
			 f->eagain ? ", EAGAIN " : "", f->eagain ? iom_count(f->eagain) : "",
			 f->signals ? ", signals " : "", f->signals ? iom_count(f->signals) : "",
			 f->open_at_end ? ", one still under way" : "",
			 since ? ", asleep since " : "", since ? since : "",
			 since ? " before the watch" : "");
	free(since);
	return s;
}

static void files(struct page *p, const struct iom_report *rep, const struct rep_process *rp)
{
	const struct rep_file **order = calloc(rp->nfiles + 1, sizeof(*order));
	size_t n = 0, shown;

	if (!order)
		abort();
	for (size_t i = 0; i < rp->nfiles; i++)
		if (p->opt->verbose || rp->files[i].model != IOM_M_NONE ||
		    (rp->files[i].open_at_end &&
		     rep->cap->files[rp->files[i].file].kind != CAP_K_EPOLL &&
		     rep->cap->files[rp->files[i].file].kind != CAP_K_URING))
			order[n++] = &rp->files[i];
	sorting = rep;
	qsort(order, n, sizeof(*order), by_use);
	shown = p->opt->verbose || n <= FILES_SHOWN ? n : FILES_SHOWN;
	if (n)
		three_head(p, "file", "what was seen");
	for (size_t i = 0; i < shown; i++) {
		const struct cap_file *cf = &rep->cap->files[order[i]->file];
		char *name = safe(p, cf->name ? cf->name : iom_kind_name(cf->kind));
		char *facts = file_facts(p, order[i]), *who, *what;

		who = cf->merged	? iom_sentence("%s closed", iom_count(cf->merged)) :
		      cf->fd >= 0 ? iom_sentence("fd %d %s", cf->fd, iom_kind_name(cf->kind)) :
				    iom_sentence("%s", iom_kind_name(cf->kind));
		what = iom_sentence("%s %s %s", facts, dot(p), name);
		three(p, who, order[i]->model, what);
		free(name);
		free(facts);
		free(who);
		free(what);
	}
	if (shown < n)
		fprintf(p->out, "  and %s more files (-v lists all)\n", iom_count(n - shown));
	free(order);
}

static const char *waker_text(const struct rep_example *e, char *comm, char *buf, size_t size)
{
	switch (e->waker) {
	case CAP_W_TASK:
		snprintf(buf, size, "woken by %s", comm);
		return buf;
	case CAP_W_HARDIRQ:
		return "woken by a device's interrupt";
	case CAP_W_SOFTIRQ:
		return "woken by a soft interrupt (network, timer or disk)";
	case CAP_W_IOWQ:
		return "woken by a worker of io_uring";
	case CAP_W_KTHREAD:
		snprintf(buf, size, "woken by the kernel's %s", comm);
		return buf;
	case CAP_W_SELF:
		return "woken by its own timer or signal";
	default:
		return NULL;
	}
}

/* "wait  ░░░░ 97 us in epoll_wait": a bar of `part` of what the width leaves. */
static void phase(struct page *p, const char *name, const char *mark, double part, const char *text)
{
	unsigned int left = p->width - 4 - page_cells(name) - 1 - page_cells(text), cells;
	unsigned int room = left > 26 ? 26 : left;

	cells = part * room + 0.5;
	fprintf(p->out, "    %s", name);
	for (unsigned int i = 0; i < (cells ? cells : 1); i++)
		fputs(mark, p->out);
	fprintf(p->out, " %s\n", text);
}

static void example(struct page *p, const struct rep_example *e)
{
	char *time, *comm, *line, buf[128];
	double whole = e->wait_ns + e->copy_ns;
	const char *waker;

	if (!e->samples)
		return;
	line = iom_sentence("one transfer, as measured (median of %s %s %s of a %s)",
			    iom_count(e->samples), p->opt->utf8 ? "\u00d7" : "x",
			    iom_syscall_name(e->nr), iom_kind_name(e->kind));
	fputs("\n  ", p->out);
	page_wrap(p, line, 2, 4, PAGE_PLAIN);
	free(line);
	if (e->wait_ns) {
		time = page_time(p, e->wait_ns);
		line = iom_sentence("%s in %s", time, iom_syscall_name(e->wait_nr));
		phase(p, "wait  ", p->opt->utf8 ? "\u2591" : ".", e->wait_ns / whole, line);
		free(time);
		free(line);
	}
	time = page_time(p, e->copy_ns);
	line = iom_sentence("%s in %s%s", time, iom_syscall_name(e->nr),
			    e->wait_ns ? "" : ", no wait");
	phase(p, "copy  ", p->opt->utf8 ? "\u2588" : "#", whole > 0 ? e->copy_ns / whole : 0, line);
	free(time);
	free(line);
	comm = safe_comm(p, e->waker_comm);
	waker = waker_text(e, comm, buf, sizeof(buf));
	if (e->wait_ns && waker) {
		time = page_time(p, e->runq_ns);
		line = e->runq_ns ? iom_sentence("%s, then %s until it ran", waker, time) :
				    iom_sentence("%s", waker);
		fputs("    ", p->out);
		page_wrap(p, line, 4, 4, PAGE_PLAIN);
		free(time);
		free(line);
	}
	free(comm);
}

static void findings(struct page *p, const struct rep_process *rp)
{
	for (size_t i = 0; i < rp->nfindings; i++) {
		const struct rep_finding *f = &rp->findings[i];
		char *message = safe_sentence(p, f->message);
		bool warn = f->severity == IOM_SEV_WARNING;

		if (i == 0)
			fputc('\n', p->out);
		fputs("  ", p->out);
		page_column(p, warn ? "!" : "i", 2, warn ? PAGE_WARN : PAGE_PLAIN);
		page_column(p, f->id, 15, PAGE_BOLD);
		fputc(' ', p->out);
		page_wrap(p, message, 20, 4, PAGE_PLAIN);
		free(message);
	}
}

static void losses(struct page *p, const struct iom_capture *cap)
{
	const struct cap_lost *l = &cap->lost;
	char *s = NULL;

	if (l->counts) {
		s = iom_sentence("%s operations may be missing from the counts%s%s%s; the confidence says "
				 "so.", iom_count(l->counts), l->skipped ? " (" : "",
				 l->skipped ? iom_count(l->skipped) : "",
				 l->skipped ? " probe runs were skipped by the kernel)" : "");
		fputs("\n  ! ", p->out);
		page_wrap(p, s, 4, 4, PAGE_WARN);
		free(s);
	}
	if (l->compat_calls) {
		s = iom_sentence("%s calls by 32-bit or x32 code were seen and not counted.",
				 iom_count(l->compat_calls));
		fputs("\n  i ", p->out);
		page_wrap(p, s, 4, 4, PAGE_PLAIN);
		free(s);
	}
	if (p->opt->verbose) {
		s = iom_sentence("Counts are of every call. Medians and busy times come from %u sampled "
				 "windows, %.0f ms of the %.1f s; %s samples found no room.",
				 cap->windows.taken, cap->windows.open_ns / 1e6,
				 (cap->end_ns - cap->start_ns) / 1e9, iom_count(l->samples));
		fputs("\n  ", p->out);
		page_wrap(p, s, 2, 2, PAGE_DIM);
		free(s);
	}
}

static void process(struct page *p, const struct iom_report *rep, const struct rep_process *rp)
{
	title(p, rep, rp);
	fputc('\n', p->out);
	verdict(p, rp);
	model_table(p, rp->models);
	because(p, &rp->verdict);
	threads(p, rep, rp);
	files(p, rep, rp);
	example(p, &rp->example);
	findings(p, rp);
}

static void overview(struct page *p, const struct iom_report *rep)
{
	bool narrow = p->width < NARROW;
	unsigned int pid = narrow ? 8 : 9, comm = narrow ? 13 : 17, model = narrow ? 13 : 15;
	unsigned int pattern = p->width >= 76 ? 24 : 0;

	page_column(p, "pid", pid, PAGE_DIM);
	page_column(p, "program", comm + 1, PAGE_DIM);
	page_column(p, "model", model, PAGE_DIM);
	page_column(p, pattern ? "pattern" : "", pattern, PAGE_DIM);
	page_column(p, narrow ? " sure" : "confidence", narrow ? 5 : 10, PAGE_DIM);
	fputc('\n', p->out);
	for (size_t i = 0; i < rep->nprocs; i++) {
		const struct rep_process *rp = &rep->procs[i];
		const struct cap_proc *cp = &rep->cap->procs[rp->proc];
		char *name = safe_comm(p, cp->comm), number[16];

		snprintf(number, sizeof(number), "%u", cp->pid);
		page_column(p, number, pid, PAGE_PLAIN);
		page_column(p, name, comm, PAGE_PLAIN);
		fputc(' ', p->out);
		page_column(p, iom_model_name(rp->verdict.model), model, PAGE_BOLD);
		page_column(p, pattern && rp->verdict.pattern ? rp->verdict.pattern : "", pattern,
			    PAGE_PLAIN);
		fprintf(p->out, narrow ? "%3.0f %%\n" : "%.0f %%\n", rp->verdict.confidence * 100);
		free(name);
	}
	fputc('\n', p->out);
}

int iom_report_text(const struct iom_report *rep, FILE *out, const struct iom_text_options *opt)
{
	struct page p = {.out = out, .opt = opt, .width = opt->width ? opt->width : 80};

	if (p.width < 40)
		p.width = 40;
	errno = 0;
	if (rep->nprocs > 1)
		overview(&p, rep);
	for (size_t i = 0; i < rep->nprocs; i++) {
		if (i)
			fputc('\n', out);
		process(&p, rep, &rep->procs[i]);
	}
	losses(&p, rep->cap);
	if (fflush(out) || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}
