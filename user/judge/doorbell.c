/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/doorbell.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "judge/limits.h"
#include "judge/roles.h"

bool iom_is_own_bell(const struct iom_capture *cap, const struct cap_calls *r)
{
	const struct cap_file *f = r->file == IOM_NO_FILE ? NULL : &cap->files[r->file];
	uint64_t in = 0, out = 0;

	if (!f || (f->kind != CAP_K_FIFO && f->kind != CAP_K_EVENTFD) || !f->ino ||
	    (r->class != CAP_C_READ && r->class != CAP_C_WRITE))
		return false;
	/* Another process has an end of it too. */
	if (f->name && (strstr(f->name, " -> ") || strstr(f->name, " <- ")))
		return false;
	for (size_t i = 0; i < cap->ncalls; i++) {
		const struct cap_calls *o = &cap->calls[i];
		const struct cap_file *g = o->file == IOM_NO_FILE ? NULL : &cap->files[o->file];
		uint64_t n = f->kind == CAP_K_FIFO ? o->bytes : o->n.ok + o->n.ok_slept;

		if (!g || g->kind != f->kind || (f->kind == CAP_K_FIFO ? g->ino != f->ino : g != f))
			continue;
		in += o->class == CAP_C_READ ? n : 0;
		out += o->class == CAP_C_WRITE ? n : 0;
	}
	return in && out >= in;
}

bool iom_is_own_pair(const struct iom_capture *cap, uint32_t file)
{
	const struct cap_file *f = &cap->files[file];
	unsigned int pid;

	if (!f->name || sscanf(f->name, "unix -> %u ", &pid) != 1)
		return false;
	for (size_t i = 0; i < cap->nprocs; i++)
		if (cap->procs[i].tgid == f->tgid)
			return cap->procs[i].pid == pid;
	return false;
}

bool iom_is_from_within(const struct iom_capture *cap, const struct cap_file *f)
{
	if (is_bell_kind(f->kind))
		return true;
	if (iom_is_own_pair(cap, (uint32_t)(f - cap->files)))
		return true;
	for (size_t i = 0; f->kind == CAP_K_FIFO && i < cap->nfiles; i++) {
		const struct cap_file *o = &cap->files[i];

		if (o != f && o->kind == CAP_K_FIFO && o->tgid == f->tgid && f->ino &&
		    o->ino == f->ino && (o->f_flags & O_ACCMODE) != (f->f_flags & O_ACCMODE))
			return true;
	}
	return false;
}

bool iom_rings_own_bell(const struct iom_capture *cap, const struct cap_calls *r)
{
	if (r->file == IOM_NO_FILE || (r->class != CAP_C_WRITE && r->class != CAP_C_SEND) ||
	    r->bytes > iom_limit(LIMIT_OWN_BYTES) * (r->n.ok + r->n.ok_slept))
		return false;
	return iom_is_own_pair(cap, r->file) || iom_is_own_bell(cap, r);
}
