// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "import/import.h"
#include "lib/line.h"
#include "lib/list.h"
#include "lib/report.h"
#include "lib/visible.h"
#include "option/options.h"
#include "option/parse.h"

static void free_lines(struct import_line *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(list[i].text);
	free(list);
}

void import_free(struct import *im)
{
	size_t i;

	for (i = 0; i < im->count; i++) {
		free_lines(im->tunnels[i].options, im->tunnels[i].noptions);
		free_lines(im->tunnels[i].remarks, im->tunnels[i].nremarks);
	}
	for (i = 0; i < im->nfiles; i++)
		free(im->files[i]);
	free(im->tunnels);
	free(im->files);
	memset(im, 0, sizeof(*im));
}

void import_file(struct import *im, const char *name)
{
	char *copy = memory_or_end(strdup(name));

	list_add(&im->files, &im->nfiles, &copy, sizeof(copy));
	im->file = copy;
	im->line = 0;
}

struct import_tunnel *import_tunnel(struct import *im, const char *name)
{
	struct import_tunnel t = { 0 };
	size_t i;

	for (i = 0; i < im->count; i++)
		if (!strcmp(im->tunnels[i].name, name))
			return &im->tunnels[i];
	if (interface_name_error(name))
		return NULL;
	snprintf(t.name, sizeof(t.name), "%s", name);
	list_add(&im->tunnels, &im->count, &t, sizeof(t));
	return &im->tunnels[im->count - 1];
}

const struct import_kind *import_kind(const char *name)
{
	static const struct import_kind kinds[] = {
		{ "gre", false, false },
		{ "gretap", true, false },
		{ "ip6gre", false, true },
		{ "ip6gretap", true, true },
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(name, kinds[i].name))
			return &kinds[i];
	return NULL;
}

void import_create(struct import *im, const char *name,
		   const struct import_kind *kind)
{
	struct import_tunnel *t = import_tunnel(im, name);

	if (!t || t->is_gre)
		return;
	t->is_gre = true;
	t->kind = kind;
	im->created++;
	t->file = im->file;
	t->line = im->line;
	if (kind && kind->ether)
		import_option(im, name, "ether");
}

void import_defaults(struct import *im, const char *name)
{
	const struct import_tunnel *t = import_tunnel(im, name);

	if (t && !(t->kind && t->kind->is_ipv6))
		import_option(im, name, "ttl inherit");
	import_option(im, name, "tos 0");
}

static void __attribute__((format(printf, 4, 0)))
add_line(struct import *im, struct import_line **list, size_t *count,
	 const char *fmt, va_list args)
{
	struct import_line line = { .file = im->file, .line = im->line };

	if (vasprintf(&line.text, fmt, args) < 0)
		memory_or_end(NULL);
	list_add(list, count, &line, sizeof(line));
}

void import_option(struct import *im, const char *name, const char *fmt, ...)
{
	struct import_tunnel *t = import_tunnel(im, name);
	va_list args;

	if (!t)
		return;
	va_start(args, fmt);
	add_line(im, &t->options, &t->noptions, fmt, args);
	va_end(args);
}

void import_remark(struct import *im, const char *name, const char *fmt, ...)
{
	struct import_tunnel *t = import_tunnel(im, name);
	va_list args;

	if (!t)
		return;
	va_start(args, fmt);
	add_line(im, &t->remarks, &t->nremarks, fmt, args);
	va_end(args);
}

/* A line of a file; NULL if the option comes from the kernel. */
static const struct position *line_at(struct position *at, const char *file,
				      unsigned int line)
{
	*at = (struct position){ .file = file, .word = "", .line = line };
	return file ? at : NULL;
}

/* Parse options like a section of a file, with some others before them. */
static int parse(struct config *c, const struct position *at, const char *name,
		 const char *before, const char *options)
{
	const struct source source = { at, at ? 1 : 0 };
	char **argv, *text;
	const char *wrong;
	int max, argc, status;

	config_init(c);
	if (asprintf(&text, "%s %s", before, options) < 0)
		memory_or_end(NULL);
	/* At least one character is between two words. */
	max = (int)strlen(text) / 2 + 1;
	argv = memory_or_end(calloc((size_t)max + 1, sizeof(*argv)));
	argv[0] = (char *)name;
	wrong = line_split(text, argv + 1, max, &argc);
	if (wrong)
		status = usage_about(at, "\"%s\" %s", options, wrong);
	else
		status =
			options_parse(c, OPTIONS_FILE, argc + 1, argv, &source);
	free(argv);
	free(text);
	return status;
}

static bool begins_with(const char *text, const char *word)
{
	size_t length = strlen(word);

	return !strncmp(text, word, length) &&
	       (text[length] == ' ' || !text[length]);
}

static bool is_address(const char *option)
{
	return (begins_with(option, "remote") ||
		begins_with(option, "local")) &&
	       !strstr(option, " any");
}

/* Whether the parser accepts the option; if not, it has reported why. */
static bool is_right(const struct import_tunnel *t, const struct position *at,
		     const char *option)
{
	const bool is_ipv6 = t->kind && t->kind->is_ipv6;
	struct config c;
	int status;

	status = parse(&c, at, t->name,
		       begins_with(option, "remote") ? "up"
		       : is_ipv6		     ? "remote 2001:db8::1 up"
						     : "remote 192.0.2.1 up",
		       /* The options before have these already. */
		       begins_with(option, "up") ? "" : option);
	if (!status && is_address(option) &&
	    (config_family(&c) == AF_INET6) != is_ipv6)
		status = usage_about(at,
				     "%s: is of another family than links "
				     "of the kind %s",
				     option, t->kind ? t->kind->name : "gre");
	config_free(&c);
	return !status;
}

