/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "collect/proc/procfs_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "collect/proc/parse.h"
#include "collect/proc/procfs.h"
#include "collect/proc/reader.h"

#define COMM_MAX 256
#define MAPS_MAX ((size_t)64 << 20) /* 65530 mappings, the usual limit, with long paths */

void *pfs_grow(void *p, size_t n, size_t size)
{
	return iom_memory(reallocarray(p, n ? n : 1, size));
}

char *pfs_strdup(const char *s)
{
	return iom_memory(strdup(s));
}

char *pfs_format(const char *fmt, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	return iom_memory(text);
}

char *pfs_without_arrows(char *name)
{
	static const char escaped[] = "\\x20";
	char *text, *to;

	if (!name || (!strstr(name, " -> ") && !strstr(name, " <- ")))
		return name;
	to = text = pfs_grow(NULL, strlen(name) * (sizeof(escaped) - 1) + 1, 1);
	for (const char *at = name; *at; at++)
		if (!strncmp(at, " -> ", 4) || !strncmp(at, " <- ", 4))
			to = stpcpy(to, escaped);
		else
			*to++ = *at;
	*to = 0;
	free(name);
	return text;
}

uint64_t pfs_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

bool pfs_bracketed(const char *text, const char *name, uint64_t *ino)
{
	size_t n = strlen(name);
	char *end;

	if (strncmp(text, name, n) || strncmp(text + n, ":[", 2))
		return false;
	if (text[n + 2] < '0' || text[n + 2] > '9')
		return false;
	*ino = strtoull(text + n + 2, &end, 10);
	return !strcmp(end, "]");
}

bool pfs_comm(pid_t pid, char comm[16])
{
	struct rd_request rq = rd_path(RD_FILE, pid, "comm");
	char *text;
	size_t n;

	memset(comm, 0, 16);
	text = rd_text(&rq, COMM_MAX, &n);
	if (!text)
		return false;
	if (n && text[n - 1] == '\n') /* only the last: a name may hold line feeds itself */
		n--;
	memcpy(comm, text, n < 15 ? n : 15);
	free(text);
	return true;
}

const char *pfs_comm_quote(const char *comm)
{
	return strchr(comm, '(') ? "\"" : "";
}

const char *pfs_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool pfs_is_libc(const char *path)
{
	static const char *const libs[] = {
		"libc.so",  "libc-2.",	"libpthread.so", "libpthread-2.", "librt.so",
		"librt-2.", "ld-linux", "ld-2.",	 "ld-musl-",	  "libc.musl-"};
	const char *base = pfs_basename(path);

	if (!strcmp(path, "[vdso]") || !strcmp(path, "[vsyscall]"))
		return true;
	if (path[0] != '/')
		return false;
	for (size_t i = 0; i < sizeof(libs) / sizeof(libs[0]); i++)
		if (!strncmp(base, libs[i], strlen(libs[i])))
			return true;
	return false;
}

struct mappings {
	bool (*each)(const struct pfs_map *map, void *arg);
	void *arg;
};

static bool take_line(char *line, void *arg)
{
	const struct mappings *m = arg;
	struct pfs_map map;

	return !parse_map(line, &map) || m->each(&map, m->arg);
}

int pfs_maps_each(pid_t pid, bool (*each)(const struct pfs_map *map, void *arg), void *arg)
{
	struct rd_request rq = rd_path(RD_FILE, pid, "maps");

	return rd_lines(&rq, MAPS_MAX, take_line, &(struct mappings){each, arg});
}
