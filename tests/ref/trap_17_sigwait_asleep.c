/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asleep in sigwait(): it is told for which signals.
 */
#include <signal.h>

#include "ref.h"

int main(int argc, char **argv)
{
	sigset_t set;
	int taken;

	ref_begin(argc, argv);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	ref_expect("verdict.model none");
	ref_expect("wait rt_sigtimedwait on SIGUSR1 under_way=1");
	ref_expect("wait rt_sigtimedwait on SIGTERM under_way=1");
	ref_ready_asleep(__NR_rt_sigtimedwait);
	return sigwait(&set, &taken);
}
