/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * rows.bpf.h - find or begin the row that a fact belongs to, and count in it.
 *
 * An open-addressed table in one array. The common case is one look at the
 * first place. A row is recycled in place when its descriptor means another
 * file or its thread is another: the old counts leave through the ring first,
 * and if the ring is full the old row stays where it is and a new place is
 * taken, so a full ring costs places, not counts.
 */
#ifndef IOM_ROWS_BPF_H
#define IOM_ROWS_BPF_H

#include "files.bpf.h"

#define IOM_CHECK_EVERY 17 /* calls of a thread between two looks at a descriptor's file; a prime, so
			    * that no loop of calls keeps one row from being looked at */

static __always_inline __u32 row_hash(__u64 key)
{
	return key * 0x9e3779b97f4a7c15ULL >> (64 - IOM_ROWS_BITS);
}

static __always_inline void row_zero(struct iom_row *r)
{
	r->file = 0;
	r->ino = 0;
	r->f_flags = 0;
	r->mode = 0;
	r->nr = 0;
	r->kind = 0;
	r->bits = 0;
	r->name_kind = 0;
	r->code = 0;
	r->retry_mark = 0;
	for (int i = 0; i < IOM_N_MAX; i++)
		r->n[i] = 0;
	r->bytes = 0;
	r->wait_ns = 0;
	r->max_wait_ns = 0;
	r->mixed_ns = 0;
	r->mixed_max_ns = 0;
	r->mixed = 0;
	r->faults = 0;
	r->aux = 0;
	r->error = 0;
	r->no_file = 0;
	for (int i = 0; i < IOM_NAME_LEN / 8; i++)
		((__u64 *)r->name)[i] = 0;
}

static __always_inline void row_begin(struct iom_row *r, struct task_struct *t, __u64 key,
				      __u64 id)
{
	__u32 fd = key_fd(key);

	row_zero(r);
	r->tgid = t->tgid;
	r->check = recheck;
	r->since_ns = bpf_ktime_get_ns();
	if (fd != IOM_FD_NONE) {
		struct file *f = file_of(t, fd);

		if (f)
			file_identify(f, r);
	}
	r->id = id;
}

/* The name of a row that has begun is sent when the call is over, see names_tell(): from
 * here the stack would be too deep. */
static __always_inline void name_note(struct iom_row *r, struct task_struct *t, __u32 at)
{
	struct iom_slot *s = r->bits & IOM_B_FILE ? slot_find(NULL, t->pid) : NULL;

	if (s && name_wanted(s, r))
		s->name_row = at + 1;
}

/* Send a finished row away. Not 0: the ring is full, the row still counts. */
static __always_inline int row_send(struct iom_row *r, __u64 id)
{
	struct {
		struct iom_record head;
		struct iom_row row;
	} *rec = bpf_ringbuf_reserve(&ring, sizeof(*rec), 0);

	if (!rec)
		return -1;
	rec->head.size = sizeof(*rec);
	rec->head.kind = IOM_R_ROW;
	__builtin_memcpy(&rec->row, r, sizeof(*r));
	rec->row.id = id; /* in the table it says BUSY meanwhile */
	/* The collector comes by every now and then; when that is too slow, call it. */
	bpf_ringbuf_submit(rec, bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) > IOM_RING_BYTES / 8 ?
					BPF_RB_FORCE_WAKEUP :
					BPF_RB_NO_WAKEUP);
	return 0;
}

/* Is the descriptor still the file, with the flags, that the row began with? The memory of a
 * file that was closed is soon another's: its inode tells. */
static __always_inline enum iom_still row_still(struct iom_row *r, struct task_struct *t, __u32 fd)
{
	struct file *f = file_of(t, fd);

	if ((__u64)f != r->file)
		return IOM_STILL_OTHER;
	if (!f)
		return IOM_STILL_SAME;
	if (BPF_CORE_READ(f, f_inode, i_ino) != r->ino)
		return IOM_STILL_OTHER;
	if (BPF_CORE_READ(f, f_ep))
		r->bits |= IOM_B_EPOLL;
	return BPF_CORE_READ(f, f_flags) == r->f_flags ? IOM_STILL_SAME : IOM_STILL_FLAGS;
}

/* The descriptor came to mean another file without a call that was seen: its generation and the
 * row's id say so from now on. */
static __always_inline __u64 id_of_other(struct task_struct *t, __u64 key, __u64 id)
{
	__u32 gen = __sync_fetch_and_add(&gens[gen_index(t->tgid, key_fd(key))], 1) + 1;

	return (id >> 32 << 32) | gen;
}

/* The descriptor is nothing but a path (O_PATH): no call does anything with it, though
 * select calls it ready. It gets no row. */
static __always_inline int only_path(struct task_struct *t, __u64 key)
{
	__u32 fd = key_fd(key);
	struct file *f = fd == IOM_FD_NONE ? NULL : file_of(t, fd);

	return f && BPF_CORE_READ(f, f_flags) & IOM_O_PATH;
}

#define IOM_ROW_UNWANTED (~0U)

/*
 * The row for this key and id, found or begun: index + 1, 0 when there is no
 * place (counted as lost by the caller, who knows what is lost), or
 * IOM_ROW_UNWANTED. A global function, so that it is verified once and not in
 * every caller.
 */
