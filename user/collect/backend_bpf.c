/* SPDX-License-Identifier: GPL-2.0-only */
#include "collect/backend.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collect/kernel_features.h"
#include "iomodel.skel.h"

/* include/linux/proc_ns.h: the first PID namespace has this inode number */
#define PROC_PID_INIT_INO 0xEFFFFFFCU
#define MAX_PROBES	  32

struct iom_backend {
	struct iomodel_bpf *skel;
	struct iom_backend_sink sink;
	struct ring_buffer *rb;
	struct iom_row *rows; /* the table, mapped */
	struct bpf_link *windows[3];
	struct bpf_link **faults; /* nfaults of them, one for each CPU */
	int nfaults;
	uint32_t window;
	FILE *symbols; /* of the kernel, until they were read */
	bool first_namespace;
	bool attached;
	const char *probes[MAX_PROBES];
};

static bool verbose_libbpf;
static struct bpf_link *functions[2]; /* probes of kernel functions, of a watch that has ended */

static int print_libbpf(enum libbpf_print_level level, const char *fmt, va_list args)
{
	if (!verbose_libbpf || level == LIBBPF_DEBUG)
		return 0;
	return vfprintf(stderr, fmt, args);
}

static int on_record(void *arg, void *data, size_t size)
{
	struct iom_backend *be = arg;

	iom_backend_deliver(&be->sink, data, size);
	return 0;
}

/* Programs of BTF tracepoints, or those of classic ones where the others may be
 * preempted. The classic ones need tracefs to be attached: without it the first
 * are taken all the same, and what passes them is counted as lost. */
static void choose_classic(struct iomodel_bpf *skel, bool preemptible)
{
	bool classic = preemptible && (!access("/sys/kernel/tracing/events", F_OK) ||
				       !access("/sys/kernel/debug/tracing/events", F_OK));

	skel->rodata->classic = classic;
	bpf_program__set_autoload(skel->progs.iom_sys_exit, !classic);
	bpf_program__set_autoload(skel->progs.iom_task_newtask, !classic);
	bpf_program__set_autoload(skel->progs.iom_sched_process_exec, !classic);
	bpf_program__set_autoload(skel->progs.iom_sched_process_exit, !classic);
	bpf_program__set_autoload(skel->progs.iom_sys_exit_classic, classic);
	bpf_program__set_autoload(skel->progs.iom_task_newtask_classic, classic);
	bpf_program__set_autoload(skel->progs.iom_sched_process_exec_classic, classic);
	bpf_program__set_autoload(skel->progs.iom_sched_process_exit_classic, classic);
}

/*
 * Programs for tracepoints whose prototypes differ between kernels: the one
 * that fits is chosen by what BTF says of the tracepoint. All others whose
 * tracepoint is there are wanted.
 */
static void choose_programs(struct iomodel_bpf *skel)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool by_value = iom_tracepoint_args(btf, "io_uring_complete") > 4;

	bool follow = !iom_fentry_possible(btf, "aio_complete") &&
		      !iom_fentry_possible(btf, "io_submit_one");

	choose_classic(skel, iom_sys_exit_preemptible(btf));
	bpf_program__set_autoload(skel->progs.iom_page_fault, true);
	bpf_program__set_autoload(skel->progs.iom_io_submit_one, follow);
	bpf_program__set_autoload(skel->progs.iom_aio_complete, follow);
	skel->rodata->aio_followed = follow;
	bpf_program__set_autoload(skel->progs.iom_uring_submit_sqe,
				  iom_tracepoint_args(btf, "io_uring_submit_sqe") > 0);
	bpf_program__set_autoload(skel->progs.iom_uring_submit_req,
				  iom_tracepoint_args(btf, "io_uring_submit_req") > 0);
	bpf_program__set_autoload(skel->progs.iom_uring_queue_async_work,
				  iom_tracepoint_args(btf, "io_uring_queue_async_work") > 0);
	bpf_program__set_autoload(skel->progs.iom_uring_poll_arm,
				  iom_tracepoint_args(btf, "io_uring_poll_arm") > 0);
	bpf_program__set_autoload(skel->progs.iom_uring_cqring_wait,
				  iom_tracepoint_args(btf, "io_uring_cqring_wait") > 0);
	bpf_program__set_autoload(skel->progs.iom_uring_complete_values, by_value);
	bpf_program__set_autoload(skel->progs.iom_uring_complete_cqe,
				  !by_value && iom_tracepoint_args(btf, "io_uring_complete") > 0);
	btf__free(btf);
}

