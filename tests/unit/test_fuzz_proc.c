/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything that takes strangers' bytes, with bytes damaged at random: it must come
 * back, in bounds, with little memory. ASan and UBSan see what else there is to see.
 *
 * The same damage in each run. FUZZ_SECONDS in the environment: other damage, for so
 * long each.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/proc/elf_facts.h"
#include "collect/proc/parse.h"
#include "collect/proc/procfs.h"
#include "collect/proc/reader.h"

#define ROUNDS	   3000
#define MEMORY_MAX (UINT64_C(300) << 20)

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED true
#else
#define SANITIZED false
#endif

static uint64_t seed = 1;

static uint32_t any(uint32_t below)
{
	seed ^= seed << 13; /* xorshift64 */
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return below ? (uint32_t)(seed >> 16) % below : 0;
}

struct input {
	unsigned char *data;
	size_t size;
};

static void damage_byte(struct input *in)
{
	static const unsigned char odd[] = {0,	 1,    0x7f, 0x80, 0xff, '\n',
					    ' ', '\\', ')',  ':',  '-',	 '9'};

	if (in->size)
		in->data[any((uint32_t)in->size)] =
			any(2) ? odd[any(sizeof(odd))] : (unsigned char)any(256);
}

/* A number of 2, 4 or 8 bytes that is small, huge, or nearly so. */
static void damage_number(struct input *in)
{
	static const uint64_t odd[] = {
		0,	    1,		0x7fffffff,	 0x80000000,	     0xffffffff,
		UINT64_MAX, 1ULL << 33, UINT64_MAX / 24, 0x7fffffffffffffff, 16,
		17};
	size_t width = 2U << any(3);
	uint64_t v = odd[any(sizeof(odd) / sizeof(odd[0]))];

	if (in->size > width)
		memcpy(in->data + any((uint32_t)(in->size - width)), &v, width);
}

/* Some part once more, over another. */
static void damage_part(struct input *in)
{
	size_t n, from, to;

	if (in->size < 8)
		return;
	n = 1 + any((uint32_t)in->size / 4);
	from = any((uint32_t)(in->size - n));
	to = any((uint32_t)(in->size - n));
	memmove(in->data + to, in->data + from, n);
}

/* A damaged copy on the heap of just its size, so that ASan sees what lies beyond. */
static struct input damaged(const void *data, size_t size)
{
	struct input in = {.size = size};

	if (!any(4))
		in.size = any((uint32_t)size + 1);
	in.data = malloc(in.size ? in.size : 1);
	memcpy(in.data, data, in.size);
	for (uint32_t n = any(6); n; n--) {
		void (*const ways[])(struct input *) = {damage_byte, damage_number, damage_part};

		ways[any(3)](&in);
	}
	return in;
}

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void each_damaged(const void *data, size_t size, int rounds, void (*try)(struct input *))
{
	const char *seconds = getenv("FUZZ_SECONDS");
	double until = now_s() + (seconds ? atof(seconds) : 0);
	struct rusage use;

	seed = seconds ? (uint64_t)time(NULL) * 2654435761 + 1 : 88172645463325252;
	for (int i = 0; seconds ? now_s() < until : i < rounds; i++) {
		struct input in = damaged(data, size);

		try(&in);
		free(in.data);
	}
	getrusage(RUSAGE_SELF, &use);
	/* ASan keeps what was freed; without it the bound is looked at all the same. */
	assert_true(SANITIZED || (uint64_t)use.ru_maxrss * 1024 < MEMORY_MAX);
}

/* ---- lines ---- */

static size_t lines_seen;

static bool take_line(char *line, void *arg)
{
	char copy[RD_LINE_MAX];
	struct pfs_map map;
	struct parsed_mount mount;
	struct parsed_info info = {};
	struct pfs_watch watch;
	struct parsed_stat stat;
	struct parsed_quota quota;
	struct parsed_cgroup group;
	uint64_t sp, pc;

	(void)arg;
	assert_true(strlen(line) < RD_LINE_MAX);
	lines_seen++;
	parse_stat(line, &stat);
	if (parse_syscall(line, &sp, &pc))
		assert_true(sp != 0);
	parse_info(line, &info, &watch);
	parse_quota(line, &quota);
	if (parse_cgroup(line, &group))
		assert_true(strlen(group.folder) < sizeof(group.folder) && strlen(group.path) < sizeof(group.path) &&
			    !strstr(group.path, "/../"));
	strcpy(copy, line);
	if (parse_mount(copy, &mount))
		assert_true(mount.point >= copy &&
			    mount.point + strlen(mount.point) < copy + sizeof(copy));
	strcpy(copy, line);
	if (parse_map(copy, &map))
		assert_true(map.path >= copy && strlen(map.path) <= strlen(line));
	return true;
}

