/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * capture.h - everything that was seen in one watch, at rest.
 *
 * Written once by the collector; read by correlate, classify and the reports.
 * Below this header there is no kernel, no clock, no /proc and no root: the
 * same capture always gives the same report.
 *
 * All memory belongs to the capture and goes with iom_capture_free(). Arrays
 * grow by the iom_capture_add_*() functions, which may move them: keep indices,
 * not pointers. Times are in ns; CLOCK_MONOTONIC unless said otherwise.
 */
#ifndef IOM_CAPTURE_H
#define IOM_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts.h"

#define IOM_NO_FILE UINT32_MAX

/* What runs the program, as far as its files tell. */
enum iom_runtime {
	IOM_RT_NATIVE,
	IOM_RT_GO,
	IOM_RT_JVM,
	IOM_RT_NODE,
	IOM_RT_PYTHON,
	IOM_RT_OTHER_SCRIPT, /* perl, ruby, shell, ... */
};

/* One watched process. */
struct cap_proc {
	uint32_t tgid; /* in the kernel's eyes */
	uint32_t pid;  /* in the collector's PID namespace; what is shown */
	uint32_t ppid;
	char comm[IOM_COMM_LEN]; /* raw bytes: escape before showing */
	char *exe;		 /* path or NULL; raw bytes */
	enum iom_runtime runtime;
	bool imports_posix_aio; /* aio_read, aio_write, lio_listio, ... in its dynamic symbols */
	bool exited;		/* left inside the window */
	bool execed;		/* became another program inside the window */
	bool born;		/* started inside the window */
	bool target;		/* named by the user, not found by following */
	uint64_t start_ns; /* when our watch of it began */
	uint64_t end_ns;
};

/* One thread of a watched process. */
struct cap_thread {
	uint32_t tid, tgid;
	uint32_t ns_tid; /* shown */
	char comm[IOM_COMM_LEN];
	uint8_t flags;	    /* IOM_TF_* */
	bool libc_helper;   /* its stack holds nothing but libc: glibc's own POSIX AIO thread */
	bool born, exited;  /* inside the window */
	uint64_t start_ns;  /* when our watch of it began */
	uint64_t end_ns;
	uint64_t cpu_ns;    /* within the watch */
	uint64_t asleep_ns; /* within the watch, in calls and out of them */
	uint64_t nvcsw;	    /* sleeps within the watch */
	uint64_t maj_flt;   /* within the watch */
	/* The call it slept in when the watch began, and when it ended: nr < 0
	 * for none; ns is the part of that sleep before / inside the watch. */
	struct cap_open_call {
		int32_t nr; /* x86-64 system call number */
		uint8_t class; /* enum iom_class */
		int32_t fd; /* -1: none */
		uint32_t file; /* index or IOM_NO_FILE */
		uint64_t before_ns; /* slept before the watch began */
		uint64_t inside_ns; /* slept inside the watch and not counted in any row */
		uint32_t nfiles; /* readiness calls: files in the set, UINT32_MAX unknown */
		int64_t timeout_ns; /* readiness calls: -1 none */
	} at_start, at_end;
};

/* One open file of one process: an fd between two changes of what it means. */
struct cap_file {
	uint32_t tgid;
	int32_t fd; /* the lowest number it was seen under */
	uint8_t kind; /* enum iom_kind */
	uint8_t bits; /* IOM_B_* */
	uint16_t mode;
	uint32_t f_flags; /* last seen */
	uint64_t ino;
	char *name; /* path, "tcp a:p <- b:q", "pipe:[n] -> cat 123 fd 0", "eventfd"; raw bytes; may be NULL */
	bool open_at_start, open_at_end;
	uint32_t merged; /* > 0: stands for that many closed files that were alike */
	bool stdio; /* fd 0, 1 or 2 */
	int32_t sig; /* F_SETSIG, 0: plain SIGIO */
	/* Who waits for it. */
	uint32_t *epolls; /* indices of epoll files it is in; owned */
	uint32_t nepolls;
	uint32_t ep_events; /* EPOLL* of the last registration seen, EPOLLET included */
	uint64_t watched;   /* times in the set of a poll or select that was looked at */
	uint64_t watched_ready; /* of these, reported ready */
	bool watched_asleep; /* in the set of a poll or select that a thread slept in at start or end */
	/* Epoll files: how many files are in the set, by kind, highest seen. */
	uint32_t set_size;
};

/* What one thread did to one file by one class of call: rows added up. */
struct cap_row {
	uint32_t tid, tgid;
	uint32_t file; /* index or IOM_NO_FILE */
	uint32_t other; /* sendfile, splice, copy_file_range: the other side, or IOM_NO_FILE */
	uint8_t class;	/* enum iom_class */
	uint8_t code;	/* signals: si_code & 0xff */
	uint16_t nr;	/* last system call number; opcode; signal number */
	uint32_t f_flags; /* of the file while these were counted */
	uint64_t n[IOM_N_MAX]; /* enum iom_count or iom_async_count */
	uint64_t bytes, wait_ns, max_wait_ns;
	uint64_t aux;
	uint8_t other_kind; /* from IOM_AUX_KIND where other is unknown */
	bool other_nonblock, other_epoll;
};

struct cap_lost {
	uint64_t counts;  /* operations that may be missing: the sum of all count losses */
	uint64_t skipped; /* of these: recursion_misses, runs the kernel itself skipped */
	uint64_t samples;
	uint64_t compat_calls, unknown_calls; /* seen and not counted; no loss of what we claim */
};

struct cap_windows { /* the sampled windows */
	uint32_t taken;
	uint64_t open_ns; /* all of them together */
};

struct iom_capture {
	char *backend;	/* "bpf" or "kmod" */
	char **probes;	/* names; owned */
	size_t nprobes;
	char *kernel;	/* uname -r */
	char *arch;
	int64_t start_realtime_ns; /* CLOCK_REALTIME */
	uint64_t start_ns, end_ns; /* CLOCK_MONOTONIC */
	char *ended_by; /* "SIGINT", "duration", "target exited": for the text */
	struct cap_lost lost;
	struct cap_windows windows;

	struct cap_proc *procs;
	size_t nprocs;
	struct cap_thread *threads;
	size_t nthreads;
	struct cap_file *files;
	size_t nfiles;
	struct cap_row *rows;
	size_t nrows;
	struct iom_sample *samples;
	uint32_t *sample_files; /* per sample: index or IOM_NO_FILE */
	size_t nsamples;
};

struct iom_capture *iom_capture_new(void);
void iom_capture_free(struct iom_capture *cap);

/* Append one zeroed element (files and rows with IOM_NO_FILE where an index
 * belongs; open calls with nr = -1) and return its index. Out of memory ends
 * the program with a message: a half capture would lie. */
uint32_t iom_capture_add_proc(struct iom_capture *cap);
uint32_t iom_capture_add_thread(struct iom_capture *cap);
uint32_t iom_capture_add_file(struct iom_capture *cap);
uint32_t iom_capture_add_row(struct iom_capture *cap);
uint32_t iom_capture_add_sample(struct iom_capture *cap, const struct iom_sample *s, uint32_t file);
void iom_capture_add_probe(struct iom_capture *cap, const char *name);
void iom_capture_add_epoll(struct iom_capture *cap, uint32_t file, uint32_t epoll);

#endif
