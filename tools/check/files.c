// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/diff.h"
#include "check/files.h"
#include "netlink/resolve.h"
#include "option/options.h"

/* An interface that is down is a finding of its own. */
#define COMPARED (~F_UP)

static bool is_first_namespace(void)
{
	struct stat ours, first;

	return !stat("/proc/self/ns/net", &ours) &&
	       !stat("/proc/1/ns/net", &first) && ours.st_ino == first.st_ino &&
	       ours.st_dev == first.st_dev;
}

void files_read(struct files *files)
{
	memset(files, 0, sizeof(*files));
	/* Correct sections count even if others are wrong. */
	if (is_first_namespace() && !access(CONF_PATH, R_OK | X_OK))
		conf_read(&files->conf, CONF_PATH);
}

void files_free(struct files *files)
{
	conf_free(&files->conf);
}

static struct section *find_section(const struct files *files, const char *name)
{
	size_t i;

	for (i = 0; i < files->conf.count; i++) {
		struct section *section = &files->conf.sections[i];

		if (!section->is_wrong && !strcmp(section->config.name, name))
			return section;
	}
	return NULL;
}

struct words {
	char *text;
	size_t size;
};

static void add_words(const struct words *w, const char *words)
{
	const size_t used = strlen(w->text);

	snprintf(w->text + used, w->size - used, "%s%s", used ? ", " : "",
		 words);
}

struct both {
	struct words is, said;
};

static void add_line(void *arg, bool come, const char *words)
{
	const struct both *both = arg;

	add_words(come ? &both->said : &both->is, words);
}

static void compare(const struct config *said, const struct tunnel *tunnel,
		    struct file_difference *d)
{
	struct both both = { { d->is, sizeof(d->is) },
			     { d->said, sizeof(d->said) } };
	struct diff difference;
	struct config target;

	/* Addresses and routes that others have added may stay. */
	diff_target(&target, said, tunnel, false);
	diff_find(&difference, &tunnel->config, &target);
	options_lines(difference.from, difference.to,
		      difference.fields & COMPARED, add_line, &both);
	config_free(&target);
}

void files_compare(const struct files *files, struct nl *nl,
		   const struct tunnel *tunnel, struct file_difference *d)
{
	struct section *section = find_section(files, tunnel->config.name);
	int status;

	memset(d, 0, sizeof(*d));
	d->section = section;
	if (!section)
		return;
	status = resolve_numbers(nl, &section->config, &section->config,
				 &d->dev_is_missing);
	if (!status && !d->dev_is_missing)
		compare(&section->config, tunnel, d);
}
