/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * json_time.c - where the time went, and the turns of loops, as JSON.
 */
#include "report/json_int.h"

#include "base/sysname.h"
#include "capture/names.h"

/* uapi/linux/eventpoll.h; the low ones are poll's too */
static json_t *events(uint32_t bits)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} known[] = {{0x01, "IN"}, {0x02, "PRI"}, {0x04, "OUT"}, {0x08, "ERR"}, {0x10, "HUP"},
		     {0x2000, "RDHUP"}};
	json_t *a = json_array();

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (bits & known[i].bit)
			json_array_append_new(a, json_sprintf("EPOLL%s", known[i].name));
	return a;
}

static json_t *call_of(const struct acc_wait *w)
{
	if (w->what == ACC_PAGE)
		return json_string("page fault");
	return w->nr < 0 ? json_null() : json_string(iom_syscall_name(w->nr));
}

static json_t *wait(const struct iom_capture *cap, const struct acc_wait *w)
{
	json_t *o = json_object();

	json_object_set_new(o, "call", call_of(w));
	json_object_set_new(o, "what", json_string(iom_what_name(w->what)));
	json_object_set_new(o, "fd", iom_json_fd(cap, w->file));
	json_object_set_new(o, "file", iom_json_file(cap, w->file, w->path));
	json_object_set_new(o, "held_by", w->holder ? iom_json_text(w->holder) : json_null());
	json_object_set_new(o, "count", iom_json_number(w->count));
	json_object_set_new(o, "slept", iom_json_number(w->slept));
	json_object_set_new(o, "ns", iom_json_number(w->ns));
	json_object_set_new(o, "max_ns", iom_json_number(w->max_ns));
	json_object_set_new(o, "unsplit_ns", iom_json_number(w->unsplit_ns));
	json_object_set_new(o, "before_ns", w->before ? iom_json_number(w->before_ns) : json_null());
	json_object_set_new(o, "under_way", json_boolean(w->under_way));
	return o;
}

json_t *iom_json_time(const struct iom_capture *cap, const struct acc_thread *t)
{
	json_t *o = json_object(), *waits = json_array();

	json_object_set_new(o, "wall_ns", iom_json_number(t->wall_ns));
	json_object_set_new(o, "running_ns", iom_json_number(t->running_ns));
	json_object_set_new(o, "runqueue_ns", iom_json_number(t->runq_ns));
	json_object_set_new(o, "waiting_ns", iom_json_number(t->waiting_ns));
	for (size_t i = 0; i < t->nwaits; i++)
		json_array_append_new(waits, wait(cap, &t->waits[i]));
	json_object_set_new(o, "waits", waits);
	return o;
}

static json_t *part_of_turn(const struct iom_capture *cap, const struct cap_part *p)
{
	struct acc_wait w = {.nr = p->class == CAP_C_STOPPED ? -1 : p->nr,
			     .what = iom_what_of(p->class, p->nr)};
	json_t *o = json_object();

	json_object_set_new(o, "call", call_of(&w));
	json_object_set_new(o, "what", json_string(iom_what_name(w.what)));
	json_object_set_new(o, "fd", iom_json_fd(cap, p->file));
	json_object_set_new(o, "file", iom_json_file(cap, p->file, NULL));
	json_object_set_new(o, "count", iom_json_number(p->count));
	json_object_set_new(o, "ns", iom_json_number(p->ns));
	return o;
}

static json_t *longest(const struct iom_capture *cap, const struct cap_turns *n)
{
	uint64_t off = n->longest_runq_ns + n->longest_sleep_ns;
	json_t *o = json_object(), *waits = json_array();

	for (size_t i = 0; i < CAP_PARTS; i++)
		if (n->parts[i].class != CAP_C_NONE)
			json_array_append_new(waits, part_of_turn(cap, &n->parts[i]));
	json_object_set_new(o, "running_ns",
			    iom_json_number(n->longest_ns > off ? n->longest_ns - off : 0));
	json_object_set_new(o, "runqueue_ns", iom_json_number(n->longest_runq_ns));
	json_object_set_new(o, "waiting_ns", iom_json_number(n->longest_sleep_ns));
	json_object_set_new(o, "inexact", json_boolean(n->longest_inexact));
	json_object_set_new(o, "waits", waits);
	return o;
}

static json_t *bins(const struct cap_turns *n)
{
	json_t *a = json_array();

	for (int i = 0; i < CAP_TURN_BINS; i++)
		if (n->bins[i])
			json_array_append_new(
				a, json_pack("[o,o]", iom_json_number(1ULL << (CAP_TURN_FIRST + i)),
					     iom_json_number(n->bins[i])));
	return a;
}

static json_t *awake_by(const struct iom_capture *cap, const struct rep_thread *t)
{
	json_t *a = json_array();

	for (size_t i = 0; i < t->nawake_by; i++) {
		const struct rep_awake *w = &t->awake_by[i];
		json_t *o = json_object();

		json_object_set_new(o, "fd", iom_json_fd(cap, w->file));
		json_object_set_new(o, "file", iom_json_file(cap, w->file, NULL));
		json_object_set_new(o, "events", events(w->events));
		json_object_set_new(o, "share", iom_json_part(w->share));
		json_object_set_new(o, "samples", iom_json_number(w->samples));
		json_array_append_new(a, o);
	}
	return a;
}

json_t *iom_json_loop(const struct iom_capture *cap, const struct rep_thread *t)
{
	const struct rep_loop *l = &t->loop;
	const struct cap_turns *n = l->turns == UINT32_MAX ? NULL : &cap->turns[l->turns];
	json_t *o = json_object();

	json_object_set_new(o, "call", json_string(iom_syscall_name(l->nr)));
	json_object_set_new(o, "fd", l->fd >= 0 ? json_integer(l->fd) : json_null());
	json_object_set_new(o, "files", iom_json_number(l->files));
	json_object_set_new(o, "edge_triggered", json_boolean(l->edge_triggered));
	json_object_set_new(o, "calls", iom_json_number(l->calls));
	json_object_set_new(o, "turns", iom_json_number(n ? n->exact + n->inexact : 0));
	json_object_set_new(o, "inexact_turns", iom_json_number(n ? n->inexact : 0));
	json_object_set_new(o, "zero_timeout", iom_json_number(l->zero_timeout));
	json_object_set_new(o, "empty", iom_json_number(l->empty));
	json_object_set_new(o, "longest_ns", n ? iom_json_number(n->longest_ns) : json_integer(0));
	json_object_set_new(o, "longest", n ? longest(cap, n) : json_null());
	json_object_set_new(o, "turns_log2", n ? bins(n) : json_array());
	json_object_set_new(o, "awake_by", awake_by(cap, t));
	return o;
}
