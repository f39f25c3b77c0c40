/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sockets by inode, from /proc/PID/net: always in the network namespace of the
 * process, at no privilege but reading it. Formats: proc_pid_net(5).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
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

#define TCP_LISTEN_STATE 10	 /* TCP_LISTEN, include/net/tcp_states.h */
#define SO_ACCEPTCON_BIT 0x10000 /* __SO_ACCEPTCON, include/uapi/linux/net.h */
#define NETNS_KEPT	 8

struct sock_entry {
	uint64_t ino;
	uint64_t peer;	   /* unix: inode of the other end, 0: unknown */
	const char *proto; /* static */
	char *path;	   /* unix */
	uint16_t sport, dport;
	uint8_t family; /* AF_* */
	bool listening;
	uint8_t saddr[16], daddr[16];
};

struct pfs_netns {
	uint64_t id; /* inode of the namespace, or the pid where it is hidden */
	struct sock_entry *v;
	size_t n, room;
	uint8_t listens[65536 / 8]; /* TCP ports that somebody listens on */
};

static struct pfs_netns *kept[NETNS_KEPT];
static size_t nkept;

/* Outlives the tables: what a socket of the kernel's facts was, is asked later. */
static uint8_t known_listens[65536 / 8];

static bool port_in(const uint8_t *set, uint16_t port)
{
	return set[port / 8] >> (port % 8) & 1;
}

static void netns_free(struct pfs_netns *ns)
{
	for (size_t i = 0; i < ns->n; i++)
		free(ns->v[i].path);
	free(ns->v);
	free(ns);
}

void pfs_sockets_refresh(void)
{
	while (nkept)
		netns_free(kept[--nkept]);
}

static struct sock_entry *add_entry(struct pfs_netns *ns)
{
	if (ns->n == ns->room) {
		ns->room = ns->room ? 2 * ns->room : 256;
		ns->v = pfs_grow(ns->v, ns->room, sizeof(*ns->v));
	}
	memset(&ns->v[ns->n], 0, sizeof(ns->v[0]));
	return &ns->v[ns->n++];
}

/* ---- one line of each table ---- */

static uint64_t hex(const char **at)
{
	uint64_t v = 0;

	for (;; (*at)++) {
		char c = **at;

		if (c >= '0' && c <= '9')
			v = v << 4 | (uint64_t)(c - '0');
		else if (c >= 'A' && c <= 'F')
			v = v << 4 | (uint64_t)(c - 'A' + 10);
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (uint64_t)(c - 'a' + 10);
		else
			return v;
	}
}

static void skip_fields(const char **at, int n)
{
	while (n-- > 0) {
		*at += strcspn(*at, " ");
		*at += strspn(*at, " ");
	}
}

/* "0100007F:1F90" or 32 digits: words of 32 bits in the host's order. */
static bool address(const char **at, uint8_t addr[16], uint16_t *port, size_t words)
{
	for (size_t w = 0; w < words; w++) {
		char digits[9] = {};
		const char *d = digits;
		uint32_t v;

		strncpy(digits, *at, 8);
		if (strlen(digits) != 8)
			return false;
		v = (uint32_t)hex(&d);
		memcpy(addr + 4 * w, &v, 4);
		*at += 8;
	}
	if (**at != ':')
		return false;
	(*at)++;
	*port = (uint16_t)hex(at);
	*at += strspn(*at, " ");
	return true;
}

/* "  0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000 0 12345 ..."
 * Done by hand: with ten thousands of sockets sscanf() is what takes the time. */
static void parse_inet(struct pfs_netns *ns, const char *line, const char *proto, uint8_t family)
{
	struct sock_entry e = {.proto = proto, .family = family};
	size_t words = family == AF_INET ? 1 : 4;
	uint64_t state;

	line += strspn(line, " ");
	skip_fields(&line, 1);
	if (!address(&line, e.saddr, &e.sport, words) || !address(&line, e.daddr, &e.dport, words))
		return;
	state = hex(&line);
	skip_fields(&line, 6);
	e.ino = strtoull(line, NULL, 10);
	if (!e.ino) /* TIME_WAIT and the like belong to nobody */
		return;
	if (state == TCP_LISTEN_STATE && !strcmp(proto, "tcp")) {
		e.listening = true;
		ns->listens[e.sport / 8] |= (uint8_t)(1 << (e.sport % 8));
	}
	*add_entry(ns) = e;
}

/* "ffff8880: 00000003 00000000 00010000 0001 01 12345 /run/x.sock" */
static void parse_unix(struct pfs_netns *ns, const char *line)
{
	struct sock_entry *e;
	uint64_t flags, ino;

	skip_fields(&line, 3);
	flags = hex(&line);
	line += strspn(line, " ");
	skip_fields(&line, 2);
	ino = strtoull(line, NULL, 10);
	if (!ino)
		return;
	e = add_entry(ns);
	e->ino = ino;
	e->proto = "unix";
	e->family = AF_UNIX;
	e->listening = flags & SO_ACCEPTCON_BIT;
	line += strspn(line, " ");
	line += strcspn(line, " ");
	if (line[0] == ' ' && line[1])
		e->path = pfs_strdup(line + 1);
}

