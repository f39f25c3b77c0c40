/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/names.h"

#include <stddef.h>

#include "capture/values.h"

const char *iom_kind_name(int kind)
{
	static const char *const names[] = {
		[CAP_K_UNKNOWN] = "file",	    [CAP_K_REG] = "regular file",
		[CAP_K_DIR] = "directory",	    [CAP_K_BLK] = "block device",
		[CAP_K_CHR] = "device",		    [CAP_K_NULL] = "null device",
		[CAP_K_TTY] = "terminal",	    [CAP_K_FIFO] = "pipe",
		[CAP_K_SOCK] = "socket",	    [CAP_K_LISTEN] = "listening socket",
		[CAP_K_PROC] = "kernel file",	    [CAP_K_EPOLL] = "epoll",
		[CAP_K_EVENTFD] = "eventfd",	    [CAP_K_TIMERFD] = "timerfd",
		[CAP_K_SIGNALFD] = "signalfd",	    [CAP_K_INOTIFY] = "inotify",
		[CAP_K_URING] = "io_uring",	    [CAP_K_ANON] = "anonymous file",
	};

	const int n = sizeof(names) / sizeof(names[0]);

	return kind >= 0 && kind < n && names[kind] ? names[kind] : "file";
}

const char *iom_class_name(int class)
{
	static const char *const names[] = {
		[CAP_C_READ] = "read",		   [CAP_C_WRITE] = "write",
		[CAP_C_RECV] = "receive",	   [CAP_C_SEND] = "send",
		[CAP_C_ACCEPT] = "accept",	   [CAP_C_CONNECT] = "connect",
		[CAP_C_SYNC] = "sync",		   [CAP_C_SENDFILE] = "sendfile",
		[CAP_C_SPLICE] = "splice",	   [CAP_C_COPYRANGE] = "copy_file_range",
		[CAP_C_EPOLL_WAIT] = "epoll_wait", [CAP_C_POLL] = "poll",
		[CAP_C_SELECT] = "select",	   [CAP_C_SLEEP_POLL] = "poll without a file",
		[CAP_C_EPOLL_CTL] = "epoll_ctl",   [CAP_C_SIGWAIT] = "sigwait",
		[CAP_C_SIGSUSPEND] = "sigsuspend", [CAP_C_AIO_SUBMIT] = "io_submit",
		[CAP_C_AIO_GETEVENTS] = "io_getevents",
		[CAP_C_URING_ENTER] = "io_uring_enter, may wait",
		[CAP_C_URING_SUBMIT] = "io_uring_enter, submits only",
		[CAP_C_FUTEX] = "futex",	   [CAP_C_TIMER] = "timer",
		[CAP_C_CHILD] = "wait for a child", [CAP_C_LOCK] = "lock",
		[CAP_C_OTHER] = "other",	   [CAP_C_FAULT] = "page fault",
	};
	const int n = sizeof(names) / sizeof(names[0]);

	return class >= 0 && class < n ? names[class] : NULL;
}
