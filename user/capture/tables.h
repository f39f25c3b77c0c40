/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tables.h - what a capture consists of, as data: one list of columns for each
 * of its structs.
 *
 * Growing, freeing, storing, loading, checking and redacting are made from
 * these lists, so a new field is one line in tables.c, and a new array one
 * list and one line. The names are those of the tables and columns in a
 * recording: they stay as they are.
 */
#ifndef IOM_TABLES_H
#define IOM_TABLES_H

#include "capture/capture.h"

enum cap_type {
	CAP_T_UINT, /* unsigned integer of 1, 2, 4 or 8 bytes */
	CAP_T_INT,  /* signed integer of 4 or 8 bytes */
	CAP_T_BOOL,
	CAP_T_COMM, /* char[CAP_COMM_LEN], raw bytes up to the first NUL */
	CAP_T_TEXT, /* char *, heap or NULL, raw bytes */
	CAP_T_REF,  /* uint32_t: index into another array, or IOM_NO_FILE where that is allowed */
};

/* What a text gives away, and so how it is redacted. */
enum cap_secret {
	CAP_X_NOTHING,
	CAP_X_PATH, /* a path, or a name that is none */
	CAP_X_FILE, /* the name of a file: path, addresses, other processes */
	CAP_X_COMM, /* the name of a thread */
	CAP_X_WORD, /* a word of the command line */
};

enum cap_table_id { /* what others refer to comes before them */
	CAP_TAB_WATCH, /* one row: the watch itself */
	CAP_TAB_PROBE,
	CAP_TAB_ARGUMENT,
	CAP_TAB_FILE,
	CAP_TAB_PROCESS,
	CAP_TAB_THREAD,
	CAP_TAB_REGISTRATION,
	CAP_TAB_CALLS,
	CAP_TAB_REQUESTS,
	CAP_TAB_SIGNALS,
	CAP_TAB_INTEREST,
	CAP_TAB_PATH,
	CAP_TAB_TURNS,
	CAP_TAB_AWAKE,
	CAP_TAB_RING,
	CAP_TAB_SAMPLE,
	CAP_TAB_SECOND,
	CAP_NTABLES,
};

struct cap_column {
	const char *name;
	uint8_t type;	/* enum cap_type */
	uint8_t size;	/* bytes in the struct */
	uint16_t offset;
	uint8_t secret; /* enum cap_secret */
	uint8_t to;	/* CAP_T_REF: enum cap_table_id */
	bool needed;	/* CAP_T_REF: a row without it means nothing */
	int64_t none;	/* value of a new element, and where an older recording lacks the column */
	int64_t min, max; /* of numbers; of text: longest, in bytes */
};

struct cap_table {
	const char *name;
	const char *about; /* one line for people who read the schema */
	const struct cap_column *columns;
	size_t ncolumns;
	size_t size;	 /* of an element; 0: the one element is the capture itself */
	size_t array, n; /* offsets in struct iom_capture */
	size_t max_rows; /* those behind them are not read */
	/* Whether the fields of an element go together; NULL: any do. */
	bool (*holds)(const void *element);
};

extern const struct cap_table cap_tables[CAP_NTABLES];

/* Elements of a table in a capture, and the i-th of them. */
size_t cap_count(const struct cap_table *t, const struct iom_capture *cap);
void *cap_element(const struct cap_table *t, const struct iom_capture *cap, size_t i);

/* Append an element whose columns hold `none`; its index. Out of memory ends the program. */
uint32_t cap_append(struct iom_capture *cap, enum cap_table_id id);

/* Take the last element away again, its texts included. */
void cap_drop_last(struct iom_capture *cap, enum cap_table_id id);

/* Free the texts of an element. */
void cap_free_texts(const struct cap_table *t, void *element);

/* A number (all types but COMM and TEXT) of an element, cut to the bounds of the column. */
int64_t cap_number(const struct cap_column *c, const void *element);
/* v must be inside the bounds. */
void cap_set_number(const struct cap_column *c, void *element, int64_t v);

/* A text (COMM or TEXT) of an element: *len bytes, not terminated for COMM; NULL: none. */
const char *cap_text(const struct cap_column *c, const void *element, size_t *len);
/* Copies len bytes; COMM is cut. Out of memory ends the program. */
void cap_set_text(const struct cap_column *c, void *element, const char *text, size_t len);

#endif
