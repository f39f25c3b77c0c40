/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Becoming the user of -u: until the program is executed this is still our memory,
 * which the user must not look into.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cmd/identity.h"
#include "in_child.h"
#include "run_under.h"

static const char *user;

static int is_dumpable(void)
{
	struct iom_identity id;

	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) || iom_identity_find(user, &id) ||
	    iom_identity_become(&id))
		return 255;
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
}

/* The kernel does so itself where the user changes, unless fs.suid_dumpable says
 * otherwise: who stays root shows what we do. */
static void is_not_dumpable(void **state)
{
	(void)state;
	if (under_valgrind())
		return;
	user = "root";
	assert_int_equal(in_child(is_dumpable), 0);
	user = "nobody";
	assert_int_equal(in_child(is_dumpable), 0);
}

static pid_t becoming;

/* What opening the memory of the one that is becoming the user ends with. */
static int look_into(void)
{
	struct iom_identity id;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/mem", becoming);
	if (iom_identity_find(user, &id) || setgroups(0, NULL) ||
	    setresgid(id.gid, id.gid, id.gid) || setresuid(id.uid, id.uid, id.uid))
		return 255;
	return open(path, O_RDONLY) < 0 ? errno : 0;
}

static void its_user_cannot_look_into_it(void **state)
{
	struct iom_identity id;
	int p[2], result;
	char c = 'x';

	(void)state;
	if (under_valgrind())
		return;
	user = "nobody";
	assert_int_equal(iom_identity_find(user, &id), 0);
	assert_int_equal(pipe(p), 0);
	becoming = fork();
	if (!becoming) {
		if (iom_identity_become(&id))
			c = 'e';
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* the kernel has forgotten it at the change */
		(void)!write(p[1], &c, 1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(p[0], &c, 1), 1);
	assert_int_equal(c, 'x');
	result = in_child(look_into);
	kill(becoming, SIGKILL);
	waitpid(becoming, NULL, 0);
	assert_int_equal(result, EACCES);
	close(p[0]);
	close(p[1]);
	iom_identity_free(&id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_not_dumpable),
		cmocka_unit_test(its_user_cannot_look_into_it),
	};

	return cmocka_run_group_tests_name("identity", tests, NULL, NULL);
}
