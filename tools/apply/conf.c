// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "apply/conf.h"
#include "lib/line.h"
#include "lib/list.h"
#include "option/parse.h"

/* The first error decides the status. */
static void note(int *status, int err)
{
	if (!*status)
		*status = err;
}

/* Copy the text, which lives as long as conf. */
static char *keep(struct conf *conf, const char *text)
{
	char *copy = memory_or_end(strdup(text));

	list_add(&conf->texts, &conf->ntexts, &copy, sizeof(copy));
	return copy;
}

/* Remove the brackets of [NAME]. */
static int cut_name(const struct position *at, char *name, int argc)
{
	size_t length = strlen(name);

	if (argc > 1)
		return usage_about(at,
				   "\"%s\" is not alone on its line, expected [NAME]",
				   name);
	if (length < 2 || name[length - 1] != ']')
		return usage_about(at,
				   "\"%s\" has no bracket at the end, expected [NAME]",
				   name);
	name[length - 1] = '\0';
	return STATUS_OK;
}

static int begin_section(struct conf *conf, struct position at, char *name,
			 int argc)
{
	struct section section = { 0 };
	int status;

	status = cut_name(&at, name, argc);
	at.word = name + 1;
	at.column++;
	/* The lines below a wrong name belong to its section, too. */
	section.is_unreadable = status;
	list_add(&section.positions, &section.count, &at, sizeof(at));
	list_add(&conf->sections, &conf->count, &section, sizeof(section));
	return status;
}

/* section is the one that the line belongs to, NULL before the first. */
static int read_line(struct conf *conf, struct section *section,
		     struct position at, char *line)
{
	char *argv[LINE_WORDS] = { line };
	const char *wrong;
	int argc, i;

	wrong = line_split(line, argv, LINE_WORDS, &argc);
	if (wrong) {
		if (argc < LINE_WORDS)
			at.column = (unsigned int)(argv[argc] - line) + 1;
		return usage_about(&at, "the line %s", wrong);
	}
	for (i = 0; i < argc; i++) {
		at.word = argv[i];
		at.column = (unsigned int)(argv[i] - line) + 1;
		if (!i && argv[i][0] == '[')
			return begin_section(conf, at, argv[i], argc);
		if (!section)
			return usage_about(&at,
					   "\"%s\" is before the first [NAME] of the file",
					   argv[i]);
		list_add(&section->positions, &section->count, &at, sizeof(at));
	}
	return STATUS_OK;
}

/* Nobody knows who can read what goes into a pipe, so that pipes are not public. */
static bool is_public(FILE *file)
{
	struct stat st;

	return !fstat(fileno(file), &st) && S_ISREG(st.st_mode) &&
	       st.st_mode & 0004;
}

static int read_lines(struct conf *conf, FILE *file, const char *path)
{
	struct position at = { .file = keep(conf, path), .word = "" };
	size_t size = 0, first = conf->count, last;
	int status = STATUS_OK, err;
	char *line = NULL, *kept;
	const char *wrong;
	ssize_t length;

	while ((length = getline(&line, &size, file)) >= 0) {
		at.line++;
		at.column = 1;
		kept = keep(conf, line);
		last = conf->count;
		wrong = line_check(line, (size_t)length, at.line == 1);
		if (wrong)
			err = usage_about(&at, "the line %s", wrong);
		else
			err = read_line(conf,
					last > first ? &conf->sections[last - 1]
						     : NULL,
					at, kept);
		if (err && last > first)
			conf->sections[last - 1].is_unreadable = true;
		note(&status, err);
		/* The file is no UTF-8 text, so that more messages would not help. */
		if (wrong && at.line == 1)
			break;
	}
	for (last = first; last < conf->count; last++)
		conf->sections[last].is_public = is_public(file);
	if (ferror(file))
		note(&status, refused("%s: %s", path, strerror(errno)));
	free(line);
	return status;
}

static int is_conf(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 5 &&
	       !strcmp(entry->d_name + length - 5, ".conf");
}

static int read_path(struct conf *conf, const char *path, bool is_entry);

