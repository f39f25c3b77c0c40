/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gather_int.h - shared by the parts of the gatherer: files, threads, rows.
 */
#ifndef IOM_GATHER_INT_H
#define IOM_GATHER_INT_H

#include "collect/gather.h"

#include <uthash.h>

#include "collect/proc/procfs.h"

/* Beyond so many files that come while the watch goes on, a file that is already
 * closed is added to a bucket of its like, so that a busy server cannot fill the
 * collector's memory. */
#define GATHER_FILES_MAX 24576
/* With so many buckets, what has a name that none of them has goes into one without a name. */
#define GATHER_BUCKETS_MAX 4096
/* So many files of all processes, met by their descriptors, are looked at one by
 * one. Those beyond are counted as not looked at; their calls are counted all the
 * same, and what they are is known once they are used. These and those above must
 * fit into a recording (capture/tables.c: 524,288 files). */
#define GATHER_SEEDS_MAX 262144
#define GATHER_MISSING	 256 /* descriptors remembered that were not open, */
#define GATHER_MISSING_NS UINT64_C(100000000) /* and for how long */

struct file_key { /* one meaning of one descriptor */
	uint32_t tgid, fd, gen, pad;
};

struct file_entry {
	struct file_key key;
	uint32_t file; /* index into cap->files */
	UT_hash_handle hh;
};

struct fd_key {
	uint32_t tgid, fd;
};

struct fd_entry { /* its newest meaning */
	struct fd_key key;
	uint32_t gen, file;
	UT_hash_handle hh;
};

struct missing_file { /* a descriptor that was not open */
	uint32_t tgid, fd, gen;
	uint64_t at_ns; /* 0: none */
};

struct open_key { /* an open file in the kernel, for descriptors that share it */
	uint64_t file;
	uint32_t tgid, pad;
};

struct open_entry {
	struct open_key key;
	uint32_t fd, gen, file;
	uint64_t since_ns; /* the descriptor was this file then */
	UT_hash_handle hh;
};

struct bucket_key { /* closed files that are alike */
	uint64_t name; /* a hash; 0: of any name */
	uint32_t tgid, f_flags;
	uint16_t port;
	uint8_t kind, bits;
	uint32_t local; /* 1: the port is its own, not the other end's */
};

#define BUCKET_FDS 64

struct bucket_entry {
	struct bucket_key key;
	uint32_t file;
	/* What descriptors meant last, each in its own place: a file has several rows. */
	struct {
		uint32_t fd, gen;
	} last[BUCKET_FDS];
	UT_hash_handle hh;
};

struct row_key {
	uint32_t tid, tgid, file, other, f_flags, set;
	uint16_t nr;
	uint8_t class, code;
};

struct row_entry {
	struct row_key key;
	uint32_t row; /* index into the array of the capture that the class belongs to */
	UT_hash_handle hh;
};

struct so_far_key { /* one row of the tables, from its beginning to its end */
	uint64_t key, id, since_ns;
};

struct so_far_entry {
	struct so_far_key key;
	struct iom_row row; /* what of it is in the capture already */
	UT_hash_handle hh;
};

struct path_key {
	uint32_t tid, tgid, file;
	uint16_t nr;
	uint8_t class, pad;
	char path[IOM_PATH_LEN];
};

struct path_entry {
	struct path_key key;
	uint32_t path; /* index into cap->paths */
	UT_hash_handle hh;
};

struct turns_key {
	uint64_t key; /* of the readiness row */
	uint32_t serial, pad;
};

struct turns_entry {
	struct turns_key key;
	uint32_t turns; /* index into cap->turns */
	UT_hash_handle hh;
};

struct awake_key {
	uint32_t tid, tgid, set_file, file, events;
	uint8_t class, pad[3];
};

struct awake_entry {
	struct awake_key key;
	uint32_t awake; /* index into cap->awakes */
	UT_hash_handle hh;
};

struct data_key {
	uint64_t data;
	uint32_t tgid, epoll;
};

struct data_entry { /* what a program registered with a file of an epoll set */
	struct data_key key;
	int32_t fd; /* -1: none of them */
	uint32_t closed; /* the file that stands for it where fd is closed, or IOM_NO_FILE */
	UT_hash_handle hh;
};

struct ring_entry { /* an io_uring, by its address */
	struct open_key key;
	uint32_t ring; /* index into cap->rings, UINT32_MAX: no row of it came yet */
	uint32_t file; /* its descriptor, or IOM_NO_FILE */
	UT_hash_handle hh;
};

struct name_key { /* files of one process that are one file to it */
	uint64_t ino;
	uint32_t tgid, pad;
	char last[IOM_NAME_LEN]; /* component of its path, as in rows */
};

struct name_entry { /* where a file was that may be closed by now */
	struct name_key key;
	char *path;
	UT_hash_handle hh;
};

struct thread_entry {
	uint32_t tid;
	uint32_t thread; /* index into cap->threads */
	bool unseen;	 /* its birth was not told of when it was met: it was looked up, to a tick */
	uint64_t cpu0, off0, nvcsw0, flt0, runq0; /* as the watch of it began */
	UT_hash_handle hh;
};

struct proc_entry {
	uint32_t tgid;
	uint32_t pid;
	bool target;
	bool frozen; /* its main thread was, when it was looked at last */
	bool seen;    /* it has a place in the capture */
	uint32_t proc;
	uint64_t start_ns; /* of the process itself */
	bool cpu_known, quota_asked;
	uint64_t user0, system0; /* CPU time before our watch of it */
	struct pfs_quota quota0; /* as our watch of it began */
	UT_hash_handle hh;
};

