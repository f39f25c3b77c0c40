// SPDX-License-Identifier: GPL-2.0-only
/*
 * probes.c - where the kernel is listened to.
 *
 * Tracepoints are looked up by name, because most are not exported; that a probe
 * has its tracepoint's prototype is checked when this is compiled, by the kernel's
 * own check_trace_callback_type_*(). The probes are on while some session runs,
 * the scheduler's only while some session's sampled window is open: they would
 * cost every process on the machine.
 *
 * Each probe takes rcu_read_lock() first (session.h) and asks for whom it is.
 */
#include <linux/kprobes.h>
#include <linux/perf_event.h>
#include <linux/sched/signal.h>
#include <linux/tracepoint.h>
#include <linux/uio.h>
#include <trace/events/sched.h>
#include <trace/events/signal.h>
#include <trace/events/syscalls.h>
#include <trace/events/task.h>

#include "versions.h"
#include "session.h"

#if IS_ENABLED(CONFIG_IO_URING)
#include <trace/events/io_uring.h>
#endif

/* ---- calls, signals, threads -------------------------------------------------- */

/* call, with session being each one that watches the task's process. */
#define for_sessions_of(task, call)					\
	do {								\
		struct iom_target_state *target;			\
		u32 tgid = (task)->tgid;				\
									\
		rcu_read_lock();					\
		hash_for_each_possible_rcu(iom_targets, target, node, tgid) { \
			struct iom_session *session = target->session;	\
									\
			if (target->tgid == tgid && READ_ONCE(session->running)) \
				call;					\
		}							\
		rcu_read_unlock();					\
	} while (0)

static void probe_sys_exit(void *data, struct pt_regs *regs, long ret)
{
	if (iom_watched(current))
		for_sessions_of(current, iom_fact_exit(session, regs, ret));
}

static void probe_signal_generate(void *data, int sig, struct kernel_siginfo *info,
				  struct task_struct *t, int group, int result)
{
	if (iom_watched(t))
		for_sessions_of(t, iom_fact_signal_generated(session, t, sig, info, result));
}

static void probe_signal_deliver(void *data, int sig, struct kernel_siginfo *info,
				 struct k_sigaction *ka)
{
	if (iom_watched(current))
		for_sessions_of(current, iom_fact_signal_delivered(session, sig, info, ka));
}

static void probe_task_newtask(void *data, struct task_struct *t, iom_clone_flags flags)
{
	if (iom_watched(current))
		for_sessions_of(current, iom_fact_new(session, t));
}

/* The pid is compared, never looked at: the session may drop its reference any time. */
static void arm(struct iom_session *session, struct task_struct *t)
{
	struct pid *pid = task_tgid(t);
	int err;

	if (!READ_ONCE(session->running) || READ_ONCE(session->arm) != pid)
		return;
	err = iom_target_add(session, pid, t->tgid, GFP_ATOMIC);
	if (err && err != -EEXIST && err != -ESHUTDOWN)
		iom_lost(session, IOM_LOST_THREADS);
}

static void probe_sched_process_exec(void *data, struct task_struct *t, pid_t old_pid,
				     struct linux_binprm *bprm)
{
	struct iom_session *session;

	rcu_read_lock();
	list_for_each_entry_rcu(session, &iom_sessions, node)
		arm(session, t);
	rcu_read_unlock();
	if (iom_watched(t))
		for_sessions_of(t, iom_fact_exec(session, t, old_pid));
}

static void probe_sched_process_exit(void *data, IOM_EXIT_ARGS)
{
	bool last;

	if (!iom_watched(t))
		return;
	/* do_exit() has taken this thread off the count before (kernel/exit.c) */
	last = atomic_read(&t->signal->live) == 0;
	for_sessions_of(t, iom_fact_left(session, t, last));
}

/* ---- asynchronous requests: completed in any context, by anybody ---------------------- */

/* call, with session being each one that runs and may want it. */
#define for_sessions(wants, call)					\
	do {								\
		struct iom_session *session;				\
									\
		rcu_read_lock();					\
		list_for_each_entry_rcu(session, &iom_sessions, node)	\
			if (READ_ONCE(session->running) && (wants))	\
				call;					\
		rcu_read_unlock();					\
	} while (0)

