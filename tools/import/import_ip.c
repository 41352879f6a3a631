// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "import/import.h"
#include "option/parse.h"

/* ip(8) accepts any abbreviation of its words. */
static bool is_word(const char *text, const char *word)
{
	return *text && !strncmp(text, word, strlen(text));
}

static bool is_one_of(const char *text, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(text, *list))
			return true;
	return false;
}

static const struct option *find_option(const char *name)
{
	const struct option *option = option_find(name);

	return option && !option->file_only ? option_meant(option) : NULL;
}

/*
 * ip(8) reads the number of a TOS as hexadecimal, with or without 0x. Its lowest bit
 * means the same as "inherit/", which "ip tunnel" accepts.
 */
static void take_tos(struct import *im, const char *name, const char *value)
{
	bool inherits = !strncmp(value, "inherit/", 8);
	const char *tos = inherits ? value + 8 : value;
	unsigned long number;
	char *end;

	number = strtoul(tos, &end, 16);
	/* ip(8) looks for names first, which are in capitals. */
	if (!strcmp(tos, "EF") || !isxdigit((unsigned char)*tos) || *end ||
	    number > 255)
		import_option(im, name, "tos %s", value);
	else if (number <= 1 && (inherits || number))
		import_option(im, name, "tos inherit");
	else
		import_option(im, name, "tos %s0x%02lx",
			      inherits || number & 1 ? "inherit/" : "",
			      number & ~1UL);
}

/* A number that begins with 0 is octal for ip(8), but decimal for gretool. */
static void take_number(struct import *im, const char *name, const char *word,
			const char *value)
{
	if (value[0] == '0' && value[1] && !value[strspn(value, "01234567")])
		import_option(im, name, "%s %lu", word,
			      strtoul(value, NULL, 8));
	else
		import_option(im, name, "%s %s", word, value);
}

/* ip(8) reads it as hexadecimal, and 0 is its default. */
static void take_flowlabel(struct import *im, const char *name,
			   const char *value)
{
	char *end;
	unsigned long label = strtoul(value, &end, 16);

	if (!isxdigit((unsigned char)*value) || *end)
		import_option(im, name, "flowlabel %s", value);
	else if (label)
		import_option(im, name, "flowlabel 0x%lx", label);
}

static void take_option(struct import *im, const char *name, const char *word,
			const char *value)
{
	static const char *const ttl[] = { "ttl", "hoplimit", "hlim", NULL };
	static const char *const tos[] = { "tos", "dsfield", "tclass", NULL };
	static const char *const numbers[] = { "key",	 "ikey",       "okey",
					       "fwmark", "encaplimit", NULL };

	/* The encapsulation limit of ip(8) is 4 if none is given. Nobody has chosen that, and many
	 * networks drop packets that have one, so it is not taken over.
	 *
	 * The TTL 0 of ip(8) means that the TTL is inherited.
	 */
	if (is_one_of(word, ttl) && !value[strspn(value, "0")])
		import_option(im, name, "ttl inherit");
	else if (is_one_of(word, ttl))
		take_number(im, name, "ttl", value);
	else if (is_one_of(word, tos))
		take_tos(im, name, value);
	else if (!strcmp(word, "flowlabel"))
		take_flowlabel(im, name, value);
	else if (is_one_of(word, numbers))
		take_number(im, name, word, value);
	else
		import_option(im, name, "%s%s%s", word, value ? " " : "",
			      value ? value : "");
}

/* Read the options of a GRE tunnel, up to the end of the line. */
static void take_options(struct import *im, const char *name, int argc,
			 char **argv)
{
	const struct option *option;
	int i;

	for (i = 0; i < argc; i++) {
		option = find_option(argv[i]);
		if (!strcmp(argv[i], "hlim"))
			option = find_option("ttl");
		if (!option || (option->value && i + 1 == argc)) {
			import_remark(im, name, "%s%s%s", argv[i],
				      i + 1 < argc ? " " : "",
				      i + 1 < argc ? argv[i + 1] : "");
			/* A word that is not an option is probably its value. */
			if (i + 1 < argc && !find_option(argv[i + 1]))
				i++;
			continue;
		}
		take_option(im, name, argv[i],
			    option->value ? argv[i + 1] : NULL);
		i += !!option->value;
	}
}

static bool take_tunnel(struct import *im, int argc, char **argv)
{
	const char *name = NULL, *mode = NULL;
	const struct import_kind *kind;
	char *rest[64];
	int i, n = 0;

	for (i = 0; i < argc && n < 62; i++) {
		if (!strcmp(argv[i], "mode") && i + 1 < argc) {
			mode = argv[++i];
		} else if (!strcmp(argv[i], "name") && i + 1 < argc) {
			name = argv[++i];
		} else if (!name && !find_option(argv[i])) {
			name = argv[i];
		} else {
			const struct option *option = find_option(argv[i]);

			rest[n++] = argv[i];
			if (option && option->value && i + 1 < argc)
				rest[n++] = argv[++i];
		}
	}
	kind = mode ? import_kind(mode) : NULL;
	if (!name || !kind)
		return false;
	import_create(im, name, kind);
	import_defaults(im, name);
	take_options(im, name, n, rest);
	return true;
}

