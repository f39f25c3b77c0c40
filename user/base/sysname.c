/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/sysname.h"

#include "syscalls.h"
#include "uring_ops.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

const char *iom_syscall_name(int nr)
{
#define NAME(nr, name, class, shape, argument) [nr] = #name,
	static const char *const names[] = {IOM_SYSCALLS(NAME)};
#undef NAME

	return nr >= 0 && nr < COUNT(names) && names[nr] ? names[nr] : "call";
}

static const struct {
	const char *name;
	enum iom_uring_what what;
} uring[] = {
#define OPERATION(nr, name, what, file) [nr] = {#name, IOM_U_##what},
	IOM_URING_OPS(OPERATION)
#undef OPERATION
};

static enum iom_uring_what what_of(int opcode)
{
	return opcode >= 0 && opcode < COUNT(uring) ? uring[opcode].what : IOM_U_OTHER;
}

const char *iom_uring_opcode_name(int opcode)
{
	return opcode >= 0 && opcode < COUNT(uring) ? uring[opcode].name : "request";
}

bool iom_uring_moves_data(int opcode)
{
	return what_of(opcode) == IOM_U_BYTES || what_of(opcode) == IOM_U_MOVES;
}

bool iom_uring_only_polls(int opcode)
{
	return what_of(opcode) == IOM_U_POLL;
}

bool iom_uring_works_on_names(int opcode)
{
	return what_of(opcode) == IOM_U_NAME;
}
