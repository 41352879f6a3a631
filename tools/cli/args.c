// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "cli/args.h"

#define OPTIONS_MAX 32

struct options {
	struct args_option list[OPTIONS_MAX];
	int count;
};

static void add(struct options *o, const struct args_option *option)
{
	if (o->count < OPTIONS_MAX)
		o->list[o->count++] = *option;
}

static void add_all(struct options *o, const struct args_option *list)
{
	for (; list && list->name; list++)
		add(o, list);
}

/* Add the options of the output that begin with one of the letters. */
static void add_output(struct options *o, struct output *output,
		       const char *letters)
{
	const struct args_option list[] = {
		{ "s", .count = &output->stats },
		{ "stats", .count = &output->stats },
		{ "statistics", .count = &output->stats },
		{ "d", .flag = &output->details },
		{ "details", .flag = &output->details },
		{ "j", .flag = &output->json },
		{ "json", .flag = &output->json },
		{ "p", .flag = &output->pretty },
		{ "pretty", .flag = &output->pretty },
	};
	size_t i;

	for (i = 0; letters && i < sizeof(list) / sizeof(list[0]); i++)
		if (strchr(letters, list[i].name[0]))
			add(o, &list[i]);
}

static const struct args_option *find(const struct options *o, const char *name,
				      size_t length)
{
	int i;

	for (i = 0; i < o->count; i++)
		if (strlen(o->list[i].name) == length &&
		    !strncmp(o->list[i].name, name, length))
			return &o->list[i];
	return NULL;
}

/*
 * Take the option argv[*at], -NAME or --NAME, and move *at behind it and its value, which
 * may follow a "=" instead. *at stays if it is none of the options. Returns enum status.
 */
static int take_option(const struct options *o, int argc, char **argv, int *at)
{
	const char *typed = argv[*at];
	const char *name = typed + strspn(typed, "-");
	const size_t length = strcspn(name, "=");
	const struct args_option *option = find(o, name, length);

	if (!option || name == typed || name - typed > 2 ||
	    (name[length] && !option->value))
		return STATUS_OK;
	++*at;
	if (option->flag)
		*option->flag = true;
	else if (option->count)
		++*option->count;
	else if (name[length])
		*option->value = name + length + 1;
	else if (*at < argc)
		*option->value = argv[(*at)++];
	else
		return usage("%s: the value is missing%s%s", typed,
			     option->expected ? ", expected " : "",
			     option->expected ? option->expected : "");
	return STATUS_OK;
}

static bool is_alias(const struct args_option *option,
		     const struct args_option *previous)
{
	return option->flag == previous->flag &&
	       option->count == previous->count &&
	       option->value == previous->value;
}

/* "-a, -b or -c" */
static void join(char *text, size_t size, const struct options *o,
		 const char *conjunction)
{
	const char *names[OPTIONS_MAX];
	int i, count = 0;
	size_t used = 0;

	for (i = 0; i < o->count; i++)
		if (!i || !is_alias(&o->list[i], &o->list[i - 1]))
			names[count++] = o->list[i].name;
	for (i = 0; i < count && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s%s",
					 !i		  ? ""
					 : i == count - 1 ? conjunction
							  : ", ",
					 names[i][1] ? "--" : "-", names[i]);
}

/* Describe what the command takes: "-a, -b or -c", "only -a", "only FILE". */
static void describe(char *text, size_t size, const struct args *args,
		     struct output *output)
{
	struct options o = { 0 };
	int used = 0;

	add_all(&o, args->options);
	add_output(&o, output, args->output);
	if (!o.count)
		snprintf(text, size, "only %s", args->operand_name);
	else if (is_alias(&o.list[0], &o.list[o.count - 1]))
		used = snprintf(text, size, "only ");
	if (o.count)
		join(text + used, size - (size_t)used, &o, " or ");
}

