/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_hostile.c - /dev/iomodel and programs that mean it no good: odd descriptors, made-up
 * results and signals, numbers that become another's, sessions that end at the wrong
 * moment. Nothing may be hurt, and nothing wrong be said. Needs root and the module.
 */
#define _GNU_SOURCE
#include <linux/aio_abi.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "session.h"

#define NOBODY 65534
#define ODD    77 /* a descriptor that names no open file */

static void become_nobody(void)
{
	if (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
		_exit(1);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* setresuid() takes it back */
}

/* ---- descriptors that are none --------------------------------------------------- */

/* ODD becomes the path of a socket, opened as nothing but a path. */
static void path_of_socket(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int s = socket(AF_UNIX, SOCK_STREAM, 0), fd;

	snprintf(name.sun_path, sizeof(name.sun_path), "/tmp/iomodel-hostile.%d", getpid());
	if (s < 0 || bind(s, (struct sockaddr *)&name, sizeof(name)) || listen(s, 1))
		_exit(1);
	fd = open(name.sun_path, O_PATH);
	unlink(name.sun_path);
	if (fd < 0 || dup2(fd, ODD) != ODD || close(fd) || close(s))
		_exit(1);
}

/* All shapes of calls that are told of one descriptor. */
static void all_calls(int other)
{
	struct iovec v = {.iov_base = &v, .iov_len = 1};
	struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
	struct mmsghdr mm = {.msg_hdr = m};
	struct epoll_event ev = {.events = EPOLLIN};
	struct iocb cb = {.aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = ODD,
			  .aio_buf = (uintptr_t)&v, .aio_nbytes = 1}, *list = &cb;
	int ep = epoll_create1(0);
	aio_context_t ctx = 0;
	fd_set set;

	fsync(ODD);
	fdatasync(ODD);
	syncfs(ODD);
	sync_file_range(ODD, 0, 1, 0);
	(void)!read(ODD, &v, 1);
	(void)!pread(ODD, &v, 1, 0);
	(void)!readv(ODD, &v, 1);
	preadv2(ODD, &v, 1, 0, RWF_NOWAIT);
	(void)!write(ODD, &v, 1);
	(void)!writev(ODD, &v, 1);
	recv(ODD, &v, 1, MSG_DONTWAIT);
	send(ODD, &v, 1, MSG_DONTWAIT);
	recvmsg(ODD, &m, 0);
	sendmsg(ODD, &m, 0);
	recvmmsg(ODD, &mm, 1, 0, NULL);
	sendmmsg(ODD, &mm, 1, 0);
	accept(ODD, NULL, NULL);
	accept4(ODD, NULL, NULL, SOCK_CLOEXEC);
	connect(ODD, (struct sockaddr *)&ev, sizeof(ev));
	sendfile(ODD, other, NULL, 1);
	sendfile(other, ODD, NULL, 1);
	(void)!splice(ODD, NULL, other, NULL, 1, 0);
	(void)!splice(other, NULL, ODD, NULL, 1, 0);
	tee(ODD, other, 1, 0);
	vmsplice(ODD, &v, 1, 0);
	copy_file_range(ODD, NULL, other, NULL, 1, 0);
	copy_file_range(other, NULL, ODD, NULL, 1, 0);
	epoll_ctl(ep, EPOLL_CTL_ADD, ODD, &ev);
	epoll_ctl(ODD, EPOLL_CTL_ADD, other, &ev);
	epoll_wait(ODD, &ev, 1, 0);
	FD_ZERO(&set);
	FD_SET(ODD, &set);
	select(ODD + 1, &set, NULL, NULL, NULL);
	syscall(SYS_io_uring_enter, ODD, 1, 0, 0, NULL, 0);
	if (!syscall(SYS_io_setup, 1, &ctx)) {
		syscall(SYS_io_submit, ctx, 1, &list);
		syscall(SYS_io_destroy, ctx);
	}
	close(ep);
}

/* A poll that asks for ODD alone, and one that finds the other one ready, too. */
static void both_polls(int other)
{
	struct pollfd p[2] = {{.fd = ODD, .events = POLLIN}, {.fd = other, .events = POLLOUT}};
	struct timespec none = {};

	if (poll(p, 1, -1) != 1 || p[0].revents != POLLNVAL || ppoll(p, 1, &none, NULL) != 1 ||
	    poll(p, 2, -1) != 2 || poll(p, 1, 0) != 1)
		_exit(1);
}

static void use_path(void *arg)
{
	int p[2];

	(void)arg;
	become_nobody();
	if (pipe(p))
		_exit(1);
	path_of_socket();
	all_calls(p[1]);
	both_polls(p[1]);
}

struct seen {
	long odd, polls, polled, watched, errors;
};

static void look(const struct iom_row *r, void *arg)
{
	struct seen *s = arg;

	if (row_fd(r) == ODD) {
		print_error("a row of class %u, call %u\n", row_class(r), r->nr);
		s->odd++;
	}
	if (row_class(r) == IOM_C_POLL) {
		s->polls += r->n[IOM_N_OK] + r->n[IOM_N_OK_SLEPT];
		s->polled += r->bytes;
	}
	if (row_class(r) == IOM_C_WATCH)
		s->watched += r->n[IOM_N_OK] + r->n[IOM_N_ZERO];
	if (row_class(r) < IOM_C_SIGWAIT)
		s->errors += r->n[IOM_N_ERR];
}

static void nothing_is_said_of_a_path(void **state)
{
	struct puppet p = puppet(use_path, NULL);
	int fd = watching(p.pid, 0);
	struct seen s = {};

	(void)state;
	act(&p);
	rows_of(fd, look, &s);
	assert_int_equal(s.odd, 0);
	/* Of the four polls one was ready, for one file. */
	assert_int_equal(s.polls, 1);
	assert_int_equal(s.polled, 1);
	assert_int_equal(s.watched, 1);
	/* sendfile from it and the like: EBADF too. No call failed for another reason. */
	assert_int_equal(s.errors, 0);
	close(fd);
	end(&p);
}

/* ---- what a program makes up ------------------------------------------------------- */

static void ignore(int sig)
{
	(void)sig;
}

/* A signal that says it is about a file whose number would be ODD's in a row's key. */
static void forge_signal(void *arg)
{
	siginfo_t si = {.si_signo = SIGRTMIN, .si_code = POLL_IN};

	(void)arg;
	become_nobody();
	signal(SIGRTMIN, ignore);
	si.si_fd = ODD + IOM_FD_NONE + 1;
	if (syscall(SYS_rt_tgsigqueueinfo, getpid(), syscall(SYS_gettid), SIGRTMIN, &si))
		_exit(1);
}

struct signals {
	long generated, delivered, odd;
};

static void count_signals(const struct iom_row *r, void *arg)
{
	struct signals *s = arg;

	if (r->nr != SIGRTMIN)
		return;
	if (row_class(r) == IOM_C_SIGGEN)
		s->generated += r->n[IOM_N_OK];
	else if (row_class(r) == IOM_C_SIGDELIVER)
		s->delivered += r->n[IOM_N_OK];
	else
		return;
	s->odd += row_fd(r) != IOM_FD_NONE;
}

static void a_number_too_large_is_no_file(void **state)
{
	struct puppet p = puppet(forge_signal, NULL);
	int fd = watching(p.pid, 0);
	struct signals s = {};

	(void)state;
	act(&p);
	rows_of(fd, count_signals, &s);
	assert_int_equal(s.generated, 1);
	assert_int_equal(s.delivered, 1);
	assert_int_equal(s.odd, 0);
	close(fd);
	end(&p);
}

static volatile int listener = -1;

/* Says of each io_submit what that is to return: 0x7fffffff, then 100000. */
static void *supervise(void *arg)
{
	struct seccomp_notif_resp say = {.val = 0x7fffffff};
	struct seccomp_notif ask;

	(void)arg;
	while (listener < 0)
		sched_yield();
	for (int i = 0; i < 2; i++) {
		memset(&ask, 0, sizeof(ask));
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &ask))
			_exit(1);
		say.id = ask.id;
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &say))
			_exit(1);
		say.val = 100000;
	}
	return NULL;
}

