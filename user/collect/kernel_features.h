/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel_features.h - what this kernel lets us use, found out by asking and trying.
 */
#ifndef IOM_KERNEL_FEATURES_H
#define IOM_KERNEL_FEATURES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct btf;

/* Arguments of a tracepoint's prototype as BTF tells them, without the leading
 * context; 0: no such tracepoint. */
int iom_tracepoint_args(const struct btf *btf, const char *name);

/* 0 when an fentry program can be attached to this function of the kernel, else
 * -errno. Tries it. */
int iom_fentry_possible(const struct btf *btf, const char *function);

/* May a BPF program at sys_exit be preempted here? Then calls of other threads
 * on that CPU pass it meanwhile. Asked by loading one that may sleep: such
 * are accepted where the tracepoint's probes are preemptible. */
bool iom_sys_exit_preemptible(const struct btf *btf);

/* 0 when BPF programs can be loaded as far as can be told beforehand; else
 * -EPERM or -ENOTSUP with *why as in iom_collect(). */
int iom_bpf_possible(char **why);

/* /proc/kallsyms. Whether it shows addresses is decided by who opens it, not by who
 * reads it. NULL: it cannot be opened. */
FILE *iom_symbols_open(void);

/* Address ranges [start, end) of the interrupt and soft interrupt entry text from it;
 * zeroes where it hides them or symbols is NULL. */
void iom_irq_text(FILE *symbols, uint64_t irq[2], uint64_t softirq[2]);

/* Set *why (heap, printf-like) unless it is set already or why is NULL. */
__attribute__((format(printf, 2, 3))) void iom_why(char **why, const char *fmt, ...);

#endif
