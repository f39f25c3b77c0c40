/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/caller.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A variable that holds a number of a user or group, else -1: "leave it". */
static uint32_t number_of(const char *variable)
{
	const char *text = getenv(variable);

	if (!text || !*text || strlen(text) > 10 || strspn(text, "0123456789") != strlen(text) ||
	    strtoull(text, NULL, 10) > UINT32_MAX)
		return UINT32_MAX;
	return (uint32_t)strtoull(text, NULL, 10);
}

uid_t iom_caller_uid(void)
{
	return geteuid() == 0 ? number_of("SUDO_UID") : (uid_t)-1;
}

int iom_give_to_caller(int fd)
{
	uid_t uid = iom_caller_uid();

	if (uid == (uid_t)-1)
		return 0;
	return fchown(fd, uid, number_of("SUDO_GID")) ? -errno : 0;
}
