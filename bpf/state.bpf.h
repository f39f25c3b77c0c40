/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * state.bpf.h - what the programs keep: configuration, tables, rings, threads.
 *
 * Who writes what: a thread slot and a row have one writer, the thread they
 * belong to, at its own sys_exit; so plain increments are exact there. All
 * else (targets, generations, statistics, shared rows) is changed atomically.
 */
#ifndef IOM_STATE_BPF_H
#define IOM_STATE_BPF_H

#include "kernel.h"

/* What moment.h asks for. */
#define now_ns()      bpf_ktime_get_ns()
#define iom_on_cpu(t) ((t)->on_cpu)

#include "slot.h"

/* Set by the collector before loading. */
const volatile __u32 classic;	/* programs of classic tracepoints are in use */
const volatile __u32 pidns_inum;	/* inode number of the collector's PID namespace */

/* Changed by the collector while the programs run. */
__u64 targets[IOM_PIDS_MAX / 64]; /* one bit per watched process (tgid) */
__u32 follow;			  /* children of watched processes are watched too */
__u32 arm_on_exec;		  /* a tgid that becomes a target at its next exec */
__u32 find_tgid;		  /* the iterator looks for this process, by its id in the
				   * collector's namespace, and answers in found_tgid */
__u32 found_tgid;
__u32 window;			  /* not 0: number of the sampled window under way */

__u64 irq_text[2];	/* [start, end) of the kernel's interrupt entry text; set before the first window */
__u64 softirq_text[2];	/* the same for soft interrupts; 0: not known */

__u32 recheck;	   /* some descriptor's flags or file may have changed unseen: look again */
__u32 files_shared; /* two processes have their descriptors in common: what one does to them changes
		     * what the other's mean */
__u32 serials;	   /* threads seen so far */
__u32 begun;	   /* the watch has: all its threads were looked at since the probes are on */
__u64 clock_offset; /* CLOCK_MONOTONIC - the scheduler's clock, see tasks.bpf.h */
__u32 gens[IOM_GENS]; /* generation of (process, fd), shared by collision: a strange bump only
		       * makes a row begin anew */
struct iom_stats stats;
__u32 stops_seen;     /* a watched process was stopped: only then are they looked up */

struct { /* processes that were stopped in the watch, by tgid */
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct iom_stops);
} stopped SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, IOM_THREADS);
	__type(key, __u32);
	__type(value, struct iom_slot);
} slots SEC(".maps");

/* Slots of a process that are taken, by its tgid. Several threads may be on their way out
 * when the last one is off the count: the process is watched until all slots are free. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, IOM_THREADS);
	__type(key, __u32);
	__type(value, __u64);
} taken SEC(".maps");

#define IOM_LEAVING (1ULL << 63) /* in taken: the last thread is off the count */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, IOM_ROWS);
	__type(key, __u32);
	__type(value, struct iom_row);
} rows SEC(".maps");

struct { /* rows that many write: signals generated, io_uring requests */
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, IOM_SHARED);
	__type(key, __u64);
	__type(value, struct iom_row);
} shared SEC(".maps");

struct { /* counts: recycled rows and threads; nothing else, so that no picture displaces a count */
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, IOM_RING_BYTES);
} ring SEC(".maps");

struct { /* samples */
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} sample_ring SEC(".maps");

/* 6.1's verifier forgets the bound of an index after "|" and clang makes one of
 * additions; a mask that clang cannot see through is believed by all versions. */
#define IOM_BOUND(x, mask) asm volatile("%0 &= %1" : "+r"(x) : "i"(mask))

/* What the shared headers ask of a back end, see slot.h. Functions that are not
 * inlined are global ones to the verifier, which lets no pointer to a map in:
 * they are given the thread and look its slot up again. */
#define user_read(dst, size, at) bpf_probe_read_user(dst, size, (void *)(at))
#define repeat(n, fn, arg)	 bpf_loop(n, fn, arg, 0)
#define add_fetch_old(p, n)	 __sync_fetch_and_add(p, n)
#define this_task()		 bpf_get_current_task_btf()
#define session_clock_offset(s)	 clock_offset
#define IOM_SEPARATE		 __noinline
#define iom_slot_ref		 __u32
#define slot_ref(s)		 ((s)->tid)
#define slot_of(ref)		 slot_find(NULL, ref)

#define IOM_COUNT(field) __sync_fetch_and_add(&stats.field, 1)

