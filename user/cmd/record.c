/* SPDX-License-Identifier: GPL-2.0-only */
#include "cmd/cmd.h"

/* The same watch as that of attach or run; what is done with it differs (pipeline.c). */
int iom_cmd_record(const struct iom_options *o)
{
	return o->is_command ? iom_cmd_run(o) : iom_cmd_attach(o);
}
