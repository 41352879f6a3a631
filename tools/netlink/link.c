// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <linux/if_tunnel.h>
#include <stdio.h>
#include <string.h>

#include "lib/attr.h"
#include "netlink/link.h"

#define F_DATA                                                                 \
	(F_LOCAL | F_REMOTE | F_DEV | F_IN | F_OUT | F_TTL | F_TOS | F_DF |    \
	 F_FWMARK | F_DECAP_TTL | F_ICMP_RELAY | F_ICMP_SOURCE | F_KEEPALIVE | \
	 F_KEEPALIVE_REPLY | F_MSS | F_MTU_PROBE | F_TTL_MIN |                 \
	 F_KEEPALIVE_SECRET)

static uint16_t flags_of(const struct direction *d)
{
	return (d->key ? GRE_KEY : 0) | (d->csum ? GRE_CSUM : 0) |
	       (d->seq ? GRE_SEQ : 0);
}

/* The flags of a direction are one attribute, and the key goes with them. */
static void put_direction(struct nlmsghdr *nlh, uint16_t flags_attr,
			  uint16_t key_attr, const struct direction *d)
{
	mnl_attr_put_u16(nlh, flags_attr, flags_of(d));
	if (d->key)
		mnl_attr_put_u32(nlh, key_attr, htonl(d->key_value));
}

static void put_outer(struct nlmsghdr *nlh, uint16_t attr, const struct ip *ip)
{
	uint32_t any = htonl(INADDR_ANY);

	mnl_attr_put(nlh, attr, sizeof(any),
		     ip->family == AF_INET ? (const void *)&ip->v4 : &any);
}

/* One that is not known is the one that the tunnel has. */
static void put_secret(struct nlmsghdr *nlh, const struct secret *secret)
{
	if (!secret->is_set)
		mnl_attr_put(nlh, IFLA_GREX_KEEPALIVE_SECRET, 0, NULL);
	else if (secret->is_known)
		mnl_attr_put(nlh, IFLA_GREX_KEEPALIVE_SECRET,
			     sizeof(secret->bytes), secret->bytes);
}

void link_put_options(struct nlmsghdr *nlh, const struct config *c,
		      uint64_t fields)
{
	if (fields & F_DEV)
		mnl_attr_put_u32(nlh, IFLA_GRE_LINK, c->link);
	if (fields & F_IN)
		put_direction(nlh, IFLA_GRE_IFLAGS, IFLA_GRE_IKEY, &c->in);
	if (fields & F_OUT)
		put_direction(nlh, IFLA_GRE_OFLAGS, IFLA_GRE_OKEY, &c->out);
	if (fields & F_LOCAL)
		put_outer(nlh, IFLA_GRE_LOCAL, &c->local);
	if (fields & F_REMOTE)
		put_outer(nlh, IFLA_GRE_REMOTE, &c->remote);
	if (fields & F_TTL)
		mnl_attr_put_u8(nlh, IFLA_GRE_TTL, c->ttl);
	if (fields & F_TOS)
		mnl_attr_put_u8(nlh, IFLA_GRE_TOS, c->tos);
	if (fields & F_PMTUDISC)
		mnl_attr_put_u8(nlh, IFLA_GRE_PMTUDISC, c->pmtudisc);
	if (fields & F_IGNORE_DF)
		mnl_attr_put_u8(nlh, IFLA_GRE_IGNORE_DF, c->ignore_df);
	if (fields & F_FWMARK)
		mnl_attr_put_u32(nlh, IFLA_GRE_FWMARK, c->fwmark);
	if (fields & F_DECAP_TTL)
		mnl_attr_put_u32(nlh, IFLA_GREX_DECAP_TTL, c->decap_ttl);
	if (fields & F_TTL_MIN)
		mnl_attr_put_u32(nlh, IFLA_GREX_TTL_MIN, c->ttl_min);
	if (fields & F_ICMP_RELAY)
		mnl_attr_put_u32(nlh, IFLA_GREX_ICMP_RELAY, c->icmp_relay);
	if (fields & F_ICMP_SOURCE)
		mnl_attr_put_u32(nlh, IFLA_GREX_ICMP_SOURCE, c->icmp_source);
	if (fields & F_KEEPALIVE) {
		mnl_attr_put_u32(nlh, IFLA_GREX_KEEPALIVE_INTERVAL,
				 c->keepalive_interval);
		if (c->keepalive_interval)
			mnl_attr_put_u32(nlh, IFLA_GREX_KEEPALIVE_RETRIES,
					 c->keepalive_retries);
	}
	if (fields & F_KEEPALIVE_REPLY)
		mnl_attr_put_u32(nlh, IFLA_GREX_KEEPALIVE_REPLY,
				 c->keepalive_reply);
	if (fields & F_KEEPALIVE_SECRET)
		put_secret(nlh, &c->keepalive_secret);
	if (fields & F_MSS)
		mnl_attr_put_u32(nlh, IFLA_GREX_MSS, c->mss);
	if (fields & F_MTU_PROBE)
		mnl_attr_put_u32(nlh, IFLA_GREX_MTU_PROBE, c->mtu_probe);
	if (fields & F_MTU && c->mtu_auto)
		mnl_attr_put_u32(nlh, IFLA_GREX_MTU_AUTO, GREX_MTU_AUTO_PATH);
	else if (fields & F_MTU && c->mtu_default)
		mnl_attr_put_u32(nlh, IFLA_GREX_MTU_AUTO, GREX_MTU_AUTO_ROUTE);
}

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
	if (!(fields & (F_DATA | F_MTU)))
		return;
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, GREX_KIND);
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	link_put_options(nlh, c, fields);
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