#if IS_ENABLED(CONFIG_IO_URING)
static void uring_submitted(struct io_kiocb *req)
{
	struct iom_sqe q = {.id = (u64)req};

	if (!iom_watched(current))
		return;
	q.ring = (u64)req->ctx;
	q.user_data = req->cqe.user_data;
	q.opcode = req->opcode;
	q.fd = req->cqe.fd;
	if ((req->flags & REQ_F_FIXED_FILE) || req->cqe.fd < 0)
		q.fd = IOM_FD_NONE;
	for_sessions_of(current, iom_fact_uring_submitted(session, &q));
}

static void probe_uring_submit(void *data, IOM_URING_SUBMIT_ARGS)
{
	uring_submitted(req);
}

static void probe_uring_queue_async_work(void *data, struct io_kiocb *req, iom_uring_rw rw)
{
	for_sessions(iom_request_wanted(session, (u64)req),
		     iom_fact_uring_elsewhere(session, (u64)req, IOM_A_WORKER,
					      req->flags & REQ_F_FORCE_ASYNC));
}

static void probe_uring_poll_arm(void *data, struct io_kiocb *req, int mask, int events)
{
	for_sessions(iom_request_wanted(session, (u64)req),
		     iom_fact_uring_elsewhere(session, (u64)req, IOM_A_POLLARM, false));
}

static void probe_uring_cqring_wait(void *data, void *ctx, int min_events)
{
	if (iom_watched(current))
		for_sessions_of(current, iom_fact_uring_waits(session));
}

static void probe_uring_complete(void *data, IOM_URING_COMPLETE_CTX ctx, void *req,
				 IOM_URING_COMPLETE_ARGS)
{
	for_sessions(req ? iom_request_wanted(session, (u64)req) :
			   iom_shot_wanted(session, (u64)ctx, IOM_URING_USER_DATA),
		     iom_fact_uring_completed(session, (u64)ctx, (u64)req,
					      IOM_URING_USER_DATA, IOM_URING_RES,
					      IOM_URING_CQE_FLAGS));
}
#endif

/* The head of struct aio_kiocb, fs/aio.c, unchanged from 6.1 to 7.2. It is private
 * there; were it ever different, no completion would match a request that is
 * followed, and requests would be counted as lost, not wrongly.
 */
struct aio_kiocb_head {
	union {
		struct kiocb rw;
		struct {
			struct file *file;
			struct wait_queue_head *head;
			__poll_t events;
			bool cancelled, work_scheduled, work_need_resched;
			struct wait_queue_entry wait;
			struct work_struct work;
		} poll;
	};
	void *ki_ctx;
	void *ki_cancel;
	struct io_event ki_res;
};

/* io_submit_one(struct kioctx *ctx, struct iocb __user *user_iocb, bool compat) */
static int probe_io_submit_one(struct kprobe *p, struct pt_regs *regs)
{
	/* The return of a 32-bit call is not looked at. */
	if (iom_watched(current) && !in_compat_syscall())
		for_sessions_of(current, iom_fact_aio_begun(session, regs->di, regs->si));
	return 0;
}

/* aio_complete(struct aio_kiocb *iocb) */
static int probe_aio_complete(struct kprobe *p, struct pt_regs *regs)
{
	struct aio_kiocb_head *head = (void *)regs->di;
	u64 ctx = (u64)head->ki_ctx, iocb = head->ki_res.obj;

	for_sessions(iom_flight_wanted(session, ctx, iocb),
		     iom_fact_aio_completed(session, ctx, iocb, head->ki_res.res));
	return 0;
}

/* ---- major page faults ---------------------------------------------------------------- */

static DEFINE_PER_CPU(struct perf_event *, fault_events); /* under iom_mutex */

static void probe_fault(struct perf_event *event, struct perf_sample_data *data,
			struct pt_regs *regs)
{
	if (user_mode(regs) && iom_watched(current))
		for_sessions_of(current, iom_fact_fault(session));
}