static int map_rows(struct iom_backend *be)
{
	size_t size = (size_t)IOM_ROWS * sizeof(struct iom_row);
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			bpf_map__fd(be->skel->maps.rows), 0);

	if (at == MAP_FAILED)
		return -errno;
	be->rows = at;
	return 0;
}

static void bpf_let_go(void)
{
	for (size_t i = 0; i < 2; i++) {
		bpf_link__destroy(functions[i]);
		functions[i] = NULL;
	}
}

static void bpf_close(struct iom_backend *be)
{
	if (!be)
		return;
	if (be->symbols)
		fclose(be->symbols);
	for (size_t i = 0; i < 3; i++)
		bpf_link__destroy(be->windows[i]);
	for (int i = 0; i < be->nfaults; i++)
		bpf_link__destroy(be->faults[i]); /* closes its event */
	free(be->faults);
	ring_buffer__free(be->rb);
	if (be->rows)
		munmap(be->rows, (size_t)IOM_ROWS * sizeof(struct iom_row));
	iomodel_bpf__destroy(be->skel);
	free(be);
}

static int bpf_open(struct iom_backend **out, const struct iom_backend_sink *sink, bool verbose,
		    char **why)
{
	struct iom_backend *be = calloc(1, sizeof(*be));
	struct stat st;
	int err;

	if (!be)
		return -ENOMEM;
	verbose_libbpf = verbose;
	libbpf_set_print(print_libbpf);
	be->sink = *sink;
	err = iom_bpf_possible(why);
	if (err)
		goto fail;
	be->skel = iomodel_bpf__open();
	if (!be->skel) {
		err = -errno;
		goto fail;
	}
	choose_programs(be->skel);
	if (stat("/proc/self/ns/pid", &st) == 0) {
		be->skel->rodata->pidns_inum = st.st_ino;
		be->first_namespace = (uint32_t)st.st_ino == PROC_PID_INIT_INO;
	}
	err = iomodel_bpf__load(be->skel);
	if (err) {
		iom_why(why, "this kernel refused the BPF programs (%s); run `iomodel doctor` to see "
			     "what it allows, or with -v to see what it said",
			strerror(-err));
		err = err == -EPERM || err == -EACCES ? -EPERM : -ENOTSUP;
		goto fail;
	}
	be->rb = ring_buffer__new(bpf_map__fd(be->skel->maps.ring), on_record, be, NULL);
	if (!be->rb) {
		err = -errno;
		goto fail;
	}
	err = ring_buffer__add(be->rb, bpf_map__fd(be->skel->maps.sample_ring), on_record, be);
	if (!err)
		err = map_rows(be);
	if (err)
		goto fail;
	*out = be;
	return 0;
fail:
	bpf_close(be);
	return err;
}

static int iterate(struct iom_backend *be, pid_t pid);

/* The kernel's number of a process; 0: it is gone. */
static uint32_t number_of(struct iom_backend *be, pid_t pid)
{
	uint32_t found;

	if (be->first_namespace)
		return !kill(pid, 0) || errno != ESRCH ? (uint32_t)pid : 0;
	be->skel->bss->find_tgid = (uint32_t)pid;
	iterate(be, pid);
	be->skel->bss->find_tgid = 0;
	found = be->skel->bss->found_tgid;
	be->skel->bss->found_tgid = 0;
	return found;
}

static int bpf_watch(struct iom_backend *be, pid_t pid, bool on_exec, uint32_t *tgid)
{
	*tgid = number_of(be, pid);
	if (!*tgid)
		return -ESRCH;
	if (on_exec)
		be->skel->bss->arm_on_exec = *tgid;
	else
		__atomic_fetch_or(&be->skel->bss->targets[*tgid / 64 % (IOM_PIDS_MAX / 64)],
				  1ULL << (*tgid % 64), __ATOMIC_SEQ_CST);
	return 0;
}

