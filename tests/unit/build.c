/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "build.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#define START_NS UINT64_C(1000000000000)

static char *copy(const char *s)
{
	char *p = strdup(s);

	if (!p)
		abort();
	return p;
}

uint32_t build_thread(struct iom_capture *cap, uint32_t tgid, uint32_t tid, const char *comm)
{
	uint32_t i = iom_capture_add_thread(cap);
	struct cap_thread *t = &cap->threads[i];

	t->tid = t->ns_tid = tid;
	t->tgid = tgid;
	memcpy(t->comm, comm, strnlen(comm, sizeof(t->comm)));
	t->start_ns = cap->start_ns;
	t->end_ns = cap->end_ns;
	t->cpu_ns = 100 * MS;
	return i;
}

uint32_t build_proc(struct iom_capture *cap, uint32_t pid, const char *comm)
{
	uint32_t i = iom_capture_add_proc(cap);
	struct cap_proc *p = &cap->procs[i];

	p->tgid = p->pid = pid;
	p->ppid = 1;
	memcpy(p->comm, comm, strnlen(comm, sizeof(p->comm)));
	p->exe = copy("/usr/bin/program");
	p->target = true;
	p->start_ns = cap->start_ns;
	p->end_ns = cap->end_ns;
	build_thread(cap, pid, pid, comm);
	return i;
}

struct iom_capture *build_capture(const char *comm)
{
	struct iom_capture *cap = iom_capture_new();

	cap->backend = copy("bpf");
	cap->kernel = copy("6.1.0-37-amd64");
	cap->arch = copy("x86_64");
	cap->ended_by = copy("duration");
	iom_capture_add_probe(cap, "sys_enter");
	cap->start_realtime_ns = INT64_C(1795471200) * 1000000000;
	cap->start_ns = START_NS;
	cap->end_ns = START_NS + BUILD_LIFE_NS;
	build_proc(cap, BUILD_PID, comm);
	return cap;
}

uint32_t build_file(struct iom_capture *cap, int fd, uint8_t kind, uint32_t f_flags,
		    const char *name)
{
	uint32_t i = iom_capture_add_file(cap);
	struct cap_file *f = &cap->files[i];

	f->tgid = BUILD_PID;
	f->fd = fd;
	f->kind = kind;
	f->f_flags = f_flags;
	f->name = name ? copy(name) : NULL;
	f->open_at_start = f->open_at_end = true;
	f->stdio = fd <= 2;
	return i;
}

void build_watch(struct iom_capture *cap, uint32_t file, uint32_t epoll)
{
	iom_capture_register(cap, file, epoll, 1 /* EPOLLIN */);
	cap->files[file].in_epoll = true;
	cap->files[epoll].set_size++;
}

struct cap_calls *build_calls(struct iom_capture *cap, uint32_t tid, uint32_t file, uint8_t class,
			  uint16_t nr)
{
	uint32_t i = iom_capture_add_calls(cap); /* which moves the rows */
	struct cap_calls *r = &cap->calls[i];

	r->tid = tid;
	r->tgid = BUILD_PID;
	r->file = file;
	r->class = class;
	r->nr = nr;
	r->f_flags = file == IOM_NO_FILE ? 0 : cap->files[file].f_flags;
	return r;
}

struct cap_requests *build_requests(struct iom_capture *cap, uint32_t file,
				    enum cap_interface interface, uint16_t operation, uint64_t n)
{
	uint32_t i = iom_capture_add_requests(cap); /* which moves them */
	struct cap_requests *r = &cap->requests[i];

	r->tid = r->tgid = BUILD_PID;
	r->file = file;
	r->interface = interface;
	r->operation = operation;
	r->f_flags = file == IOM_NO_FILE ? 0 : cap->files[file].f_flags;
	r->submitted = r->done_late = n;
	r->bytes = n * 4096;
	return r;
}

struct cap_signals *build_signals(struct iom_capture *cap, enum cap_signal_way way, int signo,
				  uint8_t code, uint32_t file, uint64_t n)
{
	uint32_t i = iom_capture_add_signals(cap); /* which moves them */
	struct cap_signals *s = &cap->signals[i];

	s->tid = s->tgid = BUILD_PID;
	s->file = file;
	s->way = way;
	s->signo = signo;
	s->code = code;
	s->count = n;
	return s;
}

struct cap_interest *build_interest(struct iom_capture *cap, uint32_t file, uint64_t ready,
				    uint64_t not_ready)
{
	uint32_t i = iom_capture_add_interest(cap); /* which moves them */
	struct cap_interest *in = &cap->interests[i];

	in->tid = in->tgid = BUILD_PID;
	in->file = file;
	in->ready = ready;
	in->not_ready = not_ready;
	return in;
}