/* As it comes from the reader: in pieces that know of no lines. */
static void try_lines(struct input *in)
{
	struct rd_lines *l = calloc(1, sizeof(*l));
	size_t at = 0;

	l->each = take_line;
	while (at < in->size) {
		size_t part = 1 + any((uint32_t)(in->size - at));

		rd_lines_feed(l, (char *)in->data + at, part);
		at += part;
	}
	free(l);
}

static const char table[] =
	"7f0a1c000000-7f0a1c021000 rw-p 00000000 00:00 0 \n"
	"7f0a21e28000-7f0a21e50000 r--p 00000000 fe:00 394276      "
	"/usr/lib/x86_64-linux-gnu/libc.so.6\n"
	"7f0a22064000-7f0a22065000 rw-s 00000000 00:0e 10338       /[aio] (deleted)\n"
	"7f0a22066000-7f0a22067000 r-xp 00001000 fe:00 394277      /tmp/a\\012b (deleted)\n"
	"22 27 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n"
	"36 35 98:0 /a\\040b /mnt/c\\134d\\011 rw,noatime master:1 - ext3 /dev/root "
	"rw,errors=continue\n"
	"pos:\t0\nflags:\t02004002\nmnt_id:\t15\nino:\t1057\n"
	"tfd:        5 events: 80000019 data:            ffff00000005  pos:0 ino:61 sdev:d\n"
	"4711 (a) b) S 1 4711 4711 0 -1 4194560 123 0 0 0 1 2 0 0 20 0 1 0 1234 5678 90\n"
	"4:cpu,cpuacct:/a/../b\n0::/system.slice/x\nnr_periods 51\nnr_throttled 49\n"
	"202 0x7f0a 0x80 0x0 0x0 0x0 0x0 0x7ffd5ce7ac88 0x7f0a21f0d4e9\n"
	"running\n\n\n";

static void damaged_tables(void **state)
{
	(void)state;
	lines_seen = 0;
	each_damaged(table, sizeof(table) - 1, ROUNDS, try_lines);
	assert_true(lines_seen > ROUNDS);
}

static bool count_long(char *line, void *arg)
{
	(void)line;
	++*(size_t *)arg;
	return true;
}

static void long_lines_are_left_out(void **state)
{
	struct rd_lines *l = calloc(1, sizeof(*l));
	size_t n = 0;
	char *text = malloc(3 * RD_LINE_MAX);

	(void)state;
	memset(text, 'x', 3 * RD_LINE_MAX);
	text[2 * RD_LINE_MAX] = '\n';
	text[2 * RD_LINE_MAX + 5] = '\n';
	l->each = count_long;
	l->arg = &n;
	for (size_t i = 0; i < 3 * RD_LINE_MAX; i += RD_LINE_MAX / 2)
		rd_lines_feed(l, text + i, RD_LINE_MAX / 2);
	assert_int_equal(n, 1);
	free(text);
	free(l);
}

/* ---- sock_diag ---- */

static size_t sockets_seen;
static uint32_t bytes_seen;

static void take_socket(const struct diag_socket *s, void *arg)
{
	(void)arg;
	sockets_seen++;
	bytes_seen += s->in;
	for (size_t i = 0; i < s->path_len; i++) /* all of it can be read */
		sockets_seen += s->path[i] == 'q';
}

static void try_diag(struct input *in)
{
	diag_take(in->data, in->size, take_socket, NULL);
}

/* One message of that type and content. */
static size_t message(unsigned char *at, uint16_t type, const void *content, size_t size)
{
	struct nlmsghdr h = {.nlmsg_len = (uint32_t)NLMSG_LENGTH(size), .nlmsg_type = type};

	memset(at, 0, NLMSG_SPACE(size));
	memcpy(at, &h, sizeof(h));
	memcpy(at + NLMSG_HDRLEN, content, size);
	return NLMSG_SPACE(size);
}

static void damaged_sockets(void **state)
{
	struct {
		struct unix_diag_msg msg;
		struct rtattr name;
		char path[12];
		struct rtattr peer;
		uint32_t ino;
	} un = {.msg = {.udiag_family = AF_UNIX, .udiag_ino = 7},
		.name = {.rta_len = sizeof(un.name) + 10, .rta_type = UNIX_DIAG_NAME},
		.path = "/tmp/sock",
		.peer = {.rta_len = sizeof(un.peer) + 4, .rta_type = UNIX_DIAG_PEER},
		.ino = 8};
	struct inet_diag_msg tcp = {.idiag_family = AF_INET6, .idiag_inode = 9};
	unsigned char buf[1024] __attribute__((aligned(8)));
	int done = 0;
	size_t n = 0;

	(void)state;
	sockets_seen = 0;
	for (int i = 0; i < 3; i++) {
		n += message(buf + n, SOCK_DIAG_BY_FAMILY, &un, sizeof(un));
		n += message(buf + n, SOCK_DIAG_BY_FAMILY, &tcp, sizeof(tcp));
	}
	n += message(buf + n, NLMSG_DONE, &done, sizeof(done));
	assert_int_equal(diag_take(buf, n, take_socket, NULL), 1);
	assert_int_equal(sockets_seen, 6);
	each_damaged(buf, n, 10 * ROUNDS, try_diag);
}

