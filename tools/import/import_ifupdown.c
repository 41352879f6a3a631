// SPDX-License-Identifier: GPL-2.0
/* interfaces(5) of ifupdown. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <libgen.h>
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "import/import.h"
#include "lib/line.h"
#include "lib/list.h"
#include "lib/report.h"
#include "option/parse.h"

/* So deep may files include each other. */
#define DEPTH_MAX 8
/* So many lines may stanzas inherit from each other. */
#define SAID_MAX 10000
/* The characters in the names of run-parts(8). */
#define RUN_PARTS \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

/* "iface NAME FAMILY METHOD" and the lines below it. */
struct stanza {
	char name[IFNAMSIZ]; /* "": not a stanza of an interface */
	char title[64]; /* the same, or a name too long for an interface */
	unsigned int line;
	char family[16]; /* "": it is inherited */
	bool is_tunnel, is_ipv6;
	/* Options that belong together, and come in any order. */
	char address[80], netmask[80], peer[80], gateway[80], metric[16];
	char gre_addr[1024], gre_peer[80];
};

/* A line that stanzas can inherit. The first of a stanza is "iface FAMILY METHOD". */
struct said {
	char title[64]; /* of the stanza */
	struct import_line line;
};

struct reader {
	struct import *im;
	struct said *said;
	size_t nsaid;
	char **started; /* the names in lines of "auto" and the like */
	size_t nstarted;
	char **parents; /* the titles that others inherit from */
	size_t nparents;
};

static void copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
}

/* 255.255.255.252 or 30 */
static int prefix_of(const char *netmask)
{
	struct in_addr mask;
	uint32_t bits;

	if (!strncmp(netmask, "0x", 2))
		mask.s_addr = htonl((uint32_t)strtoul(netmask, NULL, 16));
	else if (!strchr(netmask, '.') ||
		 inet_pton(AF_INET, netmask, &mask) != 1)
		return atoi(netmask);
	bits = ntohl(mask.s_addr);
	return bits ? 32 - __builtin_ctz(bits) : 0;
}

/* "ADDRESS/PREFIX peer ADDRESS ADDRESS/PREFIX..." */
static void take_addresses(struct import *im, const char *name, char *text)
{
	char *rest, *at, *next, *peer;

	at = strtok_r(text, " \t", &rest);
	while (at) {
		next = strtok_r(NULL, " \t", &rest);
		peer = NULL;
		if (next && !strcmp(next, "peer")) {
			peer = strtok_r(NULL, " \t", &rest);
			next = strtok_r(NULL, " \t", &rest);
		}
		import_option(im, name, "addr %s%s%s", at, peer ? " peer " : "",
			      peer ? peer : "");
		at = next;
	}
}

static void end_stanza(struct import *im, struct stanza *s)
{
	const char *slash = strchr(s->address, '/');
	int length = slash ? (int)(slash - s->address) : 80;
	const unsigned int line = im->line;
	char prefix[16] = "";

	if (!s->name[0]) {
		memset(s, 0, sizeof(*s));
		return;
	}
	im->line = s->line;
	import_option(im, s->name, "up");
	if (slash)
		copy(prefix, sizeof(prefix), slash);
	else if (s->netmask[0])
		snprintf(prefix, sizeof(prefix), "/%d", prefix_of(s->netmask));
	else if (s->is_ipv6 && !s->peer[0])
		copy(prefix, sizeof(prefix), "/64");
	if (s->address[0] && s->peer[0])
		import_option(im, s->name, "addr %.*s peer %s%s", length,
			      s->address, s->peer, prefix);
	else if (s->address[0])
		import_option(im, s->name, "addr %.*s%s", length, s->address,
			      prefix);
	/* Options of ifupdown have no order: the peer belongs to the last address. */
	if (s->gre_peer[0])
		snprintf(s->gre_addr + strlen(s->gre_addr),
			 sizeof(s->gre_addr) - strlen(s->gre_addr), " peer %s",
			 s->gre_peer);
	take_addresses(im, s->name, s->gre_addr);
	if (s->gateway[0])
		import_option(im, s->name, "route %s via %s%s%s",
			      s->is_ipv6 ? "::/0" : "default", s->gateway,
			      s->metric[0] ? " metric " : "", s->metric);
	im->line = line;
	memset(s, 0, sizeof(*s));
}

