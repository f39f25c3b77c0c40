/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * session.h - who watches whom, and what is kept of it.
 *
 * A session is an open /dev/iomodel. It has targets (processes), and for each
 * of their threads a struct iom_thread_state with the rows that this thread
 * counts in. Facts leave a session through its queue.
 *
 * Locks, in the order in which they are taken:
 *
 *   session->lock	mutex; ioctl and read of one open file
 *   iom_mutex		mutex; list of sessions, registering probes
 *   iom_tables_lock	spinlock, interrupts off: a signal is delivered under
 *			siglock, which interrupts take; changes of iom_targets
 *			and iom_threads. Readers use RCU
 *   state->lock	spinlock, interrupts off for the same reason; slot and
 *			rows of a thread: its own calls, and whoever takes its
 *			rows away. Names of files are looked up under it, by
 *			d_path(), which waits for writers of fs->seq that
 *			interrupts come between: so nobody waits for it, or
 *			looks up a name, under siglock
 *   session->async_lock	spinlock, interrupts off; shared rows, and changes of
 *			what is followed: any context, also under siglock and
 *			with a completion's locks held, so nothing is woken
 *			under it. Taken only once it is known, by RCU, that the
 *			session wants the request: completions of the whole
 *			machine pass here
 *   session->queue_lock	spinlock, interrupts off; the innermost
 *
 * What is done under one of the spinlocks takes a bounded time, whatever a watched
 * program does: tables grow by one head at a time, all rows of a thread leave in one
 * splice, and long work lets go every IOM_STEP. Hashes are keyed, so that nobody can
 * choose descriptors or addresses for one long chain.
 *
 * A session that ends is marked (dying) under iom_tables_lock before its targets and
 * threads are unlinked, and from then on none is added: a probe that found the session
 * before may still be on its way.
 *
 * Spinlocks and GFP_ATOMIC in tracepoints, where preemption is off: with PREEMPT_RT
 * both may sleep, so the module is not for such kernels.
 *
 * Probes run under rcu_read_lock() of their own: since 6.13 those of system
 * calls are called with preemption enabled (include/linux/tracepoint.h). What
 * they reach by RCU lives until a grace period after it was unlinked. Waking a
 * reader is left until all locks are dropped: iom_session_wake().
 */
#ifndef IOMODEL_SESSION_H
#define IOMODEL_SESSION_H

#include <linux/hashtable.h>
#include <linux/list_nulls.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#ifdef CONFIG_PREEMPT_RT
#error "iomodel cannot be built for a PREEMPT_RT kernel: its probes lock and allocate with preemption off"
#endif

#include "facts.h"
#include "requests.h"
#include "versions.h"

/* What moment.h asks for besides. */
#define now_ns() ktime_get_mono_fast_ns()

#include "slot.h"
#include "uapi/iomodel.h"

#define IOM_QUEUE_THREADS 65536 /* thread records that may wait */
#define IOM_QUEUE_SAMPLES 8192
#define IOM_WAKE_ROWS	  4096 /* so many rows in the queue call the reader */
#define IOM_REQUESTS_MAX  65536 /* requests in flight that are followed */
#define IOM_RINGS_MAX	  1024
#define IOM_STEP	  32 /* rows or requests that one stretch without interrupts deals with */
#define IOM_FEW_HEADS	  8 /* hash heads that need no allocation */
#define IOM_PAGE_HEADS	  (PAGE_SIZE / sizeof(void *))
#define IOM_HEAD_PAGES	  64 /* that much for the most rows there are: four to a head */

/* A record: in a table while it is a row that still counts, then in the queue. */
struct iom_entry {
	struct iom_entry *next; /* with the same hash head */
	struct list_head list;	/* of all in the table, then of the queue */
	struct_group(record, /* what user space gets, head.size of it */
		struct iom_record head;
		union {
			struct iom_row row;
			struct iom_thread thread;
			struct iom_sample sample;
			struct iom_path path;
			struct iom_turns turns;
			struct iom_awake awake;
			struct iom_name name;
		};
	);
};