struct cap_calls *build_transfers(struct iom_capture *cap, uint32_t tid, uint32_t file, uint8_t class,
				uint16_t nr, uint64_t fast, uint64_t slept, uint64_t again,
				uint64_t sleep_ns)
{
	struct cap_calls *r = build_calls(cap, tid, file, class, nr);

	r->n.ok = fast;
	r->n.ok_slept = slept;
	r->n.again = again;
	r->bytes = class == CAP_C_SYNC || class == CAP_C_ACCEPT ? 0 : 100 * (fast + slept);
	r->wait_ns = slept * sleep_ns;
	r->max_wait_ns = slept ? sleep_ns : 0;
	return r;
}

struct cap_calls *build_epoll_wait(struct iom_capture *cap, uint32_t tid, uint32_t epoll,
				 uint64_t fast, uint64_t slept, uint64_t sleep_ns)
{
	struct cap_calls *r = build_calls(cap, tid, epoll, CAP_C_EPOLL_WAIT, SYS_epoll_wait);

	r->n.ok = fast;
	r->n.ok_slept = slept;
	r->bytes = fast + slept;
	r->wait_ns = slept * sleep_ns;
	r->max_wait_ns = slept ? sleep_ns : 0;
	return r;
}

void build_asleep(struct iom_capture *cap, uint32_t thread, uint8_t class, int32_t nr, uint32_t file,
		  uint64_t before_ns, uint64_t inside_ns)
{
	struct cap_thread *t = &cap->threads[thread];

	t->at_end = (struct cap_open_call){
		.nr = nr,
		.class = class,
		.fd = file == IOM_NO_FILE ? -1 : cap->files[file].fd,
		.file = file,
		.before_ns = before_ns,
		.inside_ns = inside_ns,
		.nfiles = UINT32_MAX,
		.timeout_ns = -1,
	};
	if (before_ns)
		t->at_start = t->at_end;
	t->asleep_ns += inside_ns;
}

void build_sample(struct iom_capture *cap, uint32_t file, uint8_t class, uint16_t nr,
		  uint64_t asleep_ns, uint64_t copy_ns, uint64_t busy_ns)
{
	struct cap_sample s = {
		.tid = BUILD_PID,
		.tgid = BUILD_PID,
		.file = file,
		.nr = nr,
		.class = class,
		.kind = file == IOM_NO_FILE ? CAP_K_UNKNOWN : cap->files[file].kind,
		.waker = asleep_ns ? CAP_W_SOFTIRQ : CAP_W_NONE,
		.ret = 1,
		.enter_ns = cap->start_ns + MS,
		.exit_ns = cap->start_ns + MS + asleep_ns + copy_ns,
		.asleep_ns = asleep_ns,
		.busy_ns = busy_ns,
	};
	uint32_t i;

	if (asleep_ns) {
		s.sleep_ns = s.enter_ns;
		s.wake_ns = s.enter_ns + asleep_ns - 4000;
		s.run_ns = s.enter_ns + asleep_ns;
	}
	i = iom_capture_add_sample(cap);
	cap->samples[i] = s;
	cap->windows.taken = 10;
	cap->windows.open_ns = 200 * MS;
}

struct iom_capture *build_server(const char *comm, const char *file_name)
{
	struct iom_capture *cap = build_capture(comm);
	uint32_t ep = build_file(cap, 5, CAP_K_EPOLL, 0, NULL);
	uint32_t log, sock = IOM_NO_FILE;
	char name[64];

	for (int i = 0; i < 52; i++) {
		snprintf(name, sizeof(name), "tcp 127.0.0.1:6379 <- 127.0.0.1:%d", 51000 + i);
		/* The last one lacks O_NONBLOCK, which is worth a finding. */
		sock = build_file(cap, 9 + i, CAP_K_SOCK, i < 51 ? O_NONBLOCK : 0, name);
		build_watch(cap, sock, ep);
		build_transfers(cap, BUILD_PID, sock, CAP_C_READ, SYS_read, 7600, 0, 8, 0);
		build_transfers(cap, BUILD_PID, sock, CAP_C_WRITE, SYS_write, 7600, 0, 0, 0);
	}
	build_epoll_wait(cap, BUILD_PID, ep, 1000, 80000, 98000);
	for (int i = 0; i < 100; i++) {
		build_sample(cap, sock, CAP_C_READ, SYS_read, 0, 1000 + i, 0);
		build_sample(cap, ep, CAP_C_EPOLL_WAIT, SYS_epoll_wait, 97000 + i, 500,
			     38000 + 1000 * i);
	}
	log = build_file(cap, 8, CAP_K_REG, O_APPEND | O_WRONLY, file_name);
	build_transfers(cap, BUILD_PID, log, CAP_C_WRITE, SYS_write, 300, 3, 0, 41 * MS);
	build_thread(cap, BUILD_PID, BUILD_PID + 2, "bio_aof");
	build_transfers(cap, BUILD_PID + 2, log, CAP_C_SYNC, SYS_fdatasync, 0, 12, 0, 4 * MS);
	return cap;
}

const struct rep_finding *build_finding(const struct iom_report *rep, const char *id)
{
	for (size_t i = 0; i < rep->procs[0].nfindings; i++)
		if (!strcmp(rep->procs[0].findings[i].id, id))
			return &rep->procs[0].findings[i];
	return NULL;
}
