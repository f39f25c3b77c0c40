/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "report/view_int.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/errname.h"
#include "base/sysname.h"
#include "capture/names.h"
#include "judge/limits.h"
#include "judge/roles.h"
#include "report/asleep.h"
#include "report/sentence.h"
#include "report/set_text.h"

bool iom_view_in_kernel(const struct cap_proc *cp)
{
	return cp->system_ns && cp->system_ns >= cp->user_ns;
}

void *iom_view_more(void *v, size_t n, size_t size)
{
	v = iom_memory(realloc(v, (n + 1) * size));
	memset((char *)v + n * size, 0, size);
	return v;
}

/* Does the name of a unix socket say the process that has its other end, "-> 123 cat"? */
static bool is_in_name(const struct cap_file *f, const char *holder)
{
	int pid;

	return f->kind == CAP_K_SOCK && sscanf(holder, "process %d", &pid) == 1 && iom_peer_of(f) == pid;
}

/* Why that process does not go on (pfs_in_turn()), "(stopped)", NULL: it is not known. A name with a bracket stands in
 * quotes (iom_process_text()), so that it does not end the text. */
static const char *reason_in(const char *holder)
{
	static const char *const reasons[] = {"(stopped", "(in turn ", "(its thread ", "(its queue "};
	const char *why = strrchr(holder, '(');

	for (size_t i = 0; why && why > holder + 1 && i < sizeof(reasons) / sizeof(*reasons); i++)
		if (!strncmp(why, reasons[i], strlen(reasons[i])) && why[strlen(why) - 1] == ')')
			return why;
	return NULL;
}

char *iom_view_other_end(const struct cap_file *f, const char *holder)
{
	const char *why = reason_in(holder);

	if ((f->kind == CAP_K_FIFO && !(f->name && f->name[0] == '/')) || is_in_name(f, holder))
		return iom_sentence("%s%s", why ? " " : "", why ? why : "");
	if (why)
		return iom_sentence(" (%.*s: %s", (int)(why - 1 - holder), holder, why + 1);
	return iom_sentence(" (%s)", holder);
}

char *iom_view_call(const struct iom_capture *cap, const struct acc_wait *w)
{
	const struct cap_file *f = w->file == IOM_NO_FILE ? NULL : &cap->files[w->file];
	const char *name = f ? (f->name ? f->name : iom_kind_name(f->kind)) : w->path;

	if (w->what == ACC_PAGE)
		return iom_sentence("page faults");
	if (w->what == ACC_STOPPED)
		return iom_sentence("no call: stopped by %s%s",
				    w->path && !strncmp(w->path, "process ", 8) ? "its tracer, " : "",
				    w->path ? w->path : "a signal");
	if (w->nr < 0)
		return iom_sentence(w->what == ACC_IDLE ? "wait for work" : "no call that is known");
	if (!name)
		return iom_sentence(w->class == CAP_C_SLEEP_POLL ? "%s (no file, a timer)" : "%s",
				    iom_syscall_name(w->nr));
	if (f && f->fd >= 0 && w->what != ACC_OPEN && !w->holder)
		return iom_sentence("%s(%d) %s", iom_syscall_name(w->nr), f->fd, name);
	if (f && f->fd >= 0 && w->what != ACC_OPEN && w->class == CAP_C_LOCK)
		return iom_sentence("%s(%d) %s, locked by %s", iom_syscall_name(w->nr), f->fd, name, w->holder);
	if (f && f->fd >= 0 && w->what != ACC_OPEN) {
		char *end = iom_view_other_end(f, w->holder), *text;

		text = iom_sentence("%s(%d) %s%s", iom_syscall_name(w->nr), f->fd, name, end);
		free(end);
		return text;
	}
	return iom_sentence(is_told_in_words(w->class) ? "%s (%s)" : "%s of %s", iom_syscall_name(w->nr), name);
}

char *iom_view_sampled(const struct iom_capture *cap, const struct rep_sampled *s)
{
	const struct cap_file *f = s->file == IOM_NO_FILE ? NULL : &cap->files[s->file];

	if (!f || f->fd < 0)
		return iom_sentence("%s", iom_syscall_name(s->nr));
	return iom_sentence("%s(%d) %s", iom_syscall_name(s->nr), f->fd, f->name ? f->name : iom_kind_name(f->kind));
}

