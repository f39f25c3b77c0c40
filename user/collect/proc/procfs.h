/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * procfs.h - what /proc says of a process at one moment, without stopping it.
 *
 * Used to seed a watch (files, sets and sleeps that existed before it) and to
 * give names to files. PIDs here are those of the caller's PID namespace.
 * Everything is a snapshot of something that moves: a file that vanishes
 * while it is read is left out, silently. proc(5) is the source for all formats.
 */
#ifndef IOM_PROCFS_H
#define IOM_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "capture/capture.h"
#include "facts.h"

struct pfs_watch { /* one line "tfd:" of an epoll's fdinfo */
	int32_t fd;
	uint32_t events; /* EPOLL* */
	uint64_t data;	 /* epoll_data, as the program registered it */
	uint64_t ino;
};

struct pfs_file { /* one entry of /proc/PID/fd with its fdinfo */
	int32_t fd;
	uint8_t kind; /* enum iom_kind */
	uint16_t mode;
	uint32_t f_flags; /* "flags:" of fdinfo (octal there), O_CLOEXEC left out */
	uint64_t ino;
	uint32_t rdev; /* devices: as in cap_file */
	char *name; /* as in cap_file.name, without peers of pipes; heap */
	struct pfs_watch *watches; /* epoll only; heap */
	size_t nwatches;
};

struct pfs_files {
	struct pfs_file *v; /* sorted by fd */
	size_t n;
};

/* All open files. Returns 0, -ESRCH, -EACCES. Free with pfs_files_free(). */
int pfs_files_read(pid_t pid, struct pfs_files *out);
void pfs_files_free(struct pfs_files *f);
/* One file; -ENOENT if the descriptor is closed. Caller frees name and watches. */
int pfs_file_read(pid_t pid, int fd, struct pfs_file *out);

/*
 * Sockets get names like "tcp 127.0.0.1:6379 <- 127.0.0.1:51234", "tcp listen
 * 127.0.0.1:6379", "udp 127.0.0.1:53", "unix /run/x.sock", "unix -> 4711
 * dbus-daemon", "netlink": "<-" where the local side was (or, by a listener on the
 * same port, must have been) accepted, "->" where it connected. The sockets of a
 * network namespace are asked for once and kept until pfs_sockets_refresh().
 */
void pfs_sockets_refresh(void);
/* For the namespace of pid, while there is the privilege to enter another one. */
void pfs_sockets_prepare(pid_t pid);
void pfs_sockets_close(void); /* gives up all that is kept */

/* What waits in a socket. Of connections bytes, of one that listens connections; of datagrams it is
 * not told: 0. */
struct pfs_queues {
	bool connecting; /* TCP: a connection was asked for, and no answer came yet */
	bool ended;	 /* TCP: the other end sends nothing more, and the socket is open here (CLOSE-WAIT) */
	uint32_t unread; /* came, and nobody has taken it */
	uint32_t unsent; /* written, and the other end has not got it (TCP: not acknowledged it) */
	uint32_t limit;	 /* where it listens: of unread */
	uint32_t drops;	 /* Internet: came, and was thrown away, since the socket was made */
};
/* False where nothing is known of that socket in the namespace of pid, which is looked at only
 * where it was before. */
bool pfs_socket_queues(pid_t pid, uint64_t ino, struct pfs_queues *out);

/* The other end of a pipe: "cat 123 fd 0" for some other process that has it
 * open, heap or NULL. Looks through all of /proc once and keeps what it found
 * until pfs_pipes_refresh(); give it up after 100 ms on a CPU or a second, whichever is first.
 * *who, which may be NULL: its number. */
char *pfs_pipe_peer(pid_t pid, int fd, uint64_t ino, pid_t *who);
void pfs_pipes_refresh(void);
/* The same of a FIFO, by the path that its descriptor has; 0: nobody else was found to have it open so. */
pid_t pfs_fifo_peer(pid_t pid, int fd, const char *path, uint64_t ino);

/* Takes a name of a program's choice, heap, and gives it back without any " -> " and " <- ": what stands behind these is
 * our own words on the other end. A blank before one becomes "\x20". NULL stays NULL. */
char *pfs_without_arrows(char *name);

