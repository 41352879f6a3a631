// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "netlink/error.h"
#include "netlink/link.h"
#include "netlink/netns.h"
#include "netlink/resolve.h"

static int32_t underlay_id(const struct config *c)
{
	return c->given & F_LINK_NETNS ? c->link_netnsid : -1;
}

static int resolve_netns(struct nl *nl, struct config *c)
{
	const struct position *at = source_find(&c->source, "link-netns");
	int fd = netns_open(c->link_netns);
	int err = fd;

	if (fd >= 0) {
		err = netns_id(nl, fd, true, &c->link_netnsid);
		close(fd);
	}
	if (!err)
		return STATUS_OK;
	return refused_about(at, "link-netns: \"%s\": %s", c->link_netns,
			     fd >= 0 && err == -EPERM
				     ? "CAP_NET_ADMIN is needed"
				     : strerror(-err));
}

int resolve_numbers(struct nl *nl, struct config *c,
		    const struct config *underlay, bool *missing)
{
	struct nl_request request;
	struct tunnel interface;
	const struct position *at;
	int status;

	if (missing)
		*missing = false;
	if (c->given & F_LINK_NETNS && c->link_netns[0]) {
		status = resolve_netns(nl, c);
		if (status)
			return status;
	}
	if (!(c->given & F_DEV) || !c->dev[0])
		return STATUS_OK;
	link_get(&request, underlay_id(underlay), c->dev, 0);
	if (!link_talk(nl, &request, &interface)) {
		c->link = (uint32_t)interface.ifindex;
		return STATUS_OK;
	}
	if (nl->error.code == ENODEV && missing) {
		*missing = true;
		return STATUS_OK;
	}
	at = source_find(&c->source, "dev");
	if (nl->error.code == ENODEV)
		return refused_about(at,
				     "dev: \"%s\": there is no such interface%s",
				     c->dev,
				     underlay->given & F_LINK_NETNS
					     ? " in the underlay namespace"
					     : "");
	return report_error_about(nl, &request, c->dev, &c->source, at);
}

/* Read the interface to which c->link refers. Returns 0 or -errno. */
static int find_link(struct nl *nl, const struct config *c,
		     struct tunnel *interface)
{
	struct nl_request request;

	link_get(&request, underlay_id(c), NULL, c->link);
	return link_talk(nl, &request, interface);
}

bool resolve_dev_is_gone(struct nl *nl, const struct config *c)
{
	struct tunnel interface;

	return c->link && find_link(nl, c, &interface) == -ENODEV;
}

void resolve_names(struct nl *nl, struct config *c)
{
	struct tunnel interface;

	if (c->given & F_LINK_NETNS &&
	    !netns_name(nl, c->link_netnsid, c->link_netns,
			sizeof(c->link_netns)))
		c->link_netns[0] = '\0';
	c->dev[0] = '\0';
	if (!c->link)
		return;
	if (!find_link(nl, c, &interface))
		memcpy(c->dev, interface.config.name, sizeof(c->dev));
	else
		snprintf(c->dev, sizeof(c->dev), "if%u", c->link);
}
