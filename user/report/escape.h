/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * escape.h - hostile bytes made harmless. A comm or a path may hold anything.
 */
#ifndef IOM_ESCAPE_H
#define IOM_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A heap copy of len bytes (up to the first NUL) that is valid UTF-8 and holds
 * no control character (C0, DEL, C1), no line or paragraph separator and no
 * bidirectional override: those, and bytes that are no UTF-8, become \xNN or
 * \uNNNN in plain ASCII. utf8 false: all beyond ASCII does. Never NULL: out of
 * memory ends the program.
 */
char *iom_escape(const char *bytes, size_t len, bool utf8);

#endif