static void submit_as_told(void *arg)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_submit, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {.len = 4, .filter = code};
	pthread_t thread;

	(void)arg;
	become_nobody();
	if (pthread_create(&thread, NULL, supervise, NULL) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		_exit(1);
	listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
				SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog);
	if (listener < 0 || syscall(SYS_io_submit, 0, 1L << 40, NULL) != 0x7fffffff ||
	    syscall(SYS_io_submit, 0, 1L << 40, NULL) != 100000)
		_exit(1);
	pthread_join(thread, NULL);
}

static void count_submits(const struct iom_row *r, void *arg)
{
	if (row_class(r) == IOM_C_AIO_SUBMIT)
		*(long *)arg += r->n[IOM_N_OK] + r->n[IOM_N_OK_SLEPT];
}

/* Each of them would have kept interrupts off for minutes. */
static void a_made_up_result_costs_little(void **state)
{
	struct puppet p = puppet(submit_as_told, NULL);
	int fd = watching(p.pid, 0);
	long submits = 0;

	(void)state;
	act(&p);
	rows_of(fd, count_submits, &submits);
	assert_int_equal(submits, 2);
	close(fd);
	end(&p);
}

/* A 32-bit call of a 64-bit program: it takes addresses below 4 GiB. */
static long call32(long nr, uint64_t a, uint64_t b, void *c)
{
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(a), "c"(b), "d"(c)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)ret;
}