void link_probe(struct nl_request *request, int ifindex, uint32_t size)
{
	struct ifinfomsg *ifm = nl_start(request, RTM_NEWLINK, 0, sizeof(*ifm));
	struct nlmsghdr *nlh = &request->header;
	struct nlattr *info, *data;

	ifm->ifi_index = ifindex;
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, GREX_KIND);
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
	struct nlattr *info;

	nl_start(request, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
	if (!stats)
		mnl_attr_put_u32(nlh, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, GREX_KIND);
	mnl_attr_nest_end(nlh, info);
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

static bool read_bool32(const struct nlattr *attr, bool *value)
{
	uint32_t number;

	if (!attr_read(attr, &number, sizeof(number)))
		return false;
	*value = number != 0;
	return true;
}

static bool read_be32(const struct nlattr *attr, uint32_t *value)
{
	if (!attr_read(attr, value, sizeof(*value)))
		return false;
	*value = ntohl(*value);
	return true;
}

static bool read_outer(const struct nlattr *attr, struct ip *ip)
{
	memset(ip, 0, sizeof(*ip));
	if (!attr_read(attr, &ip->v4, sizeof(ip->v4)))
		return false;
	ip->family = ip->v4.s_addr == htonl(INADDR_ANY) ? AF_UNSPEC : AF_INET;
	return true;
}

static bool read_flags(const struct nlattr *attr, struct direction *d)
{
	uint16_t flags;

	if (!attr_read(attr, &flags, sizeof(flags)))
		return false;
	d->key = flags & GRE_KEY;
	d->csum = flags & GRE_CSUM;
	d->seq = flags & GRE_SEQ;
	return true;
}

static int read_data_attr(const struct nlattr *attr, void *arg)
{
	struct config *c = arg;
	uint32_t number = 0;
	bool ok = true;

	switch (mnl_attr_get_type(attr)) {
	case IFLA_GRE_LINK:
		ok = attr_read(attr, &c->link, sizeof(c->link));
		break;
	case IFLA_GRE_IFLAGS:
		ok = read_flags(attr, &c->in);
		break;
	case IFLA_GRE_OFLAGS:
		ok = read_flags(attr, &c->out);
		break;
	case IFLA_GRE_IKEY:
		ok = read_be32(attr, &c->in.key_value);
		break;
	case IFLA_GRE_OKEY:
		ok = read_be32(attr, &c->out.key_value);
		break;
	case IFLA_GRE_LOCAL:
		ok = read_outer(attr, &c->local);
		break;
	case IFLA_GRE_REMOTE:
		ok = read_outer(attr, &c->remote);
		break;
	case IFLA_GRE_TTL:
		ok = attr_read(attr, &c->ttl, sizeof(c->ttl));
		break;
	case IFLA_GRE_TOS:
		ok = attr_read(attr, &c->tos, sizeof(c->tos));
		break;
	case IFLA_GRE_PMTUDISC:
		ok = read_bool(attr, &c->pmtudisc);
		break;
	case IFLA_GRE_IGNORE_DF:
		ok = read_bool(attr, &c->ignore_df);
		break;
	case IFLA_GRE_FWMARK:
		ok = attr_read(attr, &c->fwmark, sizeof(c->fwmark));
		break;
	case IFLA_GREX_DECAP_TTL:
		ok = attr_read(attr, &c->decap_ttl, sizeof(c->decap_ttl));
		break;
	case IFLA_GREX_TTL_MIN:
		ok = attr_read(attr, &c->ttl_min, sizeof(c->ttl_min));
		break;
	case IFLA_GREX_ICMP_RELAY:
		ok = read_bool32(attr, &c->icmp_relay);
		break;
	case IFLA_GREX_ICMP_SOURCE:
		ok = attr_read(attr, &c->icmp_source, sizeof(c->icmp_source));
		break;
	case IFLA_GREX_KEEPALIVE_INTERVAL:
		ok = attr_read(attr, &c->keepalive_interval,
			       sizeof(c->keepalive_interval));
		break;
	case IFLA_GREX_KEEPALIVE_RETRIES:
		ok = attr_read(attr, &c->keepalive_retries,
			       sizeof(c->keepalive_retries));
		break;
	case IFLA_GREX_KEEPALIVE_REPLY:
		ok = read_bool32(attr, &c->keepalive_reply);
		break;
	case IFLA_GREX_KEEPALIVE_SECRET_ID:
		c->keepalive_secret.is_set = true;
		ok = attr_read(attr, &c->keepalive_secret.id,
			       sizeof(c->keepalive_secret.id));
		break;
	case IFLA_GREX_MSS:
		ok = attr_read(attr, &c->mss, sizeof(c->mss));
		break;
	case IFLA_GREX_MTU_PROBE:
		ok = read_bool32(attr, &c->mtu_probe);
		break;
	case IFLA_GREX_MTU_AUTO:
		ok = attr_read(attr, &number, sizeof(number));
		c->mtu_auto = number == GREX_MTU_AUTO_PATH;
		c->mtu_default = number == GREX_MTU_AUTO_ROUTE;
		break;
	}
	return ok ? MNL_CB_OK : MNL_CB_ERROR;
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
	case IFLA_GRE_ENCAP_TYPE:
		if (attr_read(attr, &encap, sizeof(encap)) && encap)
			t->has_more = true;
		break;
	}
	return MNL_CB_OK;
}

