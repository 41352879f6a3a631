// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/made.h"
#include "lib/output.h"
#include "lib/report.h"
#include "netlink/collect.h"
#include "option/words.h"

static int compare(const void *left, const void *right)
{
	return strcmp(left, right);
}

static void sort(struct made *made)
{
	if (made->count)
		qsort(made->lines, made->count, sizeof(*made->lines), compare);
}

static bool add_line(struct made *made, const char *text)
{
	char line[MADE_LINE] = "";

	snprintf(line, sizeof(line), "%s", text);
	return collect_item(&made->lines, &made->count, line, sizeof(line));
}

static void write_line(char line[MADE_LINE], const char *name,
		       const struct address *a)
{
	char ip[INET6_ADDRSTRLEN];

	memset(line, 0, MADE_LINE);
	if (!a) {
		snprintf(line, MADE_LINE, "%s", name);
		return;
	}
	inet_ntop(a->local.family, &a->local.v6, ip, sizeof(ip));
	snprintf(line, MADE_LINE, "%s %s/%u", name, ip, a->prefix);
}

void made_name(const struct made *made, size_t line, char name[IFNAMSIZ])
{
	snprintf(name, IFNAMSIZ, "%.*s", (int)strcspn(made->lines[line], " "),
		 made->lines[line]);
}

/* A name, and perhaps an address and its prefix. */
static bool is_line(const char *line)
{
	const size_t length = strcspn(line, " ");
	char name[IFNAMSIZ], ip[INET6_ADDRSTRLEN];
	const char *address = line + length, *slash;
	struct in6_addr any;

	if (length >= sizeof(name) || strlen(line) >= MADE_LINE)
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)length, line);
	if (words_check_name(name))
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

static int read_lines(struct made *made, FILE *file, const char *path)
{
	size_t size = 0, number = 0;
	int status = STATUS_OK;
	char *line = NULL;

	while (!status && getline(&line, &size, file) >= 0) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		/* What else might be overwritten with names later? */
		if (!is_line(line))
			status = refused("%s:%zu: \"%s\" is not a name, "
					 "expected a file of --made",
					 path, number, line);
		else if (!add_line(made, line))
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
	status = read_lines(made, file, path);
	fclose(file);
	sort(made);
	return status;
}

static void write_lines(FILE *out, const void *what)
{
	const struct made *made = what;
	size_t i;

	for (i = 0; i < made->count; i++)
		if (!i || strcmp(made->lines[i - 1], made->lines[i]) != 0)
			fprintf(out, "%s\n", made->lines[i]);
}

int made_write(struct made *made, const char *path)
{
	sort(made);
	return output_file(path, write_lines, made);
}

bool made_has(const struct made *made, const char *name,
	      const struct address *address)
{
	char line[MADE_LINE];

	write_line(line, name, address);
	return made->count && bsearch(line, made->lines, made->count,
				      sizeof(*made->lines), compare);
}

bool made_add(struct made *made, const char *name,
	      const struct address *address)
{
	char line[MADE_LINE];

	write_line(line, name, address);
	return add_line(made, line);
}

bool made_copy(struct made *made, const struct made *from, size_t line)
{
	return add_line(made, from->lines[line]);
}

void made_free(struct made *made)
{
	free(made->lines);
	memset(made, 0, sizeof(*made));
}
