/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The other end of each unix socket: /proc/net/unix does not say it, the
 * kernel's unix_diag does (net/unix/diag.c, sock_diag(7)).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "collect/proc/procfs_int.h"

static int diag_socket(void)
{
	struct timeval patience = {.tv_usec = 100000};
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

struct visit {
	int ns;
	int fd;
};

/* A socket belongs to the namespace that its maker was in, and setns() moves
 * only the calling thread. */
static void *visitor(void *arg)
{
	struct visit *v = arg;

	v->fd = setns(v->ns, CLONE_NEWNET) ? -errno : diag_socket();
	return NULL;
}

static int diag_socket_in(pid_t pid)
{
	char path[48], here[64], there[64];
	struct visit v = {.fd = -EAGAIN};
	pthread_t thread;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	if (pfs_readlink(AT_FDCWD, path, there, sizeof(there)) < 0)
		return -EACCES;
	if (pfs_readlink(AT_FDCWD, "/proc/self/ns/net", here, sizeof(here)) > 0 &&
	    !strcmp(here, there))
		return diag_socket();
	v.ns = open(path, O_RDONLY | O_CLOEXEC);
	if (v.ns < 0)
		return -errno;
	if (!pthread_create(&thread, NULL, visitor, &v))
		pthread_join(thread, NULL);
	close(v.ns);
	return v.fd;
}

static void take_message(const struct nlmsghdr *h, void (*each)(uint64_t, uint64_t, void *),
			 void *arg)
{
	const struct unix_diag_msg *msg = NLMSG_DATA(h);
	int left = (int)h->nlmsg_len - (int)NLMSG_LENGTH(sizeof(*msg));
	const struct rtattr *a = (const void *)((const char *)msg + NLMSG_ALIGN(sizeof(*msg)));

	for (; left > 0 && RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		uint32_t peer;

		if (a->rta_type != UNIX_DIAG_PEER || RTA_PAYLOAD(a) < sizeof(peer))
			continue;
		memcpy(&peer, RTA_DATA(a), sizeof(peer));
		each(msg->udiag_ino, peer, arg);
	}
}

/* 1: the end, 0: more to come, negative errno. */
static int take_packet(const char *buf, ssize_t n, void (*each)(uint64_t, uint64_t, void *),
		       void *arg)
{
	const struct nlmsghdr *h = (const void *)buf;

	for (; n > 0 && NLMSG_OK(h, (size_t)n); h = NLMSG_NEXT(h, n)) {
		if (h->nlmsg_type == NLMSG_DONE)
			return 1;
		if (h->nlmsg_type == NLMSG_ERROR)
			return -ENOTSUP;
		if (h->nlmsg_type == SOCK_DIAG_BY_FAMILY &&
		    h->nlmsg_len >= NLMSG_LENGTH(sizeof(struct unix_diag_msg)))
			take_message(h, each, arg);
	}
	return 0;
}

int pfs_unix_peers(pid_t pid, void (*each)(uint64_t ino, uint64_t peer, void *arg), void *arg)
{
	struct {
		struct nlmsghdr head;
		struct unix_diag_req req;
	} ask = {
		.head = {.nlmsg_len = sizeof(ask),
			 .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			 .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.req = {.sdiag_family = AF_UNIX,
			.udiag_states = UINT32_MAX,
			.udiag_show = UDIAG_SHOW_PEER},
	};
	size_t size = 32768;
	char *buf;
	int err, fd = diag_socket_in(pid);

	if (fd < 0)
		return fd;
	buf = pfs_grow(NULL, size, 1);
	err = send(fd, &ask, sizeof(ask), 0) < 0 ? -errno : 0;
	while (!err) {
		ssize_t n = recv(fd, buf, size, 0);

		if (n < 0 && errno == EINTR)
			continue;
		err = n <= 0 ? -EIO : take_packet(buf, n, each, arg);
	}
	free(buf);
	close(fd);
	return err > 0 ? 0 : err;
}
