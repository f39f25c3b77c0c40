/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sockets by inode: those of a whole network namespace from sock_diag.c, single
 * ones from what they say of themselves.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "collect/proc/procfs.h"
#include "collect/proc/procfs_int.h"
#include "collect/proc/reader.h"

#define NAMESPACES_MAX 64
#define SOCKETS_MAX    500000 /* of one namespace; those beyond it have no name */
#define UDPLITE	       136    /* IPPROTO_UDPLITE: gone from newer headers */

struct sock_entry {
	uint64_t ino;
	uint64_t peer;	   /* unix: inode of the other end, 0: unknown */
	const char *proto; /* static */
	char *path;	   /* unix; as shown */
	uint16_t sport, dport;
	uint8_t family; /* AF_* */
	bool listening;
	uint8_t saddr[16], daddr[16];
	uint32_t in, out, drops; /* as in struct diag_socket */
};

/* What is asked for, and which of sockfs' own names it covers. */
static const struct table {
	uint8_t family, protocol;
	const char *proto; /* as shown; NULL: by the family */
	const char *sockfs;
} tables[] = {
	{AF_INET, IPPROTO_TCP, "tcp", "TCP"},
	{AF_INET6, IPPROTO_TCP, "tcp", "TCPv6"},
	{AF_INET, IPPROTO_UDP, "udp", "UDP"},
	{AF_INET6, IPPROTO_UDP, "udp", "UDPv6"},
	{AF_INET, UDPLITE, "udplite", "UDP-Lite"},
	{AF_INET6, UDPLITE, "udplite", "UDPLITEv6"},
	{AF_INET, IPPROTO_RAW, "raw", "RAW"},
	{AF_INET6, IPPROTO_RAW, "raw", "RAWv6"},
	{AF_UNIX, 0, NULL, "UNIX"}, /* and UNIX-STREAM */
	{AF_NETLINK, 0, NULL, "NETLINK"},
	{AF_PACKET, 0, NULL, "PACKET"},
};
#define TABLES (sizeof(tables) / sizeof(tables[0]))

struct pfs_netns {
	uint64_t id;	   /* inode of the namespace, or the pid where it is hidden */
	int diag;	   /* to ask with; negative: it cannot be asked */
	bool fresh;	   /* v holds what was answered since the last refresh */
	bool told[TABLES]; /* this table, to its end */
	const struct table *reading;
	struct sock_entry *v;
	size_t n, room;
	uint8_t listens[65536 / 8]; /* TCP ports that somebody listens on */
};

/* A namespace is kept for the whole watch, and with it the socket that it is asked
 * with: later there is no privilege to make another one. */
static struct pfs_netns *kept[NAMESPACES_MAX];
static size_t nkept;

/* Files are asked for process by process: the namespace of the last one is kept at hand. */
static struct pfs_netns *last_asked;
static pid_t last_pid;

/* Outlives the tables: what a socket of the kernel's facts was, is asked later. */
static uint8_t known_listens[65536 / 8];

static bool port_in(const uint8_t *set, uint16_t port)
{
	return set[port / 8] >> (port % 8) & 1;
}

static void forget(struct pfs_netns *ns)
{
	if (ns == last_asked)
		last_asked = NULL;
	for (size_t i = 0; i < ns->n; i++)
		free(ns->v[i].path);
	free(ns->v);
	ns->v = NULL;
	ns->n = 0;
	ns->room = 0;
	ns->fresh = false;
}

void pfs_sockets_refresh(void)
{
	for (size_t i = 0; i < nkept; i++)
		forget(kept[i]);
}

void pfs_sockets_close(void)
{
	pfs_sockets_refresh();
	while (nkept) {
		struct pfs_netns *ns = kept[--nkept];

		if (ns->diag >= 0)
			close(ns->diag);
		free(ns);
	}
}

/* ---- what the kernel tells of each ---- */

static const char *netlink_name(unsigned int proto)
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

/* A unix socket's name: a path that may end without a NUL, or an abstract one,
 * which begins with one and may hold anything (unix(7)). NULs become '@'. */
static char *unix_path(const char *path, size_t len)
{
	char *text;

	if (!len)
		return NULL;
	if (path[0])
		len = strnlen(path, len);
	text = pfs_grow(NULL, len + 1, 1);
	memcpy(text, path, len);
	text[len] = 0;
	for (size_t i = 0; i < len; i++)
		if (!text[i])
			text[i] = '@';
	return text;
}

