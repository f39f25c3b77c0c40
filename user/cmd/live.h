/* SPDX-License-Identifier: GPL-2.0-only */
/* live.h - explain --live: a model's reference program, watched while it runs. */
#ifndef IOM_LIVE_H
#define IOM_LIVE_H

#include <stdbool.h>

/* Start the reference program of a model ("blocking", ...), watch it for two seconds, and draw
 * its two phases as measured, on stdout. The program's exit code; what went wrong is on stderr. */
int iom_live(const char *model, bool utf8, bool color);

#endif
