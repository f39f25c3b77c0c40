/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/names.h"

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
