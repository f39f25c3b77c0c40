/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ref_fault.h - memory whose pages somebody else brings (userfaultfd), so that
 * touching one surely sleeps, on any file system and with any disk.
 */
#ifndef REF_FAULT_H
#define REF_FAULT_H

#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "ref.h"

/* Make the first touch of each page of mem sleep until ref_fault_serve(). */
static inline int ref_fault_arm(void *mem, size_t len)
{
	struct uffdio_api api = {.api = UFFD_API};
	struct uffdio_register reg = {.range = {(uintptr_t)mem, len},
				      .mode = UFFDIO_REGISTER_MODE_MISSING};
	int fd = (int)syscall(__NR_userfaultfd, O_CLOEXEC);

	if (fd < 0)
		ref_skip("userfaultfd is not to be had here");
	ref_must(ioctl(fd, UFFDIO_API, &api), "UFFDIO_API");
	ref_must(ioctl(fd, UFFDIO_REGISTER, &reg), "UFFDIO_REGISTER");
	return fd;
}

/* For feeders: bring one page, once the main thread has slept for it for us
 * microseconds in system call nr, -1: outside any. Returns the thread's ref_switches()
 * while it slept. */
static inline long ref_fault_serve(int fd, int nr, long us)
{
	static char page[4096] __attribute__((aligned(4096)));
	struct uffd_msg msg;
	struct uffdio_copy copy = {.src = (uintptr_t)page, .len = sizeof(page)};
	long switches;

	if (read(fd, &msg, sizeof(msg)) != sizeof(msg))
		ref_die("userfaultfd");
	ref_await_sleep(ref->tid[0], nr);
	ref_nap_us(us);
	switches = ref_switches(ref->tid[0]);
	copy.dst = msg.arg.pagefault.address & ~4095ULL;
	ref_must(ioctl(fd, UFFDIO_COPY, &copy), "UFFDIO_COPY");
	return switches;
}

/* Are all of these pages in memory? */
static inline bool ref_cached(void *mem, size_t len)
{
	unsigned char in[1024];

	ref_must(mincore(mem, len, in), "mincore");
	for (size_t i = 0; i < len / 4096; i++)
		if (in[i] & 1)
			return true;
	return false;
}

/* Take the pages of a file out of memory. Some that another processor has just seen it keeps for a
 * moment: asked again, it lets go of them. True when none of the first len bytes, up to 4 MiB, is there. */
static inline bool ref_evict(int fd, size_t len)
{
	void *mem = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
	bool in = true;

	if (mem == MAP_FAILED)
		ref_die("mmap");
	for (int i = 0; in && i < 50; i++) {
		if (i)
			ref_nap_us(10000);
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
		in = ref_cached(mem, len);
	}
	munmap(mem, len);
	return !in;
}

/* A mapped file, up to 4 MiB, whose pages are on disk alone: each touch of another page sleeps
 * until it is read. */
static inline char *ref_evicted_file(int fd, size_t len)
{
	char *mem;

	if (!ref_evict(fd, len))
		ref_skip("pages of files cannot be evicted here");
	mem = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (mem == MAP_FAILED)
		ref_die("mmap");
	madvise(mem, len, MADV_RANDOM);
	return mem;
}

static inline char *ref_evicted(size_t len)
{
	return ref_evicted_file(ref_file(len), len);
}

#endif
