// SPDX-License-Identifier: GPL-2.0
/* Whether a tunnel is as the files in /etc/gretool say. */
#include <string.h>

#include "check/checks.h"

static bool dev_is_gone(const struct facts *f)
{
	const struct config *c = &f->tunnel->config;

	return f->underlay && c->link && !iface_find(f->underlay, (int)c->link);
}

bool waits_for_dev(const struct facts *f)
{
	return f->file.dev_is_missing || dev_is_gone(f);
}

void check_dev_missing(const struct facts *f, struct finding *found)
{
	const struct config *c = &f->tunnel->config;
	const bool works = c->up && !dev_is_gone(f);

	if (!waits_for_dev(f))
		return;
	if (f->file.dev_is_missing)
		found_say(found, works ? SEVERITY_WARNING : SEVERITY_PROBLEM,
			  "%s says dev %s, but there is no such interface%s",
			  f->file.section->positions[0].file,
			  f->file.section->config.dev,
			  works ? ": the tunnel stays as it is"
				: " yet: the tunnel waits for it");
	else
		found_say(found, SEVERITY_PROBLEM,
			  "its dev (%s) no longer exists, and nothing is sent",
			  c->dev);
}

void check_differs(const struct facts *f, struct finding *found)
{
	const struct file_difference *file = &f->file;

	if (!file->is[0] && !file->said[0])
		return;
	found_say(found, SEVERITY_WARNING,
		  "it differs from %s, line %u: it has \"%s\", but should have "
		  "\"%s\"",
		  file->section->positions[0].file,
		  file->section->positions[0].line, file->is, file->said);
	found_fix(found, "%s apply", f->here.gretool);
}

void check_not_there(const struct section *section, struct finding *found)
{
	memset(found, 0, sizeof(*found));
	found->id = "not_there";
	found_say(found, SEVERITY_PROBLEM,
		  "%s, line %u describes this tunnel, but it does not exist",
		  section->positions[0].file, section->positions[0].line);
	found_fix(found, "gretool apply");
}