char *iom_view_sampled_end(const struct rep_sampled *s)
{
	char *error, *text;

	if (s->interrupted)
		return iom_sentence(", interrupted by a signal each time");
	if (!s->error)
		return iom_sentence("%s", "");
	error = iom_errno_text(s->error);
	text = iom_sentence(", in vain with %s", error);
	free(error);
	return text;
}

char *iom_view_idle(const struct iom_capture *cap, const struct acc_wait *w)
{
	const struct cap_file *f = w->file == IOM_NO_FILE ? NULL : &cap->files[w->file];
	char *set, *text;

	if (!f || f->kind != CAP_K_EPOLL || f->fd < 0)
		return iom_view_call(cap, w);
	set = iom_set_text(cap, w->file);
	text = iom_sentence("%s(%d)%s", iom_syscall_name(w->nr), f->fd, *set ? set : " epoll");
	free(set);
	return text;
}

/* ---- files ------------------------------------------------------------------------ */

/* A connection's own port says nothing: "tcp 1.2.3.4:80 <- 5.6.7.8:5121" without the last. */
static void cut_port(char *name)
{
	char *arrow = strstr(name, " <- "), *colon;

	if (arrow) {
		colon = strrchr(arrow, ':');
		if (colon && isdigit((unsigned char)colon[1]))
			*colon = 0;
		return;
	}
	arrow = strstr(name, " -> ");
	if (!arrow || !strchr(name, ':') || strchr(name, ':') > arrow)
		return;
	*arrow = 0;
	colon = strrchr(name, ':');
	*arrow = ' ';
	if (colon)
		memmove(colon, arrow, strlen(arrow) + 1);
}

static bool is_connection(const char *name)
{
	return !strncmp(name, "tcp ", 4) || !strncmp(name, "tcp6 ", 5) || !strncmp(name, "udp ", 4) ||
	       !strncmp(name, "udp6 ", 5);
}

/* Numbers of pipes and sockets tell them apart, and say nothing else. */
static void cut_number(char *name)
{
	char *at = strstr(name, ":[");

	if (at && isdigit((unsigned char)at[2]) && strchr(at, ']'))
		memmove(at, strchr(at, ']') + 1, strlen(strchr(at, ']') + 1) + 1);
}

static char *key_of(const struct cap_file *f)
{
	char *key = strdup(f->name ? f->name : iom_kind_name(f->kind));

	if (!key)
		exit(1);
	if (is_connection(key))
		cut_port(key);
	else
		cut_number(key);
	return key;
}

static bool is_shown(const struct iom_capture *cap, const struct rep_file *f)
{
	uint8_t kind = cap->files[f->file].kind;

	if (kind == CAP_K_EPOLL || kind == CAP_K_URING)
		return false;
	return f->model != IOM_M_NONE || f->attempts || f->open_at_end;
}

/* Of all that a line stands for. */
static uint8_t kind_of(const struct iom_capture *cap, const struct view_file *f)
{
	return cap->files[f->first].kind;
}

static void add_file(struct view *v, const struct iom_capture *cap, const struct rep_file *f)
{
	const struct cap_file *c = &cap->files[f->file];
	struct view_file *to;

	v->files = iom_view_more(v->files, v->nfiles, sizeof(*v->files));
	to = &v->files[v->nfiles++];
	to->name = key_of(c);
	to->model = f->model;
	to->first = f->file;
	to->files = c->merged ? c->merged : 1;
	to->ops = f->attempts;
	to->again = f->eagain;
	to->slept = f->slept + (f->open_at_end && !f->slept); /* a sleep under way has not been counted */
	to->waited_ns = f->waited_ns;
	to->bytes = f->bytes;
}

static void merge_file(struct view_file *to, struct view_file *f)
{
	to->files += f->files;
	to->ops += f->ops;
	to->again += f->again;
	to->slept += f->slept;
	to->waited_ns += f->waited_ns;
	to->bytes += f->bytes;
	free(f->name);
	f->name = NULL;
}

static int what_waited_most(const void *a, const void *b)
{
	const struct view_file *x = a, *y = b;

	if (x->waited_ns != y->waited_ns)
		return x->waited_ns > y->waited_ns ? -1 : 1;
	if (x->ops != y->ops)
		return x->ops > y->ops ? -1 : 1;
	return strcmp(x->name, y->name);
}