static void bpf_follow(struct iom_backend *be, bool on)
{
	be->skel->bss->follow = on;
}

static bool is_window_program(const struct bpf_program *p)
{
	const char *name = bpf_program__name(p);

	return !strcmp(name, "iom_sys_enter") || !strcmp(name, "iom_sched_switch") ||
	       !strcmp(name, "iom_sched_waking");
}

/* One event for each CPU: a task that is watched may be anywhere. A CPU that comes later
 * has none: faults there are told as where there is no such event at all, less exactly. */
static void attach_faults(struct iom_backend *be)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE,
				       .config = PERF_COUNT_SW_PAGE_FAULTS_MAJ,
				       .size = sizeof(attr),
				       .sample_period = 1};
	int n = libbpf_num_possible_cpus();

	if (n <= 0)
		return;
	be->faults = calloc((size_t)n, sizeof(*be->faults));
	for (int cpu = 0; be->faults && cpu < n; cpu++) {
		int fd = (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);

		if (fd < 0)
			continue;
		be->faults[be->nfaults] =
			bpf_program__attach_perf_event(be->skel->progs.iom_page_fault, fd);
		if (be->faults[be->nfaults])
			be->nfaults++;
		else
			close(fd);
	}
}

static int bpf_attach(struct iom_backend *be, char **why)
{
	struct bpf_program *p;
	size_t n = 0;
	int err;

	/* Only what the windows use stays unattached. */
	bpf_program__set_autoattach(be->skel->progs.iom_sys_enter, false);
	bpf_program__set_autoattach(be->skel->progs.iom_sched_switch, false);
	bpf_program__set_autoattach(be->skel->progs.iom_sched_waking, false);
	/* First: a thread that is looked at already would have its first faults in one heap. */
	attach_faults(be);
	err = iomodel_bpf__attach(be->skel);
	if (err) {
		iom_why(why, "this kernel refused to attach the BPF programs (%s); run `iomodel "
			     "doctor` to see what it allows",
			strerror(-err));
		return err == -EPERM ? -EPERM : -ENOTSUP;
	}
	be->attached = true;
	be->symbols = iom_symbols_open();
	bpf_object__for_each_program(p, be->skel->obj) {
		if (bpf_program__autoload(p) && !is_window_program(p) && n < MAX_PROBES - 1)
			be->probes[n++] = bpf_program__section_name(p)[0] == '?' ?
						  bpf_program__section_name(p) + 1 :
						  bpf_program__section_name(p);
	}
	return 0;
}

/* pid: the threads of that process alone; 0: all. */
static int iterate(struct iom_backend *be, pid_t pid)
{
	union bpf_iter_link_info info = {.task.pid = (uint32_t)pid};
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));
	struct iom_thread buf[64];
	struct bpf_link *link;
	size_t have = 0;
	int fd, err = 0;
	ssize_t n;

	link = bpf_program__attach_iter(be->skel->progs.iom_iter_task, &opts);
	if (!link)
		return -errno;
	fd = bpf_iter_create(bpf_link__fd(link));
	if (fd < 0) {
		err = -errno;
		goto out;
	}
	/* A sleep first: the collector's own last switch-in is what the two clocks
	 * are compared at (tasks.bpf.h). */
	if (!pid)
		usleep(100);
	while ((n = read(fd, (char *)buf + have, sizeof(buf) - have)) != 0) {
		if (n < 0) {
			if (errno == EINTR || errno == EAGAIN)
				continue;
			err = -errno;
			break;
		}
		have += n;
		for (size_t i = 0; i < have / sizeof(buf[0]); i++)
			be->sink.thread(be->sink.arg, &buf[i]);
		memmove(buf, (char *)buf + have / sizeof(buf[0]) * sizeof(buf[0]),
			have % sizeof(buf[0]));
		have %= sizeof(buf[0]);
	}
	close(fd);
	be->skel->bss->begun = be->attached;
