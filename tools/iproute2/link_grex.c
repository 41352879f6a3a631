// SPDX-License-Identifier: GPL-2.0
/*
 * The plugin of ip(8), link_grex.so: "ip link add NAME type grex ...". The words,
 * the attributes and what is printed are gretool's.
 */
#include <stdlib.h>
#include <string.h>

#include "iproute2/iproute2.h"
#include "lib/report.h"
#include "netlink/link.h"
#include "netlink/resolve.h"
#include "netlink/tunnels.h"
#include "option/options.h"
#include "option/parse.h"
#include "show/print.h"

/* Options that are printed even if they are what a new tunnel has. */
#define ALWAYS (F_LOCAL | F_REMOTE | F_TTL)
/* ip prints the rest itself: NAME@DEV, mtu, link-netnsid, flags, addresses. */
#define FROM_IP_ITSELF (F_DEV | F_MTU | F_LINK)

static struct nl nl;

static bool wants_json(void)
{
	return is_json_context && is_json_context();
}

/* Debian's ip has them all from 5.10 to 6.15, at least. */
static bool can_json(void)
{
	return get_json_writer && jsonw_name && jsonw_start_object &&
	       jsonw_end_object && jsonw_start_array && jsonw_end_array &&
	       jsonw_string && jsonw_u64 && jsonw_bool && jsonw_null;
}

static void help(FILE *out)
{
	fputs("Usage: ip link add NAME [mtu BYTES] type grex [OPTION]...\n"
	      "       ip link set NAME type grex OPTION...\n"
	      "The type grextap carries Ethernet.\n",
	      out);
	options_help(out, OPTIONS_IP);
}

/* What is in the request so far: the name, the underlay; and what is there. */
static int parse_set(struct nlmsghdr *request, struct config *c, int argc,
		     char **argv)
{
	struct ifinfomsg *ifm = mnl_nlmsg_get_payload(request);
	struct tunnel tunnel;
	int status;

	status = options_parse(c, OPTIONS_IP, argc, argv, NULL);
	if (!status)
		status = tunnels_find_index(&nl, ifm->ifi_index, &tunnel);
	if (!status)
		status = resolve_numbers(&nl, c, &tunnel.config, NULL);
	if (status)
		return status;
	/* Key, checksum and sequence share an attribute: keep the others. */
	config_overlay(&tunnel.config, c);
	link_put_flags(ifm, c, c->given);
	options_put(request, &tunnel.config, c->given);
	return STATUS_OK;
}

static int parse_add(struct nlmsghdr *request, struct config *c, int argc,
		     char **argv)
{
	struct tunnel begun;
	int status;

	status = options_parse(c, OPTIONS_IP, argc, argv, NULL);
	if (status)
		return status;
	/* The namespace of the underlay, if ip was told one. */
	if (!link_read(request, &begun))
		begun.config.given = 0;
	status = resolve_numbers(&nl, c, &begun.config, NULL);
	if (status)
		return status;
	link_put_flags(mnl_nlmsg_get_payload(request), c, c->given);
	options_put(request, c, c->given);
	return STATUS_OK;
}

static int parse_opt(struct link_util *util, int argc, char **argv,
		     struct nlmsghdr *request)
{
	struct config c;
	int status;

	report_origin.program = "ip";
	report_origin.command = util->id;
	if (!strcmp(argv[0], "help")) {
		help(stderr);
		return -1;
	}
	if (request->nlmsg_flags & NLM_F_CREATE)
		status = parse_add(request, &c, argc, argv);
	else
		status = parse_set(request, &c, argc, argv);
	config_free(&c);
	return status ? -1 : 0;
}

/* Print into memory, since the lines of ip are not ours. */
static FILE *text_begin(char **text, size_t *size)
{
	*text = NULL;
	return open_memstream(text, size);
}

static void print_opt(struct link_util *util, FILE *out, struct rtattr *attrs[])
{
	struct json json = { 0 };
	struct config c;
	char *text;
	size_t size;
	FILE *line;
	int i;

	if (!attrs)
		return;
	config_init(&c);
	for (i = 1; i <= IFLA_GREX_MAX; i++)
		if (attrs[i] &&
		    !options_read((const struct nlattr *)attrs[i], &c))
			return;
	if (wants_json()) {
		if (can_json())
			options_json(&json, &c, ~FROM_IP_ITSELF | F_MTU);
		return;
	}
	line = text_begin(&text, &size);
	if (!line)
		return;
	options_print(line, &c,
		      ((options_needed(&c) | ALWAYS) & ~FROM_IP_ITSELF) |
			      (c.mtu_auto ? F_MTU : 0));
	fclose(line);
	/* It begins with a space, and ip wants one at the end. */
	fprintf(out, "%s ", text + 1);
	free(text);
}

static void print_xstats_of(struct link_util *util, FILE *out,
			    struct rtattr *xstats)
{
	const char *end = &_SL_ ? _SL_ : "\n";
	struct json json = { 0 };
	struct tunnel t = { 0 };
	char *text, *line, *rest;
	size_t size;
	FILE *lines;

	if (!link_read_xstats((const struct nlattr *)xstats, &t))
		return;
	if (wants_json()) {
		if (can_json())
			print_json_xstats(&json, &t);
		return;
	}
	lines = text_begin(&text, &size);
	if (!lines)
		return;
	print_xstats(lines, &t, &show_stats && show_stats > 1);
	fclose(lines);
	for (line = strtok_r(text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		fprintf(out, "%s%s", end, line);
	/* What ip goes on with is about the device again. */
	fprintf(out, "%s    ", end);
	free(text);
}

static void print_help(struct link_util *util, int argc, char **argv, FILE *out)
{
	help(out);
}

#define LINK_UTIL(kind)                                                       \
	{                                                                     \
		.id = kind, .maxattr = IFLA_GREX_MAX, .parse_opt = parse_opt, \
		.print_opt = print_opt, .print_xstats = print_xstats_of,      \
		.print_help = print_help                                      \
	}

extern struct link_util grex_link_util __attribute__((visibility("default"))),
	grextap_link_util __attribute__((visibility("default")));

struct link_util grex_link_util = LINK_UTIL(GREX_KIND);
struct link_util grextap_link_util = LINK_UTIL(GREX_KIND_TAP);
