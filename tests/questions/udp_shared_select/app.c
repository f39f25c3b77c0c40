/* SPDX-License-Identifier: GPL-2.0-only */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

/* two workers share one blocking UDP socket: both are told that it is readable, one gets the
 * packet, the other sleeps in recvfrom and does not see its second socket meanwhile */

int main(int argc, char **argv)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
				.sin_port = htons(24115),
				.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int s = socket(AF_INET, SOCK_DGRAM, 0), c;
	char b[2000];
	if (bind(s, (void *)&a, sizeof a))
		return 1;
	fork();
	a.sin_port = 0;
	c = socket(AF_INET, SOCK_DGRAM, 0);
	bind(c, (void *)&a, sizeof a);
	FILE *up = fopen(argv[1], "a");
	fprintf(up, "%d\n", getpid());
	fclose(up);
	for (;;) {
		fd_set r;
		struct timeval t = {0, 100000};
		FD_ZERO(&r);
		FD_SET(s, &r);
		FD_SET(c, &r);
		if (select((s > c ? s : c) + 1, &r, 0, 0, &t) < 1)
			continue;
		if (FD_ISSET(s, &r))
			recvfrom(s, b, sizeof b, 0, 0, 0);
		if (FD_ISSET(c, &r))
			recvfrom(c, b, sizeof b, 0, 0, 0);
	}
}