/* Replace $IFACE by the name of the interface. */
static void put_name(char *text, size_t size, const char *line,
		     const char *name)
{
	size_t used = 0, skip;

	for (; *line && used + IFNAMSIZ < size; line += skip) {
		skip = !strncmp(line, "$IFACE", 6)     ? 6
		       : !strncmp(line, "${IFACE}", 8) ? 8
						       : 0;
		if (skip) {
			used += (size_t)snprintf(text + used, size - used, "%s",
						 name);
			continue;
		}
		text[used++] = *line;
		skip = 1;
	}
	text[used] = '\0';
}

static bool makes_gre(const char *word, const char *value)
{
	if (!strcmp(word, "mode"))
		return !strncmp(value, "gre", 3);
	return strstr(value, "mode gre") ||
	       (strstr(value, "gre") &&
		(strstr(value, "tunnel add") || strstr(value, "link add")));
}

/* Remark an option, or a command of a hook, that is not understood. */
static void remark_unread(struct import *im, const struct stanza *s,
			  const char *word, const char *value)
{
	struct import_tunnel *t = import_tunnel(im, s->name);

	import_remark(im, s->name, "%s %s", word, value);
	if (t && makes_gre(word, value))
		t->is_lost = true;
}

static bool take_command(struct import *im, const struct stanza *s, char *text)
{
	char *argv[LINE_WORDS];
	int argc;

	if (strpbrk(text, "$`|<>") || line_split(text, argv, LINE_WORDS, &argc))
		return false;
	if (!argc)
		return true;
	/* iptunnel of net-tools takes the same words as "ip tunnel". */
	if (!strcmp(basename(argv[0]), "iptunnel")) {
		argv[0] = (char *)"tunnel";
		return import_ip(im, s->name, argc, argv);
	}
	return !strcmp(basename(argv[0]), "ip") &&
	       import_ip(im, s->name, argc - 1, argv + 1);
}

/* Read the commands of ip(8) in a hook, separated by ; or &&, also before || true. */
static void take_hook(struct import *im, const struct stanza *s,
		      const char *hook, const char *line)
{
	char text[1024], whole[1024], *at = text, *end;
	/* A command after && depends on the one before. */
	bool is_and, is_conditional = false;
	size_t created = im->created;
	struct import_tunnel *t;

	put_name(text, sizeof(text), line, s->name);
	end = strstr(text, "||");
	if (end && (!strcmp(end, "|| true") || !strcmp(end, "|| :")))
		*end = '\0';
	while (at) {
		end = strpbrk(at, ";&");
		is_and = end && *end == '&' && end[1] == '&';
		if (is_and)
			*end++ = ' ';
		if (end)
			*end++ = '\0';
		copy(whole, sizeof(whole), at + strspn(at, " \t"));
		if (is_conditional || !take_command(im, s, at)) {
			remark_unread(im, s, hook, whole);
			is_conditional |= is_and;
		}
		at = end;
	}
	t = import_tunnel(im, s->name);
	if (t && im->created != created)
		t->makes_gre = true;
}

static bool has_value(const char *name)
{
	const struct option *option = option_find(name);

	return !option || option_meant(option)->value;
}

/* gre-WORD is an option for the hook gretool.ifupdown. */
static void take_word(struct import *im, struct stanza *s, const char *name,
		      const char *value)
{
	if (!strcmp(name, "remote"))
		import_create(im, s->name, import_kind("gre"));
	if (!strcmp(name, "addr"))
		copy(s->gre_addr, sizeof(s->gre_addr), value);
	else if (!strcmp(name, "peer"))
		copy(s->gre_peer, sizeof(s->gre_peer), value);
	else if (!strcmp(value, "on") && !has_value(name))
		import_option(im, s->name, "%s", name);
	else
		import_option(im, s->name, "%s %s", name, value);
}

