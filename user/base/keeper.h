/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keeper.h - the last step of a file that is written with a temporary name, done by
 * a process that kept the privilege for it.
 *
 * Who watches strangers gives up all privileges, and then may write what it has
 * open, but not give it its name in a folder that belongs to somebody else: the home
 * of sudo's caller, say. The keeper can do that one thing and no other.
 */
#ifndef IOM_KEEPER_H
#define IOM_KEEPER_H

#include <stdbool.h>

/* Would giving it its name take a privilege, here and now? */
bool iom_keeper_needed(int dir, const char *to);

/* A keeper that will rename from to to in the folder dir, or remove from: when it is
 * told so, and also when we end without a word. Its handle, or a negative errno. The
 * names are borrowed for this call alone. */
int iom_keeper_start(int dir, const char *from, const char *to);

/* Rename, or remove; the keeper ends. 0 or a negative errno. */
int iom_keeper_rename(int keeper);
void iom_keeper_remove(int keeper);

#endif
