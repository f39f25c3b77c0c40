/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * set_text.h - what an epoll waits for, by name.
 */
#ifndef IOM_SET_TEXT_H
#define IOM_SET_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/capture.h"

/*
 * " (on tcp listen 127.0.0.1:80, eventfd and more)": what is in the set, each name once. What the
 * process can wake itself by comes after what it waits for from outside. "" where nothing is
 * known. Heap; names in it are raw bytes.
 */
char *iom_set_text(const struct iom_capture *cap, uint32_t epoll);

#endif
