/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in sendto() on a unix socket that is connected to nobody, as a program that logs to a daemon that has stopped
 * reading: only the call's argument says to whom.
 */
#include <sys/un.h>

#include "ref.h"

int main(int argc, char **argv)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	socklen_t size = sizeof(at);
	int bound, fd;
	pid_t child;

	ref_begin(argc, argv);
	bound = ref_bound(SOCK_DGRAM, &at, sizeof(at.sun_family), &size); /* the kernel finds a name */
	child = ref_idler(-1);
	close(bound);
	fd = (int)ref_must(socket(AF_UNIX, SOCK_DGRAM, 0), "socket");
	while (sendto(fd, "full", 4, MSG_DONTWAIT, (void *)&at, size) == 4)
		;
	ref_expect("verdict.model blocking");
	ref_expect("wait sendto on %s under_way=1 slept=1 fd=%d held_by=%d", at.sun_path + 1, fd, (int)child);
	ref_ready_asleep(__NR_sendto);
	return (int)sendto(fd, "more", 4, 0, (void *)&at, size);
}
