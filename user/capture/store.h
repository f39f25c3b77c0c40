/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * store.h - recordings: a capture in a SQLite database, written while the watch
 * goes on and read back defensively.
 *
 * The tables are those of tables.h, each with a column "id", the index of the
 * element. Beside them lie "recording", whose one row says whether the watch
 * was written to its end, and names for numbers, for people who look into a
 * recording (iomodel-recording(5)); neither is part of a capture.
 *
 * While it is written the database is in WAL mode: what was committed survives
 * the end of the writer, in FILE and FILE-wal. iom_store_finish() folds both
 * into FILE alone.
 */
#ifndef IOM_STORE_H
#define IOM_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/capture.h"

#define IOM_STORE_APPLICATION 0x696f6d72 /* application_id of the database: "iomr" */
#define IOM_STORE_VERSION     1		 /* user_version: raised when an older reader would err */
#define IOM_STORE_MIN_SIZE    (UINT64_C(256) << 10) /* of max_size: the schema must fit */

struct iom_store;

/*
 * A new recording. path: a new file, mode 0600 and under sudo its caller's, which must
 * not exist yet, not even as a symbolic link; NULL: in memory. max_size: it is not to grow beyond so
 * many bytes, 0: no limit. 0, or -errno with *why (heap) set to a sentence.
 */
int iom_store_create(struct iom_store **out, const char *path, uint64_t max_size, char **why);

/*
 * Bring the recording up to the capture: what changed since the last time is
 * written, all of it or nothing. 0, -ENOSPC (disk full), -EFBIG (max_size), or
 * another -errno; after an error the recording holds what it held before.
 */
int iom_store_write(struct iom_store *s, const struct iom_capture *cap);

/* The last write, the mark that it is complete, and one file. The same errors. */
int iom_store_finish(struct iom_store *s, const struct iom_capture *cap);

/* Bytes that the recording would take as one file; and whether it may well reach
 * max_size with the next write. */
uint64_t iom_store_size(const struct iom_store *s);
bool iom_store_nearly_full(const struct iom_store *s);

/* The file is to be no more; let go of it all the same. */
void iom_store_remove(struct iom_store *s);

/* Let go of it. What was not finished stays as it is. NULL is allowed. */
void iom_store_close(struct iom_store *s);

struct iom_loaded { /* how a recording was found */
	bool complete;
	uint64_t bad_rows; /* left out: not what the writer could have written */
};

/*
 * Read a recording. Nothing in it is trusted: values have bounds, time and
 * memory too. Nothing beside it is written: where its last part lies in FILE-wal
 * both are copied to a private directory first. *cap is the caller's.
 * 0, or -EBADMSG (no recording, damaged, hostile), -ENOTSUP (made by a newer
 * iomodel), -ENOENT, -EACCES or another -errno, with *why (heap) set to a
 * sentence that names the way out.
 */
int iom_store_load(const char *path, struct iom_capture **cap, struct iom_loaded *loaded, char **why);

/* The same from a recording that is open for writing. */
int iom_store_read(struct iom_store *s, struct iom_capture **cap, struct iom_loaded *loaded,
		   char **why);

#endif
