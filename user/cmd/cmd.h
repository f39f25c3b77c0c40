/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cmd.h - one function per command. Each takes the options as parsed and
 * returns the exit code of the program (enum iom_exit; run: that of CMD).
 */
#ifndef IOM_CMD_H
#define IOM_CMD_H

#include "options.h"

int iom_cmd_attach(const struct iom_options *o);
int iom_cmd_run(const struct iom_options *o);
int iom_cmd_record(const struct iom_options *o);
int iom_cmd_report(const struct iom_options *o);
int iom_cmd_doctor(const struct iom_options *o);
int iom_cmd_explain(const struct iom_options *o);
int iom_cmd_lab(const struct iom_options *o); /* does not return where it succeeds */

#endif
