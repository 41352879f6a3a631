// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/state.h"
#include "lib/output.h"
#include "option/parse.h"

#define STATE_LINE (IFNAMSIZ + INET6_ADDRSTRLEN + sizeof("/128"))

static const char *write_line(char line[STATE_LINE], const char *name,
			      const struct entry *a)
{
	char ip[INET6_ADDRSTRLEN];

	if (a)
		snprintf(line, STATE_LINE, "%s %s/%u", name,
			 ip_text(&a->local, ip), a->prefix);
	return a ? line : name;
}

/* A line has a name, and may have an address with its prefix length. */
static bool is_line(const char *line)
{
	char name[IFNAMSIZ] = "", address[INET6_ADDRSTRLEN];
	unsigned int prefix;
	struct ip ip;
	int end = 0, words;

	words = sscanf(line, "%15[^ ] %45[^/]/%u%n", name, address, &prefix,
		       &end);
	if (interface_name_error(name))
		return false;
	return words == 3 ? ip_parse(address, &ip) && !line[end]
			  : !line[strlen(name)];
}

static int read_lines(struct index *state, FILE *file, const char *path)
{
	size_t size = 0, number = 0;
	int status = STATUS_OK;
	char *line = NULL;

	while (!status && getline(&line, &size, file) >= 0) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		/* Another file would be overwritten later. */
		if (is_line(line))
			index_add(state, line, state);
		else
			status = refused("%s:%zu: \"%s\" is not a name, "
					 "expected a file of --state-file",
					 path, number, line);
	}
	if (ferror(file))
		status = refused("%s: %s", path, strerror(errno));
	free(line);
	return status;
}

int state_read(struct index *state, const char *path)
{
	FILE *file;
	int status;

	file = fopen(path, "re");
	if (!file && errno == ENOENT)
		return STATUS_OK;
	if (!file)
		return refused("%s: %s", path, strerror(errno));
	status = read_lines(state, file, path);
	fclose(file);
	index_sort(state);
	return status;
}

static void write_lines(FILE *out, const void *what)
{
	const struct index *state = what;
	const char *last = "";
	size_t i;

	for (i = 0; i < state->count; i++) {
		if (strcmp(last, state->entries[i].key) != 0)
			fprintf(out, "%s\n", state->entries[i].key);
		last = state->entries[i].key;
	}
}

int state_write(struct index *state, const char *path)
{
	index_sort(state);
	return output_file(path, write_lines, state);
}

void state_add(struct index *state, const char *name,
	       const struct entry *address)
{
	char line[STATE_LINE];

	index_add(state, write_line(line, name, address), state);
}

bool state_has(const struct index *state, const char *name,
	       const struct entry *address)
{
	char line[STATE_LINE];

	return index_find(state, write_line(line, name, address));
}