#define SETUP32	     245
#define SUBMIT32     248
#define COMPAT_CALLS 70
#define COMPAT_EACH  1000

struct low { /* mapped below 4 GiB */
	uint32_t ctx;
	uint32_t list[COMPAT_EACH];
	struct iocb cb[COMPAT_CALLS + 1][COMPAT_EACH]; /* one is known by its address */
	struct io_event ev[COMPAT_EACH];
};

/* Requests by 32-bit calls, more than are ever followed, and then one by an ordinary call. */
static void submit_both_ways(void *arg)
{
	struct iocb *list;
	struct low *l = mmap(NULL, sizeof(*l), PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	int zero = open("/dev/zero", O_RDONLY);

	(void)arg;
	if (l == MAP_FAILED || zero < 0 || call32(SETUP32, COMPAT_EACH, (uintptr_t)&l->ctx, NULL))
		_exit(1);
	for (int i = 0; i <= COMPAT_CALLS; i++)
		for (int k = 0; k < COMPAT_EACH; k++)
			l->cb[i][k] = (struct iocb){.aio_lio_opcode = IOCB_CMD_PREAD,
						    .aio_fildes = (uint32_t)zero,
						    .aio_buf = (uintptr_t)&l->ev, .aio_nbytes = 8};
	for (int i = 0; i < COMPAT_CALLS; i++) {
		for (int k = 0; k < COMPAT_EACH; k++)
			l->list[k] = (uint32_t)(uintptr_t)&l->cb[i][k];
		if (call32(SUBMIT32, l->ctx, COMPAT_EACH, l->list) != COMPAT_EACH ||
		    syscall(SYS_io_getevents, (aio_context_t)l->ctx, COMPAT_EACH, COMPAT_EACH, l->ev,
			    NULL) != COMPAT_EACH)
			_exit(1);
	}
	list = &l->cb[COMPAT_CALLS][0];
	if (syscall(SYS_io_submit, (aio_context_t)l->ctx, 1, &list) != 1)
		_exit(1);
}

static bool has_compat(void)
{
	pid_t pid = fork();
	int status = 1;

	if (pid == 0) {
		signal(SIGSEGV, SIG_DFL);
		_exit(call32(20 /* getpid */, 0, 0, NULL) != getpid());
	}
	waitpid(pid, &status, 0);
	return !status;
}

static void count_requests(const struct iom_row *r, void *arg)
{
	if (row_class(r) == IOM_C_AIO_REQ)
		*(long *)arg += r->n[IOM_A_SUBMIT];
}

/* Their return is not looked at: followed, they would stay in the table and fill it. */
static void requests_of_32_bit_calls_are_not_followed(void **state)
{
	struct puppet p;
	long requests = 0;
	int fd;

	(void)state;
	if (!has_compat() || !(can() & IOM_HAVE_AIO))
		skip();
	p = puppet(submit_both_ways, NULL);
	fd = watching(p.pid, 0);
	act(&p);
	rows_of(fd, count_requests, &requests);
	assert_int_equal(requests, 1);
	assert_int_equal(stats(fd).stats.lost_async, 0);
	assert_int_equal(stats(fd).stats.compat_calls, COMPAT_CALLS + 1);
	close(fd);
	end(&p);
}

/* ---- numbers ------------------------------------------------------------------------ */

static pid_t sleeper(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

/* A process with this number, which executes a program that sleeps. */
static pid_t executes_as(pid_t number)
{
	struct clone_args args = {.exit_signal = SIGCHLD, .set_tid = (uintptr_t)&number,
				  .set_tid_size = 1};
	int p[2];
	pid_t pid;
	char c;

	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	assert_true(pid >= 0);
	if (pid == 0) {
		execl("/bin/sleep", "sleep", "1000", NULL);
		_exit(1);
	}
	close(p[1]);
	assert_int_equal(read(p[0], &c, 1), 0); /* it executes */
	close(p[0]);
	return pid;
}

/* Whom the next exec makes a target is told by the process, not by its number. */
static void a_number_used_again_is_another_process(void **state)
{
	pid_t pid = sleeper(), other;
	int fd = session();

	(void)state;
	assert_int_equal(add(fd, pid, IOM_ADD_ON_EXEC), 0);
	start(fd, 0);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	other = executes_as(pid);
	assert_int_equal(other, pid);
	usleep(50000);
	assert_int_equal(stats(fd).targets, 0);
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	close(fd);
}

static void *executes(void *arg)
{
	(void)arg;
	close(-1); /* any call that is looked at */
	usleep(1000);
	execl("/bin/sleep", "sleep", "1000", NULL);
	_exit(1);
}

static void thread_executes(void *arg)
{
	pthread_t t;

	(void)arg;
	pthread_create(&t, NULL, executes, NULL);
	pthread_join(t, NULL);
}

/* It takes the first thread's number; nothing may stay behind under its own. */
static void a_thread_that_executes_is_one_thread(void **state)
{
	struct puppet p = puppet(thread_executes, NULL);
	int fd = watching(p.pid, 0);
	char c;

	(void)state;
	assert_int_equal(write(p.go, "g", 1), 1);
	assert_int_equal(read(p.done, &c, 1), 0); /* it executes */
	usleep(200000);
	assert_int_equal(stats(fd).threads, 1);
	close(fd);
	end(&p);
}

#define LEAVERS 1500

/* Who ends while it is being added or scanned is not there afterwards. */
static void who_left_is_not_there(void **state)
{
	int fd = session();

	(void)state;
	start(fd, 0);
	for (int i = 0; i < LEAVERS; i++) {
		struct iom_target t = {};
		pid_t pid = fork();

		if (pid == 0) {
			for (int n = i % 50; n > 0; n--)
				close(-1); /* any call that is looked at */
			_exit(0);
		}
		t.pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
		for (int n = i % 7; n > 0; n--)
			sched_yield();
		ioctl(fd, IOM_IOC_ADD, &t);
		ioctl(fd, IOM_IOC_SCAN);
		close(t.pidfd);
		waitpid(pid, NULL, 0);
	}
	assert_int_equal(stats(fd).targets, 0);
	assert_int_equal(stats(fd).threads, 0);
	close(fd);
}

#define TOGETHER 16
#define GROUPS	 60

/* Calls on, and takes its time to leave: the kernel walks a list of ours that has no end,
 * up to its limit, after the thread is off the count and before it is seen to leave.
 */
static void *calls_on(void *arg)
{
	static struct robust_list ring[2] = {{&ring[1]}, {&ring[0]}};
	struct robust_list_head head = {.list = {&ring[0]}, .futex_offset = 0};

	if (syscall(SYS_set_robust_list, &head, sizeof(head)))
		_exit(1);
	for (;;)
		close(-1); /* any call that is looked at */
	return arg;
}

static void be_many(void *arg)
{
	pthread_t t;

	(void)arg;
	for (int i = 1; i < TOGETHER; i++)
		if (pthread_create(&t, NULL, calls_on, NULL))
			_exit(1);
	usleep(5000);
}

/* Several find that they are the last; each has a state to be taken away. */
static void who_left_together_is_not_there(void **state)
{
	int fd = session();

	(void)state;
	start(fd, 0);
	for (int i = 0; i < GROUPS; i++) {
		struct puppet p = puppet(be_many, NULL);

		assert_int_equal(add(fd, p.pid, 0), 0);
		act(&p);
		end(&p);
	}
	assert_int_equal(stats(fd).targets, 0);
	assert_int_equal(stats(fd).threads, 0);
	close(fd);
}

/* ---- two sessions --------------------------------------------------------------------- */

#define FORKERS 4

/* Its children fork all the time, and end with it. */
static void fork_much(void *arg)
{
	volatile pid_t *forker = arg;

	become_nobody();
	for (int i = 0; i < FORKERS; i++) {
		pid_t child = fork();

		if (child) {
			forker[i] = child;
			continue;
		}
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;) {
			pid_t pid = fork();

			if (pid == 0)
				_exit(0);
			if (pid > 0)
				waitpid(pid, NULL, 0);
		}
	}
}

#define DEATHS 150

/* One session ends, again and again, while children of what it follows are being born for
 * the other one, whose probes stay. None may be entered for the one that has gone.
 */
static void a_session_that_ends_gets_no_more_targets(void **state)
{
	pid_t *forker = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct puppet p = puppet(fork_much, forker);
	int stays = watching(p.pid, IOM_START_FOLLOW);

	(void)state;
	assert_ptr_not_equal(forker, MAP_FAILED);
	act(&p);
	for (int i = 0; i < DEATHS; i++) {
		int goes = session();

		for (int k = 0; k < FORKERS; k++)
			assert_int_equal(add(goes, forker[k], 0), 0);
		start(goes, IOM_START_FOLLOW);
		usleep((useconds_t)(i % 10 * 1000));
		if (i % 2)
			assert_int_equal(ioctl(goes, IOM_IOC_STOP), 0);
		if (i % 2)
			assert_int_equal(stats(goes).targets, 0);
		close(goes);
	}
	end(&p);
	for (int tries = 0; stats(stays).targets && tries < 1000; tries++)
		usleep(10000);
	assert_int_equal(stats(stays).targets, 0);
	assert_int_equal(stats(stays).threads, 0);
	close(stays);
	munmap(forker, 4096);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_said_of_a_path),
		cmocka_unit_test(a_number_too_large_is_no_file),
		cmocka_unit_test(a_made_up_result_costs_little),
		cmocka_unit_test(requests_of_32_bit_calls_are_not_followed),
		cmocka_unit_test(a_number_used_again_is_another_process),
		cmocka_unit_test(a_thread_that_executes_is_one_thread),
		cmocka_unit_test(who_left_is_not_there),
		cmocka_unit_test(who_left_together_is_not_there),
		cmocka_unit_test(a_session_that_ends_gets_no_more_targets),
	};

	if (argc > 1) /* one of them, * and ? allowed */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
