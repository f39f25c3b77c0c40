/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * socket_text.c - what sockets are called, by what the kernel, or they themselves, say of them.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "collect/proc/procfs.h"
#include "collect/proc/procfs_int.h"
#include "collect/proc/reader.h"

/* Outlives the tables: what a socket of the kernel's facts was, is asked later. */
static uint8_t known_listens[65536 / 8];

bool sock_port_in(const uint8_t *set, uint16_t port)
{
	return set[port / 8] >> (port % 8) & 1;
}

void sock_note_listens(const uint8_t ports[65536 / 8])
{
	for (size_t i = 0; i < sizeof(known_listens); i++)
		known_listens[i] |= ports[i];
}

const char *sock_netlink_name(unsigned int proto)
{
	switch (proto) {
	case NETLINK_ROUTE:
		return "netlink route";
	case NETLINK_SOCK_DIAG:
		return "netlink sock_diag";
	case NETLINK_XFRM:
		return "netlink xfrm";
	case NETLINK_AUDIT:
		return "netlink audit";
	case NETLINK_NETFILTER:
		return "netlink netfilter";
	case NETLINK_KOBJECT_UEVENT:
		return "netlink kobject_uevent";
	case NETLINK_GENERIC:
		return "netlink generic";
	}
	return "netlink";
}

char *sock_unix_path(const char *path, size_t len)
{
	size_t prefix = 0;
	char *text;

	if (!len)
		return NULL;
	if (path[0])
		len = strnlen(path, len);
	text = pfs_grow(NULL, len + 3, 1);
	if (*path >= '0' && *path <= '9') { /* relative, and it would read as the number of a process */
		prefix = 2;
		memcpy(text, "./", 2);
	}
	memcpy(text + prefix, path, len);
	text[prefix + len] = 0;
	for (size_t i = 0; i < prefix + len; i++)
		if (!text[i])
			text[i] = '@';
	return pfs_without_arrows(text);
}

char *pfs_unix_name(const void *addr, size_t len)
{
	const struct sockaddr_un *un = addr;
	const size_t at = offsetof(struct sockaddr_un, sun_path);

	return len > at && un->sun_family == AF_UNIX ? sock_unix_path((const char *)addr + at, len - at) : NULL;
}

static void addr_text(uint8_t family, const uint8_t addr[16], uint16_t port, char *out, size_t size)
{
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	char ip[INET6_ADDRSTRLEN] = "?";

	if (family == AF_INET6 && !memcmp(addr, mapped, sizeof(mapped))) {
		family = AF_INET;
		addr += 12;
	}
	inet_ntop(family, addr, ip, sizeof(ip));
	snprintf(out, size, family == AF_INET6 ? "[%s]:%u" : "%s:%u", ip, port);
}

char *sock_inet_text(const char *proto, uint8_t family, const uint8_t saddr[16], uint16_t sport,
		       const uint8_t daddr[16], uint16_t dport, bool listening, const char *arrow)
{
	static const uint8_t any[16];
	char here[64], there[64];
	bool connected = dport || memcmp(daddr, any, family == AF_INET ? 4 : 16) != 0;

	if (!strcmp(proto, "raw")) {
		static const char *const known[] = {
			[1] = "icmp", [2] = "igmp", [6] = "tcp", [17] = "udp", [58] = "icmpv6"};

		/* the "port" of a raw socket is its protocol */
		if (sport < sizeof(known) / sizeof(known[0]) && known[sport])
			return pfs_format("raw %s", known[sport]);
		return pfs_format("raw protocol %u", sport);
	}
	addr_text(family, saddr, sport, here, sizeof(here));
	if (listening)
		return pfs_format("%s listen %s", proto, here);
	if (!connected)
		return pfs_format("%s %s", proto, here);
	/* It was closed by the time that it was looked at: its port is no more known. */
	if (!sport)
		*strrchr(here, ':') = 0;
	addr_text(family, daddr, dport, there, sizeof(there));
	return pfs_format("%s %s %s %s", proto, here, arrow, there);
}

#define FIRST_EPHEMERAL 32768 /* where net.ipv4.ip_local_port_range begins by default */

/* Which side asked for the connection, told by ports alone. */
static const char *arrow_of(uint16_t sport, uint16_t dport, bool stream)
{
	bool here = sock_port_in(known_listens, sport), there = sock_port_in(known_listens, dport);

	if (!stream)
		return "->";
	if (here != there)
		return here ? "<-" : "->";
	if (!sport) /* not known any more */
		return dport >= FIRST_EPHEMERAL ? "<-" : "->";
	return sport < dport ? "<-" : "->";
}

/* ---- a single one ---- */