/* Some other process that has the master of a pseudoterminal, "/dev/pts/3"; 0: none is known. From the same walk. */
pid_t pfs_terminal_master(pid_t pid, const char *name);

/* The other end of a connected socket of tcp or unix, or, while nobody has accepted it, who listens there: some
 * other process of this machine that has it open; 0: none is known; pid: it listens there itself. unix_name: as names
 * of files show it, to whom a unix socket sends or is to be connected that has no other end yet; NULL: not known.
 * Neither the sockets nor the walk are made anew. */
pid_t pfs_socket_peer(pid_t pid, uint64_t ino, const char *unix_name);

/* The address of a unix socket, len bytes as a program hands them over, as names of files show it; heap, NULL: it is
 * none. */
char *pfs_unix_name(const void *addr, size_t len);

/* What a socket's name is when only the kernel's facts of it are left. Heap. */
char *pfs_sockname_text(const struct iom_sockname *s, bool listening);

/* The set of a poll, ppoll, select or pselect6 that a thread sleeps in, read
 * from its memory. nr and args as in struct iom_thread.
 * Writes up to max descriptors, returns how many there are in all (may be
 * more than max), or a negative errno. */
int pfs_wait_set(pid_t pid, int nr, const uint64_t args[6], int32_t *fds, size_t max);

/* The first entry of a poll's or ppoll's set, by which the kernel side knows the set. It may be negative,
 * which poll(2) leaves out; -1 where it cannot be read. */
int32_t pfs_poll_first(pid_t pid, const uint64_t args[6]);

/* Fills exe, runtime, imports_posix_aio (libelf: undefined dynamic symbols of
 * the executable and of its libraries other than libc) and comm. 0 or -ESRCH. */
int pfs_proc_read(pid_t pid, struct cap_proc *proc);

/* libaio contexts that exist: each has its ring mapped at the address that is its
 * id (fs/aio.c, aio_setup_ring()). Calls each() for at most 1024. */
void pfs_aio_rings(pid_t pid, void (*each)(uint64_t ctx, uint32_t tail, uint32_t nr, void *arg),
		   void *arg);

/* Are two descriptors of a process the same open file? 1 or 0, negative where the
 * kernel does not tell. */
int pfs_same_file(pid_t pid, int fd1, int fd2);

/* Name of the kernel function that a thread sleeps in (wchan in proc(5)); "" when
 * it is not told. */
void pfs_wchan(pid_t pid, pid_t tid, char where[64]);

/*
 * Bytes of a process's memory, without ever hanging: what does not answer until the
 * deadline (CLOCK_MONOTONIC, ns; 0: some seconds from now) is given up, and after
 * the second time nothing more of that process is looked at. How many were read,
 * which may be fewer, or a negative errno: -EFAULT, -ESRCH, -EPERM, -ETIMEDOUT,
 * -EIO where nobody is left who may look.
 */
int iom_target_read(pid_t pid, uint64_t addr, void *buf, size_t len, uint64_t deadline_ns);

/* Was looking at this process given up, in part or altogether? A line on stderr
 * said so. */
bool pfs_unread(pid_t pid);

/*
 * Start the processes that look at strangers (reader.h). They inherit the
 * privileges that it takes; the caller may then drop its own. Without this the
 * functions above look themselves, and may hang. 0 or a negative errno.
 */
int pfs_helpers_start(void);
void pfs_helpers_stop(void);

/* Does this thread's stack hold no code address of anything but libc, ld.so
 * and the vdso? sp from /proc/PID/task/TID/syscall; reads at most 16 KiB above
 * it, which includes the start routine that glibc keeps in the thread's own
 * descriptor. False when it cannot be told. */
bool pfs_thread_is_libc_helper(pid_t pid, pid_t tid);

/* The same of a thread just born, by its first stack pointer; it need not sleep. */
bool pfs_stack_is_libc_only(pid_t pid, uint64_t sp);

/* Descendants of these processes that are alive, in one walk, each once; neither
 * the caller nor what it started. Heap array of *n. */
pid_t *pfs_descendants(const pid_t *of, size_t nof, size_t *n);

/* Raw name of a process, NUL-terminated; "" and false when it is gone. */
bool pfs_comm(pid_t pid, char comm[16]);
/* What such a name stands in where words of ours follow it in brackets, which it might imitate: "\"" or "". Static. */
const char *pfs_comm_quote(const char *comm);

