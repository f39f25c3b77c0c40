/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A netlink socket that is read too seldom: of more messages than it has room for some are lost each time, which
 * the first read says, by ENOBUFS. The others bring what there was room for.
 */
#include <linux/netlink.h>
#include <sys/socket.h>

#include "ref.h"

#define ROUNDS	 7
#define MESSAGES 64

int main(int argc, char **argv)
{
	struct sockaddr_nl group = {.nl_family = AF_NETLINK, .nl_groups = 1};
	int in, out, least = 1;
	static char message[1024];

	ref_begin(argc, argv);
	in = (int)ref_must(socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, NETLINK_USERSOCK), "socket");
	out = (int)ref_must(socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK), "socket");
	ref_must(setsockopt(in, SOL_SOCKET, SO_RCVBUF, &least, sizeof(least)), "SO_RCVBUF");
	ref_must(bind(in, (void *)&group, sizeof(group)), "bind");
	ref_expect("finding calls-fail recvfrom count=%d fd=%d error=%d warning=0", ROUNDS, in, ENOBUFS);
	ref_ready();
	for (int i = 0; i < ROUNDS; i++) {
		for (int k = 0; k < MESSAGES; k++)
			sendto(out, message, sizeof(message), 0, (void *)&group, sizeof(group));
		while (recv(in, message, sizeof(message), 0) >= 0 || errno == ENOBUFS)
			errno = 0;
		usleep(2000);
	}
	ref_done();
}
