// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_tunnel.h>
#include <stdio.h>
#include <string.h>

#include "lib/attr.h"
#include "netlink/link.h"
#include "option/options.h"

void link_put_flags(struct ifinfomsg *ifm, const struct config *c,
		    uint64_t fields)
{
	if (fields & F_UP) {
		ifm->ifi_change |= IFF_UP;
		ifm->ifi_flags |= c->up ? IFF_UP : 0;
	}
	if (fields & F_MULTICAST) {
		ifm->ifi_change |= IFF_MULTICAST;
		ifm->ifi_flags |= c->multicast ? IFF_MULTICAST : 0;
	}
}

static const char *kind_of(bool is_gre)
{
	return is_gre ? "gre" : GREX_KIND;
}

static void put_config(struct nlmsghdr *nlh, struct ifinfomsg *ifm,
		       const struct config *c, uint64_t fields)
{
	struct nlattr *info, *data;

	link_put_flags(ifm, c, fields);
	if (fields & F_MTU && !c->mtu_auto && !c->mtu_default)
		mnl_attr_put_u32(nlh, IFLA_MTU, c->mtu);
	if (fields & F_LINK_NETNS)
		mnl_attr_put_u32(nlh, IFLA_LINK_NETNSID,
				 (uint32_t)c->link_netnsid);
	/* grex is to hear of an MTU that is what it was, too: it stays then. */
	if (!(fields & ~F_LINK))
		return;
	/* The kernel resets those of a "gre" link that are missing, as ip_gre does. */
	if (c->is_gre && fields & F_GRE)
		fields |= F_GRE;
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, kind_of(c->is_gre));
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	options_put(nlh, c, fields);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
}

void link_add(struct nl_request *request, const struct config *c)
{
	struct ifinfomsg *ifm = nl_start(request, RTM_NEWLINK,
					 NLM_F_CREATE | NLM_F_EXCL,
					 sizeof(*ifm));

	mnl_attr_put_strz(&request->header, IFLA_IFNAME, c->name);
	/* remote is always given, so there is always a kind. */
	put_config(&request->header, ifm, c, c->given | F_REMOTE);
}

void link_change(struct nl_request *request, int ifindex,
		 const struct config *c, uint64_t fields)
{
	struct ifinfomsg *ifm = nl_start(request, RTM_NEWLINK, 0, sizeof(*ifm));

	ifm->ifi_index = ifindex;
	put_config(&request->header, ifm, c, fields & ~F_LINK_NETNS);
}

void link_probe(struct nl_request *request, int ifindex, bool is_gre,
		uint32_t size)
{
	struct ifinfomsg *ifm = nl_start(request, RTM_NEWLINK, 0, sizeof(*ifm));
	struct nlmsghdr *nlh = &request->header;
	struct nlattr *info, *data;

	ifm->ifi_index = ifindex;
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, kind_of(is_gre));
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	mnl_attr_put_u32(nlh, IFLA_GREX_PROBE, size);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
}

void link_delete(struct nl_request *request, int ifindex)
{
	struct ifinfomsg *ifm = nl_start(request, RTM_DELLINK, 0, sizeof(*ifm));

	ifm->ifi_index = ifindex;
}

