/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * model.h - the five models, and what the name of an interface may hide.
 */
#ifndef IOM_MODEL_H
#define IOM_MODEL_H

enum iom_model {
	IOM_M_BLOCKING,
	IOM_M_NONBLOCKING,
	IOM_M_MULTIPLEXED,
	IOM_M_SIGNAL,
	IOM_M_ASYNC,
	IOM_M_NR,
	IOM_M_NONE = IOM_M_NR,
};

enum iom_in_fact { IOM_FACT_NULL, IOM_FACT_SYNCHRONOUS, IOM_FACT_THREADS, IOM_FACT_POLLING };

/* "blocking", "nonblocking", "multiplexed", "signal-driven", "async", "none" */
const char *iom_model_name(enum iom_model m);

#endif
