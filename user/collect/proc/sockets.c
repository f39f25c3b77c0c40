/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sockets by inode: those of a whole network namespace, from sock_diag.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
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
	bool listening, connecting, ended;
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
				 .connecting = s->connecting,
				 .ended = s->ended,
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
		e->path = sock_unix_path(s->path, s->path_len);
	else if (s->family == AF_NETLINK)
		e->proto = sock_netlink_name(s->protocol);
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
	sock_note_listens(ns->listens);
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
	*out = (struct pfs_queues){
		.connecting = e->connecting, .ended = e->ended, .unread = e->in, .drops = e->drops};
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

static char *unix_name(const struct pfs_netns *ns, const struct sock_entry *e)
{
	const struct sock_entry *peer = e->peer ? find(ns, e->peer) : NULL;
	struct pfs_holder holder;
	const char *quote;

	if (e->listening)
		return pfs_format("unix listen %s", e->path ? e->path : "");
	if (e->path)
		return pfs_format("unix %s", e->path);
	if (peer && peer->path)
		return pfs_format("unix -> %s", peer->path);
	if (e->peer && pfs_socket_holder(e->peer, e->ino, &holder)) {
		quote = pfs_comm_quote(holder.comm);
		return pfs_format("unix -> %d %s%s%s", holder.pid, quote, holder.comm, quote);
	}
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
	accepted = !strcmp(e->proto, "tcp") && sock_port_in(ns->listens, e->sport);
	return sock_inet_text(e->proto, e->family, e->saddr, e->sport, e->daddr, e->dport, e->listening,
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

static bool is_any(const uint8_t addr[16])
{
	static const uint8_t any[16];

	return !memcmp(addr, any, sizeof(any));
}

/* Is the address that the socket is connected to one of the machine's own? */
static bool is_to_itself(const struct sock_entry *e)
{
	static const uint8_t mapped[12] = {[10] = 0xff, 0xff}, one[16] = {[15] = 1};
	uint8_t to[16];

	to_ipv6(e, e->daddr, to);
	return !memcmp(e->saddr, e->daddr, sizeof(e->saddr)) || !memcmp(to, one, sizeof(one)) ||
	       (!memcmp(to, mapped, sizeof(mapped)) && to[12] == 127);
}

/* The socket that listens where this one is connected, or to be connected, to; 0: none is known. */
static uint64_t listener_of(const struct pfs_netns *ns, const struct sock_entry *e)
{
	for (size_t i = 0; i < ns->n && is_to_itself(e); i++) {
		const struct sock_entry *l = &ns->v[i];

		if (l->listening && l->sport == e->dport && !strcmp(l->proto, e->proto) &&
		    (is_any(l->saddr) || same_end(e, e->daddr, l, l->saddr)))
			return l->ino;
	}
	return 0;
}

/* The other end in the same namespace: its inode, 0: none is known. Before accept() it belongs to nobody, and
 * before connect() is done there is none: then it is the socket that listens. */
static uint64_t other_end(const struct pfs_netns *ns, const struct sock_entry *e)
{
	if (e->family == AF_UNIX)
		return e->peer;
	if (strcmp(e->proto, "tcp") || e->listening || !e->dport)
		return 0;
	for (size_t i = 0; i < ns->n; i++)
		if (&ns->v[i] != e && is_other_end(e, &ns->v[i]) && ns->v[i].ino)
			return ns->v[i].ino;
	return listener_of(ns, e);
}

/* The unix socket that is bound to this name: its inode, 0: none is known. */
static uint64_t bound_to(const struct pfs_netns *ns, const char *name)
{
	for (size_t i = 0; i < ns->n; i++) {
		const struct sock_entry *e = &ns->v[i];

		/* What a listener has accepted has its name, and another end. */
		if (e->family == AF_UNIX && !e->peer && e->path && !strcmp(e->path, name))
			return e->ino;
	}
	return 0;
}

pid_t pfs_socket_peer(pid_t pid, uint64_t ino, const char *unix_name)
{
	const struct pfs_netns *ns = pfs_netns_of(pid);
	const struct sock_entry *e = find(ns, ino), *to;
	uint64_t peer = e ? other_end(ns, e) : 0;
	struct pfs_holder holder;

	if (!peer && unix_name)
		peer = bound_to(ns, unix_name);
	to = peer ? find(ns, peer) : NULL;
	/* Of several that have the listener it is the one that waits for itself. */
	if (to && to->listening && pfs_holds_socket(pid, peer))
		return pid;
	return peer && pfs_socket_holder(peer, ino, &holder) && holder.pid != pid ? holder.pid : 0;
}
