/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * elf_facts.h - what is wanted of an ELF file, which may be anything at all.
 */
#ifndef IOM_ELF_FACTS_H
#define IOM_ELF_FACTS_H

#include <stdint.h>

struct elf_facts {
	uint8_t go;  /* made by Go's linker */
	uint8_t aio; /* wants one of the POSIX AIO functions from somebody else */
};

/* Of an open file, which is only read, in bounds: what does not look like a
 * program or library that a linker made leaves the facts at zero. */
void elf_facts_read(int fd, struct elf_facts *facts);

/* The same in a child that has no privilege, no file but this one, little memory
 * and little time. 0 or a negative errno; the facts are zero then. */
int elf_facts_apart(int fd, struct elf_facts *facts);

#endif
