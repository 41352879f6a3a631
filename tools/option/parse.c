// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/nearest.h"
#include "option/parse.h"

/* Where the text about an option begins. */
#define HELP_COLUMN 27

const char *interface_name_error(const char *name)
{
	const char *p;

	if (!*name)
		return "is empty";
	if (strlen(name) >= IFNAMSIZ)
		return "is longer than the 15 characters of an interface name";
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return "cannot be an interface name";
	/* ip(8) and shell scripts would take it for a flag. */
	if (*name == '-')
		return "cannot be an interface name: it begins with a dash";
	/* The kernel would replace it with a number. */
	if (strchr(name, '%'))
		return "cannot be an interface name: it has a percent sign";
	for (p = name; *p; p++)
		if (*p == '/' || *p == ':' || isspace((unsigned char)*p))
			return "cannot be an interface name: it has a slash, a "
			       "colon or white space";
	return NULL;
}

bool option_is_for(const struct option *option, enum options_use use)
{
	return !(option->file_only && use != OPTIONS_FILE) &&
	       !(option->add_only && use == OPTIONS_SET) &&
	       !(option->ip_has && use == OPTIONS_IP);
}

/* The text begins in the same column for all, below an option that is too long. */
static void help_option(FILE *out, const struct option *option,
			const char *text)
{
	const char *value = option_meant(option)->value;
	int length;

	length = fprintf(out, "  %s%s%s", option->name, value ? " " : "",
			 value ? value : "");
	if (length >= HELP_COLUMN) {
		putc('\n', out);
		length = 0;
	}
	fprintf(out, "%*s%s\n", HELP_COLUMN - length, "", text);
}

void options_help(FILE *out, enum options_use use)
{
	const bool of_file = use == OPTIONS_FILE;
	const struct option *option;

	fputs(of_file ? "\n" : "\nOptions:\n", out);
	for (option = option_table; option->name; option++)
		if (option->help && option_is_for(option, use) &&
		    option->file_only == of_file)
			help_option(out, option, option->help);
	if (of_file)
		return;
	fputs("\nNames of ip-link(8) for the same options:\n", out);
	for (option = option_table; option->name; option++)
		if (option->alias_of)
			help_option(out, option, option->alias_of);
}

static const char *help_of(enum options_use use)
{
	return use == OPTIONS_IP ? "ip link help grex" : "gretool help add";
}

static int unknown_option(const struct position *at, const char *text,
			  enum options_use use)
{
	const char *meant =
		nearest(text, &option_table->name, sizeof(*option_table));

	if (meant)
		return usage_about(at,
				   "\"%s\" is not an option, did you mean \"%s\"?",
				   text, meant);
	return usage_about(at, "\"%s\" is not an option, see \"%s\"", text,
			   help_of(use));
}

static int unfit_option(const struct position *at, const struct option *option,
			enum options_use use)
{
	if (use == OPTIONS_IP && option->ip_has)
		return usage_about(at,
				   "%s: ip has a word of its own, expected %s",
				   option->name, option->ip_has);
	if (option->file_only)
		return usage_about(at,
				   "%s: only in a file of \"gretool apply\", see "
				   "\"gretool help apply\"",
				   option->name);
	return usage_about(at,
			   "%s: cannot be changed, only given when the tunnel is "
			   "added",
			   option->name);
}

/* The option that has set a field, and the number of its word. */
struct setter {
	const struct option *option;
	size_t number;
};

/* A field can be set only once, be it by the same or by another option. */
static int check_once(const struct config *c, const struct option *option,
		      size_t number, struct setter setters[F_BITS])
{
	const struct position *at = source_word(&c->source, number);
	const struct option *meant = option_meant(option);
	unsigned int i;

	if (meant->repeats)
		return STATUS_OK;
	for (i = 0; i < F_BITS; i++) {
		if (!(meant->fields & F_BIT(i)) || !setters[i].option)
			continue;
		if (setters[i].option == option)
			return usage_about(at, "%s: given twice, expected once",
					   option->name);
		return usage_about(at,
				   "%s: cannot be combined with \"%s\": both say the "
				   "same thing, expected one of them",
				   option->name, setters[i].option->name);
	}
	for (i = 0; i < F_BITS; i++)
		if (meant->fields & F_BIT(i))
			setters[i] = (struct setter){ option, number };
	return STATUS_OK;
}

/* Returns the position of the option that has set the field. */
static const struct position *setter_at(const struct config *c,
					const struct setter setters[F_BITS],
					uint64_t field)
{
	return source_word(&c->source, setters[__builtin_ctzll(field)].number);
}

/* Returns the first entry that is the same as one before it, or NULL. */
static const struct entry *find_twice(const struct entries *entries,
				      entry_same_fn *same)
{
	struct entries before = { .list = entries->list };

	for (; before.count < entries->count; before.count++)
		if (entries_find(&before, &entries->list[before.count], same))
			return &entries->list[before.count];
	return NULL;
}

static int check_addresses(const struct config *c)
{
	const struct entry *a = find_twice(&c->addrs, entry_equal);
	char text[INET6_ADDRSTRLEN];

	if (!a)
		return STATUS_OK;
	return usage_about(source_word(&c->source, a->word),
			   "addr: \"%s/%u\" is given twice, expected once",
			   ip_text(&a->local, text), a->prefix);
}

