// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/state.h"
#include "lib/list.h"
#include "lib/output.h"
#include "lib/report.h"
#include "option/parse.h"

static int compare(const void *left, const void *right)
{
	return strcmp(left, right);
}

static void sort(struct state *state)
{
	if (state->count)
		qsort(state->lines, state->count, sizeof(*state->lines),
		      compare);
}

static bool add_line(struct state *state, const char *text)
{
	char line[STATE_LINE] = "";

	snprintf(line, sizeof(line), "%s", text);
	return list_add(&state->lines, &state->count, line, sizeof(line));
}

static void write_line(char line[STATE_LINE], const char *name,
		       const struct address *a)
{
	char ip[INET6_ADDRSTRLEN];

	memset(line, 0, STATE_LINE);
	if (!a) {
		snprintf(line, STATE_LINE, "%s", name);
		return;
	}
	inet_ntop(a->local.family, &a->local.v6, ip, sizeof(ip));
	snprintf(line, STATE_LINE, "%s %s/%u", name, ip, a->prefix);
}

void state_name(const struct state *state, size_t line, char name[IFNAMSIZ])
{
	snprintf(name, IFNAMSIZ, "%.*s", (int)strcspn(state->lines[line], " "),
		 state->lines[line]);
}

/* A line has a name, and may have an address with its prefix length. */
static bool is_line(const char *line)
{
	const size_t length = strcspn(line, " ");
	char name[IFNAMSIZ], ip[INET6_ADDRSTRLEN];
	const char *address = line + length, *slash;
	struct in6_addr any;

	if (length >= sizeof(name) || strlen(line) >= STATE_LINE)
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)length, line);
	if (interface_name_error(name))
		return false;
	if (!*address)
		return true;
	slash = strchr(++address, '/');
	if (!slash || slash - address >= (int)sizeof(ip) ||
	    slash[1 + strspn(slash + 1, "0123456789")])
		return false;
	snprintf(ip, sizeof(ip), "%.*s", (int)(slash - address), address);
	return inet_pton(AF_INET, ip, &any) == 1 ||
	       inet_pton(AF_INET6, ip, &any) == 1;
}

static int read_lines(struct state *state, FILE *file, const char *path)
{
	size_t size = 0, number = 0;
	int status = STATUS_OK;
	char *line = NULL;

	while (!status && getline(&line, &size, file) >= 0) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		/* Another file would be overwritten later. */
		if (!is_line(line))
			status = refused("%s:%zu: \"%s\" is not a name, "
					 "expected a file of --state-file",
					 path, number, line);
		else if (!add_line(state, line))
			status = refused("%s", strerror(ENOMEM));
	}
	if (ferror(file))
		status = refused("%s: %s", path, strerror(errno));
	free(line);
	return status;
}

int state_read(struct state *state, const char *path)
{
	FILE *file;
	int status;

	memset(state, 0, sizeof(*state));
	file = fopen(path, "re");
	if (!file && errno == ENOENT)
		return STATUS_OK;
	if (!file)
		return refused("%s: %s", path, strerror(errno));
	status = read_lines(state, file, path);
	fclose(file);
	sort(state);
	return status;
}

static void write_lines(FILE *out, const void *what)
{
	const struct state *state = what;
	size_t i;

	for (i = 0; i < state->count; i++)
		if (!i || strcmp(state->lines[i - 1], state->lines[i]) != 0)
			fprintf(out, "%s\n", state->lines[i]);
}

int state_write(struct state *state, const char *path)
{
	sort(state);
	return output_file(path, write_lines, state);
}

bool state_has(const struct state *state, const char *name,
	       const struct address *address)
{
	char line[STATE_LINE];

	write_line(line, name, address);
	return state->count && bsearch(line, state->lines, state->count,
				       sizeof(*state->lines), compare);
}

bool state_add(struct state *state, const char *name,
	       const struct address *address)
{
	char line[STATE_LINE];

	write_line(line, name, address);
	return add_line(state, line);
}

bool state_copy(struct state *state, const struct state *from, size_t line)
{
	return add_line(state, from->lines[line]);
}

void state_free(struct state *state)
{
	free(state->lines);
	memset(state, 0, sizeof(*state));
}
