// SPDX-License-Identifier: GPL-2.0
/* Tunnels of the kernel's own kinds. */
#include <linux/ip6_tunnel.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply/diff.h"
#include "import/import.h"
#include "lib/list.h"
#include "lib/report.h"
#include "netlink/error.h"
#include "netlink/tunnels.h"
#include "option/options.h"
#include "show/print.h"

struct reading {
	struct import *im;
	struct tunnels tunnels; /* of kinds that grex replaces */
};

/* The kernel creates these in every namespace, for packets of no other tunnel. */
static bool is_fallback(const struct tunnel *t)
{
	static const char *const names[] = { "gre0", "gretap0", "erspan0",
					     "ip6gre0", "ip6tnl0" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(t->config.name, names[i]))
			return !t->config.up;
	return false;
}

static int collect_link(const struct nlmsghdr *message, void *arg)
{
	static const char *const others[] = { "erspan", "ip6erspan" };
	struct reading *reading = arg;
	struct import_tunnel *other;
	struct tunnel t;
	size_t i;

	if (!link_read(message, &t))
		return -EBADMSG;
	if (is_fallback(&t))
		return 0;
	if (import_kind(t.kind) && !link_is_grex(&t))
		list_add(&reading->tunnels.list, &reading->tunnels.count, &t,
			 sizeof(t));
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(t.kind, others[i])) {
			import_create(reading->im, t.config.name, NULL);
			other = import_tunnel(reading->im, t.config.name);
			if (other)
				other->is_other = true;
			import_remark(reading->im, t.config.name,
				      "%s is of kind %s, which grex does not replace",
				      t.config.name, t.kind);
		}
	return 0;
}

struct taking {
	struct import *im;
	const char *name;
};

static void take_option(void *arg, bool come, const char *words)
{
	struct taking *taking = arg;

	import_option(taking->im, taking->name, "%s", words);
}

static void take_link(struct import *im, const struct tunnel *t)
{
	struct taking taking = { .im = im, .name = t->config.name };
	uint64_t fields = options_needed(&t->config);
	size_t i;

	if (t->config.mtu == diff_default_mtu(t))
		fields &= ~F_MTU;
	/* This is what ip(8) sends if nobody has chosen a limit. */
	if (t->config.encap_limit == IPV6_DEFAULT_TNL_ENCAP_LIMIT)
		fields &= ~F_ENCAP_LIMIT;
	/* The options say what the payload is. */
	import_create(im, t->config.name,
		      import_kind(config_family(&t->config) == AF_INET6
					  ? "ip6gre"
					  : "gre"));
	options_lines(NULL, &t->config, fields, take_option, &taking);
	if (t->has_more)
		import_remark(im, t->config.name,
			      "%s has an encapsulation of its own, is external, or copies the DSCP or the mark",
			      t->config.name);
	for (i = 0; i < t->unsupported.count; i++) {
		char *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		if (!out)
			break;
		route_print(out, &t->unsupported.list[i]);
		fclose(out);
		import_remark(im, t->config.name,
			      "%s, which has attributes that a file cannot express",
			      text + 1);
		free(text);
	}
}

int import_links(struct import *im, struct nl *nl)
{
	struct reading reading = { .im = im };
	struct nl_request request;
	int status = STATUS_OK;
	size_t i;
	int err;

	link_dump(&request, false);
	err = nl_dump(nl, &request, collect_link, &reading,
		      &reading.tunnels.count);
	if (err == -EINTR)
		report_partial("interfaces");
	else if (err)
		status = report_error(nl, &request, "links");
	if (!status)
		status = tunnels_fill(nl, &reading.tunnels);
	if (!status)
		status = tunnels_read_routes(nl, &reading.tunnels);
	for (i = 0; i < reading.tunnels.count && !status; i++)
		take_link(im, &reading.tunnels.list[i]);
	tunnels_free(&reading.tunnels);
	return status;
}
