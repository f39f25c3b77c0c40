/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * backend.h - the seam between the collector and what records facts in the kernel.
 *
 * A back end fills the records of facts.h; the collector knows no more of it
 * than these operations. Process numbers here are the kernel's own (those of
 * the first PID namespace) unless a name says ns.
 */
#ifndef IOM_BACKEND_H
#define IOM_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "capture/capture.h"
#include "facts.h"

struct iom_backend;

struct iom_backend_sink { /* records go here, in the order of their making per thread */
	void (*row)(void *arg, const struct iom_row *row);
	void (*thread)(void *arg, const struct iom_thread *thread);
	void (*sample)(void *arg, const struct iom_sample *sample);
	void (*path)(void *arg, const struct iom_path *path);
	void (*turns)(void *arg, const struct iom_turns *turns);
	void (*awake)(void *arg, const struct iom_awake *awake);
	void (*name)(void *arg, const struct iom_name *name);
	/* A row that is still being counted in, as it is now; it comes again. */
	void (*so_far)(void *arg, const struct iom_row *row);
	void *arg;
};

/* One record of size bytes, its header included, to where it belongs: the same for every
 * back end. What is unknown, or too short for what it says it is, is passed over. */
static inline void iom_backend_deliver(const struct iom_backend_sink *sink,
				       const struct iom_record *rec, size_t size)
{
	const void *body = rec + 1;

	if (size < sizeof(*rec))
		return;
	size -= sizeof(*rec);
	if (rec->kind == IOM_R_ROW && size >= sizeof(struct iom_row))
		sink->row(sink->arg, body);
	else if (rec->kind == IOM_R_SO_FAR && size >= sizeof(struct iom_row))
		sink->so_far(sink->arg, body);
	else if (rec->kind == IOM_R_THREAD && size >= sizeof(struct iom_thread))
		sink->thread(sink->arg, body);
	else if (rec->kind == IOM_R_SAMPLE && size >= sizeof(struct iom_sample))
		sink->sample(sink->arg, body);
	else if (rec->kind == IOM_R_PATH && size >= sizeof(struct iom_path))
		sink->path(sink->arg, body);
	else if (rec->kind == IOM_R_TURNS && size >= sizeof(struct iom_turns))
		sink->turns(sink->arg, body);
	else if (rec->kind == IOM_R_AWAKE && size >= sizeof(struct iom_awake))
		sink->awake(sink->arg, body);
	else if (rec->kind == IOM_R_NAME && size >= sizeof(struct iom_name))
		sink->name(sink->arg, body);
}

struct iom_backend_ops {
	const char *name;
	/* Make everything ready without watching anything. 0 or -errno with *why
	 * (heap) as in iom_collect(). */
	int (*open)(struct iom_backend **be, const struct iom_backend_sink *sink, bool verbose,
		    char **why);
	/* Watch a process, named in the collector's namespace; on_exec: from its
	 * next exec on. *tgid: the kernel's number of it. Twice is no error. 0, -ESRCH
	 * when it is gone, or another -errno. */
	int (*watch)(struct iom_backend *be, pid_t pid, bool on_exec, uint32_t *tgid);
	void (*follow)(struct iom_backend *be, bool on);
	int (*attach)(struct iom_backend *be, char **why);
	/* sink->thread() for every watched thread, event IOM_T_STATE; threads not
	 * seen before are taken up. */
	int (*iterate)(struct iom_backend *be);
	/* Readable when a record wants to be seen soon. */
	int (*fd)(struct iom_backend *be);
	/* Deliver what the rings hold. */
	void (*drain)(struct iom_backend *be);
	/* sink->so_far() for every row in the tables. What a call under way changes
	 * meanwhile may be in it or not. */
	void (*so_far)(struct iom_backend *be);
	/* Deliver, and take out of the table, the rows of these threads, which are
	 * dead; serials sorted. */
	void (*reclaim)(struct iom_backend *be, const uint32_t *serials, size_t n);
	/* A sampled window; begin may fail, then there are no samples. */
	int (*window_begin)(struct iom_backend *be);
	void (*window_end)(struct iom_backend *be);
	/* Generation of a descriptor just now: equal to iom_row.id's low half while
	 * it still means the same file. */
	uint32_t (*generation)(struct iom_backend *be, uint32_t tgid, uint32_t fd);
	/* A libaio context that was there before: its ring's tail and size. */
	void (*seed_aio)(struct iom_backend *be, uint32_t tgid, uint64_t ctx, uint32_t tail,
			 uint32_t nr);
	/* CLOCK_MONOTONIC - the scheduler's clock, after the first iterate(). */
	uint64_t (*clock_offset)(struct iom_backend *be);
	/* Detach everything, then deliver what is left in rings and tables: after
	 * this all counts are whole. */
	void (*finish)(struct iom_backend *be);
	void (*lost)(struct iom_backend *be, struct cap_lost *lost);
	/* Names of the probes in use; static strings, NULL-terminated array of the
	 * back end's. */
	const char *const *(*probes)(struct iom_backend *be);
	void (*close)(struct iom_backend *be);
	/* What close() left to a time when nobody waits, since it may take long; may be NULL. */
	void (*let_go)(void);
};

#define IOM_KMOD_DEVICE "/dev/iomodel"

extern const struct iom_backend_ops iom_backend_bpf;
extern const struct iom_backend_ops iom_backend_kmod;

#endif