/* The kind comes first, so that the data are known to be ours. */
static int read_info_attr(const struct nlattr *attr, void *arg)
{
	struct tunnel *t = arg;

	switch (mnl_attr_get_type(attr)) {
	case IFLA_INFO_KIND:
		/* Too long for any name of ours is just another kind. */
		if (!read_string(attr, t->kind, sizeof(t->kind)))
			snprintf(t->kind, sizeof(t->kind), "unknown");
		return MNL_CB_OK;
	case IFLA_INFO_DATA:
		if (link_is_gre(t))
			mnl_attr_parse_nested(attr, read_more_attr, t);
		else if (!link_is_grex(t))
			return MNL_CB_OK;
		return mnl_attr_parse_nested(attr, read_data_attr, &t->config);
	case IFLA_INFO_XSTATS:
		if (!link_is_grex(t))
			return MNL_CB_OK;
		return mnl_attr_parse_nested(attr, read_counter_attr, t);
	}
	return MNL_CB_OK;
}

bool link_read_option(const struct nlattr *attr, struct config *c)
{
	return read_data_attr(attr, c) == MNL_CB_OK;
}

bool link_read_xstats(const struct nlattr *attr, struct tunnel *t)
{
	return mnl_attr_parse_nested(attr, read_counter_attr, t) == MNL_CB_OK;
}

