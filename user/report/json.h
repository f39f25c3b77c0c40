/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * json.h - the report as one JSON object, schema "iomodel/2" (schema.json).
 */
#ifndef IOM_JSON_H
#define IOM_JSON_H

#include <stdio.h>

#include "report/report.h"

/* Write and flush. 0, or -errno of the write that failed (-ENOSPC and the like). */
int iom_report_json(const struct iom_report *rep, FILE *out);

#endif