/* Rows by their keys. Heads are added one at a time (linear hashing). */
struct iom_rows {
	struct list_head all;
	u64 salt;
	u32 n, nheads, mask; /* mask: of heads, as if there were a power of two */
	struct iom_entry *few[IOM_FEW_HEADS];
	struct iom_entry ***pages; /* NULL, or IOM_HEAD_PAGES of them, NULL or with more heads */
};

/* Things that are followed, by two words. They are found under RCU, and put, changed
 * and taken away under session->async_lock.
 */
struct iom_followed {
	struct hlist_nulls_head *heads;
	u32 bits, n, most;
};

/* How many of what is lost, atomically; iom_session_stats() makes struct iom_stats of it. */
enum iom_loss {
	IOM_LOST_ROWS,
	IOM_LOST_THREADS,
	IOM_LOST_RECORDS,
	IOM_LOST_SAMPLES,
	IOM_LOST_ASYNC,
	IOM_SEEN_COMPAT,
	IOM_SEEN_UNKNOWN,
	IOM_LOSSES,
};

struct iom_session {
	struct list_head node; /* iom_sessions; RCU */
	struct mutex lock;
	struct pid_namespace *pidns; /* of who opened it */
	u64 salt[2];		     /* keys of its hashes; odd */
	atomic_t *gens;		     /* IOM_GENS, for user space to map */
	bool running;		     /* written under iom_mutex */
	bool stopped;
	bool follow;
	bool stops_seen;    /* one of its processes was stopped: only then are they looked up */
	bool dying;	    /* under iom_tables_lock: no target or thread is added any more */
	u32 window;	    /* number of the one under way */
	struct pid *arm;    /* to be watched from its next exec on; a reference */
	atomic_t serials;
	atomic_t rows; /* in tables and queue */
	atomic_t threads, targets;
	bool begun; /* all threads were scanned since it runs; under lock */
	u64 clock_offset;
	u64 missed_before; /* hits that kprobes had missed when it started */
	atomic64_t losses[IOM_LOSSES];

	spinlock_t async_lock; /* guards what follows */
	struct iom_rows shared;
	struct iom_followed requests; /* of io_uring, by address */
	struct iom_followed flights;  /* of libaio */
	struct iom_followed rings, shots; /* rings: contexts of libaio */
	u32 rings_begun;		  /* rows of rings of io_uring */

	spinlock_t queue_lock; /* guards what follows */
	struct list_head queue;
	u32 queued, queued_rows, queued_threads, queued_samples, queued_so_far;
	bool wake; /* set under queue_lock, looked at without */

	wait_queue_head_t wait;
};

struct iom_target_state {
	struct hlist_node node; /* iom_targets; RCU */
	struct rcu_head rcu;
	struct iom_session *session;
	struct pid *pid;
	u32 tgid;
	/* Written under the process's siglock, by its signals, and once by a scan; read
	 * anywhere: an old value tells a stop a call later.
	 */
	struct iom_stops stops;
	u32 threads;  /* with a state; under iom_tables_lock, like the next */
	bool leaving; /* its last thread ends: it goes with the last state */
};

struct iom_thread_state {
	struct hlist_node node; /* iom_threads; RCU */
	struct rcu_head rcu;
	struct iom_session *session;
	spinlock_t lock; /* guards what follows */
	unsigned long flags; /* of who holds it at the return of a call, to let go for a moment */
	bool gone;	     /* unlinked: counts nothing any more */
	bool nameless;	     /* no path may be looked up: sighand->siglock is held */
	struct iom_slot slot;
	struct iom_rows rows;
};

extern struct mutex iom_mutex;
extern struct list_head iom_sessions;
#define IOM_TABLE_BITS 12
extern struct hlist_head iom_targets[1 << IOM_TABLE_BITS]; /* by tgid */
extern struct hlist_head iom_threads[1 << IOM_TABLE_BITS]; /* by tid */

int iom_tables_init(void);
void iom_tables_exit(void);

/* Is the process watched by anybody? The first question of every probe. */
bool iom_watched(const struct task_struct *t);

/* The process of pid, for session. Takes a reference to pid. GFP_ATOMIC where
 * the caller may not sleep. 0, -ENOMEM, -EEXIST, -ENOSPC: too many, -ESHUTDOWN: the
 * session ends.
 */
