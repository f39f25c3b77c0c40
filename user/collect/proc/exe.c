/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect/proc/procfs.h"
#include "collect/proc/procfs_int.h"

#define CACHE	    512
#define SYMBOLS_MAX 1000000

/* What one ELF file tells. */
struct elf_facts {
	bool go;
	bool aio; /* wants one of the POSIX AIO functions from somebody else */
};

/* By the identity of the mapped file: processes that fork share theirs. */
static struct cached {
	uint64_t ino;
	unsigned int dev_major, dev_minor;
	uint64_t path_hash;
	struct elf_facts facts;
	bool used;
} cache[CACHE];

static bool is_aio_name(const char *name)
{
	static const char *const names[] = {"aio_read",	   "aio_write",	  "aio_fsync",
					    "lio_listio",  "aio_read64",  "aio_write64",
					    "aio_fsync64", "lio_listio64"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static bool wants_aio(Elf *elf, Elf_Scn *scn, const GElf_Shdr *sh)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	size_t n = data && sh->sh_entsize ? sh->sh_size / sh->sh_entsize : 0;

	for (size_t i = 0; i < n && i < SYMBOLS_MAX; i++) {
		const char *name;
		GElf_Sym sym;

		if (!gelf_getsym(data, (int)i, &sym))
			break;
		if (sym.st_shndx != SHN_UNDEF || !sym.st_name)
			continue;
		name = elf_strptr(elf, sh->sh_link, sym.st_name);
		if (name && is_aio_name(name))
			return true;
	}
	return false;
}

static void elf_read(int fd, struct elf_facts *facts)
{
	Elf_Scn *scn = NULL;
	size_t names;
	Elf *elf;

	elf_version(EV_CURRENT);
	/* Read, never mapped: the file may be cut short by anybody meanwhile. */
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf && elf_kind(elf) == ELF_K_ELF && !elf_getshdrstrndx(elf, &names)) {
		while ((scn = elf_nextscn(elf, scn))) {
			const char *name;
			GElf_Shdr sh;

			if (!gelf_getshdr(scn, &sh))
				continue;
			name = elf_strptr(elf, names, sh.sh_name);
			if (name &&
			    (!strcmp(name, ".go.buildinfo") || !strcmp(name, ".note.go.buildid")))
				facts->go = true;
			if (sh.sh_type == SHT_DYNSYM && !facts->aio)
				facts->aio = wants_aio(elf, scn, &sh);
		}
	}
	elf_end(elf);
}

static uint64_t hash(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (; *s; s++)
		h = (h ^ (uint8_t)*s) * UINT64_C(0x100000001b3);
	return h;
}

/* The file behind a mapping: by map_files, which cannot be led astray, or by
 * its path in the process's own root. Non-blocking in case it is a FIFO now. */
static int open_mapped(pid_t pid, const struct pfs_map *map)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	char path[PATH_MAX + 64];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/map_files/%" PRIx64 "-%" PRIx64, pid, map->start,
		 map->end);
	fd = open(path, flags);
	if (fd < 0) {
		snprintf(path, sizeof(path), "/proc/%d/root%s", pid, map->path);
		fd = open(path, flags);
	}
	if (fd >= 0 && (fstat(fd, &st) || !S_ISREG(st.st_mode))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static struct elf_facts facts_of(pid_t pid, const struct pfs_map *map)
{
	uint64_t h = hash(map->path);
	struct cached *c = &cache[(map->ino * 31 + map->dev_minor + h) % CACHE];
	int fd;

	if (c->used && c->ino == map->ino && c->dev_major == map->dev_major &&
	    c->dev_minor == map->dev_minor && c->path_hash == h)
		return c->facts;
	*c = (struct cached){.ino = map->ino,
			     .dev_major = map->dev_major,
			     .dev_minor = map->dev_minor,
			     .path_hash = h,
			     .used = true};
	if (pfs_fs_of_path(pid, map->path) != PFS_FS_LOCAL)
		return c->facts;
	fd = open_mapped(pid, map);
	if (fd >= 0) {
		elf_read(fd, &c->facts);
		close(fd);
	}
	return c->facts;
}

struct looking {
	pid_t pid;
	const char *exe;
	uint64_t last_ino; /* the mappings of a file follow each other */
	bool go, aio, jvm, node, python, ruby;
};

static bool starts(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

static bool look(const struct pfs_map *map, void *arg)
{
	struct looking *l = arg;
	const char *base = pfs_basename(map->path);
	struct elf_facts facts;

	if (map->path[0] != '/' || !map->ino || map->ino == l->last_ino)
		return true;
	l->jvm |= starts(base, "libjvm.so");
	l->node |= starts(base, "libnode.so");
	l->python |= starts(base, "libpython");
	l->ruby |= starts(base, "libruby");
	if (pfs_is_libc(map->path))
		return true;
	/* Only what is mapped from its beginning on as a program or library is;
	 * data files may be of any size and are left alone. */
	if (map->offset || (!strstr(base, ".so") && strcmp(map->path, l->exe) != 0))
		return true;
	l->last_ino = map->ino;
	facts = facts_of(l->pid, map);
	if (!strcmp(map->path, l->exe))
		l->go |= facts.go;
	l->aio |= facts.aio;
	return true;
}

static bool versioned(const char *base, const char *name)
{
	size_t n = strlen(name);

	return !strncmp(base, name, n) && strspn(base + n, "0123456789.-") == strlen(base + n);
}

static enum iom_runtime runtime_of(const struct looking *l)
{
	static const char *const scripts[] = {"perl", "ruby",	 "bash",  "sh",	  "dash",
					      "zsh",  "ksh",	 "mksh",  "fish", "php",
					      "lua",  "luajit",	 "tclsh", "wish", "gawk",
					      "mawk", "Rscript", "guile", "osh"};
	const char *base = pfs_basename(l->exe);

	if (l->jvm)
		return IOM_RT_JVM;
	if (!strcmp(base, "node") || !strcmp(base, "nodejs") || l->node)
		return IOM_RT_NODE;
	if (l->go)
		return IOM_RT_GO;
	if (versioned(base, "python") || versioned(base, "pypy") || l->python)
		return IOM_RT_PYTHON;
	if (l->ruby)
		return IOM_RT_OTHER_SCRIPT;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
		if (versioned(base, scripts[i]))
			return IOM_RT_OTHER_SCRIPT;
	return IOM_RT_NATIVE;
}

int pfs_proc_read(pid_t pid, struct cap_proc *proc)
{
	char text[PATH_MAX + 16], bare[PATH_MAX + 16];
	struct looking l = {.pid = pid, .exe = bare};
	int dir = pfs_open_proc(pid);
	ssize_t n;

	if (dir < 0)
		return -ESRCH;
	if (!pfs_comm(pid, proc->comm)) {
		close(dir);
		return -ESRCH;
	}
	n = pfs_readlink(dir, "exe", text, sizeof(text));
	close(dir);
	free(proc->exe);
	proc->exe = n > 0 ? pfs_strdup(text) : NULL;
	strcpy(bare, n > 0 ? text : "");
	n = (ssize_t)strlen(bare);
	if (n > 10 && !strcmp(bare + n - 10, " (deleted)"))
		bare[n - 10] = 0;
	pfs_maps_each(pid, look, &l);
	proc->runtime = runtime_of(&l);
	proc->imports_posix_aio = l.aio;
	return 0;
}
