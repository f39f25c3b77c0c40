/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/escape.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* Decode one character: its length in bytes, 0 if it is no valid UTF-8
 * (overlong forms, surrogates and numbers beyond U+10FFFF are none). */
static size_t decode(const unsigned char *s, size_t len, uint32_t *c)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc0 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 :
		   s[0] < 0xf8 ? 4 : 0;

	if (n == 0 || n > len)
		return 0;
	if (n == 1) {
		*c = s[0];
		return 1;
	}
	*c = s[0] & (0xff >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (s[i] & 0x3f);
	}
	if (*c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c <= 0xdfff))
		return 0;
	return n;
}

/* Control characters, and what is not seen, or turns around or swallows what stands beside it: marks of direction,
 * joiners, fillers, tags, selectors of variants, separators, and numbers that are no characters. */
static const struct {
	uint32_t from, to;
} harmful[] = {
	{0, 0x1f},	    {0x7f, 0x9f},	{0xad, 0xad},	    {0x34f, 0x34f},	{0x61c, 0x61c},
	{0x115f, 0x1160},   {0x17b4, 0x17b5},	{0x180b, 0x180f},   {0x200b, 0x200f},	{0x2028, 0x202e},
	{0x2060, 0x206f},   {0x2800, 0x2800},	{0x3164, 0x3164},   {0xfdd0, 0xfdef},	{0xfe00, 0xfe0f},
	{0xfeff, 0xfeff},   {0xffa0, 0xffa0},	{0xfff0, 0xffff},   {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
	{0xe0000, 0xe0fff},
};

static bool harmless(uint32_t c)
{
	for (size_t i = 0; i < sizeof(harmful) / sizeof(*harmful) && c >= harmful[i].from; i++)
		if (c <= harmful[i].to)
			return false;
	return (c & 0xfffe) != 0xfffe;
}

char *iom_escape(const char *bytes, size_t len, bool utf8)
{
	const unsigned char *s = (const unsigned char *)bytes;
	char *out, *at;

	len = strnlen(bytes, len);
	out = at = iom_memory(malloc(len * 10 + 1)); /* the longest: \U0010ffff for 4 bytes, \xNN for 1 */
	for (size_t i = 0; i < len;) {
		uint32_t c = 0;
		size_t n = decode(s + i, len - i, &c);

		if (n == 0) {
			at += sprintf(at, "\\x%02x", s[i]);
			n = 1;
		} else if (harmless(c) && (c < 0x80 || utf8)) {
			memcpy(at, s + i, n);
			at += n;
		} else if (c < 0x100) {
			at += sprintf(at, "\\x%02x", (unsigned int)c);
		} else {
			at += sprintf(at, c < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned int)c);
		}
		i += n;
	}
	*at = 0;
	return out;
}
