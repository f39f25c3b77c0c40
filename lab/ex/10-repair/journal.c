/* journal.c - the journal of what happened. */
#include <pthread.h>
#include "app.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char pending[4096];
static size_t used;

void journal_add(const char *text)
{
	size_t n = strlen(text);

	pthread_mutex_lock(&lock);
	if (used + n <= sizeof(pending)) {
		memcpy(pending + used, text, n);
		used += n;
	}
	pthread_mutex_unlock(&lock);
}

void journal_sync(void)
{
	char out[sizeof(pending)];
	static int fd = -1;
	size_t n;

	if (fd < 0)
		fd = (int)lab_given("LAB_LOG_FD", 2);
	pthread_mutex_lock(&lock);
	n = used;
	memcpy(out, pending, n);
	used = 0;
	pthread_mutex_unlock(&lock);
	if (write(fd, out, n) != (ssize_t)n)
		perror("journal");
#if !defined(WRONG) || WRONG != 6 /* 6: it will be on the disk some day */
	fdatasync(fd);
#endif
}