/* A command of ip(8) that deletes something or brings it down. */
static bool takes_down(const char *command)
{
	return (!strncmp(command, "ip ", 3) || strstr(command, "/ip ")) &&
	       (strstr(command, " del") || strstr(command, " down") ||
		strstr(command, " flush"));
}

static void take_stanza_line(struct import *im, struct stanza *s,
			     const char *word, const char *value)
{
	static const char *const hooks[] = { "pre-up", "up", "post-up" };
	static const char *const ends[] = { "pre-down", "down", "post-down" };
	size_t i;

	for (i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++) {
		if (!strcmp(word, hooks[i])) {
			take_hook(im, s, word, value);
			return;
		}
		/* Deleting the tunnel does the same. Other commands matter. */
		if (!strcmp(word, ends[i])) {
			if (!takes_down(value))
				remark_unread(im, s, word, value);
			return;
		}
	}
	if (!strcmp(word, "address"))
		copy(s->address, sizeof(s->address), value);
	else if (!strcmp(word, "netmask"))
		copy(s->netmask, sizeof(s->netmask), value);
	else if (!strcmp(word, "dstaddr") || !strcmp(word, "pointopoint"))
		copy(s->peer, sizeof(s->peer), value);
	else if (!strncmp(word, "gre-", 4))
		take_word(im, s, word + 4, value);
	else if (!strcmp(word, "gateway"))
		copy(s->gateway, sizeof(s->gateway), value);
	else if (!strcmp(word, "metric"))
		copy(s->metric, sizeof(s->metric), value);
	else if (!strcmp(word, "mtu"))
		import_option(im, s->name, "mtu %s", value);
	else if (s->is_tunnel && !strcmp(word, "local"))
		import_option(im, s->name, "local %s", value);
	else if (s->is_tunnel && !strcmp(word, "endpoint"))
		import_option(im, s->name, "remote %s", value);
	else if (s->is_tunnel && !strcmp(word, "ttl"))
		import_option(im, s->name, "ttl %s",
			      strcmp(value, "0") ? value : "inherit");
	else if (s->is_tunnel && !strcmp(word, "mode") && !strcmp(value, "gre"))
		import_create(im, s->name, import_kind("gre"));
	else
		remark_unread(im, s, word, value);
}

static void keep_line(struct reader *r, const struct stanza *s,
		      const char *word, const char *value)
{
	struct said said = { .line = { r->im->file, r->im->line, NULL } };

	copy(said.title, sizeof(said.title), s->title);
	if (asprintf(&said.line.text, "%s %s", word, value) < 0)
		memory_or_end(NULL);
	list_add(&r->said, &r->nsaid, &said, sizeof(said));
}

static void keep_name(char ***list, size_t *count, const char *name)
{
	char *kept = memory_or_end(strdup(name));

	list_add(list, count, &kept, sizeof(kept));
}

static void take_method(struct reader *r, struct stanza *s, const char *family,
			const char *method)
{
	char header[64];

	snprintf(header, sizeof(header), "%s %s", family, method);
	keep_line(r, s, "iface", header);
	copy(s->family, sizeof(s->family), family);
	s->is_ipv6 = !strcmp(family, "inet6");
	s->is_tunnel = !strcmp(method, "tunnel");
	/* The defaults of the kernel. */
	if (s->is_tunnel && s->name[0]) {
		import_option(r->im, s->name, "ttl inherit");
		import_option(r->im, s->name, "tos 0");
	}
}

/* End the text after its first word, and return the rest. */
static char *cut_first(char *text)
{
	char *rest = text + strcspn(text, " ");

	if (*rest)
		*rest++ = '\0';
	return rest;
}

