/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "collect/kernel_features.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "collect/backend.h"
#include "collect/collect.h"
#include "base/privileges.h"

#define BTF_PATH "/sys/kernel/btf/vmlinux"

void iom_why(char **why, const char *fmt, ...)
{
	va_list args;

	if (!why || *why)
		return;
	va_start(args, fmt);
	if (vasprintf(why, fmt, args) < 0)
		*why = NULL;
	va_end(args);
}

int iom_tracepoint_args(const struct btf *btf, const char *name)
{
	const struct btf_type *t;
	char type[96];
	int id;

	if (!btf)
		return 0;
	/* Each raw tracepoint has a typedef of a pointer to its prototype
	 * (include/trace/bpf_probe.h). */
	snprintf(type, sizeof(type), "btf_trace_%s", name);
	id = btf__find_by_name_kind(btf, type, BTF_KIND_TYPEDEF);
	if (id <= 0)
		return 0;
	t = btf__type_by_id(btf, btf__type_by_id(btf, id)->type);
	if (!t || !btf_is_ptr(t))
		return 0;
	t = btf__type_by_id(btf, t->type);
	return t && btf_is_func_proto(t) ? btf_vlen(t) - 1 : 0;
}

static bool may_load(void)
{
	return iom_capable(CAP_SYS_ADMIN) ||
	       (iom_capable(CAP_BPF) && iom_capable(CAP_PERFMON));
}

int iom_bpf_possible(char **why)
{
	struct utsname u;

	if (uname(&u) == 0 && strcmp(u.machine, "x86_64") != 0) {
		iom_why(why, "this machine is %s; iomodel knows the system calls of x86-64 only",
			u.machine);
		return -ENOTSUP;
	}
	if (!may_load()) {
		iom_why(why, "BPF programs need root (or CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE); run "
			     "it with sudo");
		return -EPERM;
	}
	if (access(BTF_PATH, R_OK)) {
		iom_why(why, "this kernel has no type information (" BTF_PATH "), which the probes "
			     "need; use a kernel built with CONFIG_DEBUG_INFO_BTF=y, as Debian's are");
		return -ENOTSUP;
	}
	return 0;
}

FILE *iom_symbols_open(void)
{
	return fopen("/proc/kallsyms", "re");
}

void iom_irq_text(FILE *f, uint64_t irq[2], uint64_t softirq[2])
{
	unsigned long long at;
	char line[512], name[256];

	memset(irq, 0, 2 * sizeof(*irq));
	memset(softirq, 0, 2 * sizeof(*softirq));
	while (f && fgets(line, sizeof(line), f) && !(irq[1] && softirq[1])) {
		if (!strstr(line, "irqentry_text_") || sscanf(line, "%llx %*c %255s", &at, name) != 2 || name[0] != '_')
			continue;
		if (!strcmp(name, "__irqentry_text_start"))
			irq[0] = at;
		else if (!strcmp(name, "__irqentry_text_end"))
			irq[1] = at;
		else if (!strcmp(name, "__softirqentry_text_start"))
			softirq[0] = at;
		else if (!strcmp(name, "__softirqentry_text_end"))
			softirq[1] = at;
	}
}

/* ---- doctor ---------------------------------------------------------------- */

struct list {
	struct iom_feature *v;
	size_t n;
};

__attribute__((format(printf, 5, 6))) static void
add(struct list *l, const char *name, int state, const char *loses, const char *fmt, ...)
{
	struct iom_feature *v = realloc(l->v, (l->n + 1) * sizeof(*v));
	va_list args;

	if (!v)
		return;
	l->v = v;
	v += l->n++;
	*v = (struct iom_feature){.name = name, .state = state, .loses = loses};
	va_start(args, fmt);
	if (fmt && vasprintf(&v->detail, fmt, args) < 0)
		v->detail = NULL;
	va_end(args);
}

static int try_load(enum bpf_attach_type attach, uint32_t btf_id, uint32_t flags)
{
	/* r0 = 0; exit */
	const struct bpf_insn insns[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = attach,
		    .attach_btf_id = btf_id, .prog_flags = flags);

	return bpf_prog_load(BPF_PROG_TYPE_TRACING, "iom_try", "GPL", insns, 2, &opts);
}

int iom_fentry_possible(const struct btf *btf, const char *function)
{
	int id = btf ? btf__find_by_name_kind(btf, function, BTF_KIND_FUNC) : -1;
	int prog = id > 0 ? try_load(BPF_TRACE_FENTRY, id, 0) : -ENOENT;
	int link = prog >= 0 ? bpf_raw_tracepoint_open(NULL, prog) : prog;

	if (link >= 0)
		close(link);
	if (prog >= 0)
		close(prog);
	return link < 0 ? link : 0;
}

bool iom_sys_exit_preemptible(const struct btf *btf)
{
	int id = btf ? btf__find_by_name_kind(btf, "btf_trace_sys_exit", BTF_KIND_TYPEDEF) : -1;
	int major = 0, minor = 0, prog;
	struct utsname u;

	/* Until 6.12 probes of system calls ran with preemption disabled (the change
	 * is in 6.13, include/linux/tracepoint.h), though 6.1 accepts such a program. */
	if (id <= 0 || uname(&u) || sscanf(u.release, "%d.%d", &major, &minor) != 2 ||
	    major < 6 || (major == 6 && minor < 13))
		return false;
	prog = try_load(BPF_TRACE_RAW_TP, id, BPF_F_SLEEPABLE);
	if (prog >= 0)
		close(prog);
	return prog >= 0;
}

