/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * names.h - words for the numbers of values.h.
 */
#ifndef IOM_NAMES_H
#define IOM_NAMES_H

/* What one calls a file of this kind (enum cap_kind): "socket", "regular file".
 * A static string; "file" for numbers not known here. */
const char *iom_kind_name(int kind);

/* What one calls a class of calls (enum cap_class): "read", "futex". A static
 * string; NULL for numbers that are none. */
const char *iom_class_name(int class);

#endif