__noinline __u32 row_slow(__u64 key, __u64 id, __u32 look)
{
	struct task_struct *t = bpf_get_current_task_btf();
	__u32 first = row_hash(key);

	for (__u32 i = 0; i < IOM_PROBE_DEPTH; i++) {
		__u32 at = (first + i) & (IOM_ROWS - 1);
		struct iom_row *r = bpf_map_lookup_elem(&rows, &at);
		enum iom_still still = IOM_STILL_SAME;
		__u64 old;

		if (!r)
			break;
		if (r->key == 0) {
			if (only_path(t, key))
				return IOM_ROW_UNWANTED;
			if (__sync_val_compare_and_swap(&r->key, 0, key) != 0)
				continue;
			row_begin(r, t, key, id);
			name_note(r, t, at);
			return at + 1;
		}
		if (r->key != key)
			continue;
		old = r->id;
		if (old == id) {
			if (!look && r->check == recheck)
				return at + 1;
			if (key_fd(key) != IOM_FD_NONE)
				still = row_still(r, t, key_fd(key));
			if (still == IOM_STILL_SAME) {
				r->check = recheck;
				return at + 1;
			}
		}
		if (only_path(t, key))
			return IOM_ROW_UNWANTED;
		if (still == IOM_STILL_OTHER)
			id = id_of_other(t, key, id);
		/* The collector may take rows of dead threads away at any time: who
		 * turns the id into BUSY owns the row. */
		if (old == IOM_ROW_BUSY ||
		    __sync_val_compare_and_swap(&r->id, old, IOM_ROW_BUSY) != old)
			continue;
		if (row_send(r, old)) {
			/* The ring is full. A changed id finds another place later on; the
			 * same id with other flags goes on here, flags as they were. */
			r->id = old;
			if (old == id)
				return at + 1;
			continue;
		}
		row_begin(r, t, key, id);
		name_note(r, t, at);
		return at + 1;
	}
	return 0;
}

/* The records of a picture, see IOM_R_PATH, IOM_R_AWAKE: they may be lost. */
static __always_inline void path_send(struct iom_slot *s, struct iom_path_head *head, __u64 at)
{
	struct {
		struct iom_record head;
		struct iom_path path;
	} *rec = bpf_ringbuf_reserve(&sample_ring, sizeof(*rec), 0);

	if (!rec) {
		IOM_COUNT(lost_samples);
		return;
	}
	rec->head.size = sizeof(*rec);
	rec->head.kind = IOM_R_PATH;
	rec->path.head = *head;
	for (int i = 0; i < IOM_PATH_LEN / 8; i++)
		((__u64 *)rec->path.path)[i] = 0;
	if (bpf_probe_read_user_str(rec->path.path, IOM_PATH_LEN, (void *)at) <= 0)
		rec->path.path[0] = 0;
	bpf_ringbuf_submit(rec, BPF_RB_NO_WAKEUP);
}

static __always_inline void awake_send(struct iom_slot *s, struct iom_awake *a)
{
	struct {
		struct iom_record head;
		struct iom_awake awake;
	} *rec = bpf_ringbuf_reserve(&sample_ring, sizeof(*rec), 0);

	if (!rec) {
		IOM_COUNT(lost_samples);
		return;
	}
	rec->head.size = sizeof(*rec);
	rec->head.kind = IOM_R_AWAKE;
	rec->awake = *a;
	bpf_ringbuf_submit(rec, BPF_RB_NO_WAKEUP);
}

static __always_inline void turns_send(struct iom_slot *s, struct iom_turns *turns)
{
	struct {
		struct iom_record head;
		struct iom_turns turns;
	} *rec = bpf_ringbuf_reserve(&ring, sizeof(*rec), 0);

	if (!rec) {
		IOM_COUNT(lost_samples);
		return;
	}
	rec->head.size = sizeof(*rec);
	rec->head.kind = IOM_R_TURNS;
	__builtin_memcpy(&rec->turns, turns, sizeof(*turns));
	bpf_ringbuf_submit(rec, BPF_RB_NO_WAKEUP);
}

static __always_inline struct iom_row *row_get(struct iom_slot *s, __u32 fd, __u32 class, __u32 nr)
{
	__u64 key = row_key(s->tid, fd, class, nr);
	__u64 id = (__u64)s->serial << 32;
	__u32 at = row_hash(key), look = 0;
	struct iom_row *r;

	if (fd < IOM_FD_NONE) {
		id |= gen_get(s, fd);
		if (--s->until_check == 0) {
			s->until_check = IOM_CHECK_EVERY;
			look = 1;
		}
	}
	r = bpf_map_lookup_elem(&rows, &at);
	if (r && r->key == key && r->id == id && r->check == recheck && !look)
		return r;
	at = row_slow(key, id, look);
	if (at == IOM_ROW_UNWANTED)
		return NULL;
	if (!at) {
		IOM_COUNT(lost_rows);
		return NULL;
	}
	at = (at - 1) & (IOM_ROWS - 1);
	return bpf_map_lookup_elem(&rows, &at);
}

/* Where the files lie of rows that the call has begun: of one of them. */

static __always_inline void names_tell(struct iom_slot *s)
{
	__u32 at = (s->name_row - 1) & (IOM_ROWS - 1);
	struct iom_row *r;

	if (!s->name_row)
		return;
	s->name_row = 0;
	r = bpf_map_lookup_elem(&rows, &at);
	if (r)
		name_send(r->file, r->ino, r->tgid);
}

/* Only its first place is looked at. */
static __always_inline struct iom_row *row_peek(struct iom_slot *s, __u32 fd, __u32 class)
{
	__u64 key = row_key(s->tid, fd, class, 0);
	__u32 at = row_hash(key);
	struct iom_row *r = bpf_map_lookup_elem(&rows, &at);

	return r && r->key == key ? r : NULL;
}

#endif
