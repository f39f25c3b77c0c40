/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bytes and counts that are easily wrong: a hundred messages in one call, several signals
 * in one read, messages that are only looked at.
 */
#define _GNU_SOURCE
#include <sys/signalfd.h>
#include <sys/uio.h>

#include "ref.h"

#define N	 7
#define MESSAGES 100
#define SIGNALS	 5

static struct mmsghdr out[MESSAGES], in[MESSAGES];
static struct iovec out_v[MESSAGES], in_v[MESSAGES];
static char text[MESSAGES][64];

int main(int argc, char **argv)
{
	static struct signalfd_siginfo info[SIGNALS];
	struct iovec parts = {info, sizeof(info)};
	int s[2], p[2], sfd, size = 1 << 20;
	sigset_t mask;

	ref_begin(argc, argv);
	ref_pair(s, SOCK_DGRAM);
	ref_pair(p, SOCK_STREAM);
	setsockopt(s[0], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	for (int i = 0; i < MESSAGES; i++) {
		out_v[i] = (struct iovec){text[i], (size_t)(i % 50 + 1)};
		in_v[i] = (struct iovec){text[i], 64};
		out[i].msg_hdr = (struct msghdr){.msg_iov = &out_v[i], .msg_iovlen = 1};
		in[i].msg_hdr = (struct msghdr){.msg_iov = &in_v[i], .msg_iovlen = 1};
	}
	sigemptyset(&mask);
	for (int i = 0; i < SIGNALS; i++)
		sigaddset(&mask, SIGRTMIN + i);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	sfd = (int)ref_must(signalfd(-1, &mask, SFD_NONBLOCK), "signalfd");
	ref_expect("file %d bytes=%d", s[0], N * 2 * 50 * 51 / 2);
	ref_expect("file %d bytes=%d", s[1], N * 2 * 50 * 51 / 2);
	ref_expect("file %d bytes=%d attempts=%d", p[0], N * 16, 3 * N);
	ref_expect("file %d bytes=%d", p[1], N * 16);
	ref_ready();
	for (int i = 0; i < N; i++) {
		int sent = 0, got = 0;

		while (sent < MESSAGES) { /* a queue of datagrams may be short (max_dgram_qlen) */
			int n = sendmmsg(s[0], out + sent, (unsigned int)(MESSAGES - sent), MSG_DONTWAIT);

			if (n > 0)
				sent += n;
			n = recvmmsg(s[1], in, MESSAGES, MSG_DONTWAIT, NULL);
			got += n > 0 ? n : 0;
		}
		while (got < MESSAGES) {
			int n = recvmmsg(s[1], in, MESSAGES, MSG_DONTWAIT, NULL);

			got += n > 0 ? n : 0;
		}
		ref_write(p[1], ref_msg, REF_MSG);
		for (int k = 0; k < 2; k++)
			if (recv(p[0], text[0], REF_MSG, MSG_PEEK) != REF_MSG)
				ref_die("peek");
		if (recv(p[0], text[0], REF_MSG, 0) != REF_MSG)
			ref_die("recv");
		for (int k = 0; k < SIGNALS; k++)
			ref_must(sigqueue(getpid(), SIGRTMIN + k, (union sigval){}), "sigqueue");
		if (readv(sfd, &parts, 1) != (ssize_t)sizeof(info))
			ref_die("signalfd");
	}
	ref_done();
}