struct iom_gather {
	struct iom_capture *cap;
	const struct iom_backend_ops *ops;
	struct iom_backend *be;
	enum iom_gather_phase phase;
	struct file_entry *files;
	struct fd_entry *fds;
	struct missing_file missing[GATHER_MISSING]; /* by tgid and fd, the last of each place */
	struct open_entry *opens;
	struct bucket_entry *buckets;
	struct row_entry *rows;
	struct so_far_entry *so_far;
	struct path_entry *paths;
	struct turns_entry *turns;
	struct awake_entry *awakes;
	struct data_entry *datas;
	struct ring_entry *rings;
	struct name_entry *names;
	struct thread_entry *threads;
	struct proc_entry *procs;
	uint32_t *dead;
	size_t ndead, room_dead;
	size_t seen, alive;
	size_t quotas_asked; /* processes whose control groups were asked for their quota */
	size_t seeds;	      /* files of the capture that were met by their descriptors */
	size_t not_looked_at; /* descriptors beyond GATHER_SEEDS_MAX, at least */
	uint64_t sockets_at;  /* when the names of sockets were last asked for anew */
	uint64_t samples_dropped;
};

uint64_t gather_now(void);	 /* CLOCK_MONOTONIC, ns */

/* gather_cpu.c: what /proc and control groups say of CPU time before (iom_gather_cpu() asks after). */
void gather_cpu_begin(struct iom_gather *g, struct proc_entry *p, bool born);

/*
 * gather_files.c: files by their descriptors. A generation is how often the number came to mean another file; the
 * back end counts it. Files are indices into cap->files, or IOM_NO_FILE.
 */
uint32_t gather_file_of_row(struct iom_gather *g, const struct iom_row *row);
/* What the descriptor means now, looked up in /proc where it is not known. */
uint32_t gather_file_now(struct iom_gather *g, uint32_t tgid, uint32_t fd);
/* Did gather_file_now() just find that the descriptor is closed? */
bool gather_is_missing(struct iom_gather *g, uint32_t tgid, uint32_t fd);
/* Does the number still mean what it did in that generation? */
bool gather_is_current(struct iom_gather *g, uint32_t tgid, uint32_t fd, uint32_t gen);
/* Is there room for another file of /proc? If not it is counted; but one that may have been counted before
 * (not first) only where it would else not be said at all. */
bool gather_may_look(struct iom_gather *g, bool first);
/* A file met first by /proc: its rows, if any, have not arrived yet. Takes p->name over. */
uint32_t gather_file_add(struct iom_gather *g, uint32_t tgid, struct pfs_file *p, uint32_t gen);
/* The descriptor means this file, in that generation and until it means another one. */
void gather_file_remember(struct iom_gather *g, uint32_t tgid, uint32_t fd, uint32_t gen, uint32_t file);
void gather_files_free(struct iom_gather *g);

/* gather_seed.c: what is open when a process is met; and, once, as the watch ends. */
void gather_files_seed(struct iom_gather *g, uint32_t tgid, uint32_t pid);
void gather_files_finish(struct iom_gather *g);

/* What the kernel side noted; heap, may be NULL. */
char *gather_name_of_row(const struct iom_row *row);
/* Take over what a row newly says of its file. */
void gather_update_file(struct cap_file *f, const struct iom_row *row);

/* gather_merged.c: the file that stands for this one and those like it. */
uint32_t gather_merged_file(struct iom_gather *g, const struct iom_row *row);

/* The file of a descriptor at that generation, if it was met; else IOM_NO_FILE. */
uint32_t gather_file_then(struct iom_gather *g, uint32_t tgid, uint32_t fd, uint32_t gen);

/* gather_rows.c */
void gather_rows_free(struct iom_gather *g);

/* gather_rings.c. A row of class IOM_C_RING; a row of a ring's descriptor. */
void gather_take_ring(struct iom_gather *g, const struct iom_row *row);
void gather_note_ring(struct iom_gather *g, const struct iom_row *row, uint32_t file);
void gather_rings_finish(struct iom_gather *g);
void gather_rings_free(struct iom_gather *g);

/* gather_names.c. The path of the row's file when it was first used, heap; NULL: unknown. */
char *gather_name_then(struct iom_gather *g, const struct iom_row *row);
void gather_names_finish(struct iom_gather *g); /* of names that came after their rows */
void gather_names_free(struct iom_gather *g);

/* gather_waits.c */
void gather_waits_free(struct iom_gather *g);

/* gather_peers.c: the name of a pipe tells who has its other end, *left times; and for whom calls under way as the
 * watch ends wait. */
void gather_name_pipe(struct iom_gather *g, struct cap_file *f, size_t *left);
void gather_other_ends(struct iom_gather *g);

/* gather_peers.c: a thread sleeps in a call that hands over the address of a unix socket: the file's name tells it, for
 * before the call is done the kernel does not. */
void gather_name_unix(const struct iom_thread *t, const struct proc_entry *p, struct cap_file *f);

/* gather_asleep.c: the call that a thread sleeps in just now, with its file, and who is in its set. *call is one
 * of none (nr -1) before; its target is heap, the capture's. */
void gather_sleep_state(struct iom_gather *g, const struct iom_thread *t, struct proc_entry *p,
			struct cap_open_call *call);

/* gather_threads.c */
struct proc_entry *gather_proc(struct iom_gather *g, uint32_t tgid);
/* The call that the thread slept in as the watch began; NULL: not known. */
const struct cap_open_call *gather_open_at_start(struct iom_gather *g, uint32_t tid);
void gather_threads_finish(struct iom_gather *g);
/* Once, after gather_files_finish(), which has asked for the sockets anew: other processes that threads
 * wait for, or are traced by. */
void gather_others_finish(struct iom_gather *g);
void gather_threads_free(struct iom_gather *g);

#endif
