/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "report/page.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/alloc.h"
#include "report/sentence.h"

void page_style(struct page *p, enum page_style style)
{
	static const char *const codes[] = {"\033[0m", "\033[1m", "\033[2m", "\033[33m"};

	if (p->opt->color)
		fputs(codes[style], p->out);
}

/* The next character: its bytes, and the cells it takes. */
static size_t next(const char *s, unsigned int *cells)
{
	mbstate_t state = {};
	wchar_t c;
	size_t n = mbrtowc(&c, s, strlen(s), &state);

	if (n == (size_t)-1 || n == (size_t)-2 || n == 0) {
		*cells = 1;
		return 1;
	}
	*cells = wcwidth(c) > 0 ? wcwidth(c) : 0;
	return n;
}

unsigned int page_cells(const char *s)
{
	unsigned int all = 0, cells;

	for (; *s; all += cells)
		s += next(s, &cells);
	return all;
}

static void blanks(struct page *p, unsigned int n)
{
	while (n--)
		fputc(' ', p->out);
}

/* As much of s as fits; returns the cells used. */
static unsigned int cut(struct page *p, const char *s, unsigned int room)
{
	const char *dots = p->opt->utf8 ? "\u2026" : "...";
	unsigned int used = 0, cells, need = p->opt->utf8 ? 1 : 3;

	if (page_cells(s) <= room) {
		fputs(s, p->out);
		return page_cells(s);
	}
	while (*s && room > need) {
		size_t n = next(s, &cells);

		if (used + cells + need > room)
			break;
		fwrite(s, 1, n, p->out);
		used += cells;
		s += n;
	}
	if (room < need)
		return used;
	fputs(dots, p->out);
	return used + need;
}

void page_column(struct page *p, const char *s, unsigned int room, enum page_style style)
{
	unsigned int used;

	if (style)
		page_style(p, style);
	used = cut(p, s, room);
	if (style)
		page_style(p, PAGE_PLAIN);
	blanks(p, used < room ? room - used : 0);
}

void page_right(struct page *p, const char *s, unsigned int room)
{
	unsigned int need = page_cells(s);

	blanks(p, need < room ? room - need : 0);
	fputs(s, p->out);
}

void page_wrap(struct page *p, const char *s, unsigned int at, unsigned int indent,
	       enum page_style style)
{
	bool first = true; /* no blank before the first word of a line */

	if (style)
		page_style(p, style);
	while (*s) {
		size_t len = strcspn(s, " ");
		char *word;
		unsigned int cells;

		if (!strncmp(s + len, " %", 2)) /* a number and its sign stay together */
			len += 1 + strcspn(s + len + 1, " ");
		word = iom_memory(strndup(s, len));
		cells = page_cells(word);
		if (!first && at + 1 + cells > p->width) {
			fputc('\n', p->out);
			blanks(p, indent);
			at = indent;
			first = true;
		}
		if (!first) {
			fputc(' ', p->out);
			at++;
		}
		if (at + cells > p->width && p->width > at)
			at += cut(p, word, p->width - at);
		else {
			fputs(word, p->out);
			at += cells;
		}
		first = false;
		free(word);
		s += len;
		s += strspn(s, " ");
	}
	if (style)
		page_style(p, PAGE_PLAIN);
	fputc('\n', p->out);
}

void page_bar(struct page *p, double part, unsigned int room)
{
	static const char *const eighths[] = {"", "\u258f", "\u258e", "\u258d", "\u258c",
					      "\u258b", "\u258a", "\u2589"};
	unsigned int n, cells;

	part = part < 0 ? 0 : part > 1 ? 1 : part;
	n = part * room * 8 + 0.5;
	if (part > 0 && n == 0 && room)
		n = 1;
	cells = p->opt->utf8 ? n / 8 + (n % 8 > 0) : (n + 4) / 8;
	for (unsigned int i = 0; i < (p->opt->utf8 ? n / 8 : cells); i++)
		fputs(p->opt->utf8 ? "\u2588" : "#", p->out);
	if (p->opt->utf8)
		fputs(eighths[n % 8], p->out);
	blanks(p, room > cells ? room - cells : 0);
}

char *page_count(uint64_t n)
{
	return iom_sentence("%s", iom_count(n));
}

char *page_bytes(uint64_t n)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	double x = n;
	int u = 0;

	while (x >= 1024 && u < 4) {
		x /= 1024;
		u++;
	}
	return iom_sentence(x < 10 && u ? "%.1f %s" : "%.0f %s", x, units[u]);
}

char *page_micro(const struct page *p, char *a)
{
	char *at, *b;

	for (at = a; p->opt->utf8 && (at = strstr(at, " us")); at = a + (at - a) + 1) {
		if (at == a || !isdigit((unsigned char)at[-1]) || isalnum((unsigned char)at[3]))
			continue;
		b = iom_sentence("%.*s \u00b5s%s", (int)(at - a), a, at + 3);
		at = b + (at - a);
		free(a);
		a = b;
	}
	return a;
}

char *page_time(const struct page *p, uint64_t ns)
{
	return page_micro(p, iom_sentence("%s", iom_time(ns)));
}