int iom_target_add(struct iom_session *session, struct pid *pid, u32 tgid, gfp_t gfp);
/* How long the process has been stopped, under rcu_read_lock(); NULL: none of session's
 * processes ever was, or it is none of them.
 */
struct iom_stops *iom_stops_find(struct iom_session *session, u32 tgid);
/* It stops, or goes on. */
void iom_stop_begin(struct iom_session *session, u32 tgid);
void iom_stop_end(struct iom_session *session, u32 tgid);
/* It has left, or is about to: the last thread's exit. Several may be on their way out at
 * the same time, each with its rows: the target goes with the last thread's state.
 */
void iom_target_leaves(struct iom_session *session, u32 tgid);

/* A thread's state, under rcu_read_lock(); NULL: it has none. */
struct iom_thread_state *iom_thread_find(struct iom_session *session, u32 tid);
/* The same, made if need be; NULL: no room, counted, or process or session end. For current, a
 * task being born, or any that is being scanned.
 */
struct iom_thread_state *iom_thread_get(struct iom_session *session, struct task_struct *t);
/* It has left: its rows go to the queue. Once for each state, whoever comes first. */
void iom_thread_del(struct iom_thread_state *state);

/* All targets and threads of a session, before it stops or dies. May sleep.
 * keep_rows: they go to the queue; else they are freed.
 */
void iom_session_unlink(struct iom_session *session, bool keep_rows);

static inline void iom_lost(struct iom_session *session, enum iom_loss what)
{
	atomic64_inc(&session->losses[what]);
}

/* queue.c. An entry is its caller's alone until it is queued. */
int iom_entries_init(void);
void iom_entries_exit(void);
struct iom_entry *iom_entry_new(u32 kind, gfp_t gfp); /* IOM_R_*; zeroed, or NULL */
void iom_entry_free(struct iom_entry *e);
void iom_entries_free(struct list_head *list); /* any number. May sleep */
/* Queue it, whatever its kind; it is freed and counted as lost when there are
 * too many of its kind. Rows are bounded where they are made: never lost here.
 */
void iom_queue(struct iom_session *session, struct iom_entry *e);
/* n rows at once, IOM_R_ROW or IOM_R_SO_FAR; the list is empty then. */
void iom_queue_list(struct iom_session *session, u32 kind, struct list_head *list, u32 n);
struct iom_entry *iom_queue_first(struct iom_session *session); /* NULL: empty */
void iom_queue_drop_first(struct iom_session *session);
/* Call the reader if something wanted it. No lock held. */
void iom_session_wake(struct iom_session *session);

/* rows.c: tables of rows. Held: the lock that guards the table. */
void iom_rows_init(struct iom_rows *rows, u64 salt);
struct iom_entry *iom_rows_find(struct iom_rows *rows, u64 key);
void iom_rows_add(struct iom_rows *rows, struct iom_entry *e);
/* All its rows leave into list, which is set up here; how many they are. */
u32 iom_rows_take(struct iom_rows *rows, struct list_head *list);
/* Its heads, after iom_rows_take(), when nobody can find the table any more. */
void iom_rows_destroy(struct iom_rows *rows);

/* so_far.c: a copy of every row that still counts goes to the queue; session->lock held.
 * 0, or -EBUSY: there are some in it. May sleep.
 */
int iom_rows_so_far(struct iom_session *session);

/* The rows of a thread. state->lock held. */
struct iom_row *iom_row_get(struct iom_thread_state *state, u32 fd, u32 class, u32 nr);
struct iom_row *iom_row_peek(struct iom_thread_state *state, u32 fd, u32 class);

/* files.c, for the current process. */
struct file;
void iom_file_identify(struct file *file, struct iom_row *row);
enum iom_still iom_file_still(u32 fd, struct iom_row *row);
bool iom_file_begin(u32 fd, struct iom_row *row); /* false: nothing but a path, no row's */
u64 iom_file_other(u32 fd);
bool iom_file_name(u32 fd, struct iom_name *name); /* zeroed; false: it has none */
bool iom_file_is_stored(u32 fd);
u64 iom_ring_of(u32 fd); /* address of the io_uring behind it */
/* The process behind a pidfd, with a reference, or an ERR_PTR. */
struct pid *iom_pid_of_fd(int fd);