static void faults_end(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct perf_event *event = per_cpu(fault_events, cpu);

		if (event)
			perf_event_release_kernel(event);
		per_cpu(fault_events, cpu) = NULL;
	}
}

/* A CPU without such an event, be it that it comes later: faults there are told as before
 * from the counts at the next call, less exactly.
 */
static void faults_begin(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_PAGE_FAULTS_MAJ,
		.size = sizeof(attr),
		.sample_period = 1,
		.pinned = 1,
	};
	int cpu;

	for_each_online_cpu(cpu) {
		struct perf_event *event;

		event = perf_event_create_kernel_counter(&attr, cpu, NULL, probe_fault, NULL);
		per_cpu(fault_events, cpu) = IS_ERR(event) ? NULL : event;
	}
}

/* ---- sampled windows ------------------------------------------------------------------ */

static void probe_sys_enter(void *data, struct pt_regs *regs, long nr)
{
	if (iom_watched(current))
		for_sessions_of(current, iom_fact_enter(session));
}

static void probe_sched_switch(void *data, bool preempt, struct task_struct *prev,
			       struct task_struct *next, unsigned int prev_state)
{
	if (!preempt && prev_state && iom_watched(prev))
		for_sessions_of(prev, iom_fact_sleep(session, prev));
	if (iom_watched(next))
		for_sessions_of(next, iom_fact_run(session, next));
}

static void probe_sched_waking(void *data, struct task_struct *t)
{
	if (iom_watched(t))
		for_sessions_of(t, iom_fact_waking(session, t));
}

/* ---- registering ------------------------------------------------------------------------ */

struct point {
	const char *name;
	void *probe;
	bool optional;
	struct tracepoint *tp;
};

static struct point points[] = {
	{"sys_exit", probe_sys_exit},
	{"task_newtask", probe_task_newtask},
	{"sched_process_exec", probe_sched_process_exec},
	{"sched_process_exit", probe_sched_process_exit},
	{"signal_generate", probe_signal_generate},
	{"signal_deliver", probe_signal_deliver},
#if IS_ENABLED(CONFIG_IO_URING)
	{IOM_URING_SUBMIT_NAME, probe_uring_submit, true},
	{"io_uring_complete", probe_uring_complete, true},
	{"io_uring_queue_async_work", probe_uring_queue_async_work, true},
	{"io_uring_poll_arm", probe_uring_poll_arm, true},
	{"io_uring_cqring_wait", probe_uring_cqring_wait, true},
#endif
};

static struct point window_points[] = {
	{"sched_waking", probe_sched_waking},
	{"sched_switch", probe_sched_switch},
	{"sys_enter", probe_sys_enter},
};

/* Never called: compiling it is the check. */
static void __maybe_unused check_prototypes(void)
{
	check_trace_callback_type_sys_exit(probe_sys_exit);
	check_trace_callback_type_task_newtask(probe_task_newtask);
	check_trace_callback_type_sched_process_exec(probe_sched_process_exec);
	check_trace_callback_type_sched_process_exit(probe_sched_process_exit);
	check_trace_callback_type_signal_generate(probe_signal_generate);
	check_trace_callback_type_signal_deliver(probe_signal_deliver);
	check_trace_callback_type_sys_enter(probe_sys_enter);
	check_trace_callback_type_sched_switch(probe_sched_switch);
	check_trace_callback_type_sched_waking(probe_sched_waking);
#if IS_ENABLED(CONFIG_IO_URING)
	IOM_URING_SUBMIT_CHECK(probe_uring_submit);
	check_trace_callback_type_io_uring_complete(probe_uring_complete);
	check_trace_callback_type_io_uring_queue_async_work(probe_uring_queue_async_work);
	check_trace_callback_type_io_uring_poll_arm(probe_uring_poll_arm);
	check_trace_callback_type_io_uring_cqring_wait(probe_uring_cqring_wait);
#endif
}

static struct kprobe at_submit_one = {
	.symbol_name = "io_submit_one",
	.pre_handler = probe_io_submit_one,
};

static struct kprobe at_complete = {
	.symbol_name = "aio_complete",
	.pre_handler = probe_aio_complete,
};

