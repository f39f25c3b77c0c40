/* Program b: asks before each read whether there is something, and waits if not. */
#include <fcntl.h>
#include <poll.h>
#include "lab.h"

int main(void)
{
	char msg[64];
	ssize_t n = 1;
	int fd = (int)lab_must(open(lab_device(0), O_RDONLY | O_NONBLOCK), "open");
	struct pollfd p = {.fd = fd, .events = POLLIN};

	while (n > 0) {
		lab_must(poll(&p, 1, -1), "poll");
		n = read(fd, msg, sizeof(msg));
		if (n > 0)
			lab_take(msg, (size_t)n);
	}
	return n < 0;
}
