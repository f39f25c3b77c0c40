/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What sockets there are, from the kernel itself (sock_diag(7), diag.c of each family below net/):
 * numbers and bytes with lengths, where a name in a table of /proc/net may hold
 * line feeds and look like more lines.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/netlink_diag.h>
#include <linux/packet_diag.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "collect/proc/procfs_int.h"

#define CONNECTING 2  /* TCP_SYN_SENT */
#define LISTENING  10 /* TCP_LISTEN, include/net/tcp_states.h, of unix sockets as well */
#define CLOSE_WAIT 8  /* TCP_CLOSE_WAIT, and the others where the other end has said that it sends no more */
#define LAST_ACK   9
#define CLOSING	   11
#define ANSWER_MAX 32768
#define DUMP_NS	   UINT64_C(2000000000)

static int diag_here(void)
{
	struct timeval patience = {.tv_usec = 500000};
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

	v->fd = setns(v->ns, CLONE_NEWNET) ? -errno : diag_here();
	return NULL;
}

int diag_open(int ns)
{
	struct visit v = {.ns = ns, .fd = -EAGAIN};
	pthread_t thread;

	if (ns < 0)
		return diag_here();
	if (!pthread_create(&thread, NULL, visitor, &v))
		pthread_join(thread, NULL);
	return v.fd;
}

/* ---- messages ---- */

/* The attributes after a message's fixed part of that size. */
static const struct rtattr *attributes(const struct nlmsghdr *h, size_t fixed, int *left)
{
	*left = (int)(h->nlmsg_len - NLMSG_LENGTH(fixed));
	return (const void *)((const char *)NLMSG_DATA(h) + NLMSG_ALIGN(fixed));
}

/* Data of a message of that size at least; NULL: it is shorter. */
static const void *body(const struct nlmsghdr *h, size_t size)
{
	return h->nlmsg_len >= NLMSG_LENGTH(size) ? NLMSG_DATA(h) : NULL;
}

static void take_unix(const struct nlmsghdr *h, diag_each each, void *arg)
{
	const struct unix_diag_msg *msg = body(h, sizeof(*msg));
	struct diag_socket s = {.family = AF_UNIX};
	const struct rtattr *a;
	int left;

	if (!msg)
		return;
	s.ino = msg->udiag_ino;
	s.listening = msg->udiag_state == LISTENING;
	a = attributes(h, sizeof(*msg), &left);
	for (; left > 0 && RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		struct unix_diag_rqlen queue;
		uint32_t peer;

		if (a->rta_type == UNIX_DIAG_NAME) {
			s.path = RTA_DATA(a);
			s.path_len = RTA_PAYLOAD(a);
		} else if (a->rta_type == UNIX_DIAG_PEER && RTA_PAYLOAD(a) >= sizeof(peer)) {
			memcpy(&peer, RTA_DATA(a), sizeof(peer));
			s.peer = peer;
		} else if (a->rta_type == UNIX_DIAG_RQLEN && RTA_PAYLOAD(a) >= sizeof(queue) &&
			   msg->udiag_type != SOCK_DGRAM) {
			memcpy(&queue, RTA_DATA(a), sizeof(queue));
			s.in = queue.udiag_rqueue;
			s.out = s.listening ? queue.udiag_wqueue : 0;
		}
	}
	each(&s, arg);
}

/* sk_drops of the socket (sk_get_meminfo() of net/core/sock.c, Linux 6.1). */
static uint32_t inet_drops(const struct nlmsghdr *h)
{
	const struct rtattr *a;
	uint32_t drops = 0;
	int left;

	a = attributes(h, sizeof(struct inet_diag_msg), &left);
	for (; left > 0 && RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == INET_DIAG_SKMEMINFO &&
		    RTA_PAYLOAD(a) >= (SK_MEMINFO_DROPS + 1) * sizeof(drops))
			memcpy(&drops, (const char *)RTA_DATA(a) + SK_MEMINFO_DROPS * sizeof(drops),
			       sizeof(drops));
	return drops;
}

/* The kernel counts the end of what the other side sends as a byte, until it is read (tcp_diag_get_info()
 * of net/ipv4/tcp_diag.c, Linux 6.1). */
static uint32_t bytes_in(const struct inet_diag_msg *msg)
{
	bool ended = msg->idiag_state == CLOSE_WAIT || msg->idiag_state == LAST_ACK || msg->idiag_state == CLOSING;

	return ended && msg->idiag_rqueue ? msg->idiag_rqueue - 1 : msg->idiag_rqueue;
}

static void take_inet(const struct nlmsghdr *h, diag_each each, void *arg)
{
	const struct inet_diag_msg *msg = body(h, sizeof(*msg));
	struct diag_socket s = {};

	if (!msg)
		return;
	s.ino = msg->idiag_inode;
	s.family = msg->idiag_family;
	s.listening = msg->idiag_state == LISTENING;
	s.connecting = msg->idiag_state == CONNECTING;
	s.ended = msg->idiag_state == CLOSE_WAIT;
	s.sport = ntohs(msg->id.idiag_sport);
	s.dport = ntohs(msg->id.idiag_dport);
	memcpy(s.saddr, msg->id.idiag_src, sizeof(s.saddr));
	memcpy(s.daddr, msg->id.idiag_dst, sizeof(s.daddr));
	s.in = bytes_in(msg);
	s.out = msg->idiag_wqueue;
	s.drops = inet_drops(h);
	each(&s, arg);
}