static int read_directory(struct conf *conf, const char *path)
{
	struct dirent **list;
	int status = STATUS_OK;
	char *name;
	int i, n;

	n = scandir(path, &list, is_conf, alphasort);
	if (n < 0)
		return refused("%s: %s", path, strerror(errno));
	for (i = 0; i < n; i++) {
		if (asprintf(&name, "%s/%s", path, list[i]->d_name) < 0)
			memory_or_end(NULL);
		note(&status, read_path(conf, name, true));
		free(name);
		free(list[i]);
	}
	free(list);
	return status;
}

/* is_entry: it was found in a directory. */
static int read_path(struct conf *conf, const char *path, bool is_entry)
{
	struct stat st;
	int status;
	FILE *file;

	if (!is_entry && !strcmp(path, "-"))
		return read_lines(conf, stdin, "stdin");
	if (stat(path, &st))
		return refused("%s: %s", path, strerror(errno));
	if (!is_entry && S_ISDIR(st.st_mode))
		return read_directory(conf, path);
	/* Reading a pipe in a directory could block forever. */
	if (is_entry && !S_ISREG(st.st_mode))
		return refused("%s: is not a regular file", path);
	file = fopen(path, "re");
	if (!file)
		return refused("%s: %s", path, strerror(errno));
	status = read_lines(conf, file, path);
	fclose(file);
	return status;
}

static int parse_section(struct section *section)
{
	const struct source source = { section->positions, section->count };
	char **argv = memory_or_end(calloc(section->count, sizeof(*argv)));
	size_t i;
	int status;

	/* options_parse() does not change the words. */
	for (i = 0; i < section->count; i++)
		argv[i] = (char *)section->positions[i].word;
	status = options_parse(&section->config, OPTIONS_FILE,
			       (int)section->count, argv, &source);
	section->is_wrong = status;
	for (i = 0; i < section->config.addrs.count; i++)
		section->config.addrs.list[i].protocol = ENTRY_PROTOCOL;
	free(argv);
	return status;
}

static int check_names(struct conf *conf)
{
	const struct index_entry *entries;
	int status = STATUS_OK;
	size_t i;

	for (i = 0; i < conf->count; i++)
		index_add(&conf->by_name, conf->sections[i].positions->word,
			  &conf->sections[i]);
	index_sort(&conf->by_name);
	entries = conf->by_name.entries;
	for (i = 1; i < conf->count; i++) {
		const struct section *first = entries[i - 1].thing;
		const struct position *before = first->positions;
		struct section *section = entries[i].thing;

		if (section->is_unreadable ||
		    strcmp(before->word, section->positions->word) != 0)
			continue;
		note(&status,
		     usage_about(section->positions,
				 "name: \"%s\" is given twice, first at %s:%u",
				 before->word, before->file, before->line));
		section->is_wrong = true;
	}
	return status;
}

/* Warn once for each file, whose sections follow one another. */
static void warn_of_secrets(const struct conf *conf)
{
	const char *said = NULL;
	size_t i;

	for (i = 0; i < conf->count; i++) {
		const struct section *section = &conf->sections[i];
		const struct source *source = &section->config.source;

		if (section->is_wrong || !section->is_public ||
		    !section->config.keepalive_secret.is_set ||
		    section->positions->file == said)
			continue;
		said = section->positions->file;
		report_about(source_find(source, "keepalive-secret"),
			     "keepalive-secret: everybody can read this file, "
			     "expected mode 0600");
	}
}

int conf_read(struct conf *conf, const char *path)
{
	int status;
	size_t i;

	memset(conf, 0, sizeof(*conf));
	status = read_path(conf, path, false);
	for (i = 0; i < conf->count; i++)
		if (conf->sections[i].is_unreadable)
			conf->sections[i].is_wrong = true;
		else
			note(&status, parse_section(&conf->sections[i]));
	note(&status, check_names(conf));
	warn_of_secrets(conf);
	return status;
}

void conf_free(struct conf *conf)
{
	size_t i;

	for (i = 0; i < conf->count; i++) {
		config_free(&conf->sections[i].config);
		free(conf->sections[i].positions);
	}
	for (i = 0; i < conf->ntexts; i++)
		free(conf->texts[i]);
	free(conf->sections);
	index_free(&conf->by_name);
	free(conf->texts);
	memset(conf, 0, sizeof(*conf));
}
