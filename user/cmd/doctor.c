/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "collect/collect.h"
#include "cmd/output.h"
#include "report/page.h"

#define NSETTINGS 9
#define VALUE_MAX 128

/* One fact about the system around the probes. */
struct setting {
	const char *name;
	char value[VALUE_MAX];
	const char *note; /* NULL: nothing to say */
};

struct diagnosis {
	struct utsname uts;
	struct setting v[NSETTINGS];
	size_t n;
	struct iom_feature *features;
	size_t nfeatures;
	int possible; /* 1 yes, 0 no, -1: cannot be known as this user */
	const char *backend; /* that attach would use; NULL: none */
	char conclusion[256];
};

/* First line of a small file, printable ASCII only; false: not there. */
static bool read_line(const char *path, char value[VALUE_MAX])
{
	FILE *f = fopen(path, "re");
	bool ok = f && fgets(value, VALUE_MAX, f);

	if (f)
		fclose(f);
	if (!ok)
		return false;
	value[strcspn(value, "\n")] = 0;
	for (char *c = value; *c; c++)
		if (*c < 32 || *c > 126)
			*c = '?';
	return true;
}

static struct setting *add(struct diagnosis *d, const char *name, const char *value,
			   const char *note)
{
	struct setting *s = &d->v[d->n++];

	s->name = name;
	s->note = note;
	snprintf(s->value, sizeof(s->value), "%s", value);
	return s;
}

/* "none [integrity] confidentiality": the one in brackets is in force. */
static void add_lockdown(struct diagnosis *d)
{
	char text[VALUE_MAX], *open, *close;

	if (!read_line("/sys/kernel/security/lockdown", text)) {
		add(d, "lockdown",
		    access("/sys/kernel/security", X_OK) ? "unknown" : "not built in", NULL);
		return;
	}
	open = strchr(text, '[');
	close = open ? strchr(open, ']') : NULL;
	if (close)
		*close = 0;
	add(d, "lockdown", close ? open + 1 : text,
	    close && !strcmp(open + 1, "confidentiality")
		    ? "BPF may not read kernel memory; boot with lockdown=integrity or less"
		    : NULL);
}

static void add_sysctl(struct diagnosis *d, const char *name, const char *path, const char *absent,
		       const char *note_if_set)
{
	char text[VALUE_MAX];

	if (!read_line(path, text)) {
		add(d, name, absent, NULL);
		return;
	}
	add(d, name, text, strcmp(text, "0") ? note_if_set : NULL);
}

static void find_settings(struct diagnosis *d)
{
	bool x86 = !strcmp(d->uts.machine, "x86_64");

	add(d, "kernel", d->uts.release, NULL);
	add(d, "architecture", d->uts.machine,
	    x86 ? NULL : "iomodel knows the system calls of x86-64 only");
	add_lockdown(d);
	add(d, "BTF file", access("/sys/kernel/btf/vmlinux", R_OK) ? "absent" : "there",
	    access("/sys/kernel/btf/vmlinux", R_OK)
		    ? "use a kernel with CONFIG_DEBUG_INFO_BTF=y, as Debian's are"
		    : NULL);
	add_sysctl(d, "io_uring_disabled", "/proc/sys/kernel/io_uring_disabled", "not known here",
		   "programs may not be able to use io_uring");
	add_sysctl(d, "unprivileged_bpf_disabled", "/proc/sys/kernel/unprivileged_bpf_disabled",
		   "not known here", "root or CAP_BPF is needed, as iomodel does anyway");
	add_sysctl(d, "perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid",
		   "not known here", NULL);
	add(d, "/dev/iomodel", access("/dev/iomodel", F_OK) ? "absent" : "there",
	    access("/dev/iomodel", F_OK) ? "the kernel module is not loaded; needed only where BPF "
					   "is refused"
					 : NULL);
}

static const struct iom_feature *feature(const struct diagnosis *d, const char *name)
{
	for (size_t i = 0; i < d->nfeatures; i++)
		if (!strcmp(d->features[i].name, name))
			return &d->features[i];
	return NULL;
}

static void conclude(struct diagnosis *d)
{
	const struct iom_feature *bpf = feature(d, "back end bpf"), *kmod = feature(d, "back end kmod");
	bool btf = !access("/sys/kernel/btf/vmlinux", F_OK);
	const char *why = !btf ? "this kernel has no BTF type information" :
			  bpf && bpf->detail ? bpf->detail : "the kernel did not say why";

	if (strcmp(d->uts.machine, "x86_64") != 0) {
		snprintf(d->conclusion, sizeof(d->conclusion),
			 "No verdict is possible here: iomodel works on x86-64 only, this is %s.",
			 d->uts.machine);
	} else if (btf && bpf && bpf->state == IOM_FEAT_YES) {
		d->possible = 1;
		d->backend = "bpf";
		snprintf(d->conclusion, sizeof(d->conclusion),
			 "attach would use the bpf back end; a verdict is possible.");
	} else if (kmod && kmod->state == IOM_FEAT_YES) {
		d->possible = 1;
		d->backend = "kmod";
		snprintf(d->conclusion, sizeof(d->conclusion),
			 "attach would use the kmod back end (bpf: %.120s); a verdict is possible.",
			 why);
	} else if ((btf && (!bpf || bpf->state == IOM_FEAT_UNKNOWN)) ||
		   (kmod && kmod->state == IOM_FEAT_UNKNOWN)) {
		d->possible = -1;
		snprintf(d->conclusion, sizeof(d->conclusion),
			 "Whether attach works cannot be known as this user: sudo iomodel doctor");
	} else {
		snprintf(d->conclusion, sizeof(d->conclusion),
			 "No verdict is possible here: the bpf back end does not load (%.120s), nor "
			 "can the kernel module be used.",
			 why);
	}
}

