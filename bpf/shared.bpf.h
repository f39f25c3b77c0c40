/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * shared.bpf.h - rows that several contexts count in: atomics, one hash map.
 *
 * For facts that do not come once per call of the program: signals generated,
 * io_uring requests.
 */
#ifndef IOM_SHARED_BPF_H
#define IOM_SHARED_BPF_H

#include "rows.bpf.h"

static __always_inline struct iom_row *shared_find(struct iom_session *session, __u64 key)
{
	return bpf_map_lookup_elem(&shared, &key);
}

static const struct iom_row nothing; /* to begin with; too large for the stack */

/* The shared row of this key, begun if need be; NULL when the map is full. */
static __always_inline struct iom_row *shared_get(struct iom_session *session, __u64 key,
						  __u32 tgid)
{
	struct iom_row *r = bpf_map_lookup_elem(&shared, &key);

	if (r)
		return r;
	/* Somebody may have been faster. */
	bpf_map_update_elem(&shared, &key, &nothing, BPF_NOEXIST);
	r = bpf_map_lookup_elem(&shared, &key);
	if (r) {
		r->key = key;
		r->tgid = tgid;
		r->since_ns = bpf_ktime_get_ns();
	}
	return r;
}

#endif