static void try_fentry(struct list *l, const struct btf *btf)
{
	const char *loses = "nothing of the verdict: libaio's completions are counted from its calls "
			    "and its ring";
	int err = iom_fentry_possible(btf, "aio_complete");

	if (!err)
		err = iom_fentry_possible(btf, "io_submit_one");
	if (err)
		add(l, "fentry", IOM_FEAT_NO, loses, "aio_complete: %s", strerror(-err));
	else
		add(l, "fentry", IOM_FEAT_YES, loses, "attached to aio_complete and taken off again");
}

static void check_tracepoints(struct list *l, const struct btf *btf)
{
	static const struct {
		const char *name, *loses;
	} tps[] = {
		{"sys_exit", "everything: this is where facts are recorded"},
		{"sys_enter", "medians, busy times and wakers (sampled windows)"},
		{"sched_switch", "medians, busy times and wakers (sampled windows)"},
		{"sched_waking", "wakers (sampled windows)"},
		{"task_newtask", "threads and children born in the window are taken up late"},
		{"sched_process_exec", "programs started in the window keep their old name"},
		{"sched_process_exit", "a reused PID could be taken for the old process"},
		{"signal_generate", "signals lost to a full queue"},
		{"signal_deliver", "signal-driven I/O by handlers"},
		{"io_uring_complete", "what became of io_uring requests"},
	};

	for (size_t i = 0; i < sizeof(tps) / sizeof(tps[0]); i++) {
		int n = iom_tracepoint_args(btf, tps[i].name);

		add(l, tps[i].name, n ? IOM_FEAT_YES : IOM_FEAT_NO, tps[i].loses, "tracepoint with BTF");
	}
	if (iom_tracepoint_args(btf, "io_uring_submit_req") ||
	    iom_tracepoint_args(btf, "io_uring_submit_sqe"))
		add(l, "io_uring_submit", IOM_FEAT_YES, "io_uring requests", "tracepoint with BTF");
	else
		add(l, "io_uring_submit", IOM_FEAT_NO, "io_uring requests", NULL);
}

/* Opens and attaches a back end and says so; refused: the state where that is not
 * permitted. NULL where it cannot be had; else its caller closes it. */
static struct iom_backend *try_backend(struct list *l, const struct iom_backend_ops *ops, int refused,
				       const char *name, const char *loses, const char *works)
{
	struct iom_backend_sink sink = {};
	struct iom_backend *be = NULL;
	char *why = NULL;
	int err = ops->open(&be, &sink, false, &why);

	if (!err)
		err = ops->attach(be, &why);
	add(l, name, !err ? IOM_FEAT_YES : err == -EPERM ? refused : IOM_FEAT_NO, loses, "%s",
	    !err ? works : why ? why : strerror(-err));
	free(why);
	if (!err)
		return be;
	ops->close(be);
	return NULL;
}

static void try_bpf(struct list *l)
{
	struct iom_backend *be = try_backend(l, &iom_backend_bpf, IOM_FEAT_NO, "back end bpf",
					     "everything, unless the back end kmod works",
					     "all programs loaded and attached");
	int err;

	if (!be)
		return;
	err = iom_backend_bpf.window_begin(be);
	add(l, "sampled windows", err ? IOM_FEAT_NO : IOM_FEAT_YES, "medians, busy times and wakers",
	    "%s", err ? strerror(-err) : "tried one");
	iom_backend_bpf.close(be);
}

/* Whether or not it is needed. */
static void try_kmod(struct list *l)
{
	struct iom_backend *be = try_backend(l, &iom_backend_kmod, IOM_FEAT_UNKNOWN, "back end kmod",
					     "nothing, where the back end bpf works",
					     IOM_KMOD_DEVICE ": probes attached and taken off again");

	iom_backend_kmod.close(be);
}

struct iom_feature *iom_collect_features(size_t *n)
{
	struct list l = {};
	struct btf *btf = NULL;
	uint64_t irq[2], softirq[2];
	FILE *symbols;

	libbpf_set_print(NULL);
	if (access(BTF_PATH, R_OK) == 0)
		btf = btf__load_vmlinux_btf();
	add(&l, "BTF", btf ? IOM_FEAT_YES : IOM_FEAT_NO, "everything", BTF_PATH);
	check_tracepoints(&l, btf);
	if (!may_load()) {
		const char *hint = "run as root";

		add(&l, "back end bpf", IOM_FEAT_UNKNOWN, "everything, unless the back end kmod works", "%s", hint);
		add(&l, "sampled windows", IOM_FEAT_UNKNOWN, "medians, busy times and wakers", "%s",
		    hint);
		add(&l, "fentry", IOM_FEAT_UNKNOWN, "nothing of the verdict", "%s", hint);
		add(&l, "interrupt text", IOM_FEAT_UNKNOWN, "wakers are `unknown`", "%s", hint);
	} else {
		try_bpf(&l);
		try_fentry(&l, btf);
		symbols = iom_symbols_open();
		iom_irq_text(symbols, irq, softirq);
		if (symbols)
			fclose(symbols);
		add(&l, "interrupt text", irq[1] && softirq[1] ? IOM_FEAT_YES : IOM_FEAT_NO,
		    "wakers are `unknown`", "from /proc/kallsyms");
	}
	try_kmod(&l);
	btf__free(btf);
	*n = l.n;
	return l.v;
}
