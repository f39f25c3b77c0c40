/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The number of a file is not the file: one number used for a pipe, then for a
 * socket; one pipe under two numbers; one received from another process.
 */
#define _GNU_SOURCE
#include "ref.h"

#define FIRST  13 /* pipe, closed afterwards */
#define SECOND 17 /* socket on the number of that pipe, nonblocking */
#define DUP    22 /* a pipe under two numbers, in turn */
#define PASSED 19 /* a pipe received over a socket */

static int one[2], two[2], dupped[2], passed[2], channel[2];

static void feed_pipe(int fd, long from, long n)
{
	for (long i = 0; i < n; i++) {
		ref_turn(from + i, __NR_read);
		ref_write(fd, ref_msg, REF_MSG);
	}
}

static void feed(void *arg)
{
	char space[CMSG_SPACE(sizeof(int))] = {0}, byte = 'x';
	struct iovec v = {&byte, 1};
	struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = space,
			   .msg_controllen = sizeof(space)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	(void)arg;
	feed_pipe(one[1], 0, FIRST);
	for (long i = 0; i < SECOND; i++) {
		ref_await(&ref->a, FIRST + i);
		ref_await(&ref->b, ref->b + 3);
		ref_nap_us(300);
		ref_write(two[1], ref_msg, REF_MSG);
	}
	feed_pipe(dupped[1], FIRST + SECOND, DUP);
	ref_turn(FIRST + SECOND + DUP, __NR_recvmsg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &passed[0], sizeof(int));
	ref_must(sendmsg(channel[1], &m, 0), "sendmsg");
	feed_pipe(passed[1], FIRST + SECOND + DUP, PASSED);
}

static void take(int fd)
{
	char buf[REF_MSG];

	if (read(fd, buf, sizeof(buf)) != REF_MSG)
		ref_die("read");
	ref->a++;
}

static int receive(void)
{
	char space[CMSG_SPACE(sizeof(int))], byte;
	struct iovec v = {&byte, 1};
	struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = space,
			   .msg_controllen = sizeof(space)};
	int fd;

	if (recvmsg(channel[0], &m, 0) != 1 || !CMSG_FIRSTHDR(&m))
		ref_die("recvmsg");
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
	return fd;
}

int main(int argc, char **argv)
{
	char buf[REF_MSG];
	int copy, fd;
	ssize_t n;

	ref_begin(argc, argv);
	ref_must(pipe(one), "pipe");
	ref_pair(two, SOCK_STREAM);
	ref_nonblock(two[0]);
	ref_must(pipe(dupped), "pipe");
	ref_must(pipe(passed), "pipe");
	ref_pair(channel, SOCK_STREAM);
	copy = (int)ref_must(dup(dupped[0]), "dup");
	ref_feed(feed, NULL);
	close(passed[0]); /* the feeder has it, and passes it back */
	close(passed[1]);
	ref_expect("file %d attempts=%d slept=%d eagain=0 transfers=%d", one[0], FIRST, FIRST, FIRST);
	ref_expect("file %d attempts=%d slept=%d eagain=0 transfers=%d", dupped[0], DUP, DUP, DUP);
	/* The recvmsg that brought the descriptor is one more. */
	ref_expect("model blocking transfers %d", FIRST + DUP + PASSED + 1);
	ref_expect("model nonblocking transfers %d bytes %d", SECOND, SECOND * REF_MSG);
	ref_expect("model multiplexed transfers 0");
	ref_later_open();
	ref_ready();
	for (int i = 0; i < FIRST; i++)
		take(one[0]);
	ref_must(dup2(two[0], one[0]), "dup2");
	close(two[0]);
	for (int i = 0; i < SECOND; i++) {
		while ((n = read(one[0], buf, sizeof(buf))) < 0 && errno == EAGAIN)
			ref->b++;
		if (n != REF_MSG)
			ref_die("socket");
		ref->a++;
	}
	ref_later("file %d attempts=%ld slept=0 eagain=%ld transfers=%d", one[0], SECOND + ref->b, ref->b,
		  SECOND);
	for (int i = 0; i < DUP; i++)
		take(i % 2 ? copy : dupped[0]);
	fd = receive();
	ref_later("file %d attempts=%d slept=%d eagain=0 transfers=%d", fd, PASSED, PASSED, PASSED);
	for (int i = 0; i < PASSED; i++)
		take(fd);
	ref_done();
}