static int refuse_useless(const struct args *args, struct output *output)
{
	const struct args useful = { .output = args->output };
	char useless[64], expected[256];
	struct options o = { 0 };
	bool is_given = false;
	int i;

	add_output(&o, output, args->useless);
	for (i = 0; i < o.count; i++)
		is_given |= o.list[i].count ? *o.list[i].count > 0
					    : *o.list[i].flag;
	if (!is_given)
		return STATUS_OK;
	join(useless, sizeof(useless), &o, " and ");
	describe(expected, sizeof(expected), &useful, output);
	return usage("%s say nothing here, expected %s", useless, expected);
}

static int take_operand(const struct args *args, int *count, const char *text)
{
	if (*count == args->max_operands)
		return usage("unexpected argument \"%s\"", text);
	args->operands[(*count)++] = text;
	return STATUS_OK;
}

/* A line has a name ("-": an operand), how many values follow, and what to offer. */
static void print_words(const struct options *o, const struct args *args)
{
	int i;

	for (i = 0; i < o->count; i++) {
		const struct args_option *option = &o->list[i];

		if (!i || !is_alias(option, option - 1))
			printf("%s%s %d %s\n", option->name[1] ? "--" : "-",
			       option->name, !!option->value,
			       option->complete ? option->complete : "");
	}
	for (i = 0; i < args->max_operands; i++)
		printf("- 1 %s\n", args->complete[i] ? args->complete[i] : "");
}

/* The names of tunnels among the operands. */
static int check_names(const struct args *args)
{
	const char *wrong;
	int i;

	for (i = 0; i < args->max_operands; i++) {
		if (!args->complete[i] || strcmp(args->complete[i], "@tunnel"))
			continue;
		if (!args->operands[i] && args->needs_tunnel)
			return usage("the name of the tunnel is missing, "
				     "expected NAME");
		wrong = args->operands[i]
				? interface_name_error(args->operands[i])
				: NULL;
		if (wrong)
			return usage("name: \"%s\" %s", args->operands[i],
				     wrong);
	}
	return STATUS_OK;
}

static int read_all(const struct args *args, const struct options *o,
		    struct output *output, int argc, char **argv)
{
	bool only_operands = false;
	int i = 1, before, count = 0, status = STATUS_OK;
	char expected[256];

	while (i < argc && !status) {
		before = i;
		if (only_operands || argv[i][0] != '-' || !argv[i][1]) {
			status = take_operand(args, &count, argv[i++]);
		} else if (!strcmp(argv[i], "--")) {
			only_operands = true;
			i++;
		} else {
			status = take_option(o, argc, argv, &i);
		}
		if (i > before)
			continue;
		describe(expected, sizeof(expected), args, output);
		return usage("\"%s\" is not an option, expected %s", argv[i],
			     expected);
	}
	return status;
}

int args_read(const struct args *args, struct output *output, int argc,
	      char **argv)
{
	struct options o = { 0 };
	int status;

	add_all(&o, args->options);
	add_output(&o, output, args->output);
	if (argc == 2 && !strcmp(argv[1], "--words")) {
		print_words(&o, args);
		return STATUS_DONE;
	}
	add_output(&o, output, args->useless);
	status = read_all(args, &o, output, argc, argv);
	output->json |= output->pretty;
	if (!status)
		status = refuse_useless(args, output);
	return status ? status : check_names(args);
}

int args_read_first(const struct args_option *options, struct output *output,
		    int argc, char **argv, int *rest)
{
	struct options o = { 0 };
	int status = STATUS_OK, before;

	add_all(&o, options);
	add_output(&o, output, "sdjp");
	*rest = 1;
	do {
		before = *rest;
		if (before < argc)
			status = take_option(&o, argc, argv, rest);
	} while (!status && *rest > before);
	if (!status && *rest < argc && !strcmp(argv[*rest], "--"))
		++*rest;
	output->json |= output->pretty;
	return status;
}
