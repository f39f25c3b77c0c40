/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * store_int.h - shared by the writer (store.c) and the reader (store_read.c).
 */
#ifndef IOM_STORE_INT_H
#define IOM_STORE_INT_H

#include <sqlite3.h>

#include "capture/store.h"
#include "capture/tables.h"

struct iom_store {
	sqlite3 *db;
	char *path;	   /* NULL: in memory */
	uint64_t max_size; /* 0: no limit */
	uint64_t size, grown; /* bytes after the last write, and by how much it grew then */
	sqlite3_stmt *insert[CAP_NTABLES];
	uint64_t *written[CAP_NTABLES]; /* for each element, the hash of what was written */
	size_t nwritten[CAP_NTABLES];
};

/* The capture in a database that is open; limits and guards are the caller's. */
int store_take(sqlite3 *db, struct iom_capture **cap, struct iom_loaded *loaded, char **why);

#endif
