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
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/privileges.h"
#include "collect/proc/sandbox.h"

/* What is larger was made to be. Chromium, with all its symbols, has 500,000. */
#define SYMBOLS_MAX 1000000
#define TABLE_MAX   (UINT64_C(64) << 20)
#define NAMES_MAX   (UINT64_C(1) << 20)

#define PARSER_MEMORY	(UINT64_C(256) << 20)
#define PARSER_CPU_S	2 /* if its timer does not end it */
#define PARSER_WALL_S	1
#define PARSER_GRACE_MS 200 /* both together less than whoever asked for it waits */

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

/* How a parser ends: this, and the facts. */
#define PARSED 4
#define GO     1
#define AIO    2

__attribute__((noreturn)) static void parse(int fd)
{
	const struct itimerval ends = {.it_value.tv_sec = PARSER_WALL_S};
	struct elf_facts facts;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* All else that is open is nothing to this process. */
	if (dup2(fd, 0) < 0 || close_range(1, ~0U, 0))
		_exit(1);
#ifndef __SANITIZE_ADDRESS__ /* it reserves terabytes */
	limit(RLIMIT_AS, PARSER_MEMORY);
#endif
	limit(RLIMIT_CPU, PARSER_CPU_S);
	limit(RLIMIT_FSIZE, 0);
	limit(RLIMIT_CORE, 0);
	/* Nobody needs a right to end it; from the filter on it cannot put that off. */
	signal(SIGALRM, SIG_DFL);
	setitimer(ITIMER_REAL, &ends, NULL);
	if (iom_keep_capabilities(0) || sandbox_parser())
		_exit(1);
	elf_facts_read(0, &facts);
	_exit(PARSED | (facts.go ? GO : 0) | (facts.aio ? AIO : 0));
}

/* What a parser ended with; negative where it did not in time. */
static int outcome(pid_t child)
{
	struct pollfd ended = {.fd = (int)syscall(SYS_pidfd_open, child, 0), .events = POLLIN};
	int status;

	if (ended.fd < 0)
		return -errno;
	/* When its time is over a file system may hold it still. */
	poll(&ended, 1, PARSER_WALL_S * 1000 + PARSER_GRACE_MS);
	close(ended.fd);
	if (waitpid(child, &status, WNOHANG) != child || !WIFEXITED(status))
		return -EIO;
	return WEXITSTATUS(status);
}

int elf_facts_apart(int fd, struct elf_facts *facts)
{
	pid_t child;
	int end;

	*facts = (struct elf_facts){};
	while (waitpid(-1, NULL, WNOHANG) > 0)
		; /* those that would not end in time */
	child = fork();
	if (child < 0)
		return -errno;
	if (!child)
		parse(fd);
	end = outcome(child);
	if (end < 0 || (end & ~(GO | AIO)) != PARSED)
		return end < 0 ? end : -EIO;
	*facts = (struct elf_facts){.go = !!(end & GO), .aio = !!(end & AIO)};
	return 0;
}