static __always_inline int watched(__u32 tgid)
{
	__u64 word = tgid >> 6;

	IOM_BOUND(word, IOM_PIDS_MAX / 64 - 1);
	return targets[word] >> (tgid & 63) & 1;
}

static __always_inline void watch_set(__u32 tgid)
{
	__u64 word = tgid >> 6;

	IOM_BOUND(word, IOM_PIDS_MAX / 64 - 1);
	__sync_fetch_and_or(&targets[word], 1ULL << (tgid & 63));
}

static __always_inline void watch_clear(__u32 tgid)
{
	__u64 word = tgid >> 6;

	IOM_BOUND(word, IOM_PIDS_MAX / 64 - 1);
	__sync_fetch_and_and(&targets[word], ~(1ULL << (tgid & 63)));
}

static __always_inline __u64 gen_index(__u32 tgid, __u32 fd)
{
	__u64 at = IOM_GEN_INDEX(tgid, fd);

	IOM_BOUND(at, IOM_GENS - 1);
	return at;
}

static __always_inline __u32 gen_get(struct iom_slot *s, __u32 fd)
{
	return gens[gen_index(s->tgid, fd)];
}

static __always_inline void files_changed(struct iom_slot *s)
{
	__sync_fetch_and_add(&recheck, 1);
}

static __always_inline void gen_bump(struct iom_slot *s, __u32 fd)
{
	__sync_fetch_and_add(&gens[gen_index(s->tgid, fd)], 1);
	if (files_shared)
		files_changed(s);
}

static __always_inline struct iom_stops *stops_find(__u32 tgid)
{
	return stops_seen ? bpf_map_lookup_elem(&stopped, &tgid) : NULL;
}

#define stops_of(slot) stops_find((slot)->tgid)

static __always_inline struct iom_slot *slot_find(struct iom_session *session, __u32 tid)
{
	struct iom_slot *s;
	__u32 at = tid & (IOM_THREADS - 1);

	s = bpf_map_lookup_elem(&slots, &at);
	if (s && s->tid == tid)
		return s;
	for (__u32 i = 1; i < IOM_PROBE_DEPTH; i++) { /* another tid had the place */
		at = (tid + i) & (IOM_THREADS - 1);
		s = bpf_map_lookup_elem(&slots, &at);
		if (s && s->tid == tid)
			return s;
	}
	return NULL;
}

static __always_inline void slot_taken(__u32 tgid)
{
	__u64 *n = bpf_map_lookup_elem(&taken, &tgid), none = 0;

	if (!n) { /* somebody may be faster */
		bpf_map_update_elem(&taken, &tgid, &none, BPF_NOEXIST);
		n = bpf_map_lookup_elem(&taken, &tgid);
	}
	if (n)
		__sync_fetch_and_add(n, 1);
}

static __always_inline void process_gone(__u32 tgid)
{
	watch_clear(tgid);
	bpf_map_delete_elem(&taken, &tgid);
}

/* Once, whoever comes first: a thread that leaves, or the iterator that finds it leaving. */
static __always_inline void slot_free(struct iom_slot *s, __u32 tid)
{
	__u32 tgid = s->tgid;
	__u64 *n = bpf_map_lookup_elem(&taken, &tgid);

	if (__sync_val_compare_and_swap(&s->tid, tid, 0) != tid)
		return;
	if (n && __sync_fetch_and_add(n, -1) == (IOM_LEAVING | 1))
		process_gone(tgid);
}

/* Its last thread is off the count, and has no slot any more. */
static __always_inline void process_leaves(__u32 tgid)
{
	__u64 *n = bpf_map_lookup_elem(&taken, &tgid);

	if (!n || !(__sync_fetch_and_or(n, IOM_LEAVING) & ~IOM_LEAVING))
		process_gone(tgid);
}

/* A slot for a thread that has none: see slot_begin(). */
static __always_inline struct iom_slot *slot_add(struct task_struct *t)
{
	__u32 tid = t->pid;

	for (__u32 i = 0; i < IOM_PROBE_DEPTH; i++) {
		__u32 at = (tid + i) & (IOM_THREADS - 1);
		struct iom_slot *s = bpf_map_lookup_elem(&slots, &at);

		if (!s || __sync_val_compare_and_swap(&s->tid, 0, tid) != 0)
			continue;
		s->serial = __sync_fetch_and_add(&serials, 1) + 1;
		slot_begin(s, t, stops_find(t->tgid));
		slot_taken(t->tgid);
		return s;
	}
	IOM_COUNT(lost_threads);
	return NULL;
}

#endif
