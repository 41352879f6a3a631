// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/list.h"
#include "netlink/addr.h"
#include "netlink/error.h"
#include "netlink/resolve.h"
#include "netlink/route.h"
#include "netlink/tunnels.h"

static int find(struct nl *nl, struct nl_request *request, const char *name,
		struct tunnel *t)
{
	memset(t, 0, sizeof(*t));
	if (link_talk(nl, request, t)) {
		if (nl->error.code == ENODEV)
			return refused("%s: there is no such interface", name);
		return report_error(nl, request, name);
	}
	if (link_is_grex(t))
		return STATUS_OK;
	if (link_is_gre(t))
		return refused("%s: does not belong to grex", t->config.name);
	if (t->kind[0])
		return refused("%s: is of kind \"%s\", not a grex tunnel",
			       t->config.name, t->kind);
	return refused("%s: is not a grex tunnel", t->config.name);
}

int tunnels_find(struct nl *nl, const char *name, struct tunnel *t)
{
	struct nl_request request;

	link_get(&request, -1, name, 0);
	return find(nl, &request, name, t);
}

int tunnels_find_index(struct nl *nl, int ifindex, struct tunnel *t)
{
	struct nl_request request;
	char name[16];

	snprintf(name, sizeof(name), "%d", ifindex);
	link_get(&request, -1, NULL, (uint32_t)ifindex);
	return find(nl, &request, name, t);
}

static void tunnel_free(struct tunnel *t)
{
	config_free(&t->config);
	free(t->unsupported.list);
	t->unsupported = (struct entries){ 0 };
}

void tunnels_free(struct tunnels *tunnels)
{
	size_t i;

	for (i = 0; i < tunnels->count; i++)
		tunnel_free(&tunnels->list[i]);
	free(tunnels->list);
	tunnels->list = NULL;
	tunnels->count = 0;
}

static int collect_tunnel(const struct nlmsghdr *message, void *arg)
{
	struct tunnels *tunnels = arg;
	struct tunnel t;

	if (!link_read(message, &t))
		return -EBADMSG;
	if (link_is_grex(&t))
		list_add(&tunnels->list, &tunnels->count, &t, sizeof(t));
	return 0;
}

/* Sort by age. Not every kernel dumps interfaces in this order. */
static int compare_tunnels(const void *left, const void *right)
{
	const struct tunnel *a = left, *b = right;

	return a->ifindex < b->ifindex ? -1 : a->ifindex > b->ifindex;
}

static void note_partial(struct tunnels *tunnels, const char *what)
{
	report_partial(what);
	tunnels->is_partial = true;
}

int tunnels_dump(struct nl *nl, bool stats, struct tunnels *tunnels)
{
	struct nl_request request;
	int err;

	memset(tunnels, 0, sizeof(*tunnels));
	link_dump(&request, stats);
	err = nl_dump(nl, &request, collect_tunnel, tunnels, &tunnels->count);
	if (err == -EINTR)
		note_partial(tunnels, "tunnels");
	else if (err)
		return report_error(nl, &request, "tunnels");
	if (tunnels->count)
		qsort(tunnels->list, tunnels->count, sizeof(*tunnels->list),
		      compare_tunnels);
	return STATUS_OK;
}

static int collect_address(const struct nlmsghdr *message, void *arg)
{
	struct entries *addresses = arg;
	struct entry a;

	enum addr_read kind = addr_read(message, &a);

	if (kind == ADDR_CONFIGURED)
		entries_add(addresses, &a);
	return kind == ADDR_MALFORMED ? -EBADMSG : 0;
}

static struct tunnel *find_tunnel(const struct tunnels *tunnels, int ifindex)
{
	const struct tunnel key = { .ifindex = ifindex };

	if (!tunnels->count)
		return NULL;
	return bsearch(&key, tunnels->list, tunnels->count,
		       sizeof(*tunnels->list), compare_tunnels);
}

/* only: the index of the tunnel if there is a single one, or 0. */
static int read_addresses(struct nl *nl, struct tunnels *tunnels, int only)
{
	struct entries addresses = { 0 };
	struct nl_request request;
	struct tunnel *t;
	int status = STATUS_OK;
	size_t i;
	int err;

	/* Not every kernel selects the addresses. */
	addr_dump(&request, only);
	err = nl_dump(nl, &request, collect_address, &addresses,
		      &addresses.count);
	if (err == -EINTR)
		note_partial(tunnels, "addresses");
	else if (err)
		status = report_error(nl, &request, "addresses");
	for (i = 0; i < addresses.count && !status; i++) {
		t = find_tunnel(tunnels, addresses.list[i].ifindex);
		if (t)
			config_add_address(&t->config, &addresses.list[i]);
	}
	free(addresses.list);
	return status;
}

int tunnels_read(struct nl *nl, const char *name, bool stats,
		 struct tunnels *tunnels)
{
	int status;

	memset(tunnels, 0, sizeof(*tunnels));
	if (name) {
		tunnels->list =
			memory_or_end(calloc(1, sizeof(*tunnels->list)));
		status = tunnels_find(nl, name, &tunnels->list[0]);
		tunnels->count = 1;
	} else {
		status = tunnels_dump(nl, stats, tunnels);
	}
	return status ? status : tunnels_fill(nl, tunnels);
}

int tunnels_fill(struct nl *nl, struct tunnels *tunnels)
{
	size_t i;

	if (!tunnels->count)
		return STATUS_OK;
	qsort(tunnels->list, tunnels->count, sizeof(*tunnels->list),
	      compare_tunnels);
	for (i = 0; i < tunnels->count; i++)
		resolve_names(nl, &tunnels->list[i].config);
	return read_addresses(nl, tunnels,
			      tunnels->count == 1 ? tunnels->list[0].ifindex
						  : 0);
}

static void take_route(struct tunnel *t, const struct route *r)
{
	if (r->is_unsupported)
		entries_add(&t->unsupported, &r->config);
	else
		config_add_route(&t->config, &r->config);
}

int tunnels_read_routes(struct nl *nl, struct tunnels *tunnels)
{
	int only = tunnels->count == 1 ? tunnels->list[0].ifindex : 0;
	struct static_routes routes;
	int status = STATUS_OK;
	struct tunnel *t;
	size_t i;
	int err;

	err = static_routes_read(nl, only, &routes);
	if (err == -EINTR)
		note_partial(tunnels, "routes");
	else if (err)
		status = refused("routes: %s", strerror(-err));
	for (i = 0; i < routes.count && !status; i++) {
		t = find_tunnel(tunnels, routes.list[i].oif);
		if (t)
			take_route(t, &routes.list[i]);
	}
	free(routes.list);
	return status;
}