static bool repeats(const char *option)
{
	return begins_with(option, "addr") || begins_with(option, "route");
}

/* A later option of the same name replaces it. */
static bool is_overridden(const struct import_tunnel *t, size_t number)
{
	const char *option = t->options[number].text;
	size_t length = strcspn(option, " ");
	size_t i;

	for (i = number + 1; i < t->noptions; i++) {
		const char *other = t->options[i].text;

		if (repeats(option) ? !strcmp(other, option)
				    : !strncmp(other, option, length) &&
					      strcspn(other, " ") == length)
			return true;
	}
	return false;
}

static void print_remark(FILE *out, const struct import_line *remark)
{
	struct position at;

	report_about(line_at(&at, remark->file, remark->line),
		     "not taken over: %s", remark->text);
	fputs("# not taken over: ", out);
	if (remark->file) {
		visible_put(out, remark->file);
		fprintf(out, ":%u: ", remark->line);
	}
	visible_put(out, remark->text);
	putc('\n', out);
}

static void remark_option(struct import *im, struct import_tunnel *t,
			  const struct import_line *option)
{
	im->file = option->file;
	im->line = option->line;
	import_remark(im, t->name, "%s", option->text);
}

/* For other tools, a tunnel without a remote takes packets from anywhere. */
static bool lacks_remote(const struct import_tunnel *t)
{
	size_t i;

	for (i = 0; i < t->noptions; i++)
		if (begins_with(t->options[i].text, "remote"))
			return false;
	return !t->is_other;
}

/* Join all valid options to a text, which the caller frees. */
static char *join_options(struct import *im, struct import_tunnel *t)
{
	char *text = NULL;
	size_t size, i;
	FILE *all = memory_or_end(open_memstream(&text, &size));

	if (lacks_remote(t))
		fputs(t->kind && t->kind->is_ipv6 ? "remote :: "
						  : "remote any ",
		      all);
	for (i = 0; i < t->noptions; i++) {
		const struct import_line *option = &t->options[i];
		struct position at;

		if (is_overridden(t, i))
			continue;
		/* The output may go anywhere, and the operator has the secret. */
		if (begins_with(option->text, "keepalive-secret")) {
			im->file = option->file;
			im->line = option->line;
			import_remark(im, t->name,
				      "keepalive-secret, add it yourself");
			continue;
		}
		if (is_right(t, line_at(&at, option->file, option->line),
			     option->text))
			fprintf(all, "%s ", option->text);
		else
			remark_option(im, t, option);
	}
	fclose(all);
	return text;
}

static int print_tunnel(FILE *out, struct import *im, struct import_tunnel *t)
{
	struct position line;
	const struct position *at = line_at(&line, t->file, t->line);
	struct config c;
	char *options;
	size_t i;
	int status;

	options = join_options(im, t);
	status = parse(&c, at, t->name, "", options);
	if (status) {
		report_about(at, "not taken over: %s", t->name);
		fputs("# not taken over: ", out);
		visible_put(out, t->name);
		fputs(": ", out);
		visible_put(out, options);
		putc('\n', out);
		status = STATUS_REFUSED;
	} else {
		options_print_section(out, &c, c.given);
	}
	for (i = 0; i < t->nremarks; i++)
		print_remark(out, &t->remarks[i]);
	config_free(&c);
	free(options);
	return status;
}

/* Whether a word, or a part of it between dots or slashes, is a tunnel. */
static bool names_tunnel(const struct import *im, const char *text)
{
	const char ends[] = " \t\"'./=:@";
	size_t i, n;

	for (text += strspn(text, ends); *text; text += strspn(text, ends)) {
		n = strcspn(text, ends);
		for (i = 0; i < im->count; i++)
			if (im->tunnels[i].is_gre &&
			    strlen(im->tunnels[i].name) == n &&
			    !strncmp(im->tunnels[i].name, text, n))
				return true;
		text += n;
	}
	return false;
}

/*
 * The options of an interface that is not a tunnel do not matter. Beside commands
 * that create a tunnel, its routes may lead into that tunnel.
 */
static void print_lost_options(FILE *out, const struct import_tunnel *t)
{
	size_t i;

	for (i = 0; i < t->noptions; i++)
		if (begins_with(t->options[i].text, "route") ||
		    (t->is_lost && !begins_with(t->options[i].text, "up")))
			print_remark(out, &t->options[i]);
}

/* Print the remarks of other interfaces that concern tunnels. */
static int print_lost(FILE *out, const struct import *im,
		      const struct import_tunnel *t)
{
	size_t i;

	for (i = 0; i < t->nremarks; i++)
		if (t->is_lost || t->makes_gre ||
		    names_tunnel(im, t->remarks[i].text))
			print_remark(out, &t->remarks[i]);
	if (t->is_lost || t->makes_gre)
		print_lost_options(out, t);
	return t->is_lost ? STATUS_REFUSED : STATUS_OK;
}

int import_print(FILE *out, struct import *im)
{
	int status = STATUS_OK, err;
	bool first = true;
	size_t i;

	for (i = 0; i < im->count; i++) {
		struct import_tunnel *t = &im->tunnels[i];

		if (!t->is_gre) {
			err = print_lost(out, im, t);
			status = status ? status : err;
			continue;
		}
		if (!first)
			putc('\n', out);
		first = false;
		err = print_tunnel(out, im, t);
		status = status ? status : err;
	}
	return status;
}
