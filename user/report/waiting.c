/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/waiting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "capture/names.h"
#include "report/sentence.h"

#define NAMED 4 /* files of a set */

#define EPOLL_IN  1u
#define EPOLL_OUT 4u

static bool is_of_poll(const struct cap_open_call *c)
{
	return c->class == CAP_C_POLL || c->class == CAP_C_SELECT;
}

/* Which files a poll or select waits for is kept by file: it is known of one that is alone. */
static bool is_only_poll(const struct iom_capture *cap, const struct acc_wait *w)
{
	const struct cap_thread *t = &cap->threads[w->thread];

	if (!w->under_way || t->at_end.class != w->class || t->at_end.nr != w->nr)
		return false;
	for (size_t i = 0; i < cap->nthreads; i++)
		if (i != w->thread && cap->threads[i].tgid == t->tgid && is_of_poll(&cap->threads[i].at_end))
			return false;
	return true;
}

/* The files that the wait is for, heap, their number in *n; none: not known. */
static uint32_t *files_of(const struct iom_capture *cap, const struct acc_wait *w, size_t *n)
{
	uint32_t *files = iom_alloc(cap->nfiles + cap->nregistrations, sizeof(*files));

	*n = 0;
	if (w->class == CAP_C_EPOLL_WAIT) {
		for (size_t i = 0; i < cap->nregistrations; i++)
			if (cap->registrations[i].epoll == w->file)
				files[(*n)++] = cap->registrations[i].file;
	} else if ((w->class == CAP_C_POLL || w->class == CAP_C_SELECT) && is_only_poll(cap, w)) {
		for (size_t i = 0; i < cap->nfiles; i++)
			if (cap->files[i].waited_at_end && cap->files[i].tgid == cap->threads[w->thread].tgid)
				files[(*n)++] = i;
	}
	return files;
}

static const char *name_of(const struct iom_capture *cap, uint32_t file)
{
	const struct cap_file *f = &cap->files[file];

	return f->name ? f->name : iom_kind_name(f->kind);
}

/* Of files that are called alike one name stands for all. */
static bool is_named_before(const struct iom_capture *cap, const uint32_t *files, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (!strcmp(name_of(cap, files[i]), name_of(cap, files[at])))
			return true;
	return false;
}

/* Of an epoll: is the file waited for until it takes what is to be written, and for nothing else? */
static bool is_for_room(const struct iom_capture *cap, const struct acc_wait *w, uint32_t file)
{
	for (size_t i = 0; i < cap->nregistrations && w->class == CAP_C_EPOLL_WAIT; i++)
		if (cap->registrations[i].epoll == w->file && cap->registrations[i].file == file)
			return (cap->registrations[i].events & (EPOLL_IN | EPOLL_OUT)) == EPOLL_OUT;
	return false;
}

char *iom_waiting_for(const struct iom_capture *cap, const struct acc_wait *w)
{
	size_t n, left = 0, named = 0;
	uint32_t *files = files_of(cap, w, &n);
	char *text = NULL, *longer;

	for (size_t i = 0; i < n && (n > 1 || w->class == CAP_C_EPOLL_WAIT); i++) {
		if (named == NAMED || is_named_before(cap, files, i)) {
			left++;
			continue;
		}
		longer = iom_sentence("%s%s%s%s", text ? text : "", named++ ? ", " : "",
				      is_for_room(cap, w, files[i]) ? "room in " : "", name_of(cap, files[i]));
		free(text);
		text = longer;
	}
	free(files);
	if (!text || !left)
		return text;
	longer = iom_sentence("%s and %s more", text, iom_count(left));
	free(text);
	return longer;
}

/* Of "pipe:[7] <- cat 12 fd 1" the 12. A program may be called anything, so that the end counts. */
static pid_t pipe_peer(const char *name)
{
	const char *from = strrchr(name, ' ');
	int pid, fd;

	for (int words = 0; from && words < 2; words++) {
		while (from > name && from[-1] != ' ')
			from--;
		from = from > name ? from - 1 : NULL;
	}
	return from && sscanf(from, " %d fd %d", &pid, &fd) == 2 ? pid : 0;
}

/* Of "unix -> 12 cat" the 12; of one that is bound to a path only that is known. */
static pid_t socket_peer(const char *name)
{
	int pid;
	char after;

	return sscanf(name, "unix -> %d%c", &pid, &after) == 2 && after == ' ' ? pid : 0;
}

static pid_t peer_of(const struct iom_capture *cap, uint32_t file)
{
	const struct cap_file *f = &cap->files[file];
	pid_t pid = !f->name ? 0 : f->kind == CAP_K_FIFO ? pipe_peer(f->name) : socket_peer(f->name);

	/* Both ends may be its own. */
	for (size_t i = 0; i < cap->nprocs; i++)
		if (cap->procs[i].tgid == f->tgid && cap->procs[i].pid == (uint32_t)pid)
			return 0;
	return pid;
}

pid_t iom_waiting_peer(const struct iom_capture *cap, const struct acc_wait *w)
{
	size_t n;
	uint32_t *files = files_of(cap, w, &n);
	pid_t peer = !n && w->file != IOM_NO_FILE ? peer_of(cap, w->file) : 0, other;

	for (size_t i = 0; i < n; i++) {
		other = peer_of(cap, files[i]);
		if (other && peer && other != peer) {
			peer = 0;
			break;
		}
		peer = other ? other : peer;
	}
	free(files);
	return peer;
}