out:
	bpf_link__destroy(link);
	return err;
}

static int bpf_iterate(struct iom_backend *be)
{
	return iterate(be, 0);
}

static int bpf_fd(struct iom_backend *be)
{
	return ring_buffer__epoll_fd(be->rb);
}

static void bpf_drain(struct iom_backend *be)
{
	ring_buffer__consume(be->rb);
}

/* The kernel goes on counting: a row that changes hands while it is copied is left out,
 * since it comes through the ring. */
static void bpf_so_far(struct iom_backend *be)
{
	uint64_t key, *prev = NULL;
	struct iom_row row;

	for (size_t i = 0; i < IOM_ROWS; i++) {
		struct iom_row *r = &be->rows[i];
		uint64_t id;

		if (!__atomic_load_n(&r->key, __ATOMIC_ACQUIRE))
			continue;
		id = __atomic_load_n(&r->id, __ATOMIC_ACQUIRE);
		row = *r;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (id && id != IOM_ROW_BUSY && row.key && row.id == id &&
		    __atomic_load_n(&r->id, __ATOMIC_RELAXED) == id)
			be->sink.so_far(be->sink.arg, &row);
	}
	while (bpf_map__get_next_key(be->skel->maps.shared, prev, &key, sizeof(key)) == 0) {
		prev = &key;
		if (bpf_map__lookup_elem(be->skel->maps.shared, &key, sizeof(key), &row,
					 sizeof(row), 0) == 0)
			be->sink.so_far(be->sink.arg, &row);
	}
}