/* Take over a line of a parent. False: the parent has another family. */
static bool inherit_line(struct reader *r, struct stanza *s,
			 const struct import_line *line)
{
	char *text = memory_or_end(strdup(line->text)), *value, *method;
	bool fits = true;

	value = cut_first(text);
	r->im->file = line->file;
	r->im->line = line->line;
	if (strcmp(text, "iface") != 0) {
		keep_line(r, s, text, value);
		if (s->name[0])
			take_stanza_line(r->im, s, text, value);
	} else {
		method = cut_first(value);
		if (!s->family[0])
			take_method(r, s, value, method);
		fits = !strcmp(s->family, value);
	}
	free(text);
	return fits;
}

/* False: no earlier stanza has this title and the same family. */
static bool inherit(struct reader *r, struct stanza *s, const char *parent)
{
	const char *file = r->im->file;
	const unsigned int line = r->im->line;
	const size_t count = r->nsaid;
	bool fits = false, found = false;
	size_t i;

	if (count > SAID_MAX || !strcmp(s->title, parent))
		return false;
	for (i = 0; i < count; i++) {
		struct said said = r->said[i];

		if (strcmp(said.title, parent) != 0)
			continue;
		if (fits || !strncmp(said.line.text, "iface ", 6))
			fits = inherit_line(r, s, &said.line);
		found |= fits;
	}
	r->im->file = file;
	r->im->line = line;
	return found;
}

/* NAME [FAMILY METHOD] [inherits PARENT] */
static void begin_stanza(struct reader *r, struct stanza *s, char *value)
{
	char *rest, *name = strtok_r(value, " \t", &rest);
	char *word = strtok_r(NULL, " \t", &rest);
	const char *parent, *method;

	if (!name)
		return;
	copy(s->title, sizeof(s->title), name);
	/* A template may have a longer name than an interface. */
	if (strlen(name) < sizeof(s->name))
		copy(s->name, sizeof(s->name), name);
	s->line = r->im->line;
	if (word && strcmp(word, "inherits") != 0) {
		method = strtok_r(NULL, " \t", &rest);
		take_method(r, s, word, method ? method : "");
		word = strtok_r(NULL, " \t", &rest);
	}
	for (; word; word = strtok_r(NULL, " \t", &rest)) {
		parent = strtok_r(NULL, " \t", &rest);
		if (!strcmp(word, "inherits") && parent && inherit(r, s, parent))
			keep_name(&r->parents, &r->nparents, parent);
		else
			import_remark(r->im, s->name, "%s %s", word,
				      parent ? parent : "");
	}
}

static bool is_listed(char *const *list, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(list[i], name))
			return true;
	return false;
}

/* A parent is only a template unless it is started. */
static void drop_parents(struct reader *r)
{
	struct import_tunnel *t;
	size_t i;

	for (i = 0; i < r->nparents; i++) {
		if (is_listed(r->started, r->nstarted, r->parents[i]))
			continue;
		t = import_tunnel(r->im, r->parents[i]);
		if (t) {
			t->is_gre = false;
			t->makes_gre = false;
		}
	}
}

static void free_reader(struct reader *r)
{
	size_t i;

	for (i = 0; i < r->nsaid; i++)
		free(r->said[i].line.text);
	for (i = 0; i < r->nstarted; i++)
		free(r->started[i]);
	for (i = 0; i < r->nparents; i++)
		free(r->parents[i]);
	free(r->said);
	free(r->started);
	free(r->parents);
}

/* auto, allow-hotplug, mapping and the like, followed by names of interfaces. */
static void take_names(struct reader *r, const char *word, char *value)
{
	bool is_start = !strcmp(word, "auto") || !strncmp(word, "allow-", 6);
	char *rest, *name;

	for (name = strtok_r(value, " \t", &rest); name;
	     name = strtok_r(NULL, " \t", &rest))
		if (is_start)
			keep_name(&r->started, &r->nstarted, name);
		else if (strncmp(word, "no-", 3) != 0)
			import_remark(r->im, name, "%s %s", word, name);
}

static int read_file(struct reader *r, const char *path, int depth);

