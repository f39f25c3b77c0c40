/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "collect/proc/elf_facts.h"
#include "collect/proc/procfs.h"
#include "collect/proc/procfs_int.h"
#include "collect/proc/reader.h"

#define CACHE	     512
#define PROGRAMS_MAX 512 /* of one process */

struct program { /* a file that is mapped as a program or library */
	uint64_t ino;
	unsigned int dev_major, dev_minor;
	char *path;
};

/* By the identity of the mapped file: processes that fork share theirs. */
static struct cached {
	uint64_t ino;
	unsigned int dev_major, dev_minor;
	uint64_t path_hash;
	struct elf_facts facts;
	bool used;
} cache[CACHE];

static uint64_t hash(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (; *s; s++)
		h = (h ^ (uint8_t)*s) * UINT64_C(0x100000001b3);
	return h;
}

/* Facts that cannot be had, now or ever, are all zero. */
static struct elf_facts facts_of(pid_t pid, const struct program *p, bool exe)
{
	uint64_t h = hash(p->path);
	struct cached *c = &cache[(p->ino * 31 + p->dev_minor + h) % CACHE];
	struct rd_request rq = rd_path(RD_ELF, pid, "%s", exe ? "exe" : p->path);
	int err;

	if (c->used && c->ino == p->ino && c->dev_major == p->dev_major &&
	    c->dev_minor == p->dev_minor && c->path_hash == h)
		return c->facts;
	*c = (struct cached){.ino = p->ino,
			     .dev_major = p->dev_major,
			     .dev_minor = p->dev_minor,
			     .path_hash = h,
			     .used = true};
	if (pfs_fs_of_path(pid, p->path) != PFS_FS_LOCAL)
		return c->facts;
	err = rd_fixed(&rq, &c->facts, sizeof(c->facts));
	if (err)
		c->facts = (struct elf_facts){};
	if (err == -EIO) /* it was parsed for too long, or broke its parser */
		rd_gave_up(pid, "the symbols of its program or a library take long, or are damaged");
	return c->facts;
}

struct looking {
	const char *exe;
	struct program *v; /* files whose facts are wanted */
	size_t n;
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
	l->v[l->n++] = (struct program){.ino = map->ino,
					.dev_major = map->dev_major,
					.dev_minor = map->dev_minor,
					.path = pfs_strdup(map->path)};
	return l->n < PROGRAMS_MAX;
}

static void ask_facts(pid_t pid, struct looking *l)
{
	for (size_t i = 0; i < l->n; i++) {
		bool exe = !strcmp(l->v[i].path, l->exe);
		struct elf_facts facts = facts_of(pid, &l->v[i], exe);

		if (exe)
			l->go |= facts.go;
		l->aio |= facts.aio;
		free(l->v[i].path);
	}
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
	struct rd_request rq = rd_path(RD_LINK, pid, "exe");
	struct program found[PROGRAMS_MAX];
	struct looking l = {.exe = bare, .v = found};
	ssize_t n;

	if (!pfs_comm(pid, proc->comm))
		return -ESRCH;
	n = rd_link(&rq, text, sizeof(text));
	free(proc->exe);
	proc->exe = n > 0 ? pfs_strdup(text) : NULL;
	strcpy(bare, n > 0 ? text : "");
	n = (ssize_t)strlen(bare);
	if (n > 10 && !strcmp(bare + n - 10, " (deleted)"))
		bare[n - 10] = 0;
	pfs_maps_each(pid, look, &l);
	ask_facts(pid, &l);
	proc->runtime = runtime_of(&l);
	proc->imports_posix_aio = l.aio;
	return 0;
}
