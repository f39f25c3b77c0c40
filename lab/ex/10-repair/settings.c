/* settings.c - the settings come from device 1, which takes its time. */
#include <fcntl.h>
#include "app.h"

void settings_refresh(void)
{
	static int fd = -1;
	char msg[64];
	ssize_t n;

	if (fd < 0)
#if defined(WRONG) && WRONG == 2 /* and what if there is nothing? */
		fd = (int)lab_must(open(lab_device(1), O_RDONLY | O_NONBLOCK), "settings");
#else
		fd = (int)lab_must(open(lab_device(1), O_RDONLY), "settings");
#endif
	n = read(fd, msg, sizeof(msg));
	if (n > 0)
		lab_take_from(1, msg, (size_t)n);
}
