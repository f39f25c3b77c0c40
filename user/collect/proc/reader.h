/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reader.h - everything that is looked at in a stranger's /proc directory,
 * memory or files is looked at here, with a bound in size and in time.
 *
 * Any of it may wait for ever: a page of memory for a stuck FUSE server, a
 * lock of the address space for a thread that never leaves it, an open() for a
 * dead file server. So a process of its own does it (reader_process.c), and
 * when that does not answer in time it is given up and another one takes its
 * place. It has the two privileges that /proc needs, writes to nothing but its
 * socket, and hands on bytes; what parses them has no privilege. Without such a process
 * (pfs_helpers_start() was not called) the caller does it itself.
 *
 * Not for others than the files of this folder: procfs.h is.
 */
#ifndef IOM_READER_H
#define IOM_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum rd_op {
	RD_FILE,    /* a file below /proc/PID; len: bytes at most */
	RD_LINK,    /* the text of a link below /proc/PID */
	RD_LIST,    /* numbers that a folder below /proc/PID lists: int32_t each */
	RD_FDS,	    /* open files from descriptor `fd` on, len many (0: all): struct rd_fd each */
	RD_STAT,    /* of the descriptors in data: struct rd_stat each */
	RD_SOCKETS, /* of the descriptors in data: struct rd_socket each */
	RD_MEMORY,  /* len bytes at addr */
	RD_SAME,    /* are descriptors fd and fd2 the same open file: kcmp(2)'s int */
	RD_ELF,	    /* struct elf_facts of "exe" or of an absolute path in the process's root */
};

#define RD_INFO 1U /* RD_FDS: with fdinfo */
#define RD_MODE 2U /* RD_FDS: with the link's own mode, which tells how it is open */
#define RD_NAME 4U /* RD_SOCKETS: with addresses, by a descriptor of our own for a moment */

#define RD_DATA_MAX  4096
#define RD_CHUNK_MAX 32768
#define RD_BATCH     (RD_DATA_MAX / 4) /* descriptors in one request */
#define RD_INFO_MAX  1024	       /* of fdinfo; longer ones are read by RD_FILE */

struct rd_request {
	uint32_t op, flags;
	int32_t pid; /* 0: below /proc itself, or a path of ours that begins with a slash */
	int32_t fd, fd2;
	uint32_t size;	 /* of data */
	uint32_t number; /* of the request: its answers have it too */
	uint32_t pad;
	uint64_t addr, len;
	char data[RD_DATA_MAX]; /* a NUL-terminated path, or int32_t's */
};

struct rd_fd { /* followed by the link's text, then by fdinfo's; records are unaligned */
	int32_t fd;
	uint16_t link_len, info_len;
	uint16_t mode;
	uint16_t pad;
};

struct rd_stat {
	int32_t err; /* 0 or negative */
	uint32_t mode, rdev_major, rdev_minor;
	uint64_t ino;
};

struct rd_socket {
	int32_t err;	/* 0 or negative: no addresses */
	char proto[32]; /* sockfs' own name, "TCPv6"; NUL-terminated; "": none */
	int32_t domain, type, protocol, listening;
	uint32_t here_len, there_len;  /* 0: none */
	uint8_t here[128], there[128]; /* struct sockaddr_storage */
};

/* Takes what comes, in pieces as large as they come. */
typedef void (*rd_sink)(const void *data, size_t size, void *arg);

/*
 * Ask, and give all that is answered to sink before it returns. The sink must
 * not ask for anything itself. 0, or a negative errno of the operation;
 * -ETIMEDOUT when there was no answer in time, now or twice before for this
 * process; -EIO when nobody is left who could answer, or a parser did not.
 */
int rd_ask(const struct rd_request *rq, rd_sink sink, void *arg);

/* The same until a moment (CLOCK_MONOTONIC, ns), for one that cannot wait. */
int rd_ask_until(const struct rd_request *rq, uint64_t deadline, rd_sink sink, void *arg);

/* Say, once, that not all could be seen of a process (pfs_unread()), and why. */
#define RD_SILENT "its memory or a file system does not answer"
#define RD_MUCH	  "there is too much to read"
void rd_gave_up(pid_t pid, const char *why);

/* A request with a path of /proc/PID/ that printf makes. */
__attribute__((format(printf, 3, 4))) struct rd_request rd_path(enum rd_op op, pid_t pid,
								const char *fmt, ...);

/* At most max bytes of a file, NUL-terminated, heap; NULL with errno set. *len
 * may be NULL. */
char *rd_text(const struct rd_request *rq, size_t max, size_t *len);

/* Each line of a file, without its end and NUL-terminated, which it may change;
 * those longer than RD_LINE_MAX are left out. False ends it early. At most max
 * bytes are looked at. */
#define RD_LINE_MAX 16384
int rd_lines(const struct rd_request *rq, size_t max, bool (*each)(char *line, void *arg),
	     void *arg);

/* What it does so with; zeroed but for each and arg. */
struct rd_lines {
	bool (*each)(char *line, void *arg);
	void *arg;
	size_t n;
	bool skip, done;
	char line[RD_LINE_MAX];
};
void rd_lines_feed(struct rd_lines *l, const char *data, size_t size);

/* Text of a link, cut to size - 1 and NUL-terminated; its length or a negative errno. */
ssize_t rd_link(const struct rd_request *rq, char *buf, size_t size);

/* A result of fixed size; anything shorter is -EIO. */
int rd_fixed(const struct rd_request *rq, void *result, size_t size);

/* ---- the other side ---- */

/* What an operation brings is handed on by this. False: nobody wants more. */
typedef bool (*rd_emit)(const void *data, size_t size, void *arg);

/* Do it, here and now. apart: parse strangers' files in a process without any
 * privilege. 0 or a negative errno. */
int rd_do(const struct rd_request *rq, bool apart, rd_emit emit, void *arg);

/* ---- the process that does it (reader_process.c) ---- */

struct rd_worker {
	int fd;	   /* a SOCK_SEQPACKET to it; -1: none */
	pid_t pid; /* its number */
};

#define RD_ANSWER 1U /* more data */
#define RD_END	  2U /* err holds */

struct rd_answer { /* the head of each message that comes back */
	uint32_t what, number;
	int32_t err, pad;
};

/* A new one, from the process that was forked while there were privileges to
 * hand on. 0 or a negative errno. */
int rd_worker_new(struct rd_worker *w);
/* Kill it, stuck or not, without waiting. */
void rd_worker_give_up(struct rd_worker *w);
/* Is there somebody who makes them? */
bool rd_worker_possible(void);

#endif
