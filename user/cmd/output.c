/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "cmd/output.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <libgen.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "report/json.h"
#include "report/text.h"

/* A temporary file must not outlive a program that ends early. */
static char *leftover;

static void remove_leftover(void)
{
	if (leftover)
		unlink(leftover);
}

static int refuse(const char *path, int err)
{
	fprintf(stderr, "iomodel: -o: cannot write `%s`: %s\n", path, strerror(err));
	return IOM_EXIT_INTERNAL;
}

/* A new file beside the one that is meant. */
static int open_beside(struct iom_output *out)
{
	static bool registered;
	char *copy = strdup(out->dest);

	if (!copy || asprintf(&out->tmp, "%s/.iomodel-XXXXXX", dirname(copy)) < 0) {
		free(copy);
		out->tmp = NULL;
		return -ENOMEM;
	}
	free(copy);
	out->fd = mkostemp(out->tmp, O_CLOEXEC); /* mode 0600 */
	if (out->fd < 0) {
		int err = -errno;

		free(out->tmp);
		out->tmp = NULL;
		return err;
	}
	leftover = out->tmp;
	if (!registered)
		registered = !atexit(remove_leftover);
	return 0;
}

int iom_output_open(struct iom_output *out, const char *path, FILE *stream)
{
	struct stat st;
	int err;

	*out = (struct iom_output){.stream = stream, .fd = -1};
	if (!path)
		return 0;
	if (!strcmp(path, "-")) {
		out->stream = stdout;
		return 0;
	}
	out->path = path;
	if (stat(path, &st)) {
		if (errno != ENOENT)
			return refuse(path, errno);
		out->dest = strdup(path);
	} else if (S_ISDIR(st.st_mode)) {
		return refuse(path, EISDIR);
	} else if (!S_ISREG(st.st_mode)) {
		out->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
		return out->fd < 0 ? refuse(path, errno) : 0;
	} else {
		if (access(path, W_OK))
			return refuse(path, errno);
		out->dest = realpath(path, NULL);
	}
	if (!out->dest)
		return refuse(path, errno);
	err = open_beside(out);
	if (err) {
		free(out->dest);
		out->dest = NULL;
		return refuse(path, -err);
	}
	return 0;
}

static int write_all(int fd, const char *text, size_t n)
{
	while (n) {
		ssize_t done = write(fd, text, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		text += done;
		n -= (size_t)done;
	}
	return 0;
}

static int write_file(struct iom_output *out, const char *text, size_t n)
{
	int err = write_all(out->fd, text, n);

	/* Some file systems say only here that the disk is full. */
	if (!err && out->tmp && fsync(out->fd))
		err = -errno;
	if (close(out->fd) && !err)
		err = -errno;
	out->fd = -1;
	if (!err && out->tmp && rename(out->tmp, out->dest))
		err = -errno;
	if (!err)
		leftover = NULL;
	return err;
}

void iom_output_close(struct iom_output *out)
{
	if (out->fd >= 0)
		close(out->fd);
	remove_leftover();
	leftover = NULL;
	free(out->tmp);
	free(out->dest);
	out->tmp = NULL;
	out->dest = NULL;
	out->fd = -1;
}

int iom_output_write(struct iom_output *out, const char *text, size_t n)
{
	int err;

	if (out->path) {
		err = write_file(out, text, n);
		iom_output_close(out);
		if (!err)
			return IOM_EXIT_OK;
		fprintf(stderr, "iomodel: cannot write `%s`: %s; the report follows on %s\n",
			out->path, strerror(-err), out->stream == stdout ? "stdout" : "stderr");
		if (fwrite(text, 1, n, out->stream) == n && !fflush(out->stream))
			return IOM_EXIT_INTERNAL;
		if (out->stream != stderr)
			fwrite(text, 1, n, stderr);
		return IOM_EXIT_INTERNAL;
	}
	if (fwrite(text, 1, n, out->stream) == n && !fflush(out->stream))
		return IOM_EXIT_OK;
	if (out->stream == stderr)
		return IOM_EXIT_INTERNAL;
	fprintf(stderr, "iomodel: cannot write to stdout: %s; the report follows here\n",
		strerror(errno));
	fwrite(text, 1, n, stderr);
	return IOM_EXIT_INTERNAL;
}

static unsigned int width_of(FILE *out)
{
	const char *columns = getenv("COLUMNS");
	struct winsize w;
	long v;

	if (out && !ioctl(fileno(out), TIOCGWINSZ, &w) && w.ws_col)
		return w.ws_col;
	v = columns ? strtol(columns, NULL, 10) : 0;
	return v >= 20 && v <= 1000 ? (unsigned int)v : 80;
}

int iom_output_report(struct iom_output *out, const struct iom_options *o,
		      const struct iom_report *rep)
{
	FILE *shown = out->path ? NULL : out->stream;
	struct iom_text_options text = {.width = width_of(shown),
					.color = shown && iom_color(shown, o),
					.utf8 = iom_utf8(),
					.verbose = o->verbose};
	char *buf = NULL;
	size_t n = 0;
	FILE *mem = open_memstream(&buf, &n);
	int err = mem ? 0 : -ENOMEM;

	if (!err)
		err = o->format == IOM_FORMAT_JSON ? iom_report_json(rep, mem)
						   : iom_report_text(rep, mem, &text);
	if (mem && fclose(mem) && !err)
		err = -errno;
	if (err) {
		fprintf(stderr, "iomodel: the report cannot be made: %s\n", strerror(-err));
		err = IOM_EXIT_INTERNAL;
	} else {
		err = iom_output_write(out, buf, n);
	}
	free(buf);
	return err;
}

bool iom_color(FILE *out, const struct iom_options *o)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (o->no_color || (no && *no) || (term && !strcmp(term, "dumb")))
		return false;
	return isatty(fileno(out));
}

bool iom_utf8(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

static bool has_capability(int cap)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {};

	return !syscall(SYS_capget, &head, data) && data[cap / 32].effective >> (cap % 32) & 1;
}

bool iom_permitted(const char *command)
{
	if (geteuid() == 0)
		return true;
	if (has_capability(CAP_BPF) && has_capability(CAP_PERFMON)) {
		if (!has_capability(CAP_SYS_PTRACE))
			fputs("iomodel: warning: without CAP_SYS_PTRACE files of other users have "
			      "no names\n",
			      stderr);
		return true;
	}
	fprintf(stderr,
		"iomodel needs root (or CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE): sudo iomodel "
		"%s\n",
		command);
	return false;
}

enum iom_exit iom_exit_of(int err)
{
	switch (err) {
	case 0:
		return IOM_EXIT_OK;
	case -ESRCH:
		return IOM_EXIT_NO_TARGET;
	case -EPERM:
	case -EACCES:
	case -ENOTSUP:
		return IOM_EXIT_NOT_POSSIBLE;
	case -EINVAL:
		return IOM_EXIT_USAGE;
	}
	return IOM_EXIT_INTERNAL;
}
