// SPDX-License-Identifier: GPL-2.0-only
/*
 * backend_kmod.c - facts from the kernel module, through /dev/iomodel.
 */
#define _GNU_SOURCE
#include "collect/backend.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collect/kernel_features.h"
#include "uapi/iomodel.h"

#define READ_BYTES (1 << 16)

struct iom_backend {
	struct iom_backend_sink sink;
	int fd;
	const uint32_t *gens; /* mapped, IOM_GENS */
	bool follow;
	uint32_t have; /* IOM_HAVE_* */
	uint32_t window;
	char *buf;
	const char *probes[16];
};

static void kmod_close(struct iom_backend *be)
{
	if (!be)
		return;
	if (be->gens)
		munmap((void *)be->gens, IOM_GENS * sizeof(*be->gens));
	if (be->fd >= 0)
		close(be->fd);
	free(be->buf);
	free(be);
}

static int refuse(char **why)
{
	int err = errno;

	if (err == ENOENT || err == ENXIO || err == ENODEV)
		iom_why(why, IOM_KMOD_DEVICE " is not there: the module is not loaded; build it with "
			     "`make kmod` and load it with `insmod kmod/iomodel.ko`, or install it "
			     "with `make install-dkms`");
	else if (err == EACCES || err == EPERM)
		iom_why(why, IOM_KMOD_DEVICE " needs root, or CAP_PERFMON and permission to open it; "
			     "run it with sudo");
	else
		iom_why(why, IOM_KMOD_DEVICE ": %s", strerror(err));
	return err == EACCES || err == EPERM ? -EPERM : -ENOTSUP;
}

