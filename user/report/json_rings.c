/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * json_rings.c - what was asked of io_uring and libaio, as JSON.
 */
#include "report/json_int.h"

json_t *iom_json_ring(const struct iom_capture *cap, const struct rep_ring *r)
{
	double mean = r->requests ? (double)r->depth_sum / r->requests : 0;
	json_t *o = json_object();

	json_object_set_new(o, "fd", iom_json_fd(cap, r->file));
	json_object_set_new(o, "kind", json_string(r->aio ? "libaio" : "io_uring"));
	json_object_set_new(o, "requests", iom_json_number(r->requests));
	json_object_set_new(o, "inline", iom_json_number(r->inline_));
	json_object_set_new(o, "late", iom_json_number(r->late));
	json_object_set_new(o, "alone", iom_json_number(r->alone));
	/* One digit: it is a mean over requests as they were submitted, not over time. */
	json_object_set_new(o, "depth_mean",
			    r->depth_sum ? json_real((uint64_t)(mean * 10 + 0.5) / 10.0) : json_null());
	json_object_set_new(o, "depth_max", r->depth_sum ? iom_json_number(r->depth_max) : json_null());
	json_object_set_new(o, "submit_slept", iom_json_number(r->submit_slept));
	json_object_set_new(o, "submit_slept_ns", iom_json_number(r->submit_slept_ns));
	json_object_set_new(o, "offloaded", iom_json_number(r->by_flag + r->by_operation));
	json_object_set_new(o, "offload_by",
			    json_pack("{s:o, s:o}", "flag", iom_json_number(r->by_flag), "operation",
				      iom_json_number(r->by_operation)));
	json_object_set_new(o, "workers", iom_json_number(r->workers));
	return o;
}
