// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/grex.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <stdlib.h>
#include <string.h>

#include "check/filter_text.h"
#include "check/underlay.h"
#include "lib/list.h"
#include "netlink/addr.h"
#include "netlink/collect.h"

bool iface_is_gre(const struct iface *i)
{
	const char *const kind = i->kind;

	return !strcmp(kind, GREX_KIND) || !strcmp(kind, "gre") ||
	       !strcmp(kind, "gretap") || !strcmp(kind, "erspan");
}

static void read_gre(const struct nlattr *data, struct iface *i)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, data) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_GRE_LINK:
			collect_value(attr, &i->link, sizeof(i->link));
			break;
		case IFLA_GRE_LOCAL:
			collect_value(attr, &i->local, sizeof(i->local));
			break;
		case IFLA_GRE_REMOTE:
			collect_value(attr, &i->remote, sizeof(i->remote));
			break;
		case IFLA_GRE_FWMARK:
			collect_value(attr, &i->fwmark, sizeof(i->fwmark));
			break;
		}
	}
}

static void read_linkinfo(const struct nlattr *info, struct iface *i)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, info) {
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			collect_string(attr, i->kind, sizeof(i->kind) - 1);
		else if (mnl_attr_get_type(attr) == IFLA_INFO_DATA &&
			 iface_is_gre(i))
			read_gre(attr, i);
	}
}

static int collect_iface(const struct nlmsghdr *message, void *arg)
{
	const struct ifinfomsg *ifm = mnl_nlmsg_get_payload(message);
	struct underlay *u = arg;
	const struct nlattr *attr;
	struct iface i = { 0 };

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*ifm))
		return -EBADMSG;
	i.ifindex = ifm->ifi_index;
	i.up = ifm->ifi_flags & IFF_UP;
	i.carrier = ifm->ifi_flags & IFF_LOWER_UP;
	i.loopback = ifm->ifi_flags & IFF_LOOPBACK;
	mnl_attr_for_each(attr, message, sizeof(*ifm)) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_IFNAME:
			collect_string(attr, i.name, sizeof(i.name));
			break;
		case IFLA_MTU:
			collect_value(attr, &i.mtu, sizeof(i.mtu));
			break;
		case IFLA_LINK_NETNSID:
			i.elsewhere = true;
			break;
		case IFLA_LINKINFO:
			read_linkinfo(attr, &i);
			break;
		}
	}
	return list_add(&u->ifaces, &u->nifaces, &i, sizeof(i)) ? 0 : -ENOMEM;
}

static int collect_address(const struct nlmsghdr *message, void *arg)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(message);
	struct iface_address a = { 0 };
	struct underlay *u = arg;
	const struct nlattr *attr;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*ifa))
		return -EBADMSG;
	if (ifa->ifa_family != AF_INET)
		return 0;
	a.ifindex = (int)ifa->ifa_index;
	mnl_attr_for_each(attr, message, sizeof(*ifa))
		if (mnl_attr_get_type(attr) == IFA_LOCAL)
			collect_value(attr, &a.address, sizeof(a.address));
	return list_add(&u->addresses, &u->naddresses, &a, sizeof(a)) ? 0
								      : -ENOMEM;
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

	nl_start(&request, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
	mnl_attr_put_u32(&request.header, IFLA_EXT_MASK,
			 RTEXT_FILTER_SKIP_STATS);
	err = collect_some(nl, &request, collect_iface, u, &u->nifaces);
	if (!err) {
		addr_dump(&request, 0);
		err = collect_some(nl, &request, collect_address, u,
				   &u->naddresses);
	}
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
				     struct in_addr address)
{
	size_t i;

	for (i = 0; i < u->naddresses; i++)
		if (u->addresses[i].address.s_addr == address.s_addr)
			return iface_find(u, u->addresses[i].ifindex);
	return NULL;
}
