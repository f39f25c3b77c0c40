/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sentence.h - text that is made as it is needed.
 */
#ifndef IOM_BASE_SENTENCE_H
#define IOM_BASE_SENTENCE_H

/* printf into heap memory; out of memory ends the program. */
__attribute__((format(printf, 1, 2))) char *iom_sentence(const char *fmt, ...);

#endif
