// SPDX-License-Identifier: GPL-2.0
#include "apply/diff.h"
#include "option/options.h"
#include "show/print.h"

#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

static const char recreate_reason[] =
	"link-netns cannot be changed while the tunnel is there";

/* The options that a file would have. */
static uint64_t fields_of(const struct diff *d)
{
	if (d->action == ACTION_ADD)
		return d->to->given;
	return options_needed(d->from);
}

struct printing {
	bool colour;
};

static void put_colour(const struct printing *p, const char *colour)
{
	if (p->colour)
		fputs(colour, stdout);
}

static void print_line(const struct printing *p, const char *colour, char mark,
		       const char *words)
{
	put_colour(p, colour);
	printf("%c     %s", mark, words);
	put_colour(p, PLAIN);
	putchar('\n');
}

static void print_gone(void *arg, const char *words)
{
	print_line(arg, RED, '-', words);
}

static void print_come(void *arg, const char *words)
{
	print_line(arg, GREEN, '+', words);
}

static void print_head(const struct printing *p, const char *colour, char mark,
		       const char *name, const char *text)
{
	put_colour(p, colour);
	printf("%c ", mark);
	options_print_name(stdout, name);
	if (text)
		printf(" made again: %s", text);
	put_colour(p, PLAIN);
	putchar('\n');
}

void diff_print(const struct diff *d, bool colour)
{
	struct printing p = { .colour = colour };

	switch (d->action) {
	case ACTION_NONE:
		break;
	case ACTION_ADD:
		print_head(&p, GREEN, '+', d->to->name, NULL);
		options_each(d->to, fields_of(d), print_come, &p);
		break;
	case ACTION_DELETE:
		print_head(&p, RED, '-', d->from->name, NULL);
		options_each(d->from, fields_of(d), print_gone, &p);
		break;
	case ACTION_CHANGE:
	case ACTION_RECREATE:
		print_head(&p, YELLOW, '~', d->to->name,
			   d->action == ACTION_RECREATE ? recreate_reason
							: NULL);
		options_compare(d->from, d->to, d->fields, print_gone,
				print_come, &p);
		break;
	}
}

static void json_line(void *arg, const char *words)
{
	json_string(arg, NULL, words);
}

static void ignore_line(void *arg, const char *words)
{
}

static void json_lines(struct json *json, const struct diff *d,
		       const char *name, bool come)
{
	const struct config *c = come ? d->to : d->from;

	json_array(json, name);
	if (d->from && d->to)
		options_compare(d->from, d->to, d->fields,
				come ? ignore_line : json_line,
				come ? json_line : ignore_line, json);
	else if (c)
		options_each(c, fields_of(d), json_line, json);
	json_array_end(json);
}

void diff_json(struct json *json, const struct diff *d, bool done)
{
	static const char *const actions[] = {
		[ACTION_NONE] = "none",	    [ACTION_ADD] = "add",
		[ACTION_CHANGE] = "change", [ACTION_RECREATE] = "recreate",
		[ACTION_DELETE] = "delete",
	};

	json_object(json, NULL);
	json_string(json, "ifname", d->to ? d->to->name : d->from->name);
	json_string(json, "action", actions[d->action]);
	json_string(json, "reason",
		    d->action == ACTION_RECREATE ? recreate_reason : NULL);
	json_lines(json, d, "removed", false);
	json_lines(json, d, "added", true);
	json_bool(json, "done", done);
	json_object_end(json);
}