/* "TCPv6" -> "tcp", "UNIX-STREAM" -> "unix", "PACKET" -> "packet" */
static char *protocol_text(const char *sockfs)
{
	char *name = pfs_strdup(sockfs);
	size_t n;

	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	if (!strncmp(name, "unix", 4))
		name[4] = 0;
	n = strlen(name);
	if (n > 2 && !strcmp(name + n - 2, "v6"))
		name[n - 2] = 0;
	return name;
}

struct inet_end {
	uint8_t addr[16];
	uint16_t port;
};

static struct inet_end inet_end(const uint8_t *name, size_t len)
{
	struct sockaddr_in four;
	struct sockaddr_in6 six;
	struct inet_end e = {};

	memcpy(&four, name, sizeof(four));
	memcpy(&six, name, sizeof(six));
	if (len >= sizeof(six) && six.sin6_family == AF_INET6) {
		memcpy(e.addr, &six.sin6_addr, 16);
		e.port = ntohs(six.sin6_port);
	} else if (len >= sizeof(four) && four.sin_family == AF_INET) {
		memcpy(e.addr, &four.sin_addr, 4);
		e.port = ntohs(four.sin_port);
	}
	return e;
}

static char *inet_self(const struct rd_socket *s)
{
	struct inet_end here = inet_end(s->here, s->here_len),
			there = inet_end(s->there, s->there_len);
	bool ping = s->type == SOCK_DGRAM &&
		    (s->protocol == IPPROTO_ICMP || s->protocol == IPPROTO_ICMPV6);
	char *proto = ping ? pfs_strdup("icmp") : protocol_text(s->proto), *text;

	if (!here.port && !there.port && s->type != SOCK_RAW)
		return proto;
	if (s->type == SOCK_RAW)
		here.port = (uint16_t)s->protocol;
	if (s->listening && s->type == SOCK_STREAM)
		known_listens[here.port / 8] |= (uint8_t)(1 << here.port % 8);
	text = sock_inet_text(proto, (uint8_t)s->domain, here.addr, here.port, there.addr, there.port,
			 s->listening, arrow_of(here.port, there.port, s->type == SOCK_STREAM));
	free(proto);
	return text;
}

static char *unix_self(const struct rd_socket *s)
{
	char *here = pfs_unix_name(s->here, s->here_len), *there = pfs_unix_name(s->there, s->there_len), *text;

	if (s->listening)
		text = pfs_format("unix listen %s", here ? here : "");
	else if (here || there)
		text = pfs_format(here ? "unix %s" : "unix -> %s", here ? here : there);
	else
		text = pfs_strdup("unix");
	free(here);
	free(there);
	return text;
}

static char *netlink_self(const struct rd_socket *s)
{
	struct sockaddr_nl here = {};

	if (s->here_len >= sizeof(here))
		memcpy(&here, s->here, sizeof(here));
	return pfs_strdup(here.nl_pid ? sock_netlink_name((unsigned int)s->protocol) : "netlink");
}

char *pfs_socket_text(const struct rd_socket *s, bool *listening)
{
	*listening = !s->err && s->listening;
	if (!s->proto[0])
		return NULL;
	if (s->err) /* no more is known of it */
		return protocol_text(s->proto);
	switch (s->domain) {
	case AF_INET:
	case AF_INET6:
		return inet_self(s);
	case AF_UNIX:
		return unix_self(s);
	case AF_NETLINK:
		return netlink_self(s);
	}
	return protocol_text(s->proto);
}

char *pfs_sockname_text(const struct iom_sockname *s, bool listening)
{
	const char *proto;

	switch (s->family) {
	case AF_INET:
	case AF_INET6:
		switch (s->type) {
		case SOCK_STREAM:
			proto = "tcp";
			break;
		case SOCK_DGRAM:
			proto = "udp";
			break;
		case SOCK_RAW:
			proto = "raw";
			break;
		default:
			proto = "sctp";
		}
		return sock_inet_text(proto, (uint8_t)s->family, s->saddr, s->sport, s->daddr, s->dport,
				 listening, arrow_of(s->sport, s->dport, s->type == SOCK_STREAM));
	case AF_UNIX:
		return pfs_strdup(listening ? "unix listen" : "unix");
	case AF_NETLINK:
		return pfs_strdup("netlink");
	case AF_PACKET:
		return pfs_strdup("packet");
	case AF_VSOCK:
		return pfs_strdup("vsock");
	case AF_ALG:
		return pfs_strdup("alg");
	case AF_CAN:
		return pfs_strdup("can");
	case AF_BLUETOOTH:
		return pfs_strdup("bluetooth");
	}
	return pfs_format("socket of family %u", s->family);
}
