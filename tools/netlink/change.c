// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "netlink/addr.h"
#include "netlink/change.h"
#include "netlink/error.h"
#include "netlink/kmod.h"

int change_link(struct nl *nl, int ifindex, const struct config *c,
		uint64_t fields)
{
	struct nl_request request;

	link_change(&request, ifindex, c, fields);
	if (nl_talk(nl, &request, NULL, NULL))
		return report_error_about(nl, &request, c->name, &c->source,
					  NULL);
	return STATUS_OK;
}

uint64_t change_for_good(const struct config *before, uint64_t fields)
{
	const struct secret *secret = &before->keepalive_secret;

	return secret->is_set && !secret->is_known ? fields & F_KEEPALIVE_SECRET
						   : 0;
}

int change_refused(const struct nl *nl, const struct nl_request *request,
		   const struct config *c, const char *what,
		   const struct entry *e)
{
	const struct position *at = source_word(&c->source, e->word);
	char text[INET6_ADDRSTRLEN], subject[INET6_ADDRSTRLEN + 64];
	const int code = nl->error.code;

	snprintf(subject, sizeof(subject), "%s: %s %s/%u", c->name, what,
		 ip_text(&e->to, text), e->prefix);
	/* The kernel gives no reason, but there is hardly another one. */
	if (e->to.family == AF_INET6 && !nl->error.text[0] &&
	    (code == EACCES || code == EINVAL || code == ENODEV))
		return refused_about(at,
				     "%s: IPv6 is off on this interface, it needs an "
				     "MTU of 1280 and sysctl disable_ipv6=0",
				     subject);
	return report_error_about(nl, request, subject, &c->source, at);
}

int change_addresses(struct nl *nl, int ifindex, const struct config *c,
		     bool existing)
{
	struct entries added = { 0 };
	struct nl_request request;
	int err, status = STATUS_OK;
	size_t i;

	for (i = 0; i < c->addrs.count && !status; i++) {
		const struct entry *a = &c->addrs.list[i];

		addr_add(&request, ifindex, a);
		err = nl_talk(nl, &request, NULL, NULL);
		if (!err)
			entries_add(&added, a);
		else if (err != -EEXIST || !existing)
			status = change_refused(nl, &request, c, "addr", a);
	}
	while (status && added.count) {
		addr_delete(&request, ifindex, &added.list[--added.count]);
		nl_talk(nl, &request, NULL, NULL);
	}
	free(added.list);
	return status;
}

/* The kernel loads the module on its own, unless modprobe fails. */
static int create(struct nl *nl, const struct config *c)
{
	static bool tried;
	static int status; /* of the attempt */
	struct nl_request request;
	int err;

	link_add(&request, c);
	err = nl_talk(nl, &request, NULL, NULL);
	if (err == -EOPNOTSUPP && !tried && kmod_is_missing()) {
		tried = true;
		status = kmod_load(source_word(&c->source, 0));
		if (status)
			return status;
		link_add(&request, c);
		err = nl_talk(nl, &request, NULL, NULL);
	}
	/* The reason was reported and is the same for all tunnels. */
	if (err == -EOPNOTSUPP && status)
		return status;
	if (err)
		return report_error_about(nl, &request, c->name, &c->source,
					  NULL);
	return STATUS_OK;
}

int change_create(struct nl *nl, const struct config *c, int *ifindex)
{
	struct config down = *c;
	struct nl_request request;
	struct tunnel tunnel;
	int status;

	/* One message is enough for a tunnel without addresses. */
	if (!c->addrs.count && !ifindex)
		return create(nl, c);
	/* Otherwise the tunnel comes up after it has its addresses. */
	down.up = false;
	status = create(nl, &down);
	if (status)
		return status;
	link_get(&request, -1, c->name, 0);
	if (link_talk(nl, &request, &tunnel))
		return report_error_about(nl, &request, c->name, &c->source,
					  NULL);
	status = change_addresses(nl, tunnel.ifindex, c, false);
	if (!status && c->up)
		status = change_link(nl, tunnel.ifindex, c, F_UP);
	if (status)
		change_delete(nl, NULL, tunnel.ifindex);
	else if (ifindex)
		*ifindex = tunnel.ifindex;
	return status;
}

int change_delete(struct nl *nl, const char *name, int ifindex)
{
	struct nl_request request;

	link_delete(&request, ifindex);
	if (nl_talk(nl, &request, NULL, NULL) && name)
		return report_error(nl, &request, name);
	return STATUS_OK;
}
