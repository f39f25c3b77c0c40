/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hostile bytes: whatever goes in, what comes out is plain to a terminal, to
 * JSON and to a person.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "report/escape.h"

struct known {
	const char *in, *utf8, *ascii;
};

static const struct known known[] = {
	{"", "", ""},
	{"redis-server", "redis-server", "redis-server"},
	{"a b\"c\\d'<&>", "a b\"c\\d'<&>", "a b\"c\\d'<&>"},
	{"\033[2J<script>", "\\x1b[2J<script>", "\\x1b[2J<script>"},
	{"a\nb\tc\rd", "a\\x0ab\\x09c\\x0dd", "a\\x0ab\\x09c\\x0dd"},
	{"\177", "\\x7f", "\\x7f"},
	{"\xc2\x9b" "31m", "\\x9b31m", "\\x9b31m"}, /* C1: the one-byte CSI */
	{"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f", "gr\\xfc\\xdf"},
	{"\xe2\x82\xac", "\xe2\x82\xac", "\\u20ac"},
	{"\xf0\x9f\x90\xa7", "\xf0\x9f\x90\xa7", "\\U0001f427"},
	{"\xe2\x80\xae" "cod.exe", "\\u202ecod.exe", "\\u202ecod.exe"}, /* right-to-left override */
	{"\xe2\x80\xa8", "\\u2028", "\\u2028"},
	{"\xe2\x81\xa6", "\\u2066", "\\u2066"},
	{"a\xe2\x81\xa0" "b", "a\\u2060b", "a\\u2060b"}, /* word joiner: not seen */
	{"a\xc2\xad" "b", "a\\xadb", "a\\xadb"}, /* soft hyphen */
	{"a\xe3\x85\xa4" "b", "a\\u3164b", "a\\u3164b"}, /* a letter that is blank */
	{"a\xf3\xa0\x81\x81", "a\\U000e0041", "a\\U000e0041"}, /* tag: letters that are not seen */
	{"\xf0\x9f\xbf\xbe", "\\U0001fffe", "\\U0001fffe"},
	{"\xef\xac\x80\xef\xb8\x90", "\xef\xac\x80\xef\xb8\x90", "\\ufb00\\ufe10"},
	{"\xff\xfe", "\\xff\\xfe", "\\xff\\xfe"},
	{"\xc0\xaf", "\\xc0\\xaf", "\\xc0\\xaf"}, /* overlong slash */
	{"\xed\xa0\x80", "\\xed\\xa0\\x80", "\\xed\\xa0\\x80"}, /* surrogate */
	{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", "\\xf4\\x90\\x80\\x80"}, /* U+110000 */
	{"cut \xe2\x82", "cut \\xe2\\x82", "cut \\xe2\\x82"},
};

static void known_strings(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		char *utf8 = iom_escape(known[i].in, strlen(known[i].in), true);
		char *ascii = iom_escape(known[i].in, strlen(known[i].in), false);

		assert_string_equal(utf8, known[i].utf8);
		assert_string_equal(ascii, known[i].ascii);
		free(utf8);
		free(ascii);
	}
}

/* A comm fills its 16 bytes without a NUL, or has one early. */
static void length_and_nul(void **state)
{
	static const char full[16] = "sixteen letters!";
	char *s = iom_escape(full, sizeof(full), true);

	(void)state;
	assert_int_equal(strlen(s), 16);
	assert_memory_equal(s, full, 16);
	free(s);
	s = iom_escape("ab\0\033[2J", 7, true);
	assert_string_equal(s, "ab");
	free(s);
	s = iom_escape("\xe2\x82\xac", 2, true); /* the limit cuts a character */
	assert_string_equal(s, "\\xe2\\x82");
	free(s);
}

/* Written anew from RFC 3629's table of well-formed byte sequences, so that it
 * shares no error with the code under test. The length, or 0. */
static size_t well_formed(const unsigned char *s)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		n = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		n = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if (s[i] < 0x80 || s[i] > 0xbf)
			return 0;
	return n;
}

static void check_plain(const char *text, bool utf8)
{
	const unsigned char *s = (const unsigned char *)text;

	while (*s) {
		size_t n = well_formed(s);

		assert_true(n > 0);
		assert_true(*s >= 0x20 && *s != 0x7f);
		assert_true(utf8 || n == 1);
		assert_false(s[0] == 0xc2 && s[1] < 0xa0);
		if (s[0] == 0xe2 && s[1] == 0x80) /* U+200B..F, U+2028..E */
			assert_false((s[2] >= 0x8b && s[2] <= 0x8f) || (s[2] >= 0xa8 && s[2] <= 0xae));
		if (s[0] == 0xe2 && s[1] == 0x81) /* U+2066..9 */
			assert_false(s[2] >= 0xa6 && s[2] <= 0xa9);
		s += n;
	}
}

/* Bytes at random hardly ever make a character; pieces of them often do. */
static size_t random_string(unsigned int *seed, char *out, size_t room)
{
	static const char *const pieces[] = {"\033[", "\xc2\x9b", "\xe2\x80\xae", "\xe2\x80\xa8", "\xc3\xa9",
					     "\xe2\x82\xac", "\xf0\x9f\x90\xa7", "\xed\xa0\x80", "\xf4\x90",
					     "<b>", "\\", "\"", "\xe2\x81\xa6", "\xef\xbb\xbf", "\xe0\x80"};
	size_t want = (size_t)rand_r(seed) % room, n = 0;

	while (n < want) {
		const char *piece = pieces[(size_t)rand_r(seed) % (sizeof(pieces) / sizeof(pieces[0]))];

		if (rand_r(seed) % 3 == 0 && n + strlen(piece) <= want) {
			memcpy(out + n, piece, strlen(piece));
			n += strlen(piece);
		} else {
			out[n++] = (char)(rand_r(seed) % 255 + 1);
		}
	}
	return n;
}

static void random_strings(void **state)
{
	unsigned int seed = 20260101;
	size_t changed = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char in[64], *utf8, *ascii;
		size_t n = random_string(&seed, in, sizeof(in));
		json_t *j;

		utf8 = iom_escape(in, n, true);
		ascii = iom_escape(in, n, false);
		check_plain(utf8, true);
		check_plain(ascii, false);
		j = json_string(utf8); /* which takes nothing but UTF-8 */
		assert_non_null(j);
		json_decref(j);
		changed += strlen(utf8) != n;
		free(utf8);
		free(ascii);
	}
	assert_true(changed > 15000); /* they were hostile indeed */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_strings),
		cmocka_unit_test(length_and_nul),
		cmocka_unit_test(random_strings),
	};

	return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