static const char *state_name(int state)
{
	return state == IOM_FEAT_YES ? "yes" : state == IOM_FEAT_NO ? "no" : "unknown";
}

/* s, wrapped, from where the line stands, at this column, on. */
static void put_words(struct page *p, const char *s, unsigned int at)
{
	page_wrap(p, s, at, at, PAGE_PLAIN);
}

static void print_setting(struct page *p, const struct setting *s)
{
	char text[2 * VALUE_MAX + 3];

	snprintf(text, sizeof(text), "%s%s%s", s->value, s->note ? " - " : "", s->note ? s->note : "");
	fprintf(p->out, "  %-27s", s->name);
	put_words(p, text, 29);
}

static void print_text(const struct diagnosis *d, FILE *out, bool color, unsigned int width)
{
	const struct iom_text_options options = {.width = width, .utf8 = iom_utf8()};
	/* Of a page that is narrower the two columns would leave nothing. */
	struct page p = {.out = out, .opt = &options, .width = width < 72 ? 72 : width};
	const char *paint[] = {[IOM_FEAT_YES] = "\033[32m",
			       [IOM_FEAT_NO] = "\033[31m",
			       [IOM_FEAT_UNKNOWN] = "\033[33m"};

	fprintf(out, "iomodel " IOM_VERSION "\n\nsystem\n");
	for (size_t i = 0; i < d->n; i++)
		print_setting(&p, &d->v[i]);
	fprintf(out, "\nprobes\n");
	for (size_t i = 0; i < d->nfeatures; i++) {
		const struct iom_feature *f = &d->features[i];

		fprintf(out, "  %-27s%s%-8s%s", f->name, color ? paint[f->state] : "",
			state_name(f->state), color ? "\033[0m" : "");
		put_words(&p, f->detail ? f->detail : "", 37);
		if (f->state != IOM_FEAT_YES && f->loses) {
			fprintf(out, "  %-35swithout it: ", "");
			page_wrap(&p, f->loses, 49, 37, PAGE_PLAIN);
		}
	}
	fputc('\n', out);
	put_words(&p, d->conclusion, 0);
}

/* A string of the kernel's or libbpf's; NULL becomes null. */
static json_t *text_or_null(const char *s)
{
	json_t *v = s ? json_string(s) : json_null();

	return v ? v : json_string("?"); /* not UTF-8 */
}

static int print_json(const struct diagnosis *d, FILE *out)
{
	json_t *features = json_array(), *system = json_object(), *root;
	int err;

	for (size_t i = 0; i < d->n; i++)
		json_object_set_new(system, d->v[i].name,
				    json_pack("{s:s, s:o}", "value", d->v[i].value, "note",
					      text_or_null(d->v[i].note)));
	for (size_t i = 0; i < d->nfeatures; i++) {
		const struct iom_feature *f = &d->features[i];

		json_array_append_new(features, json_pack("{s:o, s:s, s:o, s:o}", "name",
							  text_or_null(f->name), "state",
							  state_name(f->state), "detail",
							  text_or_null(f->detail), "loses",
							  text_or_null(f->loses)));
	}
	root = json_pack("{s:s, s:{s:s}, s:{s:s, s:s}, s:o, s:o, s:o, s:o, s:o}", "schema",
			 "iomodel-doctor/1", "tool", "version", IOM_VERSION, "host", "kernel",
			 d->uts.release, "arch", d->uts.machine, "system", system, "features",
			 features, "backend", text_or_null(d->backend),
			 "verdict_possible",
			 d->possible < 0 ? json_null() : json_boolean(d->possible), "conclusion",
			 text_or_null(d->conclusion));
	err = root && !json_dumpf(root, out, JSON_INDENT(2)) ? 0 : -ENOMEM;
	fputc('\n', out);
	json_decref(root);
	return err;
}

static int print(const struct diagnosis *d, const struct iom_options *o, struct iom_output *out)
{
	bool color = !out->path && iom_color(out->stream, o);
	char *buf = NULL;
	size_t n = 0;
	FILE *mem = open_memstream(&buf, &n);
	int err = mem ? 0 : -ENOMEM;

	if (!err && o->format == IOM_FORMAT_JSON)
		err = print_json(d, mem);
	else if (!err)
		print_text(d, mem, color, iom_width(out->path ? NULL : out->stream));
	if (mem && fclose(mem) && !err)
		err = -errno;
	if (err)
		fprintf(stderr, "iomodel: the diagnosis cannot be written: %s\n", strerror(-err));
	else
		err = iom_output_write(out, buf, n);
	free(buf);
	return err ? IOM_EXIT_INTERNAL : IOM_EXIT_OK;
}

int iom_cmd_doctor(const struct iom_options *o)
{
	struct diagnosis d = {};
	struct iom_output out;
	int err;

	if (o->nargs) {
		fputs("iomodel: doctor takes no argument; see `iomodel doctor --help`\n", stderr);
		return IOM_EXIT_USAGE;
	}
	err = iom_output_open(&out, o->output, stdout);
	if (err)
		return err;
	uname(&d.uts);
	find_settings(&d);
	d.features = iom_collect_features(&d.nfeatures);
	conclude(&d);
	err = print(&d, o, &out);
	iom_output_close(&out);
	for (size_t i = 0; i < d.nfeatures; i++)
		free(d.features[i].detail);
	free(d.features);
	if (err)
		return err;
	return d.possible == 1 ? IOM_EXIT_OK : IOM_EXIT_NOT_POSSIBLE;
}
