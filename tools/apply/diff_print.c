// SPDX-License-Identifier: GPL-2.0
#include "apply/diff.h"
#include "option/options.h"

#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

static const char *recreate_reason(const struct diff *d)
{
	if (d->fields & F_ETHER)
		return "ether cannot be changed while the tunnel is there";
	return d->fields & F_LINK_NETNS
		       ? "link-netns cannot be changed while the tunnel is there"
		       : "the family of local and remote cannot be changed while "
			 "the tunnel is there";
}

/* What differs, or all options that a file would have. */
static uint64_t fields_of(const struct diff *d)
{
	if (d->from && d->to)
		return d->fields;
	return d->to ? d->to->given : options_needed(d->from);
}

static void put_colour(bool colour, const char *code)
{
	if (colour)
		fputs(code, stdout);
}

static void print_line(void *arg, bool come, const char *words)
{
	const bool *colour = arg;

	put_colour(*colour, come ? GREEN : RED);
	printf("%c     %s", come ? '+' : '-', words);
	put_colour(*colour, PLAIN);
	putchar('\n');
}

void diff_print(const struct diff *d, bool colour)
{
	if (d->action == ACTION_NONE)
		return;
	put_colour(colour, !d->from ? GREEN : !d->to ? RED : YELLOW);
	printf("%c ", !d->from ? '+' : !d->to ? '-' : '~');
	options_print_name(stdout, d->to ? d->to->name : d->from->name);
	if (d->action == ACTION_RECREATE)
		printf(" made again: %s", recreate_reason(d));
	put_colour(colour, PLAIN);
	putchar('\n');
	options_lines(d->from, d->to, fields_of(d), print_line, &colour);
}

struct json_lines {
	struct json *json;
	bool come;
};

static void json_line(void *arg, bool come, const char *words)
{
	const struct json_lines *lines = arg;

	if (come == lines->come)
		json_string(lines->json, NULL, words);
}

static void json_lines(struct json *json, const struct diff *d,
		       const char *name, bool come)
{
	struct json_lines lines = { json, come };

	json_array(json, name);
	options_lines(d->from, d->to, fields_of(d), json_line, &lines);
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
		    d->action == ACTION_RECREATE ? recreate_reason(d) : NULL);
	json_lines(json, d, "removed", false);
	json_lines(json, d, "added", true);
	json_bool(json, "done", done);
	json_object_end(json);
}