static bool take_link_add(struct import *im, int argc, char **argv)
{
	const char *name = NULL, *mtu = NULL;
	const struct import_kind *kind;
	int i;

	for (i = 0; i < argc && strcmp(argv[i], "type") != 0; i++) {
		if (i + 1 < argc && !strcmp(argv[i], "mtu"))
			mtu = argv[++i];
		else if (i + 1 < argc &&
			 (!strcmp(argv[i], "name") || !strcmp(argv[i], "dev")))
			name = argv[++i];
		else if (!name)
			name = argv[i];
	}
	kind = i + 1 < argc ? import_kind(argv[i + 1]) : NULL;
	if (!name || !kind)
		return false;
	import_create(im, name, kind);
	import_defaults(im, name);
	if (mtu)
		import_option(im, name, "mtu %s", mtu);
	take_options(im, name, argc - i - 2, argv + i + 2);
	return true;
}

static const char *value_of(int argc, char **argv, const char *word)
{
	int i;

	for (i = 0; i + 1 < argc; i++)
		if (!strcmp(argv[i], word))
			return argv[i + 1];
	return NULL;
}

/* Find a word that is not in the list of words with a value. */
static const char *unknown_word(int argc, char **argv, const char *const *list)
{
	int i;

	for (i = 0; i < argc; i += 2)
		if (!is_one_of(argv[i], list))
			return argv[i];
	return NULL;
}

static bool take_link_set(struct import *im, int argc, char **argv)
{
	static const char *const flags[] = { "up", "down", NULL };
	static const char *const values[] = { "mtu", "multicast", "dev", NULL };
	const char *name = value_of(argc, argv, "dev");
	int i;

	if (!name && argc) {
		name = argv[0];
		argc--;
		argv++;
	}
	if (!name)
		return false;
	for (i = 0; i < argc; i++) {
		if (is_one_of(argv[i], flags)) {
			if (!strcmp(argv[i], "up"))
				import_option(im, name, "up");
		} else if (is_one_of(argv[i], values) && i + 1 < argc) {
			if (strcmp(argv[i], "dev") != 0)
				import_option(im, name, "%s %s", argv[i],
					      argv[i + 1]);
			i++;
		} else {
			/* A word that is not an option is probably its value. */
			import_remark(im, name, "ip link set %s%s%s", argv[i],
				      i + 1 < argc ? " " : "",
				      i + 1 < argc ? argv[i + 1] : "");
			if (i + 1 < argc && !is_one_of(argv[i + 1], flags) &&
			    !is_one_of(argv[i + 1], values))
				i++;
		}
	}
	return true;
}

static bool take_address(struct import *im, const char *iface, int argc,
			 char **argv)
{
	static const char *const known[] = { "dev", "peer", "local", NULL };
	const char *name = value_of(argc, argv, "dev");
	const char *peer = value_of(argc, argv, "peer");
	const char *local = value_of(argc, argv, "local");
	const char *unknown;

	if (argc && !is_one_of(argv[0], known)) {
		local = argv[0];
		argc--;
		argv++;
	}
	name = name ? name : iface;
	if (!local)
		return false;
	import_option(im, name, "addr %s%s%s", local, peer ? " peer " : "",
		      peer ? peer : "");
	unknown = unknown_word(argc, argv, known);
	if (unknown)
		import_remark(im, name, "\"%s\" of the address %s", unknown,
			      local);
	return true;
}

static bool take_route(struct import *im, const char *iface, bool is_ipv6,
		       int argc, char **argv)
{
	static const char *const known[] = { "dev",   "via",	  "metric",
					     "table", "proto",	  "protocol",
					     "scope", "priority", "preference",
					     NULL };
	const char *name = value_of(argc, argv, "dev");
	const char *via = value_of(argc, argv, "via");
	const char *metric = value_of(argc, argv, "metric");
	const char *table = value_of(argc, argv, "table");
	const char *to, *unknown;

	if (!argc)
		return false;
	name = name ? name : iface;
	to = argv[0];
	if (!strcmp(to, "default") && (is_ipv6 || (via && strchr(via, ':'))))
		to = "::/0";
	unknown = unknown_word(argc - 1, argv + 1, known);
	if (unknown) {
		import_remark(im, name, "route %s, which has \"%s\"", to,
			      unknown);
		return true;
	}
	import_option(im, name, "route %s%s%s%s%s%s%s", to, via ? " via " : "",
		      via ? via : "", metric ? " metric " : "",
		      metric ? metric : "", table ? " table " : "",
		      table ? table : "");
	return true;
}

bool import_ip(struct import *im, const char *iface, int argc, char **argv)
{
	bool is_ipv6 = false;
	const char *object, *verb;

	for (; argc && argv[0][0] == '-'; argc--, argv++) {
		if (!strcmp(argv[0], "-6"))
			is_ipv6 = true;
		else if (strcmp(argv[0], "-4") != 0)
			return false;
	}
	if (argc < 2)
		return false;
	object = argv[0];
	verb = argv[1];
	argc -= 2;
	argv += 2;
	/* The tunnel is deleted with its addresses and routes. */
	if (is_word(verb, "delete"))
		return is_word(object, "tunnel") || is_word(object, "link") ||
		       is_word(object, "address") || is_word(object, "route");
	if (is_word(object, "address"))
		return (is_word(verb, "add") || is_word(verb, "replace")) &&
		       take_address(im, iface, argc, argv);
	if (is_word(object, "route"))
		return (is_word(verb, "add") || is_word(verb, "replace")) &&
		       take_route(im, iface, is_ipv6, argc, argv);
	if (is_word(object, "link") && is_word(verb, "add"))
		return take_link_add(im, argc, argv);
	if (is_word(object, "link") && is_word(verb, "set"))
		return take_link_set(im, argc, argv);
	return is_word(object, "tunnel") && is_word(verb, "add") &&
	       take_tunnel(im, argc, argv);
}