static void read_stats(const struct nlattr *attr, struct tunnel *t)
{
	size_t length = mnl_attr_get_payload_len(attr);

	/* The struct grows with the kernel: take what both know. */
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
		t->unsaid |= UNSAID_MASTER;
		break;
	case IFLA_IFALIAS:
		t->unsaid |= UNSAID_ALIAS;
		break;
	case IFLA_GROUP:
		ok = attr_read(attr, &group, sizeof(group));
		t->unsaid |= group ? UNSAID_GROUP : 0;
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
	c->up = ifm->ifi_flags & IFF_UP;
	c->multicast = ifm->ifi_flags & IFF_MULTICAST;
	c->given = F_ALL & ~(F_LINK_NETNS | F_ADDR | F_ROUTE);
	t->unsaid |= ifm->ifi_flags & IFF_NOARP ? 0 : UNSAID_ARP;
	t->unsaid |= ifm->ifi_flags & IFF_PROMISC ? UNSAID_PROMISC : 0;
	t->unsaid |= ifm->ifi_flags & IFF_ALLMULTI ? UNSAID_ALLMULTI : 0;
	return mnl_attr_parse(message, sizeof(*ifm), read_link_attr, t) ==
	       MNL_CB_OK;
}

bool link_is_grex(const struct tunnel *t)
{
	return !strcmp(t->kind, GREX_KIND);
}

bool link_is_gre(const struct tunnel *t)
{
	return !strcmp(t->kind, "gre");
}

static const char *option_name(unsigned int type, bool in_data)
{
	static const char *const data[] = {
		[IFLA_GRE_LINK] = "dev",
		[IFLA_GRE_IFLAGS] = "ikey, icsum or iseq",
		[IFLA_GRE_OFLAGS] = "okey, ocsum or oseq",
		[IFLA_GRE_IKEY] = "ikey",
		[IFLA_GRE_OKEY] = "okey",
		[IFLA_GRE_LOCAL] = "local",
		[IFLA_GRE_REMOTE] = "remote",
		[IFLA_GRE_TTL] = "ttl",
		[IFLA_GRE_TOS] = "tos",
		[IFLA_GRE_PMTUDISC] = "df",
		[IFLA_GRE_IGNORE_DF] = "df",
		[IFLA_GRE_FWMARK] = "fwmark",
		[IFLA_GREX_DECAP_TTL] = "decap-ttl",
		[IFLA_GREX_ICMP_RELAY] = "icmp-relay",
		[IFLA_GREX_ICMP_SOURCE] = "icmp-source",
		[IFLA_GREX_KEEPALIVE_INTERVAL] = "keepalive",
		[IFLA_GREX_KEEPALIVE_RETRIES] = "keepalive",
		[IFLA_GREX_KEEPALIVE_REPLY] = "keepalive-reply",
		[IFLA_GREX_PROBE] = "probe",
		[IFLA_GREX_MSS] = "mss",
		[IFLA_GREX_MTU_PROBE] = "mtu-probe",
		[IFLA_GREX_MTU_AUTO] = "mtu",
		[IFLA_GREX_TTL_MIN] = "ttl-min",
		[IFLA_GREX_KEEPALIVE_SECRET] = "keepalive-secret",
	};

	if (in_data)
		return type < sizeof(data) / sizeof(data[0]) ? data[type]
							     : NULL;
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

	/* The kernel points at the header of the attribute. */
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
