/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * json_int.h - what the files that write JSON share. Not for others: json.h is.
 */
#ifndef IOM_JSON_INT_H
#define IOM_JSON_INT_H

#include <jansson.h>

#include "report/report.h"

/* New references. Raw bytes are escaped; NULL gives null. */
json_t *iom_json_text(const char *bytes);
json_t *iom_json_number(uint64_t n);
/* 0..1 with three digits. */
json_t *iom_json_part(double x);
/* The name of a file, or of its kind; path where there is no file; null for neither. */
json_t *iom_json_file(const struct iom_capture *cap, uint32_t file, const char *path);
json_t *iom_json_fd(const struct iom_capture *cap, uint32_t file);

/* json_time.c */
json_t *iom_json_time(const struct iom_capture *cap, const struct acc_thread *t);
json_t *iom_json_loop(const struct iom_capture *cap, const struct rep_thread *t);

/* json_rings.c */
json_t *iom_json_ring(const struct iom_capture *cap, const struct rep_ring *r);

#endif
