/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "cmd/output.h"

#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect/collect.h"
#include "expect/expect.h"
#include "report/json.h"
#include "report/text.h"

int iom_output_open(struct iom_output *out, const char *path, FILE *stream)
{
	char *why = NULL;

	*out = (struct iom_output){.stream = stream, .file = {.fd = -1, .dir = -1}};
	if (!path)
		return 0;
	if (!strcmp(path, "-")) {
		out->stream = stdout;
		return 0;
	}
	out->path = path;
	if (!iom_outfile_open(&out->file, path, 0, &why))
		return 0;
	fprintf(stderr, "iomodel: -o: cannot write `%s`: %s\n", path, why);
	free(why);
	return IOM_EXIT_INTERNAL;
}

bool iom_output_replaces(const char *path, const char *recording)
{
	struct stat report, kept;

	if (!path || !strcmp(path, "-") || stat(path, &report) || stat(recording, &kept) ||
	    report.st_dev != kept.st_dev || report.st_ino != kept.st_ino)
		return false;
	fprintf(stderr, "iomodel: -o: `%s` is the recording, which the report would replace; choose another name\n",
		path);
	return true;
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

void iom_output_close(struct iom_output *out)
{
	iom_outfile_close(&out->file);
}

int iom_output_write(struct iom_output *out, const char *text, size_t n)
{
	int err;

	if (out->path) {
		err = write_all(out->file.fd, text, n);
		if (!err)
			err = iom_outfile_commit(&out->file);
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

unsigned int iom_width(FILE *out)
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
	struct iom_text_options text = {.width = iom_width(shown),
					.color = shown && iom_color(shown, o),
					.utf8 = iom_utf8(),
					.verbose = o->verbose};
	char *buf = NULL;
	size_t n = 0;
	FILE *mem = open_memstream(&buf, &n);
	int err = mem ? 0 : -ENOMEM;

	if (!err)
		err = o->expect_format == IOM_EXPECT_JUNIT ? iom_expect_junit(rep, mem) :
		      o->expect_format == IOM_EXPECT_TAP   ? iom_expect_tap(rep, mem) :
		      o->format == IOM_FORMAT_JSON	   ? iom_report_json(rep, mem) :
							     iom_report_text(rep, mem, &text);
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

int iom_permitted(const char *backend)
{
	char *why = NULL;
	int err = iom_collect_permitted(backend, &why);

	if (err)
		fprintf(stderr, "iomodel: %s\n", why ? why : strerror(-err));
	free(why);
	return err ? iom_exit_of(err) : 0;
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
