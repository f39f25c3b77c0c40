/* app.h - the three parts of the program. */
#ifndef APP_H
#define APP_H

#include "lab.h"

/* journal.c: what happened, kept in memory until it is made to last. */
void journal_add(const char *text);
/* All that was added is on the disk when this returns. */
void journal_sync(void);

/* settings.c: device 1 has the settings; one message of it is one set of them. */
void settings_refresh(void);

#endif