static int check_ipv6(const struct config *c,
		      const struct setter setters[F_BITS])
{
	if (!(c->given & F_MTU) || !config_starves_ipv6(c))
		return STATUS_OK;
	return usage_about(setter_at(c, setters, F_MTU),
			   "mtu: \"%u\" leaves no room for IPv6, expected %u or more",
			   c->mtu, IPV6_MTU_MIN);
}

static int check_routes(const struct config *c)
{
	const struct entry *r = find_twice(&c->routes, entry_same_place);
	char text[INET6_ADDRSTRLEN];

	if (r)
		return usage_about(source_word(&c->source, r->word),
				   "route: \"%s/%u\" is given twice, expected "
				   "another metric or table",
				   ip_text(&r->to, text), r->prefix);
	/* With "down", routes wait until the interface is up. */
	if (!c->routes.count || c->given & F_UP)
		return STATUS_OK;
	return usage_about(source_word(&c->source, c->routes.list[0].word),
			   "route: needs \"up\", or \"down\" to wait: an interface "
			   "that is down has no routes");
}

/* What can be wrong with a field that others do not fit, see misfits(). */
static const struct {
	uint64_t field;
	const char *text;
} misfit_texts[] = {
	{ F_IGNORE_DF,
	  "ignore-df: needs \"nopmtudisc\", the two are \"df clear\"" },
	{ F_ICMP_SOURCE,
	  "icmp-source: \"hop\" cannot be combined with \"icmp-relay off\", "
	  "which relays nothing: expected one of them" },
	{ F_KEEPALIVE, "keepalive: needs a peer to ask, expected a \"remote\" "
		       "that is not \"any\"" },
	{ F_KEEPALIVE_SECRET, "keepalive-secret: needs a peer that knows it, "
			      "expected a \"remote\" that is not \"any\"" },
	{ F_MTU_PROBE, "mtu-probe: needs a peer to ask, expected a \"remote\" "
		       "that is not \"any\"" },
	{ F_MTU, "mtu: auto needs a path to follow, expected a \"remote\" "
		 "that is not \"any\"" },
};

/* Return what is wrong with the families of the outer addresses, or NULL. */
static const char *mixed_families(const struct config *c)
{
	if (!c->over_ipv6)
		return NULL;
	if (c->local.family == AF_INET)
		return "local: is IPv4, but remote is IPv6: expected "
		       "addresses of one family";
	if (c->remote.family == AF_INET)
		return "local: is IPv6, but remote is IPv4: expected "
		       "addresses of one family";
	return NULL;
}

static uint64_t misfits(const struct config *c)
{
	uint64_t fields = 0;

	if (c->ignore_df && !(c->given & F_PMTUDISC && !c->pmtudisc))
		fields |= F_IGNORE_DF;
	if (c->given & F_ICMP_RELAY && !c->icmp_relay &&
	    c->icmp_source == GREX_ICMP_SOURCE_HOP)
		fields |= F_ICMP_SOURCE;
	if (c->given & F_REMOTE && !c->remote.family) {
		fields |= c->keepalive_interval ? F_KEEPALIVE : 0;
		fields |= c->keepalive_secret.is_set ? F_KEEPALIVE_SECRET : 0;
		fields |= c->mtu_probe ? F_MTU_PROBE : 0;
		fields |= c->mtu_auto ? F_MTU : 0;
	}
	return fields & c->given;
}

/* Check what no single option can see. */
static int check_whole(struct config *c, enum options_use use,
		       const struct setter setters[F_BITS])
{
	const struct position *at = source_word(&c->source, 0);
	const uint64_t wrong = misfits(c);
	size_t i;

	if ((use == OPTIONS_ADD || use == OPTIONS_FILE) &&
	    !(c->given & F_REMOTE))
		return usage_about(at,
				   "remote: missing, expected \"remote ADDRESS\" or "
				   "\"remote any\"");
	if (use == OPTIONS_SET && !c->given)
		return usage_about(at,
				   "%s: nothing to change, expected an option, see "
				   "\"gretool help set\"",
				   c->name);
	if (c->given & F_DEV && c->dev[0] && !strcmp(c->dev, c->name))
		return usage_about(setter_at(c, setters, F_DEV),
				   "dev: \"%s\" is the tunnel itself, expected an "
				   "interface that its outer packets leave by",
				   c->dev);
	if (mixed_families(c))
		return usage_about(setter_at(c, setters, F_LOCAL), "%s",
				   mixed_families(c));
	for (i = 0; i < sizeof(misfit_texts) / sizeof(misfit_texts[0]); i++)
		if (wrong & misfit_texts[i].field)
			return usage_about(setter_at(c, setters,
						     misfit_texts[i].field),
					   "%s", misfit_texts[i].text);
	/* This is the default of the kernel, and is not sent. */
	if (!(c->given & F_MTU_PROBE))
		c->mtu_probe = config_default_probe(c);
	if (!(c->given & F_MULTICAST))
		c->multicast = config_default_multicast(c);
	/* "pmtudisc" and "nopmtudisc" set both bits. */
	if (c->given & F_PMTUDISC)
		c->given |= F_DF;
	return check_addresses(c) ?: check_routes(c) ?: check_ipv6(c, setters);
}