static int kmod_open(struct iom_backend **out, const struct iom_backend_sink *sink, bool verbose,
		     char **why)
{
	struct iom_backend *be = calloc(1, sizeof(*be));
	struct iom_version version = {};
	void *gens;
	int err;

	(void)verbose;
	if (!be)
		return -ENOMEM;
	be->sink = *sink;
	be->fd = open(IOM_KMOD_DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (be->fd < 0) {
		err = refuse(why);
		goto fail;
	}
	if (ioctl(be->fd, IOM_IOC_VERSION, &version) || version.version != IOM_UAPI_VERSION ||
	    version.row_size != sizeof(struct iom_row) ||
	    version.thread_size != sizeof(struct iom_thread) ||
	    version.sample_size != sizeof(struct iom_sample)) {
		iom_why(why, "the loaded module speaks version %u of " IOM_KMOD_DEVICE
			     ", this program version %u; build and load the module of the same "
			     "release (`rmmod iomodel` first)",
			version.version, IOM_UAPI_VERSION);
		err = -ENOTSUP;
		goto fail;
	}
	gens = mmap(NULL, IOM_GENS * sizeof(*be->gens), PROT_READ, MAP_SHARED, be->fd, 0);
	be->buf = malloc(READ_BYTES);
	if (gens == MAP_FAILED || !be->buf) {
		err = -ENOMEM;
		goto fail;
	}
	be->gens = gens;
	*out = be;
	return 0;
fail:
	kmod_close(be);
	return err;
}

static int add(struct iom_backend *be, struct iom_target *target, uint32_t flags)
{
	target->flags = flags;
	return ioctl(be->fd, IOM_IOC_ADD, target) ? -errno : 0;
}

static int kmod_watch(struct iom_backend *be, pid_t pid, bool on_exec, uint32_t *tgid)
{
	struct iom_target target = {.pidfd = (int)syscall(SYS_pidfd_open, pid, 0)};
	int err;

	if (target.pidfd < 0)
		return errno == EINVAL ? -ESRCH : -errno; /* EINVAL: a thread has the number now */
	err = add(be, &target, IOM_ADD_ASK);
	*tgid = target.tgid;
	if (!err)
		err = add(be, &target, on_exec ? IOM_ADD_ON_EXEC : 0);
	close(target.pidfd);
	return err == -EEXIST ? 0 : err;
}

static void kmod_follow(struct iom_backend *be, bool on)
{
	be->follow = on;
}

static int kmod_attach(struct iom_backend *be, char **why)
{
	struct iom_start start = {.flags = be->follow ? IOM_START_FOLLOW : 0};

	if (ioctl(be->fd, IOM_IOC_START, &start)) {
		int err = errno;

		iom_why(why, "the module could not set its probes: %s", strerror(err));
		return err == EPERM ? -EPERM : -ENOTSUP;
	}
	be->have = start.have;
	return 0;
}

static void deliver(struct iom_backend *be, const char *at, size_t size)
{
	while (size >= sizeof(struct iom_record)) {
		struct iom_record head;

		memcpy(&head, at, sizeof(head));
		if (head.size < sizeof(head) || head.size > size)
			return;
		iom_backend_deliver(&be->sink, (const void *)at, head.size);
		at += head.size;
		size -= head.size;
	}
}

static void kmod_drain(struct iom_backend *be)
{
	ssize_t n;

	/* A signal to stop may come at any time: what is queued is read all the same. */
	while ((n = read(be->fd, be->buf, READ_BYTES)) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			deliver(be, be->buf, n);
}

static int kmod_iterate(struct iom_backend *be)
{
	int rc;

	do
		rc = ioctl(be->fd, IOM_IOC_SCAN);
	while (rc && errno == EINTR);
	if (rc)
		return -errno;
	kmod_drain(be);
	return 0;
}

static void kmod_so_far(struct iom_backend *be)
{
	/* None may be left in the queue from before. */
	kmod_drain(be);
	if (!ioctl(be->fd, IOM_IOC_ROWS))
		kmod_drain(be);
}

static int kmod_fd(struct iom_backend *be)
{
	return be->fd;
}

/* The module sends a thread's rows itself when it leaves. */
static void kmod_reclaim(struct iom_backend *be, const uint32_t *serials, size_t n)
{
	(void)be, (void)serials, (void)n;
}

static int set_window(struct iom_backend *be, uint32_t number)
{
	struct iom_window window = {.number = number};

	return ioctl(be->fd, IOM_IOC_WINDOW, &window) ? -errno : 0;
}

static int kmod_window_begin(struct iom_backend *be)
{
	return set_window(be, ++be->window);
}

static void kmod_window_end(struct iom_backend *be)
{
	set_window(be, 0);
}

static uint32_t kmod_generation(struct iom_backend *be, uint32_t tgid, uint32_t fd)
{
	return __atomic_load_n(&be->gens[IOM_GEN_INDEX(tgid, fd)], __ATOMIC_RELAXED);
}

/* The module follows each request; those in flight before are none of its. */
static void kmod_seed_aio(struct iom_backend *be, uint32_t tgid, uint64_t ctx, uint32_t tail,
			  uint32_t nr)
{
	(void)be, (void)tgid, (void)ctx, (void)tail, (void)nr;
}

static struct iom_session_stats stats(struct iom_backend *be)
{
	struct iom_session_stats s = {};

	if (ioctl(be->fd, IOM_IOC_STATS, &s))
		s = (struct iom_session_stats){};
	return s;
}

static uint64_t kmod_clock_offset(struct iom_backend *be)
{
	return stats(be).clock_offset;
}

static void kmod_finish(struct iom_backend *be)
{
	while (ioctl(be->fd, IOM_IOC_STOP) && errno == EINTR)
		;
	kmod_drain(be);
}

static void kmod_lost(struct iom_backend *be, struct cap_lost *lost)
{
	struct iom_stats s = stats(be).stats;

	*lost = (struct cap_lost){
		.counts = s.lost_rows + s.lost_threads + s.lost_async + s.lost_records,
		.samples = s.lost_samples,
		.compat_calls = s.compat_calls,
		.unknown_calls = s.unknown_calls,
	};
}

static const char *const *kmod_probes(struct iom_backend *be)
{
	static const struct {
		const char *name;
		uint32_t have; /* the part of the module that it belongs to; 0: all of it */
	} all[] = {
		{"tp/sys_exit", 0},
		{"tp/task_newtask", 0},
		{"tp/sched_process_exec", 0},
		{"tp/sched_process_exit", 0},
		{"tp/signal_generate", 0},
		{"tp/signal_deliver", 0},
		{"tp/io_uring_submit", IOM_HAVE_URING},
		{"tp/io_uring_queue_async_work", IOM_HAVE_URING},
		{"tp/io_uring_poll_arm", IOM_HAVE_URING},
		{"tp/io_uring_complete", IOM_HAVE_URING},
		{"kprobe/io_submit_one", IOM_HAVE_AIO},
		{"kprobe/aio_complete", IOM_HAVE_AIO},
	};
	size_t n = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if ((all[i].have & be->have) == all[i].have)
			be->probes[n++] = all[i].name;
	be->probes[n] = NULL;
	return be->probes;
}

const struct iom_backend_ops iom_backend_kmod = {
	.name = "kmod",
	.open = kmod_open,
	.watch = kmod_watch,
	.follow = kmod_follow,
	.attach = kmod_attach,
	.iterate = kmod_iterate,
	.fd = kmod_fd,
	.drain = kmod_drain,
	.so_far = kmod_so_far,
	.reclaim = kmod_reclaim,
	.window_begin = kmod_window_begin,
	.window_end = kmod_window_end,
	.generation = kmod_generation,
	.seed_aio = kmod_seed_aio,
	.clock_offset = kmod_clock_offset,
	.finish = kmod_finish,
	.lost = kmod_lost,
	.probes = kmod_probes,
	.close = kmod_close,
};
