/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who waits for a name server, and who only waits for something else, or not for long.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "build.h"
#include "judge/judge.h"

#define MAIN BUILD_PID

/* So many questions by a thread, of which some are answered, and how long each is waited for. */
static void asks(struct iom_capture *cap, uint32_t tid, const char *name, uint64_t questions, uint64_t answers,
		 uint64_t ns)
{
	uint32_t file = build_file(cap, 5 + (int)cap->nfiles, CAP_K_SOCK, 0, name);
	struct cap_calls *r;

	build_calls(cap, tid, file, CAP_C_SEND, SYS_sendto)->n.ok = questions;
	r = build_calls(cap, tid, file, CAP_C_POLL, SYS_poll);
	r->n.ok_slept = answers;
	r->n.zero_slept = questions - answers;
	r->wait_ns = questions * ns;
	r->max_wait_ns = ns;
	r->set_size = 1;
	r = build_calls(cap, tid, file, CAP_C_RECV, SYS_recvfrom);
	r->n.ok = answers;
	r->bytes = answers * 60;
}

static void late(struct iom_capture *cap)
{
	asks(cap, MAIN, "udp 10.0.0.1:40000 -> 10.0.0.9:53", 4, 4, 150 * MS);
}

static void silent(struct iom_capture *cap)
{
	uint32_t other = MAIN + 1;

	build_thread(cap, MAIN, other, "worker");
	asks(cap, MAIN, "udp [fd00::1]:40000 -> [fd00::9]:53", 1, 0, 1000 * MS);
	asks(cap, other, "udp [fd00::1]:40001 -> [fd00::9]:53", 2, 0, 500 * MS);
}

static void soon(struct iom_capture *cap)
{
	asks(cap, MAIN, "udp 10.0.0.1:40000 -> 10.0.0.9:53", 40, 40, 20 * MS);
}

static void other_port(struct iom_capture *cap)
{
	asks(cap, MAIN, "udp 10.0.0.1:40000 -> 10.0.0.9:5353", 4, 4, 150 * MS);
}

static void path(struct iom_capture *cap)
{
	asks(cap, MAIN, "unix -> /run/x -> y:53", 4, 4, 150 * MS);
}

static void asked_here(struct iom_capture *cap)
{
	asks(cap, MAIN, "udp 10.0.0.9:53", 4, 4, 150 * MS);
}

static const struct said {
	const char *name;
	void (*build)(struct iom_capture *cap);
	const char *text; /* NULL: nothing */
	enum rep_severity severity;
	uint64_t count, ns, max_ns;
} cases[] = {
	{"answers late", late,
	 "waited for the name server 10.0.0.9:53, 600 ms in all, 150 ms at worst, in poll(5) udp 10.0.0.1:40000 -> "
	 "10.0.0.9:53; 4 answers came from it. Usual way out: a cache",
	 IOM_SEV_INFO, 4, 600 * MS, 150 * MS},
	{"answers nobody", silent,
	 "2 threads waited for the name server [fd00::9]:53, 2.00 s in all, 1.00 s at worst, in poll(5) udp "
	 "[fd00::1]:40000 -> [fd00::9]:53; nothing came from it. Usual way out: a server that answers",
	 IOM_SEV_WARNING, 3, 2000 * MS, 1000 * MS},
	{"answers soon", soon, NULL, 0, 0, 0, 0},
	{"another port", other_port, NULL, 0, 0, 0, 0},
	{"a path", path, NULL, 0, 0, 0, 0},
	{"is the server", asked_here, NULL, 0, 0, 0, 0},
};
#define NCASES (sizeof(cases) / sizeof(*cases))

static void check(void **state)
{
	const struct said *c = *state;
	struct iom_capture *cap = build_capture("program");
	const struct rep_finding *f;
	struct iom_report *rep;

	c->build(cap);
	rep = iom_judge(cap);
	f = build_finding(rep, "slow-lookup");
	if (!c->text) {
		assert_null(f);
	} else {
		assert_non_null(f);
		if (!strstr(f->message, c->text))
			fail_msg("no `%s` in: %s", c->text, f->message);
		assert_int_equal(f->severity, c->severity);
		assert_int_equal(f->count, c->count);
		assert_int_equal(f->ns, c->ns);
		assert_int_equal(f->max_ns, c->max_ns);
	}
	iom_report_free(rep);
	iom_capture_free(cap);
}

int main(void)
{
	struct CMUnitTest tests[NCASES];

	for (size_t i = 0; i < NCASES; i++)
		tests[i] = (struct CMUnitTest){.name = cases[i].name, .test_func = check,
					       .initial_state = (void *)&cases[i]};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