static void take_netlink(const struct nlmsghdr *h, diag_each each, void *arg)
{
	const struct netlink_diag_msg *msg = body(h, sizeof(*msg));

	if (msg)
		each(&(struct diag_socket){.family = AF_NETLINK,
					   .protocol = msg->ndiag_protocol,
					   .ino = msg->ndiag_ino},
		     arg);
}

static void take_packet(const struct nlmsghdr *h, diag_each each, void *arg)
{
	const struct packet_diag_msg *msg = body(h, sizeof(*msg));

	if (msg)
		each(&(struct diag_socket){.family = AF_PACKET, .ino = msg->pdiag_ino}, arg);
}

/* Each kind of message begins with its family. */
static void take_socket(const struct nlmsghdr *h, diag_each each, void *arg)
{
	const uint8_t *family = body(h, 1);

	switch (family ? *family : AF_UNSPEC) {
	case AF_UNIX:
		take_unix(h, each, arg);
		break;
	case AF_INET:
	case AF_INET6:
		take_inet(h, each, arg);
		break;
	case AF_NETLINK:
		take_netlink(h, each, arg);
		break;
	case AF_PACKET:
		take_packet(h, each, arg);
		break;
	}
}

int diag_take(const void *data, size_t size, diag_each each, void *arg)
{
	const struct nlmsghdr *h = data;
	ssize_t left = (ssize_t)size; /* NLMSG_NEXT may take it below 0 */

	for (; left > 0 && NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
		const int *error = body(h, sizeof(*error));

		switch (h->nlmsg_type) {
		case NLMSG_DONE: /* also of a question that nobody could answer */
			return error && *error < 0 ? *error : 1;
		case NLMSG_ERROR:
			return error && *error < 0 ? *error : -EIO;
		case SOCK_DIAG_BY_FAMILY:
			take_socket(h, each, arg);
		}
	}
	return 0;
}

/* ---- requests ---- */

struct question {
	struct nlmsghdr head;
	union {
		struct unix_diag_req un;
		struct inet_diag_req_v2 inet;
		struct netlink_diag_req netlink;
		struct packet_diag_req packet;
	};
};

static struct question ask_for(uint8_t family, uint8_t protocol)
{
	struct question q = {.head = {.nlmsg_type = SOCK_DIAG_BY_FAMILY,
				      .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP}};
	size_t size;

	switch (family) {
	case AF_UNIX:
		q.un = (struct unix_diag_req){.sdiag_family = family,
					      .udiag_states = UINT32_MAX,
					      .udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER |
							UDIAG_SHOW_RQLEN};
		size = sizeof(q.un);
		break;
	case AF_NETLINK:
		q.netlink = (struct netlink_diag_req){.sdiag_family = family,
						      .sdiag_protocol = NDIAG_PROTO_ALL};
		size = sizeof(q.netlink);
		break;
	case AF_PACKET:
		q.packet = (struct packet_diag_req){.sdiag_family = family};
		size = sizeof(q.packet);
		break;
	default:
		q.inet = (struct inet_diag_req_v2){.sdiag_family = family,
						   .sdiag_protocol = protocol,
						   .idiag_ext = 1 << (INET_DIAG_SKMEMINFO - 1),
						   .idiag_states = UINT32_MAX};
		size = sizeof(q.inet);
	}
	q.head.nlmsg_len = NLMSG_LENGTH(size);
	return q;
}

/* One datagram, the kernel's; others may not send here, but let that not matter. */
static ssize_t hear(int fd, void *buf, size_t size, int flags)
{
	struct sockaddr_nl from = {};
	socklen_t len = sizeof(from);
	ssize_t n;

	do
		n = recvfrom(fd, buf, size, flags, (void *)&from, &len);
	while ((n < 0 && errno == EINTR) || (n >= 0 && from.nl_pid));
	return n;
}

int diag_dump(int fd, uint8_t family, uint8_t protocol, diag_each each, void *arg)
{
	struct question q = ask_for(family, protocol);
	uint64_t until = pfs_now_ns() + DUMP_NS;
	char *buf = pfs_grow(NULL, ANSWER_MAX, 1);
	int end = 0;

	/* What the last question left behind when it was given up. */
	while (hear(fd, buf, ANSWER_MAX, MSG_DONTWAIT) > 0 && pfs_now_ns() < until)
		;
	if (send(fd, &q, q.head.nlmsg_len, 0) < 0)
		end = -errno;
	while (!end) {
		ssize_t n = hear(fd, buf, ANSWER_MAX, 0);

		end = n <= 0 || pfs_now_ns() > until ? -EIO : diag_take(buf, (size_t)n, each, arg);
	}
	free(buf);
	return end > 0 ? 0 : end;
}
