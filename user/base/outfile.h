/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * outfile.h - a file to be written where the user said, and nowhere else.
 *
 * We may be root, and the path may lead through folders in which others can put
 * symbolic links. So the way is walked once, component by component, each held
 * open while it is looked at; a link is followed only if nobody but us can have
 * put it there; and what is made is made relative to the folder that was reached.
 *
 * "Us" is the effective user, root, and under sudo its caller.
 */
#ifndef IOM_OUTFILE_H
#define IOM_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>

/* For iom_outfile_open(). */
enum {
	/* The file must not exist, not even as a link that leads nowhere, and has its
	 * name from the beginning; what is written stays, whole or not. Without this
	 * it has a temporary name, and replaces a file of its own when committed. */
	IOM_OUTFILE_NEW = 1 << 0,
	/* Under sudo it belongs to sudo's caller. */
	IOM_OUTFILE_CALLER = 1 << 1,
};

struct iom_outfile {
	int fd;	      /* to be written; close-on-exec */
	int dir;      /* folder of a file that we made; -1: a device, a pipe or a descriptor */
	char *name;   /* its name there; heap */
	char tmp[32]; /* the name it has until it is committed; "": it has its own */
	struct iom_outfile *next; /* all that have a temporary name */
};

/*
 * Open path. A new or regular file is made anew, mode 0600. What path names
 * otherwise is opened and written directly: a device, a FIFO (this waits for a
 * reader), /dev/fd/N and /dev/stdout (which are the descriptor itself).
 *
 * 0, or -errno with *why set to a heap string that goes on "cannot write `path`: ".
 * A temporary file is removed at exit(), if it comes to that.
 */
int iom_outfile_open(struct iom_outfile *f, const char *path, unsigned int flags, char **why);

/* A further file beside one that was opened with IOM_OUTFILE_NEW: new, empty, of the
 * same owner, its name with a suffix. 0 or -errno. */
int iom_outfile_beside(const struct iom_outfile *f, const char *suffix);

/* The absolute path of a file that we made, for libraries that open by name; NULL
 * where it is none or its folder is gone. Heap. */
char *iom_outfile_path(const struct iom_outfile *f);

/* All is written: put it on disk, and give it its name. 0 or -errno; in either
 * case iom_outfile_close() is due. */
int iom_outfile_commit(struct iom_outfile *f);

/* Let go of it; without a commit a temporary file is removed. */
void iom_outfile_close(struct iom_outfile *f);

#endif
