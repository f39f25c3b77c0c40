/* Program a: a buffer that may be smaller than a message. LAB_B says how large it is. */
#include <fcntl.h>
#include "lab.h"

int main(void)
{
	size_t size = (size_t)lab_given("LAB_B", 16);
	char *buf = malloc(size);
	ssize_t n;
	int fd = (int)lab_must(open(lab_device(0), O_RDONLY), "open");

	while ((n = read(fd, buf, size)) > 0)
		lab_take(buf, (size_t)n);
	return n < 0;
}