/* The end of a connection is no byte that waits; states are those of net/tcp_states.h. */
static void end_is_no_byte(void **state)
{
	static const struct {
		uint8_t state;
		uint32_t queue, bytes;
	} cases[] = {{1, 5, 5}, {8, 1, 0}, {8, 6, 5}, {8, 0, 0}, {9, 6, 5}, {11, 6, 5}, {10, 3, 3}};
	unsigned char buf[256] __attribute__((aligned(8)));

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct inet_diag_msg tcp = {.idiag_family = AF_INET, .idiag_inode = 9,
					    .idiag_state = cases[i].state, .idiag_rqueue = cases[i].queue};

		bytes_seen = 0;
		diag_take(buf, message(buf, SOCK_DIAG_BY_FAMILY, &tcp, sizeof(tcp)), take_socket, NULL);
		assert_int_equal(bytes_seen, cases[i].bytes);
	}
}

/* ---- ELF ---- */

static void try_elf(struct input *in)
{
	int fd = memfd_create("elf", MFD_CLOEXEC);
	struct elf_facts facts;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, in->data, in->size), (ssize_t)in->size);
	/* Far larger than it is, as a file with holes. */
	if (any(2))
		assert_int_equal(ftruncate(fd, (off_t)1 << (30 + any(10))), 0);
	elf_facts_read(fd, &facts);
	close(fd);
}

static void damaged_programs(void **state)
{
	int fd = open("/bin/true", O_RDONLY | O_CLOEXEC);
	static unsigned char program[1 << 18];
	struct elf_facts facts;
	ssize_t n = read(fd, program, sizeof(program));

	(void)state;
	assert_true(n > 4096);
	elf_facts_read(fd, &facts);
	assert_int_equal(facts.aio, 0);
	close(fd);
	each_damaged(program, (size_t)n, ROUNDS / 10, try_elf);
}

static void put_section(unsigned char *elf, int i, uint32_t type, uint64_t offset, uint64_t size,
			uint32_t link)
{
	Elf64_Shdr sh = {.sh_type = type,
			 .sh_offset = offset,
			 .sh_size = size,
			 .sh_link = link,
			 .sh_entsize = type == SHT_DYNSYM ? sizeof(Elf64_Sym) : 0};

	memcpy(elf + sizeof(Elf64_Ehdr) + (size_t)i * sizeof(sh), &sh, sizeof(sh));
}

/* Header, four section headers, a symbol table with aio_read in it, strings. */
static size_t small_elf(unsigned char elf[1024])
{
	Elf64_Ehdr e = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
			.e_type = ET_DYN,
			.e_machine = EM_X86_64,
			.e_version = EV_CURRENT,
			.e_shoff = sizeof(e),
			.e_ehsize = sizeof(e),
			.e_shentsize = sizeof(Elf64_Shdr),
			.e_shnum = 4,
			.e_shstrndx = 3};
	Elf64_Sym symbols[2] = {{}, {.st_name = 1, .st_shndx = SHN_UNDEF}};
	const size_t at = sizeof(e) + 4 * sizeof(Elf64_Shdr);

	memset(elf, 0, 1024);
	memcpy(elf, &e, sizeof(e));
	put_section(elf, 1, SHT_DYNSYM, at, sizeof(symbols), 2);
	put_section(elf, 2, SHT_STRTAB, at + sizeof(symbols), 32, 0);
	put_section(elf, 3, SHT_STRTAB, at + sizeof(symbols), 32, 0);
	memcpy(elf + at, symbols, sizeof(symbols));
	memcpy(elf + at + sizeof(symbols) + 1, "aio_read", 9);
	return at + sizeof(symbols) + 32;
}

static void damaged_small_programs(void **state)
{
	unsigned char elf[1024];
	size_t n = small_elf(elf);
	int fd = memfd_create("elf", MFD_CLOEXEC);
	struct elf_facts facts;

	(void)state;
	assert_int_equal(write(fd, elf, n), (ssize_t)n);
	elf_facts_read(fd, &facts);
	assert_int_equal(facts.aio, 1);
	close(fd);
	each_damaged(elf, n, ROUNDS, try_elf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(damaged_tables),	  cmocka_unit_test(long_lines_are_left_out),
		cmocka_unit_test(damaged_sockets),
		cmocka_unit_test(end_is_no_byte),	  cmocka_unit_test(damaged_programs),
		cmocka_unit_test(damaged_small_programs),
	};

	return cmocka_run_group_tests_name("fuzz_proc", tests, NULL, NULL);
}
