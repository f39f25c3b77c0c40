/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * uring_ops.h - every operation of io_uring, and what it does with a file.
 *
 * uapi/linux/io_uring.h, to Linux 7.2. What is not named moves nothing that is counted.
 */
#ifndef IOM_URING_OPS_H
#define IOM_URING_OPS_H

enum iom_uring_what {
	IOM_U_OTHER = 0, /* moves no data of a file */
	IOM_U_BYTES,	 /* a transfer; its result is a number of bytes */
	IOM_U_MOVES,	 /* a transfer whose result is none: a connection, a sync */
	IOM_U_POLL,	 /* readiness of a file; moves nothing */
	IOM_U_NAME,	 /* work on names: open, stat, rename, ... */
	IOM_U_WAIT,	 /* waits for something that is no file: time, a futex, a child */
};

/* X(number, name, what) */
#define IOM_URING_OPS(X)            \
	X(0, NOP, OTHER)            \
	X(1, READV, BYTES)          \
	X(2, WRITEV, BYTES)         \
	X(3, FSYNC, MOVES)          \
	X(4, READ_FIXED, BYTES)     \
	X(5, WRITE_FIXED, BYTES)    \
	X(6, POLL_ADD, POLL)        \
	X(7, POLL_REMOVE, OTHER)    \
	X(8, SYNC_FILE_RANGE, MOVES) \
	X(9, SENDMSG, BYTES)        \
	X(10, RECVMSG, BYTES)       \
	X(11, TIMEOUT, WAIT)        \
	X(12, TIMEOUT_REMOVE, OTHER) \
	X(13, ACCEPT, MOVES)        \
	X(14, ASYNC_CANCEL, OTHER)  \
	X(15, LINK_TIMEOUT, WAIT)   \
	X(16, CONNECT, MOVES)       \
	X(17, FALLOCATE, NAME)      \
	X(18, OPENAT, NAME)         \
	X(19, CLOSE, NAME)          \
	X(20, FILES_UPDATE, OTHER)  \
	X(21, STATX, NAME)          \
	X(22, READ, BYTES)          \
	X(23, WRITE, BYTES)         \
	X(24, FADVISE, OTHER)       \
	X(25, MADVISE, OTHER)       \
	X(26, SEND, BYTES)          \
	X(27, RECV, BYTES)          \
	X(28, OPENAT2, NAME)        \
	X(29, EPOLL_CTL, OTHER)     \
	X(30, SPLICE, BYTES)        \
	X(31, PROVIDE_BUFFERS, OTHER) \
	X(32, REMOVE_BUFFERS, OTHER) \
	X(33, TEE, BYTES)           \
	X(34, SHUTDOWN, OTHER)      \
	X(35, RENAMEAT, NAME)       \
	X(36, UNLINKAT, NAME)       \
	X(37, MKDIRAT, NAME)        \
	X(38, SYMLINKAT, NAME)      \
	X(39, LINKAT, NAME)         \
	X(40, MSG_RING, OTHER)      \
	X(41, FSETXATTR, NAME)      \
	X(42, SETXATTR, NAME)       \
	X(43, FGETXATTR, NAME)      \
	X(44, GETXATTR, NAME)       \
	X(45, SOCKET, OTHER)        \
	X(46, URING_CMD, MOVES)     \
	X(47, SEND_ZC, BYTES)       \
	X(48, SENDMSG_ZC, BYTES)    \
	X(49, READ_MULTISHOT, BYTES) \
	X(50, WAITID, WAIT)         \
	X(51, FUTEX_WAIT, WAIT)     \
	X(52, FUTEX_WAKE, OTHER)    \
	X(53, FUTEX_WAITV, WAIT)    \
	X(54, FIXED_FD_INSTALL, OTHER) \
	X(55, FTRUNCATE, NAME)      \
	X(56, BIND, OTHER)          \
	X(57, LISTEN, OTHER)        \
	X(58, RECV_ZC, BYTES)       \
	X(59, EPOLL_WAIT, POLL)     \
	X(60, READV_FIXED, BYTES)   \
	X(61, WRITEV_FIXED, BYTES)  \
	X(62, PIPE, OTHER)          \
	X(63, NOP128, OTHER)        \
	X(64, URING_CMD128, MOVES)

/* The operations whose result is a number of bytes, one bit each, up to 63. */
#define IOM_U_BIT_BYTES(nr) | 1ULL << ((nr) & 63)
#define IOM_U_BIT_MOVES(nr)
#define IOM_U_BIT_POLL(nr)
#define IOM_U_BIT_NAME(nr)
#define IOM_U_BIT_WAIT(nr)
#define IOM_U_BIT_OTHER(nr)
#define IOM_U_BIT(nr, name, what) IOM_U_BIT_##what(nr)
#define IOM_URING_BYTES		  (0ULL IOM_URING_OPS(IOM_U_BIT))

/* The operations that are given no file (needs_file in io_uring/opdef.c is not set), up to 63. */
#define IOM_URING_NO_FILE                                                                           \
	(1ULL << 0 | 1ULL << 7 | 1ULL << 11 | 1ULL << 12 | 1ULL << 14 | 1ULL << 15 | 1ULL << 18 |   \
	 1ULL << 19 | 1ULL << 20 | 1ULL << 21 | 1ULL << 25 | 1ULL << 28 | 1ULL << 29 | 1ULL << 31 | \
	 1ULL << 32 | 1ULL << 35 | 1ULL << 36 | 1ULL << 37 | 1ULL << 38 | 1ULL << 39 | 1ULL << 42 | \
	 1ULL << 44 | 1ULL << 45 | 1ULL << 50 | 1ULL << 51 | 1ULL << 52 | 1ULL << 53 | 1ULL << 62 | \
	 1ULL << 63)

/* What cannot be done without waiting goes to a worker at once: the kernel itself sets the
 * flag by which a program asks for one (REQ_F_FORCE_ASYNC, in the *_prep() functions of
 * io_uring/{advise,fs,openclose,splice,statx,sync,truncate,xattr,net}.c). */
#define IOM_URING_WAITS                                                                             \
	(1ULL << 3 | 1ULL << 8 | 1ULL << 17 | 1ULL << 18 | 1ULL << 21 | 1ULL << 24 | 1ULL << 25 |    \
	 1ULL << 28 | 1ULL << 30 | 1ULL << 33 | 1ULL << 34 | 1ULL << 35 | 1ULL << 36 | 1ULL << 37 | \
	 1ULL << 38 | 1ULL << 39 | 1ULL << 41 | 1ULL << 42 | 1ULL << 43 | 1ULL << 44 | 1ULL << 55)

#endif
