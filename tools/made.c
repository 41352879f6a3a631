// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect.h"
#include "made.h"
#include "output.h"
#include "report.h"
#include "words.h"

static int compare(const void *left, const void *right)
{
	return strcmp(left, right);
}

static void sort(struct made *made)
{
	if (made->count)
		qsort(made->names, made->count, sizeof(*made->names), compare);
}

static int read_names(struct made *made, FILE *file, const char *path)
{
	size_t size = 0, number = 0;
	int status = STATUS_OK;
	char *line = NULL;

	while (!status && getline(&line, &size, file) >= 0) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		/* What else might be overwritten with names later? */
		if (words_check_name(line))
			status = refused("%s:%zu: \"%s\" is not a name, "
					 "expected a file of --made",
					 path, number, line);
		else if (!made_add(made, line))
			status = refused("%s", strerror(ENOMEM));
	}
	if (ferror(file))
		status = refused("%s: %s", path, strerror(errno));
	free(line);
	return status;
}

int made_read(struct made *made, const char *path)
{
	FILE *file;
	int status;

	memset(made, 0, sizeof(*made));
	file = fopen(path, "re");
	if (!file && errno == ENOENT)
		return STATUS_OK;
	if (!file)
		return refused("%s: %s", path, strerror(errno));
	status = read_names(made, file, path);
	fclose(file);
	sort(made);
	return status;
}

static void write_names(FILE *out, const void *what)
{
	const struct made *made = what;
	size_t i;

	for (i = 0; i < made->count; i++)
		if (!i || strcmp(made->names[i - 1], made->names[i]) != 0)
			fprintf(out, "%s\n", made->names[i]);
}

int made_write(struct made *made, const char *path)
{
	sort(made);
	return output_file(path, write_names, made);
}

bool made_has(const struct made *made, const char *name)
{
	return made->count && bsearch(name, made->names, made->count,
				      sizeof(*made->names), compare);
}

bool made_add(struct made *made, const char *name)
{
	char item[IFNAMSIZ] = "";

	snprintf(item, sizeof(item), "%s", name);
	return collect_item(&made->names, &made->count, item, sizeof(item));
}

void made_free(struct made *made)
{
	free(made->names);
	memset(made, 0, sizeof(*made));
}
