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

/* X(number, name, what, whether it is given a file: needs_file in io_uring/opdef.c) */
#define IOM_URING_OPS(X)                             \
	X(0, NOP, OTHER, NONE)                       \
	X(1, READV, BYTES, FILE)                     \
	X(2, WRITEV, BYTES, FILE)                    \
	X(3, FSYNC, MOVES, FILE)                     \
	X(4, READ_FIXED, BYTES, FILE)                \
	X(5, WRITE_FIXED, BYTES, FILE)               \
	X(6, POLL_ADD, POLL, FILE)                   \
	X(7, POLL_REMOVE, OTHER, NONE)               \
	X(8, SYNC_FILE_RANGE, MOVES, FILE)           \
	X(9, SENDMSG, BYTES, FILE)                   \
	X(10, RECVMSG, BYTES, FILE)                  \
	X(11, TIMEOUT, WAIT, NONE)                   \
	X(12, TIMEOUT_REMOVE, OTHER, NONE)           \
	X(13, ACCEPT, MOVES, FILE)                   \
	X(14, ASYNC_CANCEL, OTHER, NONE)             \
	X(15, LINK_TIMEOUT, WAIT, NONE)              \
	X(16, CONNECT, MOVES, FILE)                  \
	X(17, FALLOCATE, NAME, FILE)                 \
	X(18, OPENAT, NAME, NONE)                    \
	X(19, CLOSE, NAME, NONE)                     \
	X(20, FILES_UPDATE, OTHER, NONE)             \
	X(21, STATX, NAME, NONE)                     \
	X(22, READ, BYTES, FILE)                     \
	X(23, WRITE, BYTES, FILE)                    \
	X(24, FADVISE, OTHER, FILE)                  \
	X(25, MADVISE, OTHER, NONE)                  \
	X(26, SEND, BYTES, FILE)                     \
	X(27, RECV, BYTES, FILE)                     \
	X(28, OPENAT2, NAME, NONE)                   \
	X(29, EPOLL_CTL, OTHER, NONE)                \
	X(30, SPLICE, BYTES, FILE)                   \
	X(31, PROVIDE_BUFFERS, OTHER, NONE)          \
	X(32, REMOVE_BUFFERS, OTHER, NONE)           \
	X(33, TEE, BYTES, FILE)                      \
	X(34, SHUTDOWN, OTHER, FILE)                 \
	X(35, RENAMEAT, NAME, NONE)                  \
	X(36, UNLINKAT, NAME, NONE)                  \
	X(37, MKDIRAT, NAME, NONE)                   \
	X(38, SYMLINKAT, NAME, NONE)                 \
	X(39, LINKAT, NAME, NONE)                    \
	X(40, MSG_RING, OTHER, FILE)                 \
	X(41, FSETXATTR, NAME, FILE)                 \
	X(42, SETXATTR, NAME, NONE)                  \
	X(43, FGETXATTR, NAME, FILE)                 \
	X(44, GETXATTR, NAME, NONE)                  \
	X(45, SOCKET, OTHER, NONE)                   \
	X(46, URING_CMD, MOVES, FILE)                \
	X(47, SEND_ZC, BYTES, FILE)                  \
	X(48, SENDMSG_ZC, BYTES, FILE)               \
	X(49, READ_MULTISHOT, BYTES, FILE)           \
	X(50, WAITID, WAIT, NONE)                    \
	X(51, FUTEX_WAIT, WAIT, NONE)                \
	X(52, FUTEX_WAKE, OTHER, NONE)               \
	X(53, FUTEX_WAITV, WAIT, NONE)               \
	X(54, FIXED_FD_INSTALL, OTHER, FILE)         \
	X(55, FTRUNCATE, NAME, FILE)                 \
	X(56, BIND, OTHER, FILE)                     \
	X(57, LISTEN, OTHER, FILE)                   \
	X(58, RECV_ZC, BYTES, FILE)                  \
	X(59, EPOLL_WAIT, POLL, FILE)                \
	X(60, READV_FIXED, BYTES, FILE)              \
	X(61, WRITEV_FIXED, BYTES, FILE)             \
	X(62, PIPE, OTHER, NONE)                     \
	X(63, NOP128, OTHER, NONE)                   \
	X(64, URING_CMD128, MOVES, FILE)

/* The operations whose result is a number of bytes, one bit each, up to 63. */
#define IOM_U_BIT_BYTES(nr) | 1ULL << ((nr) & 63)
#define IOM_U_BIT_MOVES(nr)
#define IOM_U_BIT_POLL(nr)
#define IOM_U_BIT_NAME(nr)
#define IOM_U_BIT_WAIT(nr)
#define IOM_U_BIT_OTHER(nr)
#define IOM_U_BIT(nr, name, what, file) IOM_U_BIT_##what(nr)
#define IOM_URING_BYTES		  (0ULL IOM_URING_OPS(IOM_U_BIT))

/* The operations that are given no file, up to 63. */
#define IOM_U_NO_FILE_FILE(nr)
#define IOM_U_NO_FILE_NONE(nr)		      | 1ULL << ((nr) & 63)
#define IOM_U_NO_FILE(nr, name, what, file) IOM_U_NO_FILE_##file(nr)
#define IOM_URING_NO_FILE		      (0ULL IOM_URING_OPS(IOM_U_NO_FILE))

/* What cannot be done without waiting goes to a worker at once: the kernel itself sets the
 * flag by which a program asks for one (REQ_F_FORCE_ASYNC, in the *_prep() functions of
 * io_uring/{advise,fs,openclose,splice,statx,sync,truncate,xattr,net}.c). */
#define IOM_URING_WAITS                                                                             \
	(1ULL << 3 | 1ULL << 8 | 1ULL << 17 | 1ULL << 18 | 1ULL << 21 | 1ULL << 24 | 1ULL << 25 |    \
	 1ULL << 28 | 1ULL << 30 | 1ULL << 33 | 1ULL << 34 | 1ULL << 35 | 1ULL << 36 | 1ULL << 37 | \
	 1ULL << 38 | 1ULL << 39 | 1ULL << 41 | 1ULL << 42 | 1ULL << 43 | 1ULL << 44 | 1ULL << 55)

#endif