/* async.c. For a session that is being opened, and for one that nobody else has any more. */
int iom_followed_init(void);
void iom_followed_exit(void);
int iom_async_init(struct iom_session *session); /* 0 or -ENOMEM; both times iom_async_free() */
void iom_async_free(struct iom_session *session);
void iom_shared_queue(struct iom_session *session); /* takes the lock itself */

/* Under rcu_read_lock(), without the lock: does the session want it? */
bool iom_request_wanted(struct iom_session *session, u64 id);
bool iom_flight_wanted(struct iom_session *session, u64 ctx, u64 iocb);
bool iom_shot_wanted(struct iom_session *session, u64 ring, u64 user_data);

/* session->async_lock held. */
struct iom_row *iom_shared_find(struct iom_session *session, u64 key);
struct iom_row *iom_shared_get(struct iom_session *session, u64 key, u32 tgid);
struct iom_request *iom_request_find(struct iom_session *session, u64 id);
int iom_request_put(struct iom_session *session, u64 id, const struct iom_request *fresh);
void iom_request_del(struct iom_session *session, u64 id);
struct iom_flight *iom_flight_find(struct iom_session *session, const struct iom_flight_key *key);
int iom_flight_put(struct iom_session *session, const struct iom_flight_key *key,
		   const struct iom_flight *fresh);
void iom_flight_del(struct iom_session *session, const struct iom_flight_key *key);
bool iom_ring_room(struct iom_session *session); /* for one more ring's row */
s64 *iom_ring_depth(struct iom_session *session, u64 ring, int begin);
u64 *iom_shot_find(struct iom_session *session, const struct iom_multishot *shot);
void iom_shot_put(struct iom_session *session, const struct iom_multishot *shot, u64 row);

/*
 * facts.c: what the probes call, under rcu_read_lock(). current is of a target of
 * session, but for those that name another task or a request.
 */
void iom_fact_exit(struct iom_session *session, struct pt_regs *regs, long ret);
void iom_fact_signal_generated(struct iom_session *session, struct task_struct *t, int sig,
			       const struct kernel_siginfo *info, int result);
void iom_fact_signal_delivered(struct iom_session *session, int sig,
			       const struct kernel_siginfo *info, const struct k_sigaction *ka);
void iom_fact_uring_submitted(struct iom_session *session, struct iom_sqe *q);
void iom_fact_uring_elsewhere(struct iom_session *session, u64 id, u32 count, bool forced);
/* current has submitted and begins to wait for completions. */
void iom_fact_uring_waits(struct iom_session *session);
/* A page that current's user code touched has been brought. */
void iom_fact_fault(struct iom_session *session);
void iom_fact_uring_completed(struct iom_session *session, u64 ring, u64 id, u64 user_data,
			      s32 res, u32 flags);
void iom_fact_aio_begun(struct iom_session *session, u64 ctx, u64 iocb);
void iom_fact_aio_completed(struct iom_session *session, u64 ctx, u64 iocb, s64 res);
void iom_fact_enter(struct iom_session *session);
void iom_fact_sleep(struct iom_session *session, struct task_struct *t);
void iom_fact_run(struct iom_session *session, struct task_struct *t);
void iom_fact_waking(struct iom_session *session, struct task_struct *t);
/* A task was born, has executed a program, or leaves. */
void iom_fact_new(struct iom_session *session, struct task_struct *t);
void iom_fact_exec(struct iom_session *session, struct task_struct *t, pid_t old_pid);
void iom_fact_left(struct iom_session *session, struct task_struct *t, bool last);
/* One state record for each thread of each target. May sleep. */
void iom_fact_scan(struct iom_session *session);

/* probes.c. iom_mutex held. */
int iom_probes_init(void);
void iom_probes_exit(void);
int iom_probes_get(void);
void iom_probes_put(void); /* waits until no probe runs any more, if it was the last */
int iom_window_get(void);
void iom_window_put(void);
u32 iom_probes_have(void); /* IOM_HAVE_* */
u64 iom_probes_missed(void); /* hits of probes that the kernel skipped, since loading */

/* device.c */
int iom_device_init(void);
void iom_device_exit(void);

#endif
