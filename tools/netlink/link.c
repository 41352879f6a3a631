// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/if_tunnel.h>
#include <linux/ip6_tunnel.h>
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

static struct nlattr *start_info(struct nlmsghdr *nlh, const char *kind)
{
	struct nlattr *info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);

	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, kind);
	return info;
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
	/* The kernel resets those of such a link that are missing, as ip_gre does. */
	if (c->is_gre && fields & F_GRE)
		fields |= config_family(c) == AF_INET6 ? F_IP6GRE : F_GRE;
	info = start_info(nlh, config_kind(c));
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

void link_probe(struct nl_request *request, int ifindex, const char *kind,
		uint32_t size)
{
	struct ifinfomsg *ifm = nl_start(request, RTM_NEWLINK, 0, sizeof(*ifm));
	struct nlmsghdr *nlh = &request->header;
	struct nlattr *info, *data;

	ifm->ifi_index = ifindex;
	info = start_info(nlh, kind);
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

void link_get(struct nl_request *request, int32_t netnsid, const char *name,
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
	size_t length;

	if (!attr)
		return true;
	length =
		strnlen(mnl_attr_get_str(attr), mnl_attr_get_payload_len(attr));
	if (length >= size)
		return false;
	memcpy(value, mnl_attr_get_payload(attr), length);
	value[length] = '\0';
	return true;
}

static bool read_probes(const struct nlattr *nest, struct probes *p)
{
	const struct nlattr *a[GREX_PROBES_MAX + 1];

	ATTR_SORT_NEST(nest, a);
	p->known = nest;
	return ATTR_READ(a[GREX_PROBES_STATE], p->state) &&
	       ATTR_READ(a[GREX_PROBES_FLAPS], p->flaps) &&
	       ATTR_READ(a[GREX_PROBES_CHANGED], p->changed) &&
	       ATTR_READ(a[GREX_PROBES_SENT], p->sent) &&
	       ATTR_READ(a[GREX_PROBES_RECEIVED], p->received) &&
	       ATTR_READ(a[GREX_PROBES_RTT], p->rtt) &&
	       ATTR_READ(a[GREX_PROBES_RTT_SMOOTHED], p->rtt_smoothed) &&
	       ATTR_READ(a[GREX_PROBES_RTT_MIN], p->rtt_min) &&
	       ATTR_READ(a[GREX_PROBES_RTT_MAX], p->rtt_max) &&
	       ATTR_READ(a[GREX_PROBES_JITTER], p->jitter) &&
	       ATTR_READ(a[GREX_PROBES_RTT_SUM], p->rtt_sum) &&
	       ATTR_READ(a[GREX_PROBES_RTT_BUCKETS], p->rtt_buckets) &&
	       ATTR_READ(a[GREX_PROBES_HISTORY], p->history);
}

static bool read_path(const struct nlattr *nest, struct path *path)
{
	const struct nlattr *a[GREX_PATH_MAX + 1];

	ATTR_SORT_NEST(nest, a);
	path->has_age = a[GREX_PATH_AGE];
	path->has_rx = a[GREX_PATH_LAST_RX];
	path->has_tx = a[GREX_PATH_LAST_TX];
	return ATTR_READ(a[GREX_PATH_MTU], path->mtu) &&
	       ATTR_READ(a[GREX_PATH_SOURCE], path->source) &&
	       ATTR_READ(a[GREX_PATH_AGE], path->age) &&
	       ATTR_READ(a[GREX_PATH_SEARCH], path->search) &&
	       ATTR_READ(a[GREX_PATH_TRIED], path->tried) &&
	       ATTR_READ(a[GREX_PATH_SENT], path->sent) &&
	       ATTR_READ(a[GREX_PATH_RECEIVED], path->received) &&
	       ATTR_READ(a[GREX_PATH_PEER_DEVICE], path->peer_device) &&
	       ATTR_READ(a[GREX_PATH_PEER_MTU], path->peer_mtu) &&
	       ATTR_READ(a[GREX_PATH_PEER_AGE], path->peer_age) &&
	       ATTR_READ(a[GREX_PATH_PEER_VERIFIED], path->peer_verified) &&
	       ATTR_READ(a[GREX_PATH_LAST_RX], path->last_rx) &&
	       ATTR_READ(a[GREX_PATH_LAST_TX], path->last_tx);
}

bool link_read_xstats(const struct nlattr *nest, struct tunnel *t)
{
	const struct nlattr *a[GREX_XSTATS_PATH + 1];
	size_t i;

	ATTR_SORT_NEST(nest, a);
	for (i = 1; i <= GREX_STAT_MAX; i++)
		if (i != GREX_STAT_PAD && !ATTR_READ(a[i], t->counters[i]))
			return false;
	return read_probes(a[GREX_XSTATS_KEEPALIVE], &t->keepalives) &&
	       read_probes(a[GREX_XSTATS_PROBE], &t->manual) &&
	       read_path(a[GREX_XSTATS_PATH], &t->path);
}

/* ip6_gre has the traffic class, the flow label and the encapsulation limit in other attributes. A
 * label of 0 is what ip(8) sends if nobody has chosen one.
 */
static bool read_ip6_gre(const struct nlattr *const a[], struct tunnel *t)
{
	struct config *c = &t->config;
	uint32_t info = 0, flag = 0, label;
	uint8_t limit = 0;

	if (!a[IFLA_GRE_FLOWINFO])
		return true;
	if (!ATTR_READ(a[IFLA_GRE_FLOWINFO], info) ||
	    !ATTR_READ(a[IFLA_GRE_FLAGS], flag) ||
	    !ATTR_READ(a[IFLA_GRE_ENCAP_LIMIT], limit))
		return false;
	if (!(flag & IP6_TNL_F_IGN_ENCAP_LIMIT))
		c->encap_limit = limit;
	if (flag & (IP6_TNL_F_RCV_DSCP_COPY | IP6_TNL_F_USE_ORIG_FWMARK))
		t->has_more = true;
	c->tos = flag & IP6_TNL_F_USE_ORIG_TCLASS ? GREX_TOS_INHERIT
						  : (ntohl(info) >> 20) & 0xfc;
	label = ntohl(info) & 0xfffff;
	if (flag & IP6_TNL_F_USE_ORIG_FLOWLABEL)
		c->flowlabel = GREX_FLOWLABEL_INHERIT;
	else if (label)
		c->flowlabel = label;
	return true;
}

void link_put_ip6_gre(struct nlmsghdr *nlh, const struct config *c)
{
	uint32_t info = 0, flag = 0;

	if (c->tos & GREX_TOS_INHERIT)
		flag |= IP6_TNL_F_USE_ORIG_TCLASS;
	else
		info |= (uint32_t)c->tos << 20;
	if (c->flowlabel == GREX_FLOWLABEL_INHERIT)
		flag |= IP6_TNL_F_USE_ORIG_FLOWLABEL;
	else if (c->flowlabel != GREX_FLOWLABEL_AUTO)
		info |= c->flowlabel;
	if (c->encap_limit == GREX_ENCAP_LIMIT_NONE)
		flag |= IP6_TNL_F_IGN_ENCAP_LIMIT;
	else
		mnl_attr_put_u8(nlh, IFLA_GRE_ENCAP_LIMIT,
				(uint8_t)c->encap_limit);
	mnl_attr_put_u32(nlh, IFLA_GRE_FLOWINFO, htonl(info));
	mnl_attr_put_u32(nlh, IFLA_GRE_FLAGS, flag);
}

static bool is_of_ip_gre(const struct tunnel *t)
{
	return !strcmp(t->kind, "gre") || !strcmp(t->kind, "gretap");
}

static bool is_of_ip6_gre(const struct tunnel *t)
{
	return !strcmp(t->kind, "ip6gre") || !strcmp(t->kind, "ip6gretap");
}

static bool read_data(const struct nlattr *data, struct tunnel *t)
{
	const struct nlattr *a[IFLA_GREX_ICMP_RELAY + 1], *attr;
	uint16_t encap = 0;

	ATTR_SORT_NEST(data, a);
	/* Neither a tunnel of another module nor gre0 has this attribute. */
	t->config.is_gre = (is_of_ip_gre(t) || is_of_ip6_gre(t)) &&
			   a[IFLA_GREX_ICMP_RELAY];
	ATTR_READ(a[IFLA_GRE_ENCAP_TYPE], encap);
	t->has_more = encap || a[IFLA_GRE_COLLECT_METADATA];
	mnl_attr_for_each_nested(attr, data)
		if (!options_read(attr, &t->config))
			return false;
	return t->config.is_gre || read_ip6_gre(a, t);
}

static bool read_info(const struct nlattr *nest, struct tunnel *t)
{
	const struct nlattr *a[IFLA_INFO_XSTATS + 1];

	ATTR_SORT_NEST(nest, a);
	/* A longer name is that of a kind which is not used here. */
	if (!read_string(a[IFLA_INFO_KIND], t->kind, sizeof(t->kind)))
		snprintf(t->kind, sizeof(t->kind), "unknown");
	t->config.ether = !strcmp(t->kind, GREX_KIND_TAP) ||
			  !strcmp(t->kind, "gretap") ||
			  !strcmp(t->kind, "ip6gretap");
	if (a[IFLA_INFO_DATA] && link_is_any_gre(t) &&
	    !read_data(a[IFLA_INFO_DATA], t))
		return false;
	return !link_is_grex(t) || link_read_xstats(a[IFLA_INFO_XSTATS], t);
}

/* Newer kernels have a longer struct, and older ones a shorter one. */
static void read_stats(const struct nlattr *attr, struct tunnel *t)
{
	size_t length = attr ? mnl_attr_get_payload_len(attr) : 0;

	attr_read(attr, &t->stats,
		  length < sizeof(t->stats) ? length : sizeof(t->stats));
}

bool link_read(const struct nlmsghdr *message, struct tunnel *t)
{
	const struct ifinfomsg *ifm = mnl_nlmsg_get_payload(message);
	const struct nlattr *a[IFLA_LINK_NETNSID + 1];
	struct config *c = &t->config;
	uint8_t carrier = 0;
	uint32_t group = 0;

	memset(t, 0, sizeof(*t));
	config_init(c);
	if (mnl_nlmsg_get_payload_len(message) < sizeof(*ifm))
		return false;
	ATTR_SORT(message, sizeof(*ifm), a);
	t->ifindex = ifm->ifi_index;
	t->flags = ifm->ifi_flags;
	c->up = ifm->ifi_flags & IFF_UP;
	c->multicast = ifm->ifi_flags & IFF_MULTICAST;
	c->given = F_ALL & ~(F_LINK_NETNS | F_ADDR | F_ROUTE);
	c->given |= a[IFLA_LINK_NETNSID] ? F_LINK_NETNS : 0;
	/* A choice, unless IFLA_GREX_MTU_AUTO says otherwise. */
	c->mtu_default = !a[IFLA_MTU];
	read_stats(a[IFLA_STATS64], t);
	if (!read_string(a[IFLA_IFNAME], c->name, sizeof(c->name)) ||
	    !ATTR_READ(a[IFLA_MTU], c->mtu) ||
	    !ATTR_READ(a[IFLA_LINK_NETNSID], c->link_netnsid) ||
	    !ATTR_READ(a[IFLA_GROUP], group) ||
	    !ATTR_READ(a[IFLA_CARRIER], carrier) ||
	    !ATTR_READ(a[IFLA_OPERSTATE], t->operstate) ||
	    !read_info(a[IFLA_LINKINFO], t))
		return false;
	t->carrier = carrier;
	property_add(&t->properties, a[IFLA_MASTER], "master");
	property_add(&t->properties, a[IFLA_IFALIAS], "alias");
	property_add(&t->properties, group, "group");
	property_add(&t->properties, !(t->flags & IFF_NOARP) && !c->ether,
		     "arp on");
	property_add(&t->properties, t->flags & IFF_PROMISC, "promisc on");
	property_add(&t->properties, t->flags & IFF_ALLMULTI,
		     "allmulticast on");
	return true;
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
	return !strcmp(t->kind, GREX_KIND) || !strcmp(t->kind, GREX_KIND_TAP) ||
	       t->config.is_gre;
}

bool link_is_gre(const struct tunnel *t)
{
	return !strcmp(t->kind, "gre") || !strcmp(t->kind, "ip6gre");
}

bool link_is_gre_over_ipv4(const struct tunnel *t)
{
	return link_is_grex(t) || is_of_ip_gre(t) || !strcmp(t->kind, "erspan");
}

bool link_is_any_gre(const struct tunnel *t)
{
	return link_is_gre_over_ipv4(t) || is_of_ip6_gre(t) ||
	       !strcmp(t->kind, "ip6erspan");
}

const char *link_option_at(const struct nlmsghdr *request, uint32_t offset)
{
	const void *at = (const char *)request + offset;
	const struct nlattr *link[IFLA_LINK_NETNSID + 1];
	const struct nlattr *info[IFLA_INFO_DATA + 1];
	const struct nlattr *attr;
	unsigned int type;

	if (!offset || request->nlmsg_type != RTM_NEWLINK)
		return NULL;
	ATTR_SORT(request, sizeof(struct ifinfomsg), link);
	/* The offset is that of the header of the attribute. */
	if (at == link[IFLA_IFNAME])
		return "name";
	if (at == link[IFLA_MTU])
		return "mtu";
	if (at == link[IFLA_LINK_NETNSID])
		return "link-netns";
	ATTR_SORT_NEST(link[IFLA_LINKINFO], info);
	if (!info[IFLA_INFO_DATA])
		return NULL;
	mnl_attr_for_each_nested(attr, info[IFLA_INFO_DATA]) {
		type = mnl_attr_get_type(attr);
		if (at == attr)
			return type == IFLA_GREX_PROBE
				       ? "probe"
				       : options_attr_name(type);
	}
	return NULL;
}
