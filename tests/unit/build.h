/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * build.h - captures made by hand, for tests of everything that comes after one.
 *
 * A capture begins with one process and its main thread, both watched for
 * BUILD_LIFE_NS. Pointers that are returned go stale when something of the same
 * sort is added; indices stay. Everything belongs to the capture: let it go
 * with iom_capture_free().
 */
#ifndef IOM_TEST_BUILD_H
#define IOM_TEST_BUILD_H

#include "capture/capture.h"
#include "report/report.h"

#define BUILD_PID     4711
#define BUILD_LIFE_NS UINT64_C(10000000000)
#define MS	      UINT64_C(1000000)

/* A process named comm with thread BUILD_PID, which has used 100 ms of CPU. */
struct iom_capture *build_capture(const char *comm);

/* A further process with its main thread; its index. */
uint32_t build_proc(struct iom_capture *cap, uint32_t pid, const char *comm);

/* A further thread of process tgid, watched as long as the capture; its index. */
uint32_t build_thread(struct iom_capture *cap, uint32_t tgid, uint32_t tid, const char *comm);

/* An open file of process BUILD_PID: kind is an enum cap_kind, f_flags O_*,
 * name is copied and may be NULL; its index. */
uint32_t build_file(struct iom_capture *cap, int fd, uint8_t kind, uint32_t f_flags,
		    const char *name);

/* Put a file into the set of an epoll. */
void build_watch(struct iom_capture *cap, uint32_t file, uint32_t epoll);

/* Calls of thread tid of process BUILD_PID: class is an enum cap_class, nr a
 * system call; f_flags are those of the file. */
struct cap_calls *build_calls(struct iom_capture *cap, uint32_t tid, uint32_t file, uint8_t class,
			  uint16_t nr);

/* Requests of the main thread that were all done later, 4096 bytes each. */
struct cap_requests *build_requests(struct iom_capture *cap, uint32_t file,
				    enum cap_interface interface, uint16_t operation, uint64_t n);

/* Signals about a file (or IOM_NO_FILE) that the main thread met. */
struct cap_signals *build_signals(struct iom_capture *cap, enum cap_signal_way way, int signo,
				  uint8_t code, uint32_t file, uint64_t n);

/* A file in the set of the main thread's poll or select. */
struct cap_interest *build_interest(struct iom_capture *cap, uint32_t file, uint64_t ready,
				    uint64_t not_ready);

/* A row of transfers: so many done at once, so many after a sleep, so many
 * EAGAIN; 100 bytes each, and each sleep took sleep_ns. */
struct cap_calls *build_transfers(struct iom_capture *cap, uint32_t tid, uint32_t file, uint8_t class,
				uint16_t nr, uint64_t fast, uint64_t slept, uint64_t again,
				uint64_t sleep_ns);

/* epoll_wait on epoll: so many calls that found something at once, so many
 * that slept before they did, each for sleep_ns. */
struct cap_calls *build_epoll_wait(struct iom_capture *cap, uint32_t tid, uint32_t epoll,
				 uint64_t fast, uint64_t slept, uint64_t sleep_ns);

/* The thread with this index slept in a call when the watch ended: for
 * inside_ns of the watch and before_ns before it. */
void build_asleep(struct iom_capture *cap, uint32_t thread, uint8_t class, int32_t nr, uint32_t file,
		  uint64_t before_ns, uint64_t inside_ns);

/* A sample of a transfer, or of a wait, of process BUILD_PID's main thread;
 * the last 4 us of a sleep went by from the wake-up to running. */
void build_sample(struct iom_capture *cap, uint32_t file, uint8_t class, uint16_t nr,
		  uint64_t asleep_ns, uint64_t copy_ns, uint64_t busy_ns);

/* A whole picture: a redis-like server with an event loop, 52 sockets, a
 * second thread that syncs, samples, findings; for the reports. */
struct iom_capture *build_server(const char *comm, const char *file_name);

/* The finding of this name in the first process, or NULL. */
const struct rep_finding *build_finding(const struct iom_report *rep, const char *id);

#endif