static char *dir_of(const char *name)
{
	const char *slash = name[0] == '/' ? strrchr(name, '/') : NULL;

	return slash && slash > name ? iom_sentence("%.*s/*", (int)(slash - name), name) : NULL;
}

/* Lines of files by which they may become one: there are tens of thousands. */
struct folding {
	char *name; /* of which all have the same; NULL: it stays alone */
	enum iom_model model;
	uint8_t kind;
	size_t at;
};

static int what_is_alike(const void *a, const void *b)
{
	const struct folding *x = a, *y = b;
	int order = !x->name || !y->name ? !x->name - !y->name : strcmp(x->name, y->name);

	if (order)
		return order;
	if (x->model != y->model)
		return x->model < y->model ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static bool are_alike(const struct folding *x, const struct folding *y)
{
	return x->name && y->name && !strcmp(x->name, y->name) && x->model == y->model && x->kind == y->kind;
}

/* Where at least so many are alike the first takes in the others, and has the name. */
static void fold(struct view *v, const struct iom_capture *cap, char *(*name_of)(const char *name), double least)
{
	struct folding *all = iom_view_more(NULL, 0, (v->nfiles + 1) * sizeof(*all));
	size_t from, to, left = 0;

	for (size_t i = 0; i < v->nfiles; i++)
		all[i] = (struct folding){name_of(v->files[i].name), v->files[i].model, kind_of(cap, &v->files[i]), i};
	qsort(all, v->nfiles, sizeof(*all), what_is_alike);
	for (from = 0; from < v->nfiles; from = to) {
		struct view_file *first = &v->files[all[from].at];

		for (to = from + 1; to < v->nfiles && are_alike(&all[from], &all[to]); to++)
			;
		if (to - from < least)
			continue;
		for (size_t i = from + 1; i < to; i++)
			merge_file(first, &v->files[all[i].at]);
		free(first->name);
		first->name = all[from].name;
		all[from].name = NULL;
	}
	for (size_t i = 0; i < v->nfiles; i++) {
		free(all[i].name);
		if (v->files[i].name)
			v->files[left++] = v->files[i];
	}
	v->nfiles = left;
	free(all);
}

static char *same_name(const char *name)
{
	return iom_sentence("%s", name);
}

/* What stands for one file says its descriptor, for many how many they are. */
static void name_files(struct view *v, const struct iom_capture *cap)
{
	for (size_t i = 0; i < v->nfiles; i++) {
		struct view_file *f = &v->files[i];
		char *old = f->name;

		if (f->files > 1) {
			f->name = iom_sentence("%s x %s", iom_count(f->files), old);
		} else {
			const struct cap_file *c = &cap->files[f->first];

			f->name = c->fd >= 0 ? iom_sentence("fd %d %s", c->fd, c->name ? c->name : old) :
					       iom_sentence("%s", c->name ? c->name : old);
		}
		free(old);
	}
}

static void view_files(struct view *v, const struct rep_process *rp,
		       bool verbose)
{
	for (size_t i = 0; i < rp->nfiles; i++)
		if (verbose || is_shown(rp->cap, &rp->files[i]))
			add_file(v, rp->cap, &rp->files[i]);
	if (!verbose && v->nfiles) {
		fold(v, rp->cap, same_name, 2);
		fold(v, rp->cap, dir_of, iom_limit(LIMIT_FOLDED)); /* many files of one kind in one directory */
	}
	name_files(v, rp->cap);
	if (v->nfiles)
		qsort(v->files, v->nfiles, sizeof(*v->files), what_waited_most);
}

struct view *iom_view(const struct rep_process *rp, bool verbose)
{
	struct view *v = iom_view_more(NULL, 0, sizeof(*v));

	view_files(v, rp, verbose);
	iom_view_threads(v, rp, verbose);
	return v;
}

void iom_view_free(struct view *v)
{
	for (size_t i = 0; i < v->nfiles; i++)
		free(v->files[i].name);
	for (size_t i = 0; i < v->nthreads; i++) {
		free(v->threads[i].name);
		free(v->threads[i].what);
	}
	free(v->files);
	free(v->threads);
	free(v);
}
