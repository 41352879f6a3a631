// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/args.h"

#define OPTIONS_MAX 32

/* What getopt_long_only() returns. It knows no options of one character. */
#define END (-1)
#define OPERAND 1
#define MISSING ':'
#define FIRST_OPTION 256

struct options {
	struct args_option list[OPTIONS_MAX];
	struct option longs[OPTIONS_MAX + 1];
	int count;
};

static void add(struct options *o, const struct args_option *option)
{
	if (o->count == OPTIONS_MAX)
		return;
	o->longs[o->count] = (struct option){
		.name = option->name,
		.has_arg = option->value ? required_argument : no_argument,
		.val = FIRST_OPTION + o->count,
	};
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

static void take(const struct args_option *option, const char *value)
{
	if (option->flag)
		*option->flag = true;
	else if (option->count)
		++*option->count;
	else
		*option->value = value;
}

/* getopt takes abbreviations, which a new option could make ambiguous one day. */
static bool is_exact(const char *typed, const char *name)
{
	const size_t length = strlen(name);

	typed += strspn(typed, "-");
	return !strncmp(typed, name, length) &&
	       (!typed[length] || typed[length] == '=');
}

/* Read options up to something else. Return what it is, and its index in *at. */
static int read_options(const struct options *o, int argc, char **argv, int *at)
{
	const struct args_option *option;
	int code;

	for (;;) {
		*at = optind ? optind : 1;
		code = getopt_long_only(argc, argv, "-:", o->longs, NULL);
		if (code < FIRST_OPTION)
			break;
		option = &o->list[code - FIRST_OPTION];
		if (!is_exact(argv[*at], option->name))
			return '?';
		take(option, optarg);
	}
	if (code == END)
		*at = optind;
	return code;
}

static int report_missing(const struct options *o, const char *typed)
{
	const char *expected = o->list[optopt - FIRST_OPTION].expected;

	return usage("%s: the value is missing%s%s", typed,
		     expected ? ", expected " : "", expected ? expected : "");
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

int args_read(const struct args *args, struct output *output, int argc,
	      char **argv)
{
	int at, code, status = STATUS_OK, count = 0;
	struct options o = { 0 };
	char expected[256];

	add_all(&o, args->options);
	add_output(&o, output, args->output);
	if (argc == 2 && !strcmp(argv[1], "--words")) {
		print_words(&o, args);
		return STATUS_DONE;
	}
	add_output(&o, output, args->useless);
	optind = 0;
	do {
		code = read_options(&o, argc, argv, &at);
		if (code == OPERAND) {
			status = take_operand(args, &count, argv[at]);
		} else if (code == MISSING) {
			status = report_missing(&o, argv[at]);
		} else if (code != END) {
			describe(expected, sizeof(expected), args, output);
			status = usage("\"%s\" is not an option, expected %s",
				       argv[at], expected);
		}
	} while (!status && code != END);
	for (; !status && at < argc; at++)
		status = take_operand(args, &count, argv[at]);
	if (!status)
		status = refuse_useless(args, output);
	output->json |= output->pretty;
	return status;
}

int args_read_first(const struct args_option *options, struct output *output,
		    int argc, char **argv, int *rest)
{
	struct options o = { 0 };
	int code;

	add_all(&o, options);
	add_output(&o, output, "sdjp");
	optind = 0;
	code = read_options(&o, argc, argv, rest);
	output->json |= output->pretty;
	return code == MISSING ? report_missing(&o, argv[*rest]) : STATUS_OK;
}
