/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "collect/proc/elf_facts.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/privileges.h"
#include "collect/proc/sandbox.h"

/* What is larger was made to be. Chromium, with all its symbols, has 500,000. */
#define SYMBOLS_MAX 1000000
#define TABLE_MAX   (UINT64_C(64) << 20)
#define NAMES_MAX   (UINT64_C(1) << 20)

#define PARSER_MEMORY  (UINT64_C(256) << 20)
#define PARSER_CPU_S   2    /* if nobody kills it */
#define PARSER_WALL_MS 1000 /* less than whoever asked for it waits */

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

/* Is this section one whose whole content libelf may load? */
static bool may_load(Elf *elf, size_t index, uint64_t max)
{
	Elf_Scn *scn = elf_getscn(elf, index);
	GElf_Shdr sh;

	return scn && gelf_getshdr(scn, &sh) && sh.sh_size <= max &&
	       !(sh.sh_flags & SHF_COMPRESSED);
}

static bool wants_aio(Elf *elf, Elf_Scn *scn, const GElf_Shdr *sh)
{
	Elf_Data *data;
	size_t n;

	if (!may_load(elf, elf_ndxscn(scn), TABLE_MAX) || !may_load(elf, sh->sh_link, TABLE_MAX))
		return false;
	data = elf_getdata(scn, NULL);
	n = data && sh->sh_entsize ? sh->sh_size / sh->sh_entsize : 0;
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

static void read_sections(Elf *elf, struct elf_facts *facts)
{
	Elf_Scn *scn = NULL;
	size_t names;
	bool named;

	if (elf_getshdrstrndx(elf, &names))
		return;
	named = may_load(elf, names, NAMES_MAX);
	while ((scn = elf_nextscn(elf, scn))) {
		const char *name;
		GElf_Shdr sh;

		if (!gelf_getshdr(scn, &sh))
			continue;
		name = named ? elf_strptr(elf, names, sh.sh_name) : NULL;
		if (name && (!strcmp(name, ".go.buildinfo") || !strcmp(name, ".note.go.buildid")))
			facts->go = 1;
		if (sh.sh_type == SHT_DYNSYM && !facts->aio)
			facts->aio = wants_aio(elf, scn, &sh);
	}
}

/* A header as linkers make it: one that counts its sections in 16 bits. The other
 * way to count lets a file of a few bytes claim 2^64 of them. */
static bool plausible(int fd)
{
	union {
		Elf64_Ehdr e64;
		Elf32_Ehdr e32;
	} h = {};

	if (pread(fd, &h, sizeof(h), 0) < (ssize_t)sizeof(h.e32) ||
	    memcmp(h.e64.e_ident, ELFMAG, SELFMAG) != 0)
		return false;
	return h.e64.e_ident[EI_CLASS] == ELFCLASS64 ? h.e64.e_shnum : h.e32.e_shnum;
}

void elf_facts_read(int fd, struct elf_facts *facts)
{
	Elf *elf;

	*facts = (struct elf_facts){};
	if (!plausible(fd))
		return;
	elf_version(EV_CURRENT);
	/* Read, never mapped: the file may be cut short by anybody meanwhile. */
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf && elf_kind(elf) == ELF_K_ELF)
		read_sections(elf, facts);
	elf_end(elf);
}

static void limit(int resource, uint64_t most)
{
	struct rlimit l = {most, most};

	setrlimit(resource, &l);
}

__attribute__((noreturn)) static void parse(int fd, int to)
{
	struct elf_facts facts;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* All else that is open is nothing to this process. */
	if (dup2(fd, 0) < 0 || dup2(to, 1) < 0 || close_range(2, ~0U, 0))
		_exit(1);
#ifndef __SANITIZE_ADDRESS__ /* it reserves terabytes */
	limit(RLIMIT_AS, PARSER_MEMORY);
#endif
	limit(RLIMIT_CPU, PARSER_CPU_S);
	limit(RLIMIT_FSIZE, 0);
	limit(RLIMIT_CORE, 0);
	if (iom_keep_capabilities(0) || sandbox_parser())
		_exit(1);
	elf_facts_read(0, &facts);
	_exit(write(1, &facts, sizeof(facts)) != sizeof(facts));
}

int elf_facts_apart(int fd, struct elf_facts *facts)
{
	struct pollfd ready = {.events = POLLIN};
	bool slow = false;
	int p[2], err = -EIO;
	pid_t child;

	*facts = (struct elf_facts){};
	while (waitpid(-1, NULL, WNOHANG) > 0)
		; /* those that would not end in time */
	if (pipe2(p, O_CLOEXEC))
		return -errno;
	child = fork();
	if (!child)
		parse(fd, p[1]);
	close(p[1]);
	ready.fd = p[0];
	if (child > 0)
		slow = poll(&ready, 1, PARSER_WALL_MS) <= 0;
	if (child > 0 && !slow && read(p[0], facts, sizeof(*facts)) == sizeof(*facts))
		err = 0;
	close(p[0]);
	if (err)
		*facts = (struct elf_facts){};
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, slow ? WNOHANG : 0); /* a file system may hold it */
	}
	return err;
}
