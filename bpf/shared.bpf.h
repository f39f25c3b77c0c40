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

/* The shared row of this key, begun if need be; NULL when the map is full. */
static __always_inline struct iom_row *shared_get(__u64 key, __u32 tgid)
{
	struct iom_row *r = bpf_map_lookup_elem(&shared, &key);
	struct iom_row fresh;

	if (r)
		return r;
	__builtin_memset(&fresh, 0, sizeof(fresh));
	fresh.key = key;
	fresh.tgid = tgid;
	fresh.since_ns = bpf_ktime_get_ns();
	bpf_map_update_elem(&shared, &key, &fresh, BPF_NOEXIST); /* somebody may have been faster */
	return bpf_map_lookup_elem(&shared, &key);
}

#endif
