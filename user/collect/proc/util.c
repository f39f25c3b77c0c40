/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "collect/proc/procfs_int.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SLURP_MAX ((size_t)256 << 20)

static void *must(void *p)
{
	if (!p) {
		fputs("iomodel: out of memory\n", stderr);
		exit(1);
	}
	return p;
}

void *pfs_grow(void *p, size_t n, size_t size)
{
	return must(reallocarray(p, n ? n : 1, size));
}

char *pfs_strdup(const char *s)
{
	return must(strdup(s));
}

char *pfs_format(const char *fmt, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	return must(text);
}

uint64_t pfs_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

char *pfs_slurp(int dirfd, const char *path, size_t *len)
{
	size_t n = 0, room = 4096;
	char *buf;
	ssize_t got;
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	buf = pfs_grow(NULL, room, 1);
	while ((got = read(fd, buf + n, room - n - 1)) != 0) {
		if (got < 0) {
			int err = errno;

			if (err == EINTR)
				continue;
			close(fd);
			free(buf);
			errno = err;
			return NULL;
		}
		n += got;
		if (n >= SLURP_MAX)
			break;
		if (room - n < 4097) {
			room *= 2;
			buf = pfs_grow(buf, room, 1);
		}
	}
	close(fd);
	buf[n] = 0;
	if (len)
		*len = n;
	return buf;
}

int pfs_open_proc(pid_t pid)
{
	char path[32];
	int fd;

	if (pid <= 0)
		return -ESRCH;
	snprintf(path, sizeof(path), "/proc/%d", pid);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	return errno == ENOENT ? -ESRCH : -errno;
}

ssize_t pfs_readlink(int dirfd, const char *path, char *buf, size_t size)
{
	ssize_t n = readlinkat(dirfd, path, buf, size - 1);

	if (n < 0)
		return -errno;
	buf[n] = 0;
	return n;
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
	char path[48];
	char *text;
	size_t n;

	memset(comm, 0, 16);
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	text = pfs_slurp(AT_FDCWD, path, &n);
	if (!text)
		return false;
	if (n && text[n - 1] == '\n') /* only the last: a name may hold line feeds itself */
		n--;
	memcpy(comm, text, n < 15 ? n : 15);
	free(text);
	return true;
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

/* One line of maps; the path is cut out in place. */
static bool parse_map(char *line, struct pfs_map *map)
{
	char perm[5];
	char *deleted;
	size_t n;
	int at = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 "%n", &map->start,
		   &map->end, perm, &map->offset, &map->dev_major, &map->dev_minor, &map->ino,
		   &at) != 7)
		return false;
	map->exec = perm[2] == 'x';
	line += at;
	line += strspn(line, " ");
	n = strlen(line);
	deleted = n > 10 ? line + n - 10 : NULL;
	if (deleted && !strcmp(deleted, " (deleted)"))
		*deleted = 0;
	map->path = line;
	return true;
}

int pfs_maps_each(pid_t pid, bool (*each)(const struct pfs_map *map, void *arg), void *arg)
{
	char path[48];
	char *text, *line, *next;
	struct pfs_map map;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	text = pfs_slurp(AT_FDCWD, path, NULL);
	if (!text)
		return errno == ENOENT ? -ESRCH : -errno;
	for (line = text; *line; line = next) {
		next = strchrnul(line, '\n');
		if (*next)
			*next++ = 0;
		if (parse_map(line, &map) && !each(&map, arg))
			break;
	}
	free(text);
	return 0;
}
