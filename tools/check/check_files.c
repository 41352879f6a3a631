// SPDX-License-Identifier: GPL-2.0
/* Whether a tunnel is as the files in /etc/gretool say. */
#include <string.h>

#include "check/checks.h"

static bool dev_is_gone(const struct snapshot *s)
{
	const struct config *c = &s->tunnel->config;

	return s->underlay && c->link && !iface_find(s->underlay, (int)c->link);
}

bool waits_for_dev(const struct snapshot *s)
{
	return s->file.dev_is_missing || dev_is_gone(s);
}

void check_dev_missing(const struct snapshot *s, struct finding *found)
{
	const struct config *c = &s->tunnel->config;
	const bool works = c->up && !dev_is_gone(s);

	if (!waits_for_dev(s))
		return;
	if (s->file.dev_is_missing)
		found_say(found, works ? SEVERITY_WARNING : SEVERITY_PROBLEM,
			  "%s says dev %s, but there is no such interface%s",
			  s->file.section->positions[0].file,
			  s->file.section->config.dev,
			  works ? ": the tunnel stays as it is"
				: " yet: the tunnel waits for it");
	else
		found_say(found, SEVERITY_PROBLEM,
			  "its dev (%s) no longer exists, and nothing is sent",
			  c->dev);
}

void check_differs(const struct snapshot *s, struct finding *found)
{
	const struct file_difference *file = &s->file;

	if (!file->is[0] && !file->said[0])
		return;
	found_say(found, SEVERITY_WARNING,
		  "it differs from %s, line %u: it has \"%s\", but should have "
		  "\"%s\"",
		  file->section->positions[0].file,
		  file->section->positions[0].line, file->is, file->said);
	found_fix(found, "%s apply", s->here.gretool);
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
