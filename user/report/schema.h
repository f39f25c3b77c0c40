/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * schema.h - the JSON Schema that every JSON report keeps to (schema.json).
 */
#ifndef IOM_SCHEMA_H
#define IOM_SCHEMA_H

#include <stdio.h>

/* Write and flush it. 0, or -errno of the write that failed. */
int iom_report_json_schema(FILE *out);

#endif