static void take(const struct diag_socket *s, void *arg)
{
	struct pfs_netns *ns = arg;
	struct sock_entry *e;

	if (!s->ino || ns->n == SOCKETS_MAX) /* 0: nobody has it open any more */
		return;
	if (ns->n == ns->room) {
		ns->room = ns->room ? 2 * ns->room : 256;
		ns->v = pfs_grow(ns->v, ns->room, sizeof(*ns->v));
	}
	e = &ns->v[ns->n++];
	*e = (struct sock_entry){.ino = s->ino,
				 .peer = s->peer,
				 .proto = ns->reading->proto,
				 .family = s->family,
				 .listening = s->listening,
				 .sport = s->sport,
				 .dport = s->dport,
				 .drops = s->drops};
	if (ns->reading->protocol == IPPROTO_TCP || s->family == AF_UNIX) {
		e->in = s->in;
		e->out = s->out;
	}
	memcpy(e->saddr, s->saddr, sizeof(e->saddr));
	memcpy(e->daddr, s->daddr, sizeof(e->daddr));
	if (s->family == AF_UNIX)
		e->path = unix_path(s->path, s->path_len);
	else if (s->family == AF_NETLINK)
		e->proto = netlink_name(s->protocol);
	else if (s->family == AF_PACKET)
		e->proto = "packet";
	else if (ns->reading->protocol == IPPROTO_TCP && s->listening)
		ns->listens[s->sport / 8] |= (uint8_t)(1 << s->sport % 8);
}

/* ---- a whole namespace ---- */