static int by_serial(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void bpf_reclaim(struct iom_backend *be, const uint32_t *serials, size_t n)
{
	for (size_t i = 0; i < IOM_ROWS; i++) {
		struct iom_row *r = &be->rows[i];
		uint64_t id = __atomic_load_n(&r->id, __ATOMIC_ACQUIRE);
		uint32_t serial = id >> 32;

		if (!r->key || id == IOM_ROW_BUSY ||
		    !bsearch(&serial, serials, n, sizeof(serial), by_serial))
			continue;
		/* A new thread of the same number may want to recycle it: whoever
		 * marks it owns it (rows.bpf.h). */
		if (!__atomic_compare_exchange_n(&r->id, &id, IOM_ROW_BUSY, false,
						 __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			continue;
		struct iom_row copy = *r;

		copy.id = id;
		be->sink.row(be->sink.arg, &copy);
		__atomic_store_n(&r->id, 0, __ATOMIC_SEQ_CST);
		__atomic_store_n(&r->key, 0, __ATOMIC_RELEASE);
	}
}

static void bpf_window_end(struct iom_backend *be)
{
	be->skel->bss->window = 0;
	for (size_t i = 0; i < 3; i++) {
		bpf_link__destroy(be->windows[i]);
		be->windows[i] = NULL;
	}
}

static int bpf_window_begin(struct iom_backend *be)
{
	struct bpf_program *progs[3] = {
		be->skel->progs.iom_sched_waking,
		be->skel->progs.iom_sched_switch,
		be->skel->progs.iom_sys_enter,
	};

	if (be->symbols) { /* reading them all takes a while: not before it is needed */
		iom_irq_text(be->symbols, (uint64_t *)be->skel->bss->irq_text,
			     (uint64_t *)be->skel->bss->softirq_text);
		fclose(be->symbols);
		be->symbols = NULL;
	}
	be->skel->bss->window = ++be->window;
	for (size_t i = 0; i < 3; i++) {
		be->windows[i] = bpf_program__attach(progs[i]);
		if (!be->windows[i]) {
			int err = -errno;

			bpf_window_end(be);
			return err;
		}
	}
	return 0;
}

static uint32_t bpf_generation(struct iom_backend *be, uint32_t tgid, uint32_t fd)
{
	return __atomic_load_n(&be->skel->bss->gens[IOM_GEN_INDEX(tgid, fd)], __ATOMIC_RELAXED);
}

static void bpf_seed_aio(struct iom_backend *be, uint32_t tgid, uint64_t ctx, uint32_t tail,
			 uint32_t nr)
{
	struct { /* struct iom_aio_key, struct iom_aio_ctx of async.bpf.h */
		uint32_t tgid, pad;
		uint64_t ctx;
	} key = {.tgid = tgid, .ctx = ctx};
	struct {
		uint64_t submitted, completed;
		uint32_t tail, nr;
	} value = {.tail = tail, .nr = nr};

	bpf_map__update_elem(be->skel->maps.aio_contexts, &key, sizeof(key), &value, sizeof(value),
			     BPF_NOEXIST);
}

static uint64_t bpf_clock_offset(struct iom_backend *be)
{
	return be->skel->bss->clock_offset;
}

static void bpf_finish(struct iom_backend *be)
{
	uint64_t key, *prev = NULL;
	struct iom_row row;

	bpf_window_end(be);
	/* To take a probe off a function, kernels wait for every thread to have slept once, and
	 * io_uring's submission threads do not for as long as they spin: that is done when the
	 * report is out. */
	functions[0] = be->skel->links.iom_io_submit_one;
	functions[1] = be->skel->links.iom_aio_complete;
	be->skel->links.iom_io_submit_one = NULL;
	be->skel->links.iom_aio_complete = NULL;
	/* Destroying the links waits until no program runs any more, so the tables
	 * stand still from here on, but for libaio's rows. */
	iomodel_bpf__detach(be->skel);
	be->attached = false;
	bpf_drain(be);
	for (size_t i = 0; i < IOM_ROWS; i++)
		if (be->rows[i].key && be->rows[i].id)
			be->sink.row(be->sink.arg, &be->rows[i]);
	while (bpf_map__get_next_key(be->skel->maps.shared, prev, &key, sizeof(key)) == 0) {
		prev = &key;
		if (bpf_map__lookup_elem(be->skel->maps.shared, &key, sizeof(key), &row,
					 sizeof(row), 0) == 0)
			be->sink.row(be->sink.arg, &row);
	}
}

static void bpf_lost(struct iom_backend *be, struct cap_lost *lost)
{
	const struct iom_stats *s = &be->skel->bss->stats;
	struct bpf_program *p;

	memset(lost, 0, sizeof(*lost));
	/* Runs that the kernel skipped because the program was already running on
	 * that CPU: facts never seen. */
	bpf_object__for_each_program(p, be->skel->obj) {
		struct bpf_prog_info info = {};
		uint32_t size = sizeof(info);

		if (!bpf_program__autoload(p) || bpf_program__fd(p) < 0)
			continue;
		if (bpf_obj_get_info_by_fd(bpf_program__fd(p), &info, &size))
			continue;
		if (verbose_libbpf && info.recursion_misses)
			fprintf(stderr, "iomodel: %s was skipped %llu times\n", bpf_program__name(p),
				(unsigned long long)info.recursion_misses);
		if (is_window_program(p))
			lost->samples += info.recursion_misses;
		else
			lost->skipped += info.recursion_misses;
	}
	lost->counts = lost->skipped + s->lost_rows + s->lost_threads + s->lost_async +
		       s->lost_records;
	lost->samples += s->lost_samples;
	lost->compat_calls = s->compat_calls;
	lost->unknown_calls = s->unknown_calls;
}

static const char *const *bpf_probes(struct iom_backend *be)
{
	return be->probes;
}

const struct iom_backend_ops iom_backend_bpf = {
	.name = "bpf",
	.open = bpf_open,
	.watch = bpf_watch,
	.follow = bpf_follow,
	.attach = bpf_attach,
	.iterate = bpf_iterate,
	.fd = bpf_fd,
	.drain = bpf_drain,
	.so_far = bpf_so_far,
	.reclaim = bpf_reclaim,
	.window_begin = bpf_window_begin,
	.window_end = bpf_window_end,
	.generation = bpf_generation,
	.seed_aio = bpf_seed_aio,
	.clock_offset = bpf_clock_offset,
	.finish = bpf_finish,
	.lost = bpf_lost,
	.probes = bpf_probes,
	.close = bpf_close,
	.let_go = bpf_let_go,
};