/* Join the values that follow. Returns how many there are. */
static int take_optional(const struct option *option, int argc, char **argv,
			 char *text, size_t size)
{
	size_t used = 0;
	int i;

	text[0] = '\0';
	for (i = 0; i < argc && i < (int)option->optional; i++) {
		if (!isdigit((unsigned char)argv[i][0]) &&
		    strcmp(argv[i], "off") != 0)
			break;
		used += (size_t)snprintf(text + used, size - used, "%s%s",
					 i ? " " : "", argv[i]);
		/* This is too long for any valid value. Cut it, so that it stays invalid. */
		if (used >= size) {
			memcpy(text + size - 4, "...", 4);
			used = size - 1;
		}
	}
	return i;
}

/* Remember the word of an address or route for messages. */
static void note_word(struct config *c, const struct option *option,
		      size_t number)
{
	const struct entries *entries = option_member(option, c);

	if (option->type == &option_entries)
		entries->list[entries->count - 1].word = number;
}

/*
 * Parse one option with its value, which are *used arguments. @number: that of its
 * word.
 */
static int parse_option(struct config *c, enum options_use use,
			struct setter setters[F_BITS], size_t number, int argc,
			char **argv, int *used)
{
	const struct position *at = source_word(&c->source, number);
	const struct option *option = option_find(argv[0]), *meant;
	const char *wrong, *value = NULL;
	char optional[64];
	option_parse_fn *parse;
	int err;

	if (!option)
		return unknown_option(at, argv[0], use);
	if (!option_is_for(option, use))
		return unfit_option(at, option, use);
	meant = option_meant(option);
	*used = 1;
	if (meant->optional) {
		*used += take_optional(meant, argc - 1, argv + 1, optional,
				       sizeof(optional));
		value = optional[0] ? optional : NULL;
	} else if (meant->value) {
		if (argc == 1)
			return usage_about(at,
					   "%s: the value is missing, expected %s",
					   option->name, meant->expected);
		value = argv[(*used)++];
	}
	err = check_once(c, option, number, setters);
	if (err)
		return err;
	/* Let messages point at the value, or at the first of several. */
	if (value)
		at = source_word(&c->source, number + 1);
	parse = meant->parse ?: meant->type->parse;
	if (use == OPTIONS_IP && meant->parse_ip)
		parse = meant->parse_ip;
	wrong = parse(meant, c, value);
	if (wrong && meant->is_secret)
		return usage_about(at, "%s: the value is not %s", option->name,
				   meant->expected);
	if (wrong && !*wrong)
		return usage_about(at, "%s: \"%s\" is not %s", option->name,
				   value, meant->expected);
	if (wrong)
		return usage_about(at, "%s: \"%s\" %s", option->name, value,
				   wrong);
	note_word(c, meant, number);
	c->given |= meant->fields;
	return STATUS_OK;
}

/* ip(8) has "route ... dev gre1", but here "dev" is the underlay's interface. */
static int check_route_dev(const struct position *at, const char *before,
			   const char *name)
{
	const struct option *option = option_find(before);

	if (!option || !option->file_only || strcmp(name, "dev") != 0)
		return STATUS_OK;
	return usage_about(at,
			   "route: \"dev\" is not part of a route, which leads into "
			   "the tunnel; expected \"dev\" before it, if it is for the "
			   "outer packets");
}

/* Parse the arguments from the first on. */
static int parse_options(struct config *c, enum options_use use, int first,
			 int argc, char **argv)
{
	struct setter setters[F_BITS] = { 0 };
	int i, used = 0, err;

	for (i = first; i < argc; i += used) {
		err = used ? check_route_dev(source_word(&c->source, (size_t)i),
					     argv[i - used], argv[i])
			   : STATUS_OK;
		if (err)
			return err;
		err = parse_option(c, use, setters, (size_t)i, argc - i,
				   argv + i, &used);
		if (err)
			return err;
	}
	return check_whole(c, use, setters);
}

int options_parse(struct config *c, enum options_use use, int argc, char **argv,
		  const struct source *source)
{
	const struct position *at = source_word(source, 0);
	const char *wrong;

	config_init(c);
	if (source)
		c->source = *source;
	if (use == OPTIONS_IP)
		return parse_options(c, use, 0, argc, argv);
	if (!argc)
		return usage_about(at,
				   "the name of the tunnel is missing, expected NAME "
				   "OPTION...");
	wrong = interface_name_error(argv[0]);
	if (wrong)
		return usage_about(at, "name: \"%s\" %s", argv[0], wrong);
	if (use == OPTIONS_ADD && option_find(argv[0]))
		return usage_about(at,
				   "name: \"%s\" is an option, expected the name of "
				   "the tunnel before all options",
				   argv[0]);
	snprintf(c->name, sizeof(c->name), "%s", argv[0]);
	return parse_options(c, use, 1, argc, argv);
}
