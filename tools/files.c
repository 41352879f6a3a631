// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "resolve.h"

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
	/* Sections that are right are good, even if others are not. */
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

void files_compare(const struct files *files, struct nl *nl,
		   const struct tunnel *tunnel, struct file_difference *d)
{
	struct section *section = find_section(files, tunnel->config.name);

	memset(d, 0, sizeof(*d));
	d->section = section;
	if (!section)
		return;
	section_report(section, 0);
	resolve_numbers_or_wait(nl, &section->config, &d->dev_is_missing);
	report_words(NULL, 0);
}