static unsigned int users, window_users; /* under iom_mutex */
static bool aio_on, uring_on;

static void find_point(struct tracepoint *tp, void *data)
{
	for (size_t i = 0; i < ARRAY_SIZE(points); i++)
		if (!strcmp(tp->name, points[i].name))
			points[i].tp = tp;
	for (size_t i = 0; i < ARRAY_SIZE(window_points); i++)
		if (!strcmp(tp->name, window_points[i].name))
			window_points[i].tp = tp;
}

static int all_found(const struct point *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!p[i].tp && !p[i].optional) {
			pr_err("iomodel: this kernel has no tracepoint %s\n", p[i].name);
			return -ENOENT;
		}
	return 0;
}

int iom_probes_init(void)
{
	int err;

	for_each_kernel_tracepoint(find_point, NULL);
	err = all_found(points, ARRAY_SIZE(points));
	if (!err)
		err = all_found(window_points, ARRAY_SIZE(window_points));
	return err;
}

void iom_probes_exit(void)
{
	WARN_ON(users || window_users);
}

static void off(struct point *p, size_t n)
{
	while (n--)
		if (p[n].tp)
			tracepoint_probe_unregister(p[n].tp, p[n].probe, NULL);
}

static int on(struct point *p, size_t n)
{
	int err;

	for (size_t i = 0; i < n; i++) {
		if (!p[i].tp)
			continue;
		err = tracepoint_probe_register(p[i].tp, p[i].probe, NULL);
		if (err) {
			off(p, i);
			/* Those that were on may be running. */
			tracepoint_synchronize_unregister();
			return err;
		}
	}
	return 0;
}

/* Both or none: half of it would make every request look as if it were in flight. */
static void aio_begin(void)
{
	/* What an earlier registration left: the address would exclude the name, and
	 * "disabled" would hold for the new one too (kernel/kprobes.c).
	 */
	at_submit_one.addr = NULL;
	at_submit_one.flags = 0;
	at_complete.addr = NULL;
	at_complete.flags = 0;
	if (register_kprobe(&at_submit_one))
		return;
	if (register_kprobe(&at_complete)) {
		unregister_kprobe(&at_submit_one);
		return;
	}
	WRITE_ONCE(aio_on, true);
}

static void aio_end(void)
{
	if (!aio_on)
		return;
	unregister_kprobe(&at_complete);
	unregister_kprobe(&at_submit_one);
	WRITE_ONCE(aio_on, false);
}

int iom_probes_get(void)
{
	int err;

	lockdep_assert_held(&iom_mutex);
	if (users++)
		return 0;
	/* First: a thread that is looked at already would have its first faults in one heap. */
	faults_begin();
	err = on(points, ARRAY_SIZE(points));
	if (err) {
		faults_end();
		users--;
		return err;
	}
#if IS_ENABLED(CONFIG_IO_URING)
	uring_on = true;
	for (size_t i = 0; i < ARRAY_SIZE(points); i++)
		if (!points[i].tp)
			uring_on = false;
#endif
	aio_begin();
	return 0;
}

void iom_probes_put(void)
{
	lockdep_assert_held(&iom_mutex);
	if (WARN_ON(!users) || --users)
		return;
	aio_end();
	off(points, ARRAY_SIZE(points));
	faults_end();
	tracepoint_synchronize_unregister();
}

int iom_window_get(void)
{
	int err;

	lockdep_assert_held(&iom_mutex);
	if (window_users++)
		return 0;
	err = on(window_points, ARRAY_SIZE(window_points));
	if (err)
		window_users--;
	return err;
}

void iom_window_put(void)
{
	lockdep_assert_held(&iom_mutex);
	if (WARN_ON(!window_users) || --window_users)
		return;
	off(window_points, ARRAY_SIZE(window_points));
	tracepoint_synchronize_unregister();
}

u32 iom_probes_have(void)
{
	return (READ_ONCE(aio_on) ? IOM_HAVE_AIO : 0) |
	       (READ_ONCE(uring_on) ? IOM_HAVE_URING : 0);
}

u64 iom_probes_missed(void)
{
	return at_submit_one.nmissed + at_complete.nmissed;
}