void link_get(struct nl_request *request, const char *name)
{
	nl_start(request, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(&request->header, IFLA_IFNAME, name);
}

void link_get_in(struct nl_request *request, int32_t netnsid, const char *name,
		 uint32_t ifindex)
{
	struct ifinfomsg *ifm = nl_start(request, RTM_GETLINK, 0, sizeof(*ifm));

	if (name)
		mnl_attr_put_strz(&request->header, IFLA_IFNAME, name);
	else
		ifm->ifi_index = (int)ifindex;
	if (netnsid >= 0)
		mnl_attr_put_u32(&request->header, IFLA_TARGET_NETNSID,
				 (uint32_t)netnsid);
}

void link_dump(struct nl_request *request, bool stats)
{
	struct nlmsghdr *nlh = &request->header;

	nl_start(request, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
	if (!stats)
		mnl_attr_put_u32(nlh, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
}

static bool read_string(const struct nlattr *attr, char *value, size_t size)
{
	size_t length =
		strnlen(mnl_attr_get_str(attr), mnl_attr_get_payload_len(attr));

	if (length >= size)
		return false;
	memcpy(value, mnl_attr_get_payload(attr), length);
	value[length] = '\0';
	return true;
}

static bool read_bool(const struct nlattr *attr, bool *value)
{
	uint8_t byte;

	if (!attr_read(attr, &byte, sizeof(byte)))
		return false;
	*value = byte != 0;
	return true;
}

static int read_data_attr(const struct nlattr *attr, void *arg)
{
	return options_read(attr, arg) ? MNL_CB_OK : MNL_CB_ERROR;
}

static int read_probes_attr(const struct nlattr *attr, void *arg)
{
	struct probes *probes = arg;
	uint64_t *const numbers[] = {
		[GREX_PROBES_FLAPS] = &probes->flaps,
		[GREX_PROBES_CHANGED] = &probes->changed,
		[GREX_PROBES_SENT] = &probes->sent,
		[GREX_PROBES_RECEIVED] = &probes->received,
		[GREX_PROBES_RTT] = &probes->rtt,
		[GREX_PROBES_RTT_SMOOTHED] = &probes->rtt_smoothed,
		[GREX_PROBES_RTT_MIN] = &probes->rtt_min,
		[GREX_PROBES_RTT_MAX] = &probes->rtt_max,
		[GREX_PROBES_JITTER] = &probes->jitter,
		[GREX_PROBES_RTT_SUM] = &probes->rtt_sum,
	};
	unsigned int type = mnl_attr_get_type(attr);
	bool ok = true;

	if (type == GREX_PROBES_STATE)
		ok = attr_read(attr, &probes->state, sizeof(probes->state));
	else if (type == GREX_PROBES_HISTORY)
		ok = attr_read(attr, probes->history, sizeof(probes->history));
	else if (type == GREX_PROBES_RTT_BUCKETS)
		ok = attr_read(attr, probes->rtt_buckets,
			       sizeof(probes->rtt_buckets));
	else if (type < sizeof(numbers) / sizeof(numbers[0]) && numbers[type])
		ok = attr_read(attr, numbers[type], sizeof(*numbers[type]));
	return ok ? MNL_CB_OK : MNL_CB_ERROR;
}

static int read_probes(const struct nlattr *attr, struct probes *probes)
{
	probes->known = true;
	return mnl_attr_parse_nested(attr, read_probes_attr, probes);
}

static int read_path_attr(const struct nlattr *attr, void *arg)
{
	struct path *path = arg;
	uint32_t *const numbers[] = {
		[GREX_PATH_MTU] = &path->mtu,
		[GREX_PATH_SOURCE] = &path->source,
		[GREX_PATH_SEARCH] = &path->search,
		[GREX_PATH_TRIED] = &path->tried,
		[GREX_PATH_PEER_DEVICE] = &path->peer_device,
		[GREX_PATH_PEER_MTU] = &path->peer_mtu,
		[GREX_PATH_PEER_VERIFIED] = &path->peer_verified,
	};
	uint64_t *const times[] = {
		[GREX_PATH_AGE] = &path->age,
		[GREX_PATH_SENT] = &path->sent,
		[GREX_PATH_RECEIVED] = &path->received,
		[GREX_PATH_PEER_AGE] = &path->peer_age,
		[GREX_PATH_LAST_RX] = &path->last_rx,
		[GREX_PATH_LAST_TX] = &path->last_tx,
	};
	unsigned int type = mnl_attr_get_type(attr);
	bool ok = true;

	if (type < sizeof(numbers) / sizeof(numbers[0]) && numbers[type])
		ok = attr_read(attr, numbers[type], sizeof(*numbers[type]));
	else if (type < sizeof(times) / sizeof(times[0]) && times[type])
		ok = attr_read(attr, times[type], sizeof(*times[type]));
	if (type == GREX_PATH_AGE)
		path->has_age = true;
	if (type == GREX_PATH_LAST_RX)
		path->has_rx = true;
	if (type == GREX_PATH_LAST_TX)
		path->has_tx = true;
	return ok ? MNL_CB_OK : MNL_CB_ERROR;
}

static int read_counter_attr(const struct nlattr *attr, void *arg)
{
	unsigned int type = mnl_attr_get_type(attr);
	struct tunnel *t = arg;
	uint64_t *counters = t->counters;

	if (type == GREX_XSTATS_KEEPALIVE)
		return read_probes(attr, &t->keepalives);
	if (type == GREX_XSTATS_PROBE)
		return read_probes(attr, &t->manual);
	if (type == GREX_XSTATS_PATH)
		return mnl_attr_parse_nested(attr, read_path_attr, &t->path);
	if (type == GREX_STAT_UNSPEC || type == GREX_STAT_PAD ||
	    type > GREX_STAT_MAX)
		return MNL_CB_OK;
	return attr_read(attr, &counters[type], sizeof(counters[type]))
		       ? MNL_CB_OK
		       : MNL_CB_ERROR;
}

static int read_more_attr(const struct nlattr *attr, void *arg)
{
	struct tunnel *t = arg;
	uint16_t encap = 0;

	switch (mnl_attr_get_type(attr)) {
	case IFLA_GRE_COLLECT_METADATA:
		t->has_more = true;
		break;
	/* Neither ip_gre nor gre0 has it. */
	case IFLA_GREX_ICMP_RELAY:
		t->config.is_gre = link_is_gre(t);
		break;
	case IFLA_GRE_ENCAP_TYPE:
		if (attr_read(attr, &encap, sizeof(encap)) && encap)
			t->has_more = true;
		break;
	}
	return MNL_CB_OK;
}

/* The kernel puts the kind first, so it is known whose data follow. */
static int read_info_attr(const struct nlattr *attr, void *arg)
{
	struct tunnel *t = arg;

	switch (mnl_attr_get_type(attr)) {
	case IFLA_INFO_KIND:
		/* A longer name is that of a kind which is not used here. */
		if (!read_string(attr, t->kind, sizeof(t->kind)))
			snprintf(t->kind, sizeof(t->kind), "unknown");
		return MNL_CB_OK;
	case IFLA_INFO_DATA:
		if (!link_is_gre_over_ipv4(t))
			return MNL_CB_OK;
		mnl_attr_parse_nested(attr, read_more_attr, t);
		return mnl_attr_parse_nested(attr, read_data_attr, &t->config);
	/* It stands in front of the data. ip_gre has none. */
	case IFLA_INFO_XSTATS:
		if (!link_is_grex(t) && !link_is_gre(t))
			return MNL_CB_OK;
		return mnl_attr_parse_nested(attr, read_counter_attr, t);
	}
	return MNL_CB_OK;
}

bool link_read_xstats(const struct nlattr *attr, struct tunnel *t)
{
	return mnl_attr_parse_nested(attr, read_counter_attr, t) == MNL_CB_OK;
}

static void read_stats(const struct nlattr *attr, struct tunnel *t)
{
	size_t length = mnl_attr_get_payload_len(attr);

	/* Newer kernels have a longer struct. */
	if (length > sizeof(t->stats))
		length = sizeof(t->stats);
	memcpy(&t->stats, mnl_attr_get_payload(attr), length);
}

static int read_link_attr(const struct nlattr *attr, void *arg)
{
	struct tunnel *t = arg;
	struct config *c = &t->config;
	uint32_t group = 0;
	bool ok = true;

	switch (mnl_attr_get_type(attr)) {
	case IFLA_IFNAME:
		ok = read_string(attr, c->name, sizeof(c->name));
		break;
	case IFLA_MTU:
		ok = attr_read(attr, &c->mtu, sizeof(c->mtu));
		/* A choice, unless IFLA_GREX_MTU_AUTO says otherwise behind it. */
		c->mtu_default = false;
		break;
	case IFLA_LINK_NETNSID:
		ok = attr_read(attr, &c->link_netnsid, sizeof(c->link_netnsid));
		c->given |= F_LINK_NETNS;
		break;
	case IFLA_MASTER:
		t->properties |= PROPERTY_MASTER;
		break;
	case IFLA_IFALIAS:
		t->properties |= PROPERTY_ALIAS;
		break;
	case IFLA_GROUP:
		ok = attr_read(attr, &group, sizeof(group));
		t->properties |= group ? PROPERTY_GROUP : 0;
		break;
	case IFLA_CARRIER:
		ok = read_bool(attr, &t->carrier);
		break;
	case IFLA_OPERSTATE:
		ok = attr_read(attr, &t->operstate, sizeof(t->operstate));
		break;
	case IFLA_STATS64:
		read_stats(attr, t);
		break;
	case IFLA_LINKINFO:
		return mnl_attr_parse_nested(attr, read_info_attr, t);
	}
	return ok ? MNL_CB_OK : MNL_CB_ERROR;
}

bool link_read(const struct nlmsghdr *message, struct tunnel *t)
{
	const struct ifinfomsg *ifm = mnl_nlmsg_get_payload(message);
	struct config *c = &t->config;

	memset(t, 0, sizeof(*t));
	config_init(c);
	if (mnl_nlmsg_get_payload_len(message) < sizeof(*ifm))
		return false;
	t->ifindex = ifm->ifi_index;
	t->flags = ifm->ifi_flags;
	c->up = ifm->ifi_flags & IFF_UP;
	c->multicast = ifm->ifi_flags & IFF_MULTICAST;
	c->given = F_ALL & ~(F_LINK_NETNS | F_ADDR | F_ROUTE);
	t->properties |= ifm->ifi_flags & IFF_NOARP ? 0 : PROPERTY_ARP;
	t->properties |= ifm->ifi_flags & IFF_PROMISC ? PROPERTY_PROMISC : 0;
	t->properties |= ifm->ifi_flags & IFF_ALLMULTI ? PROPERTY_ALLMULTI : 0;
	return mnl_attr_parse(message, sizeof(*ifm), read_link_attr, t) ==
	       MNL_CB_OK;
}

static int read_reply(const struct nlmsghdr *message, void *arg)
{
	return link_read(message, arg) ? 0 : -EBADMSG;
}

int link_talk(struct nl *nl, struct nl_request *request, struct tunnel *t)
{
	return nl_talk(nl, request, read_reply, t);
}

bool link_is_grex(const struct tunnel *t)
{
	return !strcmp(t->kind, GREX_KIND) || t->config.is_gre;
}

bool link_is_gre(const struct tunnel *t)
{
	return !strcmp(t->kind, "gre");
}

bool link_is_gre_over_ipv4(const struct tunnel *t)
{
	return link_is_grex(t) || link_is_gre(t) ||
	       !strcmp(t->kind, "gretap") || !strcmp(t->kind, "erspan");
}

static const char *option_name(unsigned int type, bool in_data)
{
	if (in_data)
		return type == IFLA_GREX_PROBE ? "probe"
					       : options_attr_name(type);
	switch (type) {
	case IFLA_IFNAME:
		return "name";
	case IFLA_MTU:
		return "mtu";
	case IFLA_LINK_NETNSID:
		return "link-netns";
	}
	return NULL;
}

struct option_search {
	const char *at;
	bool in_data;
	const char *name;
};

static int search_attr(const struct nlattr *attr, void *arg)
{
	struct option_search *search = arg;
	unsigned int type = mnl_attr_get_type(attr);

	/* The offset is that of the header of the attribute. */
	if ((const char *)attr == search->at)
		search->name = option_name(type, search->in_data);
	return MNL_CB_OK;
}

static int search_info_attr(const struct nlattr *attr, void *arg)
{
	if (mnl_attr_get_type(attr) != IFLA_INFO_DATA)
		return MNL_CB_OK;
	return mnl_attr_parse_nested(attr, search_attr, arg);
}

static int search_link_attr(const struct nlattr *attr, void *arg)
{
	struct option_search *search = arg;

	if (mnl_attr_get_type(attr) != IFLA_LINKINFO)
		return search_attr(attr, search);
	search->in_data = true;
	mnl_attr_parse_nested(attr, search_info_attr, search);
	search->in_data = false;
	return MNL_CB_OK;
}

const char *link_option_at(const struct nlmsghdr *request, uint32_t offset)
{
	struct option_search search = { .at = (const char *)request + offset };

	if (!offset || request->nlmsg_type != RTM_NEWLINK)
		return NULL;
	mnl_attr_parse(request, sizeof(struct ifinfomsg), search_link_attr,
		       &search);
	return search.name;
}