static const char *netlink_name(unsigned int proto)
{
	switch (proto) { /* include/uapi/linux/netlink.h */
	case 0:
		return "netlink route";
	case 4:
		return "netlink sock_diag";
	case 6:
		return "netlink xfrm";
	case 9:
		return "netlink audit";
	case 12:
		return "netlink netfilter";
	case 15:
		return "netlink kobject_uevent";
	case 16:
		return "netlink generic";
	}
	return "netlink";
}

/* The inode is the last field here (netlink) or the ninth (packet). */
static void parse_other(struct pfs_netns *ns, const char *line, uint8_t family)
{
	struct sock_entry *e;
	const char *at = line;
	unsigned int proto = 0;
	uint64_t ino;

	skip_fields(&at, 1);
	if (family == AF_NETLINK)
		proto = (unsigned int)strtoul(at, NULL, 10);
	skip_fields(&at, family == AF_NETLINK ? 8 : 7);
	ino = strtoull(at, NULL, 10);
	if (!ino)
		return;
	e = add_entry(ns);
	e->ino = ino;
	e->family = family;
	e->proto = family == AF_NETLINK ? netlink_name(proto) : "packet";
}

/* ---- a whole namespace ---- */

static const struct {
	const char *file, *proto;
	uint8_t family;
} tables[] = {
	{"tcp", "tcp", AF_INET},	 {"tcp6", "tcp", AF_INET6},
	{"udp", "udp", AF_INET},	 {"udp6", "udp", AF_INET6},
	{"udplite", "udplite", AF_INET}, {"udplite6", "udplite", AF_INET6},
	{"raw", "raw", AF_INET},	 {"raw6", "raw", AF_INET6},
	{"icmp", "icmp", AF_INET},	 {"icmp6", "icmp", AF_INET6},
	{"unix", NULL, AF_UNIX},	 {"netlink", NULL, AF_NETLINK},
	{"packet", NULL, AF_PACKET},
};

static void read_table(struct pfs_netns *ns, pid_t pid, size_t which)
{
	uint8_t family = tables[which].family;
	char path[48];
	char *text, *line, *next;

	snprintf(path, sizeof(path), "/proc/%d/net/%s", pid, tables[which].file);
	text = pfs_slurp(AT_FDCWD, path, NULL);
	if (!text) /* a protocol that this kernel does not have */
		return;
	line = strchrnul(text, '\n'); /* the heading */
	if (*line)
		line++;
	for (; *line; line = next) {
		next = strchrnul(line, '\n');
		if (*next)
			*next++ = 0;
		if (family == AF_INET || family == AF_INET6)
			parse_inet(ns, line, tables[which].proto, family);
		else if (family == AF_UNIX)
			parse_unix(ns, line);
		else
			parse_other(ns, line, family);
	}
	free(text);
}

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

static void take_peer(uint64_t ino, uint64_t peer, void *arg)
{
	struct sock_entry *e = find(arg, ino);

	if (e)
		e->peer = peer;
}

static uint64_t netns_id(pid_t pid)
{
	char path[48], text[64];
	uint64_t ino;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	if (pfs_readlink(AT_FDCWD, path, text, sizeof(text)) > 0 &&
	    pfs_bracketed(text, "net", &ino))
		return ino;
	return (uint64_t)pid;
}

const struct pfs_netns *pfs_netns_of(pid_t pid)
{
	uint64_t id = netns_id(pid);
	struct pfs_netns *ns;

	for (size_t i = 0; i < nkept; i++)
		if (kept[i]->id == id)
			return kept[i];
	if (nkept == NETNS_KEPT)
		pfs_sockets_refresh();
	ns = pfs_grow(NULL, 1, sizeof(*ns));
	memset(ns, 0, sizeof(*ns));
	ns->id = id;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		read_table(ns, pid, i);
	if (ns->n)
		qsort(ns->v, ns->n, sizeof(*ns->v), by_ino);
	pfs_unix_peers(pid, take_peer, ns); /* not there: the names are just poorer */
	for (size_t i = 0; i < sizeof(known_listens); i++)
		known_listens[i] |= ns->listens[i];
	kept[nkept++] = ns;
	return ns;
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

char *pfs_socket_name(pid_t pid, uint64_t ino)
{
	const struct pfs_netns *ns = pfs_netns_of(pid);
	bool listening;

	return ns ? pfs_netns_name(ns, ino, &listening) : NULL;
}

/* Which side asked for the connection, told by ports alone. */
static const char *arrow_of(const struct iom_sockname *s, bool stream)
{
	bool here = port_in(known_listens, s->sport), there = port_in(known_listens, s->dport);

	if (!stream)
		return "->";
	if (here != there)
		return here ? "<-" : "->";
	return s->sport < s->dport ? "<-" : "->";
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
				 listening, arrow_of(s, s->type == SOCK_STREAM));
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
