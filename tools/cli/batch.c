// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "lib/line.h"

static int run_line(struct gretool *g, char *line)
{
	const struct output before = g->output;
	char *argv[LINE_WORDS];
	const char *wrong;
	int argc, status;

	wrong = line_split(line, argv, LINE_WORDS, &argc);
	if (wrong)
		return usage("the line %s", wrong);
	if (!argc)
		return STATUS_OK;
	status = command_run_named(g, argc, argv);
	/* The output options of a line apply to that line only. */
	g->output = before;
	return status;
}

static int run_lines(struct gretool *g, FILE *file, const char *name)
{
	int status = STATUS_OK;
	const char *wrong;
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	int err;

	report_origin.file = name;
	report_origin.line = 0;
	while ((length = getline(&line, &size, file)) >= 0) {
		report_origin.line++;
		wrong = line_check(line, (size_t)length,
				   report_origin.line == 1);
		if (wrong)
			err = usage("the line %s", wrong);
		else
			err = run_line(g, line);
		/* The first error decides the status. */
		if (err && !status)
			status = err;
		if (err && !g->force)
			break;
	}
	report_origin.file = NULL;
	if (!status && ferror(file))
		status = refused("%s: %s", name, strerror(errno));
	free(line);
	return status;
}

int batch_run(struct gretool *g, const char *path)
{
	FILE *file;
	int status;

	if (!strcmp(path, "-"))
		return run_lines(g, stdin, "stdin");
	file = fopen(path, "re");
	if (!file)
		return refused("%s: %s", path, strerror(errno));
	status = run_lines(g, file, path);
	fclose(file);
	return status;
}
