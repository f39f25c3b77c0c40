/* Program c: told of edges only, so it reads until there is nothing. B divides S here. */
#include <fcntl.h>
#include <sys/epoll.h>
#include "lab.h"

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN | EPOLLET};
	size_t size = (size_t)lab_given("LAB_B", 16);
	char *buf = malloc(size);
	ssize_t n = 1;
	int fd = (int)lab_must(open(lab_device(0), O_RDONLY | O_NONBLOCK), "open");
	int ep = (int)lab_must(epoll_create1(0), "epoll_create1");

	lab_must(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev), "epoll_ctl");
	while (n != 0) {
		lab_must(epoll_wait(ep, &ev, 1, -1), "epoll_wait");
		while ((n = read(fd, buf, size)) > 0)
			lab_take(buf, (size_t)n);
	}
	return 0;
}
