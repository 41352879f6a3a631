// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/if_addr.h>
#include <stdlib.h>
#include <string.h>

#include "check/underlay.h"
#include "lib/list.h"
#include "netlink/addr.h"
#include "netlink/error.h"
#include "netlink/link.h"

static int collect_iface(const struct nlmsghdr *message, void *arg)
{
	struct underlay *u = arg;
	struct iface i = { 0 };
	struct tunnel t;

	if (!link_read(message, &t))
		return -EBADMSG;
	memcpy(i.name, t.config.name, sizeof(i.name));
	memcpy(i.kind, t.kind, sizeof(i.kind));
	i.ifindex = t.ifindex;
	i.up = t.flags & IFF_UP;
	i.carrier = t.flags & IFF_LOWER_UP;
	i.loopback = t.flags & IFF_LOOPBACK;
	i.mtu = t.config.mtu;
	i.is_gre = link_is_any_gre(&t);
	i.is_grex = link_is_grex(&t);
	i.local = t.config.local;
	i.remote = t.config.remote;
	i.in = t.config.in;
	i.link = t.config.link;
	i.fwmark = t.config.fwmark;
	i.elsewhere = t.config.given & F_LINK_NETNS;
	list_add(&u->ifaces, &u->nifaces, &i, sizeof(i));
	return 0;
}

static int collect_address(const struct nlmsghdr *message, void *arg)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(message);
	struct underlay *u = arg;
	struct entry a;

	if (addr_read(message, &a) == ADDR_MALFORMED)
		return -EBADMSG;
	/* The module cannot use these (yet). */
	if (ifa->ifa_flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED))
		return 0;
	list_add(&u->addresses, &u->naddresses,
		 &(struct iface_address){ a.local, a.ifindex },
		 sizeof(struct iface_address));
	return 0;
}

void underlay_free(struct underlay *u)
{
	free(u->ifaces);
	free(u->addresses);
	filter_text_free(&u->filter);
	memset(u, 0, sizeof(*u));
}

int underlay_read(struct nl *nl, struct underlay *u)
{
	struct nl_request request;
	int err;

	link_dump(&request, false);
	err = nl_dump(nl, &request, collect_iface, u, &u->nifaces);
	/* A check that misses an interface is better than none. */
	if (err == -EINTR)
		err = report_partial("interfaces");
	if (err)
		return err;
	addr_dump(&request, 0);
	err = nl_dump(nl, &request, collect_address, u, &u->naddresses);
	if (err == -EINTR)
		err = report_partial("addresses");
	if (!err)
		filter_text_read(&u->filter);
	return err;
}

const struct iface *iface_find(const struct underlay *u, int ifindex)
{
	size_t i;

	for (i = 0; i < u->nifaces; i++)
		if (u->ifaces[i].ifindex == ifindex)
			return &u->ifaces[i];
	return NULL;
}

const struct iface *iface_of_address(const struct underlay *u,
				     const struct ip *address)
{
	size_t i;

	for (i = 0; i < u->naddresses; i++)
		if (ip_equal(&u->addresses[i].address, address))
			return iface_find(u, u->addresses[i].ifindex);
	return NULL;
}