static int by_ino(const void *a, const void *b)
{
	const struct sock_entry *x = a, *y = b;

	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

static struct sock_entry *find(const struct pfs_netns *ns, uint64_t ino)
{
	struct sock_entry key = {.ino = ino};

	return ns->n ? bsearch(&key, ns->v, ns->n, sizeof(*ns->v), by_ino) : NULL;
}

static uint64_t netns_id(pid_t pid)
{
	struct rd_request rq = rd_path(RD_LINK, pid, "ns/net");
	char text[64];
	uint64_t ino;

	if (rd_link(&rq, text, sizeof(text)) > 0 && pfs_bracketed(text, "net", &ino))
		return ino;
	return (uint64_t)pid;
}

static int ask_with(pid_t pid, uint64_t id)
{
	char path[48];
	int fd, ns;

	if (id == netns_id(getpid()))
		return diag_open(-1);
	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	if (ns < 0)
		return -errno;
	fd = diag_open(ns);
	close(ns);
	return fd;
}

static void read_namespace(struct pfs_netns *ns)
{
	memset(ns->listens, 0, sizeof(ns->listens));
	for (size_t i = 0; i < TABLES; i++) {
		ns->reading = &tables[i];
		ns->told[i] = ns->diag >= 0 &&
			      !diag_dump(ns->diag, tables[i].family, tables[i].protocol, take, ns);
	}
	if (ns->n)
		qsort(ns->v, ns->n, sizeof(*ns->v), by_ino);
	if (ns->n == SOCKETS_MAX)
		memset(ns->told, 0, sizeof(ns->told));
	for (size_t i = 0; i < sizeof(known_listens); i++)
		known_listens[i] |= ns->listens[i];
	ns->fresh = true;
}

static struct pfs_netns *add_namespace(pid_t pid, uint64_t id)
{
	struct pfs_netns *ns;

	if (nkept == NAMESPACES_MAX) { /* the last place is everybody's */
		ns = kept[nkept - 1];
		forget(ns);
		if (ns->diag >= 0)
			close(ns->diag);
	} else {
		ns = pfs_grow(NULL, 1, sizeof(*ns));
		kept[nkept++] = ns;
	}
	memset(ns, 0, sizeof(*ns));
	ns->id = id;
	ns->diag = ask_with(pid, id);
	return ns;
}

static struct pfs_netns *find_namespace(uint64_t id)
{
	for (size_t i = 0; i < nkept; i++)
		if (kept[i]->id == id)
			return kept[i];
	return NULL;
}

static struct pfs_netns *namespace_of(pid_t pid)
{
	uint64_t id = netns_id(pid);
	struct pfs_netns *ns = find_namespace(id);

	return ns ? ns : add_namespace(pid, id);
}

void pfs_sockets_prepare(pid_t pid)
{
	namespace_of(pid);
}

const struct pfs_netns *pfs_netns_of(pid_t pid)
{
	struct pfs_netns *ns = namespace_of(pid);

	if (!ns->fresh)
		read_namespace(ns);
	return ns;
}

static const struct pfs_netns *known_namespace(pid_t pid)
{
	if (last_asked && last_pid == pid)
		return last_asked;
	last_asked = find_namespace(netns_id(pid));
	last_pid = pid;
	if (last_asked && !last_asked->fresh)
		read_namespace(last_asked);
	return last_asked;
}

bool pfs_socket_queues(pid_t pid, uint64_t ino, struct pfs_queues *out)
{
	const struct pfs_netns *ns = known_namespace(pid);
	const struct sock_entry *e = ns ? find(ns, ino) : NULL, *peer;

	if (!e)
		return false;
	*out = (struct pfs_queues){.unread = e->in, .drops = e->drops};
	if (e->listening)
		out->limit = e->out;
	else
		out->unsent = e->out;
	peer = e->peer ? find(ns, e->peer) : NULL;
	if (peer)
		out->unsent = peer->in;
	return true;
}

bool pfs_netns_knows(const struct pfs_netns *ns, const char *proto)
{
	for (size_t i = 0; i < TABLES; i++)
		if (!strcmp(proto, tables[i].sockfs) ||
		    (tables[i].family == AF_UNIX && !strncmp(proto, "UNIX-", 5)))
			return ns->told[i];
	return false;
}

/* ---- names ---- */

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

static char *inet_text(const char *proto, uint8_t family, const uint8_t saddr[16], uint16_t sport,
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
	addr_text(family, daddr, dport, there, sizeof(there));
	return pfs_format("%s %s %s %s", proto, here, arrow, there);
}

static char *unix_name(const struct pfs_netns *ns, const struct sock_entry *e)
{
	const struct sock_entry *peer = e->peer ? find(ns, e->peer) : NULL;
	struct pfs_holder holder;

	if (e->listening)
		return pfs_format("unix listen %s", e->path ? e->path : "");
	if (e->path)
		return pfs_format("unix %s", e->path);
	if (peer && peer->path)
		return pfs_format("unix -> %s", peer->path);
	if (e->peer && pfs_socket_holder(e->peer, &holder))
		return pfs_format("unix -> %d %s", holder.pid, holder.comm);
	return pfs_strdup("unix");
}

char *pfs_netns_name(const struct pfs_netns *ns, uint64_t ino, bool *listening)
{
	const struct sock_entry *e = find(ns, ino);
	bool accepted;

	*listening = false;
	if (!e)
		return NULL;
	*listening = e->listening;
	if (e->family == AF_UNIX)
		return unix_name(ns, e);
	if (e->family == AF_NETLINK || e->family == AF_PACKET)
		return pfs_strdup(e->proto);
	accepted = !strcmp(e->proto, "tcp") && port_in(ns->listens, e->sport);
	return inet_text(e->proto, e->family, e->saddr, e->sport, e->daddr, e->dport, e->listening,
			 accepted ? "<-" : "->");
}

/* An address of IPv4 is the same in either family. */
static void to_ipv6(const struct sock_entry *e, const uint8_t addr[16], uint8_t out[16])
{
	if (e->family == AF_INET6) {
		memcpy(out, addr, 16);
		return;
	}
	memset(out, 0, 10);
	memset(out + 10, 0xff, 2);
	memcpy(out + 12, addr, 4);
}

static bool same_end(const struct sock_entry *a, const uint8_t x[16], const struct sock_entry *b, const uint8_t y[16])
{
	uint8_t v[16], w[16];

	to_ipv6(a, x, v);
	to_ipv6(b, y, w);
	return !memcmp(v, w, sizeof(v));
}

static bool is_other_end(const struct sock_entry *a, const struct sock_entry *b)
{
	return (b->family == AF_INET || b->family == AF_INET6) && !b->listening && a->sport == b->dport &&
	       a->dport == b->sport && !strcmp(a->proto, b->proto) && same_end(a, a->saddr, b, b->daddr) &&
	       same_end(a, a->daddr, b, b->saddr);
}

/* The other end in the same namespace: its inode, 0: none is known. */
static uint64_t other_end(const struct pfs_netns *ns, const struct sock_entry *e)
{
	if (e->family == AF_UNIX)
		return e->peer;
	if (strcmp(e->proto, "tcp") || e->listening || !e->dport)
		return 0;
	for (size_t i = 0; i < ns->n; i++)
		if (&ns->v[i] != e && is_other_end(e, &ns->v[i]))
			return ns->v[i].ino;
	return 0;
}

char *pfs_socket_peer(pid_t pid, uint64_t ino)
{
	const struct pfs_netns *ns = pfs_netns_of(pid);
	const struct sock_entry *e = find(ns, ino);
	uint64_t peer = e ? other_end(ns, e) : 0;
	struct pfs_holder holder;

	if (!peer || !pfs_socket_holder(peer, &holder) || holder.pid == pid)
		return NULL;
	return pfs_format("process %d %s", holder.pid, holder.comm);
}

/* Which side asked for the connection, told by ports alone. */
static const char *arrow_of(uint16_t sport, uint16_t dport, bool stream)
{
	bool here = port_in(known_listens, sport), there = port_in(known_listens, dport);

	if (!stream)
		return "->";
	if (here != there)
		return here ? "<-" : "->";
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
	text = inet_text(proto, (uint8_t)s->domain, here.addr, here.port, there.addr, there.port,
			 s->listening, arrow_of(here.port, there.port, s->type == SOCK_STREAM));
	free(proto);
	return text;
}

static char *unix_self(const struct rd_socket *s)
{
	const size_t at = offsetof(struct sockaddr_un, sun_path);
	char *here = unix_path((const char *)s->here + at, s->here_len > at ? s->here_len - at : 0);
	char *there =
		unix_path((const char *)s->there + at, s->there_len > at ? s->there_len - at : 0);
	char *text;

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
	return pfs_strdup(here.nl_pid ? netlink_name((unsigned int)s->protocol) : "netlink");
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
		return inet_text(proto, (uint8_t)s->family, s->saddr, s->sport, s->daddr, s->dport,
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