/* source PATTERN is relative to the file with the line. */
static int read_sources(struct reader *r, const char *path, const char *value,
			bool is_directory, int depth)
{
	char pattern[1024], *directory = memory_or_end(strdup(path));
	int status = STATUS_OK, err;
	glob_t found;
	size_t i;

	snprintf(pattern, sizeof(pattern), "%s%s%s%s",
		 value[0] == '/' ? "" : dirname(directory),
		 value[0] == '/' ? "" : "/", value, is_directory ? "/*" : "");
	free(directory);
	if (glob(pattern, 0, NULL, &found))
		return STATUS_OK;
	for (i = 0; i < found.gl_pathc; i++) {
		const char *name = strrchr(found.gl_pathv[i], '/') + 1;

		/* Skip backups and the like. */
		if (is_directory && name[strspn(name, RUN_PARTS)])
			continue;
		err = read_file(r, found.gl_pathv[i], depth + 1);
		status = status ? status : err;
	}
	globfree(&found);
	return status;
}

static int take_line(struct reader *r, struct stanza *s, const char *path,
		     char *line, int depth)
{
	struct import *im = r->im;
	const unsigned int number = im->line;
	const char *file = im->file;
	char *word, *value;
	bool is_directory;
	int status;

	word = line + strspn(line, " \t");
	if (!*word || *word == '#')
		return STATUS_OK;
	value = word + strcspn(word, " \t");
	if (*value)
		*value++ = '\0';
	value += strspn(value, " \t");
	is_directory = !strcmp(word, "source-directory");
	if (!strcmp(word, "iface")) {
		end_stanza(im, s);
		begin_stanza(r, s, value);
	} else if (is_directory || !strcmp(word, "source")) {
		end_stanza(im, s);
		status = read_sources(r, path, value, is_directory, depth);
		im->file = file;
		im->line = number;
		return status;
	} else if (!strcmp(word, "auto") || !strncmp(word, "allow-", 6) ||
		   !strcmp(word, "mapping") || !strcmp(word, "rename") ||
		   !strncmp(word, "no-", 3)) {
		end_stanza(im, s);
		take_names(r, word, value);
	} else if (s->title[0]) {
		keep_line(r, s, word, value);
		if (s->name[0])
			take_stanza_line(im, s, word, value);
	}
	return STATUS_OK;
}

/* Read a line, and join it with those that it continues with a backslash. */
static bool read_line(struct import *im, FILE *file, char **line, size_t *size,
		      char **more, size_t *room, unsigned int *next)
{
	ssize_t length = getline(line, size, file);
	char *joined;

	im->line = ++*next;
	while (length > 1 && (*line)[length - 1] == '\n' &&
	       (*line)[length - 2] == '\\') {
		(*line)[length - 2] = '\0';
		if (getline(more, room, file) < 0)
			break;
		++*next;
		length = asprintf(&joined, "%s%s", *line, *more);
		if (length < 0)
			return false;
		free(*line);
		*line = joined;
		*size = (size_t)length + 1;
	}
	if (length <= 0)
		return false;
	while (length && isspace((unsigned char)(*line)[length - 1]))
		(*line)[--length] = '\0';
	return true;
}

static int read_file(struct reader *r, const char *path, int depth)
{
	char *line = NULL, *more = NULL;
	size_t size = 0, room = 0;
	int status = STATUS_OK, err;
	struct stanza s = { 0 };
	struct import *im = r->im;
	unsigned int next = 0;
	FILE *file;

	if (depth > DEPTH_MAX)
		return refused("%s: files that include each other", path);
	file = fopen(path, "re");
	if (!file)
		return refused("%s: %s", path, strerror(errno));
	import_file(im, path);
	while (read_line(im, file, &line, &size, &more, &room, &next)) {
		err = take_line(r, &s, path, line, depth);
		status = status ? status : err;
	}
	end_stanza(im, &s);
	free(line);
	free(more);
	fclose(file);
	return status;
}

int import_ifupdown(struct import *im, const char *path)
{
	struct reader r = { .im = im };
	int status = read_file(&r, path, 0);

	drop_parents(&r);
	free_reader(&r);
	return status;
}
