/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/schema.h"

#include <errno.h>

/* schema.json, put here by the assembler: one text for the tool and for whoever reads the source. */
__asm__(".pushsection .rodata\n"
	"iom_schema_text:\n"
	".incbin \"user/report/schema.json\"\n"
	"iom_schema_end:\n"
	".byte 0\n"
	".popsection\n");
extern const char iom_schema_text[], iom_schema_end[];

int iom_report_json_schema(FILE *out)
{
	size_t size = iom_schema_end - iom_schema_text;

	errno = 0;
	if (fwrite(iom_schema_text, 1, size, out) != size || fflush(out))
		return errno ? -errno : -EIO;
	return 0;
}
