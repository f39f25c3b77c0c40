/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Not blocking without O_NONBLOCK at open: MSG_DONTWAIT, FIONBIO, SOCK_NONBLOCK
 * given to accept4, and RWF_NOWAIT where sockets have it.
 */
#define _GNU_SOURCE
#include <sys/ioctl.h>
#include <sys/uio.h>

#include "ref.h"

enum { DONTWAIT, IOCTL, ACCEPTED, NOWAIT, WAYS };

static const long n[WAYS] = {31, 37, 29, 23};
static int s[WAYS][2];
static int ways = WAYS;

static void feed(void *arg)
{
	(void)arg;
	for (int w = 0; w < ways; w++)
		for (long i = 0; i < n[w]; i++) {
			/* Not before it has asked in vain. */
			ref_await(&ref->a, ref->a + 3);
			ref_nap_us(500);
			ref_write(s[w][1], ref_msg, REF_MSG);
			ref->b++;
		}
}

static ssize_t ask(int w)
{
	char buf[REF_MSG];
	struct iovec v = {buf, sizeof(buf)};

	if (w == NOWAIT)
		return preadv2(s[w][0], &v, 1, -1, RWF_NOWAIT);
	return recv(s[w][0], buf, sizeof(buf), w == DONTWAIT ? MSG_DONTWAIT : 0);
}

int main(int argc, char **argv)
{
	int listener, on = 1;
	long all = 0, again;
	ssize_t got;

	ref_begin(argc, argv);
	for (int w = 0; w < WAYS; w++)
		if (w != ACCEPTED)
			ref_pair(s[w], SOCK_STREAM);
	ref_must(ioctl(s[IOCTL][0], FIONBIO, &on), "FIONBIO");
	listener = ref_listen("ways");
	s[ACCEPTED][1] = ref_connect("ways");
	s[ACCEPTED][0] = (int)ref_must(accept4(listener, NULL, NULL, SOCK_NONBLOCK), "accept4");
	if (ask(NOWAIT) < 0 && errno != EAGAIN) {
		ref_say("note sockets of this kernel have no RWF_NOWAIT");
		ways = NOWAIT;
	}
	ref_feed(feed, NULL);
	for (int w = 0; w < ways; w++)
		all += n[w];
	ref_expect("verdict.model nonblocking");
	ref_expect("verdict.in_fact null");
	ref_expect("also none");
	ref_expect("model nonblocking transfers %ld bytes %ld", all, all * REF_MSG);
	ref_expect("model blocking transfers 0");
	ref_later_open();
	ref_ready();
	for (int w = 0; w < ways; w++) {
		again = 0;
		for (long i = 0; i < n[w]; i++) {
			while ((got = ask(w)) < 0 && errno == EAGAIN) {
				ref->a++;
				again++;
			}
			if (got != REF_MSG)
				ref_die("recv");
		}
		ref_later("file %d attempts=%ld eagain=%ld slept=0 transfers=%ld", s[w][0], n[w] + again,
			  again, n[w]);
	}
	ref_done();
}