/* Process of a thread id (Tgid in its status); 0 when it does not exist. */
pid_t pfs_tgid(pid_t tid);
/* Who traces a thread by ptrace(2); 0: nobody. */
pid_t pfs_tracer(pid_t tid);
bool pfs_is_kthread(pid_t pid);
/* CPU time of all its threads, ended ones too, since it began, in user mode and in the kernel. Their sum is exact to
 * a tick of 10 ms; how it is divided was sampled at ticks (cputime_adjust() in kernel/sched/cputime.c). False: it is
 * gone. */
bool pfs_cpu_times(pid_t pid, uint64_t *user_ns, uint64_t *system_ns);
/* When a thread, or a process, began: CLOCK_MONOTONIC, ns, earlier than it was by less than a tick of 10 ms; 0: it is
 * gone. */
uint64_t pfs_started_ns(pid_t tid);
/* On how many of the machine's CPUs the thread may run, and how many are there (sched_getaffinity(2)). False: it is
 * gone, or has more than 8,192. */
bool pfs_cpus(pid_t tid, uint64_t *allowed, uint64_t *online);

struct pfs_quota {
	int level; /* whose: 0 its own control group, 1 the one above that, ...; -1: not known yet */
	uint64_t periods, throttled; /* since the group is there: in so many of these the quota was used up */
};

/* How often the process's control groups had used up their CPU quota: of the level that q says or, where that is -1, of
 * that which had to wait most often. False, and level -1: none has a quota, or it is not known. */
bool pfs_cpu_quota(pid_t pid, struct pfs_quota *q);
/* Has its first thread ended? It stays where it was, as a zombie, while *others of its threads
 * go on, or until *parent has asked how it ended. */
bool pfs_is_zombie(pid_t pid, pid_t *parent, int *others);

/* The process that took the lock of a file which pid waits for, by /proc/locks (proc(5)); 0: none
 * is known, it waits for two, or the lock is of an open file description and so of nobody. */
pid_t pfs_lock_holder(pid_t pid);

/*
 * Why a process that waiter waits for does not go on: "stopped", "in turn waiting for a lock of
 * this process". Heap; NULL where nothing of the sort is known.
 */
char *pfs_in_turn(pid_t pid, pid_t waiter);

/* By what a process is stopped that nobody traces: "SIGSTOP", "a signal (it is in the background of its terminal)".
 * Heap; NULL: no more is known than that it is stopped. */
char *pfs_stopped_by(pid_t pid);

/* "on nfs4, mounted at /srv": of a file system whose answers another machine or a process gives, for a path of
 * pid that is relative to its descriptor dir, or AT_FDCWD. Heap; NULL: it lies on another one, or it is not known. */
char *pfs_foreign_fs(pid_t pid, int dir, const char *path);

/* What an io_uring counts, modulo 2^32: requests that the kernel took, completions that it posted and those
 * that the program has seen. False: the descriptor tells nothing of the sort. */
struct pfs_ring {
	uint32_t taken, posted, seen;
};

bool pfs_ring_counts(pid_t pid, int fd, struct pfs_ring *ring);

/* Children that the thread made and nobody has waited for, in the order in which it made them; 0:
 * none. */
struct pfs_children {
	pid_t first, last;
	size_t n;
};

struct pfs_children pfs_children(pid_t pid, pid_t tid);

/* The child, or the thread, of a process that has this number in the process's own PID namespace: its number here, 0:
 * none is known. Where the namespace is the same a child is whoever has that number: it may be one that is traced. */
pid_t pfs_child_called(pid_t pid, int32_t number);
pid_t pfs_thread_called(pid_t pid, int32_t number);
/* Do numbers of processes mean the same in its namespace as here? */
bool pfs_counts_as_we(pid_t pid);

/* Has the process one thread only? */
bool pfs_is_single(pid_t pid);

/* The file that is mapped at this address and may be shared: its path, heap; NULL: there is none. */
char *pfs_shared_at(pid_t pid, uint64_t addr);
/* Has the other process mapped what is shared there? 1 or 0, negative where it is not known. */
int pfs_shares_at(pid_t pid, uint64_t addr, pid_t other);

#endif
