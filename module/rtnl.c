// SPDX-License-Identifier: GPL-2.0
/*
 * Implements the rtnetlink contract of uapi/linux/grex.h: converts attributes to options and
 * back, and explains each error in a sentence.
 */
#include <linux/capability.h>
#include <linux/etherdevice.h>
#include <linux/grex.h>
#include <linux/if_tunnel.h>
#include <linux/inetdevice.h>
#include <linux/nsproxy.h>
#include <net/netlink.h>
#include <net/rtnetlink.h>

#include "device.h"
#include "grex.h"
#include "header.h"
#include "ip6gre.h"
#include "keepalive.h"
#include "plpmtud.h"
#include "pmtu.h"
#include "probe.h"
#include "rtnl.h"
#include "stats.h"
#include "tunnel.h"

/* Point at the attribute, and explain the error in a sentence. */
#define rtnl_refuse(err, extack, attr, why)             \
	({                                              \
		NL_SET_ERR_MSG_ATTR(extack, attr, why); \
		err;                                    \
	})

/* Options of the kernel's "gre" that grex does not have are errors. */
#define RTNL_POLICY_ABSENT(name)                               \
	{                                                      \
		.type = NLA_REJECT,                            \
		.reject_message = "grex has no IFLA_GRE_" name \
	}

/**
 * struct rtnl_number - an option that is one number, in a u32 attribute
 * @type: the attribute
 * @offset: of the member of struct grex_options that holds the number
 * @size: of that member, in bytes
 * @specials: lower values have a meaning of their own and are accepted
 * @min: the lowest other value
 * @max: the highest
 * @range: the sentence for a value that is out of range; the range policies of the
 *	core say "integer out of range" instead, with ERANGE
 */
struct rtnl_number {
	u8 type;
	u8 offset;
	u8 size;
	u32 specials;
	u32 min;
	u32 max;
	const char *range;
};

/* This is the text of a range in sentences. */
#define RTNL_RANGE(min, max) __stringify(min) ".." __stringify(max)

#define RTNL_PROBE_SIZES RTNL_RANGE(GREX_PROBE_MIN, GREX_PROBE_MAX)
#define RTNL_PROBE_RANGE                            \
	"IFLA_GREX_PROBE must be " RTNL_PROBE_SIZES \
	" bytes, or 0; a key takes 4 more, IPv6 20"

#define RTNL_NUMBER(_type, _member, _specials, _min, _max, _range)  \
	{                                                           \
		.type = _type,                                      \
		.offset = offsetof(struct grex_options, _member),   \
		.size = sizeof_field(struct grex_options, _member), \
		.specials = _specials, .min = _min, .max = _max,    \
		.range = #_type " must be " _range,                 \
	}

static const struct rtnl_number rtnl_numbers[] = {
	RTNL_NUMBER(IFLA_GREX_ICMP_RELAY, icmp_relay, 0, 0, 1, "0 or 1"),
	RTNL_NUMBER(IFLA_GREX_ICMP_SOURCE, icmp_from_hop, 0, 0, 1, "0 or 1"),
	RTNL_NUMBER(IFLA_GREX_DECAP_TTL, decap_ttl_copy, 0, 0, 1, "0 or 1"),
	RTNL_NUMBER(IFLA_GREX_KEEPALIVE_INTERVAL, keepalive_interval, 1,
		    GREX_KEEPALIVE_INTERVAL_MIN, GREX_KEEPALIVE_INTERVAL_MAX,
		    "0 (off) or " RTNL_RANGE(GREX_KEEPALIVE_INTERVAL_MIN,
					     GREX_KEEPALIVE_INTERVAL_MAX) " ms"),
	RTNL_NUMBER(IFLA_GREX_KEEPALIVE_RETRIES, keepalive_retries, 0, 1,
		    GREX_KEEPALIVE_RETRIES_MAX,
		    RTNL_RANGE(1, GREX_KEEPALIVE_RETRIES_MAX)),
	RTNL_NUMBER(IFLA_GREX_KEEPALIVE_REPLY, keepalive_reply, 0, 0, 1,
		    "0 or 1"),
	RTNL_NUMBER(IFLA_GREX_MSS, mss, GREX_MSS_AUTO + 1, GREX_MSS_MIN,
		    GREX_MSS_MAX,
		    "0 (off), 1 (auto) or " RTNL_RANGE(GREX_MSS_MIN,
						       GREX_MSS_MAX) " bytes"),
	RTNL_NUMBER(IFLA_GREX_MTU_PROBE, mtu_probe, 0, 0, 1, "0 or 1"),
	RTNL_NUMBER(IFLA_GREX_FLOWLABEL, flowlabel, 0, 0, GREX_FLOWLABEL_AUTO,
		    "0..0xfffff, 0x100000 (inherit) or 0x100001 (auto)"),
	RTNL_NUMBER(IFLA_GREX_ENCAP_LIMIT, encap_limit, 0, 0,
		    GREX_ENCAP_LIMIT_NONE, "0..255 or 256 (none)"),
	RTNL_NUMBER(IFLA_GREX_TTL_MIN, ttl_min, 0, 0, GREX_TTL_MIN_MAX,
		    "0 (off) or " RTNL_RANGE(1, GREX_TTL_MIN_MAX)),
};

/* Whether the tunnel is of a kind that ip_gre or ip6_gre has, too. */
static bool rtnl_is_in_tree(const struct grex_tunnel *tunnel)
{
	return tunnel->kind >= GREX_KIND_GRE;
}

static bool rtnl_is_of_ip6_gre(const struct grex_tunnel *tunnel)
{
	return tunnel->kind >= GREX_KIND_IP6GRE;
}

#define RTNL_UNKNOWN "This attribute of IFLA_INFO_DATA is not known to grex"

static const struct nla_policy rtnl_policy[IFLA_GREX_MAX + 1] = {
	/* The size of all attributes is checked strictly. */
	[IFLA_GRE_UNSPEC] = { .strict_start_type = IFLA_GRE_LINK },
	[IFLA_GRE_LINK] = { .type = NLA_U32 },
	[IFLA_GRE_IFLAGS] = { .type = NLA_U16 },
	[IFLA_GRE_OFLAGS] = { .type = NLA_U16 },
	[IFLA_GRE_IKEY] = { .type = NLA_U32 },
	[IFLA_GRE_OKEY] = { .type = NLA_U32 },
	[IFLA_GRE_LOCAL] = { .type = NLA_BINARY },
	[IFLA_GRE_REMOTE] = { .type = NLA_BINARY },
	[IFLA_GRE_TTL] = { .type = NLA_U8 },
	[IFLA_GRE_TOS] = { .type = NLA_U8 },
	[IFLA_GRE_PMTUDISC] = { .type = NLA_U8 },
	/* Only the kinds of ip6_gre have these three. */
	[IFLA_GRE_ENCAP_LIMIT] = { .type = NLA_U8 },
	[IFLA_GRE_FLOWINFO] = { .type = NLA_U32 },
	[IFLA_GRE_FLAGS] = { .type = NLA_U32 },
	/* ip(8) always sends these four, with a type that means none. */
	[IFLA_GRE_ENCAP_TYPE] = { .type = NLA_U16 },
	[IFLA_GRE_ENCAP_FLAGS] = { .type = NLA_U16 },
	[IFLA_GRE_ENCAP_SPORT] = { .type = NLA_U16 },
	[IFLA_GRE_ENCAP_DPORT] = { .type = NLA_U16 },
	[IFLA_GRE_COLLECT_METADATA] = RTNL_POLICY_ABSENT("COLLECT_METADATA"),
	[IFLA_GRE_IGNORE_DF] = { .type = NLA_U8 },
	[IFLA_GRE_FWMARK] = { .type = NLA_U32 },
	[IFLA_GRE_ERSPAN_INDEX] = RTNL_POLICY_ABSENT("ERSPAN_INDEX"),
	/* The kinds of ip6_gre ignore it, because ip(8) always sends it for them. */
	[IFLA_GRE_ERSPAN_VER] = { .type = NLA_U8 },
	[IFLA_GRE_ERSPAN_DIR] = RTNL_POLICY_ABSENT("ERSPAN_DIR"),
	[IFLA_GRE_ERSPAN_HWID] = RTNL_POLICY_ABSENT("ERSPAN_HWID"),
	/* These are reserved for future IFLA_GRE_*. */
	[IFLA_GRE_MAX + 1 ... IFLA_GREX_ICMP_RELAY - 1] = {
		.type = NLA_REJECT,
		.reject_message = RTNL_UNKNOWN,
	},
	[IFLA_GREX_ICMP_RELAY] = { .type = NLA_U32 },
	[IFLA_GREX_ICMP_SOURCE] = { .type = NLA_U32 },
	[IFLA_GREX_DECAP_TTL] = { .type = NLA_U32 },
	[IFLA_GREX_KEEPALIVE_INTERVAL] = { .type = NLA_U32 },
	[IFLA_GREX_KEEPALIVE_RETRIES] = { .type = NLA_U32 },
	[IFLA_GREX_KEEPALIVE_REPLY] = { .type = NLA_U32 },
	[IFLA_GREX_PROBE] = { .type = NLA_U32 },
	[IFLA_GREX_MSS] = { .type = NLA_U32 },
	[IFLA_GREX_MTU_PROBE] = { .type = NLA_U32 },
	[IFLA_GREX_MTU_AUTO] = { .type = NLA_U32 },
	[IFLA_GREX_TTL_MIN] = { .type = NLA_U32 },
	[IFLA_GREX_KEEPALIVE_SECRET] = { .type = NLA_BINARY },
	[IFLA_GREX_KEEPALIVE_SECRET_ID] = {
		.type = NLA_REJECT,
		.reject_message = "IFLA_GREX_KEEPALIVE_SECRET_ID can only be read",
	},
	[IFLA_GREX_FLOWLABEL] = { .type = NLA_U32 },
	[IFLA_GREX_ENCAP_LIMIT] = { .type = NLA_U32 },
};

/* The core ignores attributes above IFLA_GREX_MAX when it parses a message, so this looks for
 * them in the message itself.
 */
static int rtnl_refuse_unknown(struct nlattr *tb[],
			       struct netlink_ext_ack *extack)
{
	const struct nlattr *info, *attr;
	int rem_info, rem;

	if (!tb[IFLA_LINKINFO])
		return 0;
	nla_for_each_nested(info, tb[IFLA_LINKINFO], rem_info) {
		if (nla_type(info) != IFLA_INFO_DATA)
			continue;
		nla_for_each_nested(attr, info, rem) {
			if (nla_type(attr) > IFLA_GRE_UNSPEC &&
			    nla_type(attr) <= IFLA_GREX_MAX)
				continue;
			return rtnl_refuse(-EINVAL, extack, attr, RTNL_UNKNOWN);
		}
		if (rem)
			return rtnl_refuse(-EINVAL, extack, info,
					   "IFLA_INFO_DATA ends in the middle of an attribute");
	}
	return 0;
}

/* Refuse what only the kinds of ip6_gre have. */
static int rtnl_refuse_ip6gre(struct nlattr *data[],
			      struct netlink_ext_ack *extack)
{
	if (data && data[IFLA_GRE_ENCAP_LIMIT])
		return rtnl_refuse(-EINVAL, extack, data[IFLA_GRE_ENCAP_LIMIT],
				   "grex has no IFLA_GRE_ENCAP_LIMIT, but IFLA_GREX_ENCAP_LIMIT");
	if (data && data[IFLA_GRE_FLOWINFO])
		return rtnl_refuse(-EINVAL, extack, data[IFLA_GRE_FLOWINFO],
				   "grex has no IFLA_GRE_FLOWINFO, but IFLA_GRE_TOS and IFLA_GREX_FLOWLABEL");
	if (data && data[IFLA_GRE_FLAGS])
		return rtnl_refuse(-EINVAL, extack, data[IFLA_GRE_FLAGS],
				   "grex has no IFLA_GRE_FLAGS");
	if (data && data[IFLA_GRE_ERSPAN_VER])
		return rtnl_refuse(-EINVAL, extack, data[IFLA_GRE_ERSPAN_VER],
				   "grex has no IFLA_GRE_ERSPAN_VER");
	return 0;
}

/* Whether an attribute repeats an address of IFLA_INFO_DATA, which is accepted. */
static bool rtnl_same_address(const struct nlattr *attr, struct nlattr *data[],
			      int type)
{
	return data && data[type] && nla_len(attr) == nla_len(data[type]) &&
	       !memcmp(nla_data(attr), nla_data(data[type]), nla_len(attr));
}

/* ip_gre and ip6_gre ignore IFLA_ADDRESS, IFLA_BROADCAST and IFLA_LINK of a new tunnel. */
static int rtnl_validate_gre(struct nlattr *tb[], struct nlattr *data[],
			     struct netlink_ext_ack *extack)
{
	return rtnl_refuse_ip6gre(data, extack)
		       ?: rtnl_refuse_unknown(tb, extack);
}

static int rtnl_validate_ip6gre(struct nlattr *tb[], struct nlattr *data[],
				struct netlink_ext_ack *extack)
{
	return rtnl_refuse_unknown(tb, extack);
}

/* The address of a device with Ethernet payload is its MAC address. */
static int rtnl_validate_mac(struct nlattr *tb[],
			     struct netlink_ext_ack *extack)
{
	if (tb[IFLA_ADDRESS] &&
	    (nla_len(tb[IFLA_ADDRESS]) != ETH_ALEN ||
	     !is_valid_ether_addr(nla_data(tb[IFLA_ADDRESS]))))
		return rtnl_refuse(-EADDRNOTAVAIL, extack, tb[IFLA_ADDRESS],
				   "IFLA_ADDRESS must be a unicast MAC address");
	return 0;
}

static int rtnl_validate_tap(struct nlattr *tb[], struct nlattr *data[],
			     struct netlink_ext_ack *extack)
{
	int err = rtnl_validate_mac(tb, extack);

	if (err)
		return err;
	if (tb[IFLA_LINK])
		return rtnl_refuse(-EINVAL, extack, tb[IFLA_LINK],
				   "The underlay device of a tunnel is IFLA_GRE_LINK");
	return rtnl_refuse_ip6gre(data, extack)
		       ?: rtnl_refuse_unknown(tb, extack);
}

static int rtnl_validate_ip6gretap(struct nlattr *tb[], struct nlattr *data[],
				   struct netlink_ext_ack *extack)
{
	const struct nlattr *remote = data ? data[IFLA_GRE_REMOTE] : NULL;

	if (remote && !memchr_inv(nla_data(remote), 0, nla_len(remote)))
		return rtnl_refuse(-EINVAL, extack, remote,
				   "IFLA_GRE_REMOTE of a gretap or ip6gretap must not be 0");
	return rtnl_validate_mac(tb, extack) ?: rtnl_refuse_unknown(tb, extack);
}

static int rtnl_validate_gretap(struct nlattr *tb[], struct nlattr *data[],
				struct netlink_ext_ack *extack)
{
	return rtnl_refuse_ip6gre(data, extack)
		       ?: rtnl_validate_ip6gretap(tb, data, extack);
}

static int rtnl_validate(struct nlattr *tb[], struct nlattr *data[],
			 struct netlink_ext_ack *extack)
{
	const struct nlattr *wrong = NULL;

	if (tb[IFLA_ADDRESS] &&
	    !rtnl_same_address(tb[IFLA_ADDRESS], data, IFLA_GRE_LOCAL))
		wrong = tb[IFLA_ADDRESS];
	else if (tb[IFLA_BROADCAST] &&
		 !rtnl_same_address(tb[IFLA_BROADCAST], data, IFLA_GRE_REMOTE))
		wrong = tb[IFLA_BROADCAST];
	if (wrong)
		return rtnl_refuse(-EINVAL, extack, wrong,
				   "The addresses of a tunnel are IFLA_GRE_LOCAL and IFLA_GRE_REMOTE");
	if (tb[IFLA_LINK])
		return rtnl_refuse(-EINVAL, extack, tb[IFLA_LINK],
				   "The underlay device of a tunnel is IFLA_GRE_LINK");
	return rtnl_refuse_ip6gre(data, extack)
		       ?: rtnl_refuse_unknown(tb, extack);
}

/* Read IFLA_GRE_IFLAGS or _OFLAGS, and the key that belongs to it. ip_gre ignores unknown
 * flags, takes 0 for a key that is not given, and accepts a key that is not used, which
 * ip(8) sends with "nokey".
 */
static int rtnl_get_flags(struct nlattr *flags_attr, struct nlattr *key_attr,
			  bool is_gre, u16 *flags, __be32 *key,
			  struct netlink_ext_ack *extack)
{
	if (flags_attr) {
		const u16 known = GREX_HEADER_KEY | GREX_HEADER_CSUM |
				  GREX_HEADER_SEQ;
		u16 want = ntohs(nla_get_be16(flags_attr));

		if (is_gre &&
		    !(want & (GREX_HEADER_VERSION | GREX_HEADER_ROUTING)))
			want &= known;
		if (want & ~known)
			return rtnl_refuse(-EINVAL, extack, flags_attr,
					   "IFLA_GRE_IFLAGS and IFLA_GRE_OFLAGS take GRE_KEY, GRE_CSUM and GRE_SEQ only");
		if (want & ~*flags & GREX_HEADER_KEY && !key_attr && !is_gre)
			return rtnl_refuse(-EINVAL, extack, flags_attr,
					   "GRE_KEY needs a key: IFLA_GRE_IKEY or IFLA_GRE_OKEY");
		*flags = want;
	}
	if (key_attr) {
		if (!(*flags & GREX_HEADER_KEY) && nla_get_be32(key_attr) &&
		    !is_gre)
			return rtnl_refuse(-EINVAL, extack, key_attr,
					   "IFLA_GRE_IKEY and IFLA_GRE_OKEY have no effect without GRE_KEY in the flags");
		*key = nla_get_be32(key_attr);
	}
	/* An unused key is 0, as for packets without a key. */
	if (!(*flags & GREX_HEADER_KEY))
		*key = 0;
	return 0;
}

static unsigned int rtnl_address_len(u8 family)
{
	return family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(__be32);
}

/* The family of a new tunnel is that of its addresses. */
static int rtnl_get_family(struct nlattr *data[], const struct net_device *dev,
			   bool is_gre, u8 *family,
			   struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = data[IFLA_GRE_REMOTE]
					    ?: data[IFLA_GRE_LOCAL];

	if (!attr || nla_len(attr) != sizeof(struct in6_addr) ||
	    *family == AF_INET6 || dev->reg_state != NETREG_UNINITIALIZED)
		return 0;
	if (is_gre)
		return rtnl_refuse(-EINVAL, extack, attr,
				   "A tunnel of the kinds gre and gretap has IPv4 addresses");
	if (!IS_ENABLED(CONFIG_IPV6) || !ipv6_mod_enabled())
		return rtnl_refuse(-EAFNOSUPPORT, extack, attr,
				   "IPv6 is disabled on this machine");
	*family = AF_INET6;
	return 0;
}

static int rtnl_get_address(struct nlattr *attr, u8 family,
			    union grex_addr *addr,
			    struct netlink_ext_ack *extack)
{
	union grex_addr value = {};
	bool is_usable;

	if (!attr)
		return 0;
	if (nla_len(attr) != rtnl_address_len(family))
		return rtnl_refuse(-EINVAL, extack, attr,
				   "IFLA_GRE_LOCAL and IFLA_GRE_REMOTE must both have 4 bytes (IPv4) or 16 (IPv6), and a tunnel keeps the family");
	memcpy(&value, nla_data(attr), nla_len(attr));
	is_usable = family == AF_INET6 ? !ipv6_addr_is_multicast(&value.v6) &&
						 !ipv6_addr_v4mapped(&value.v6)
				       : !ipv4_is_multicast(value.v4) &&
						 !ipv4_is_lbcast(value.v4);
	if (!is_usable)
		return rtnl_refuse(-EINVAL, extack, attr,
				   "IFLA_GRE_LOCAL and IFLA_GRE_REMOTE must be unicast, or all 0 for any");
	*addr = value;
	return 0;
}

static int rtnl_get_bool(struct nlattr *attr, bool is_gre, bool *value,
			 struct netlink_ext_ack *extack)
{
	if (!attr)
		return 0;
	if (nla_get_u8(attr) > 1 && !is_gre)
		return rtnl_refuse(-EINVAL, extack, attr,
				   "IFLA_GRE_PMTUDISC and IFLA_GRE_IGNORE_DF must be 0 or 1");
	*value = nla_get_u8(attr);
	return 0;
}

static int rtnl_get_df(struct nlattr *data[], bool is_gre, u8 *df,
		       struct netlink_ext_ack *extack)
{
	bool pmtudisc = *df == GREX_DF_SET;
	bool ignore_df = *df == GREX_DF_CLEAR;
	int err;

	err = rtnl_get_bool(data[IFLA_GRE_PMTUDISC], is_gre, &pmtudisc, extack);
	if (!err)
		err = rtnl_get_bool(data[IFLA_GRE_IGNORE_DF], is_gre,
				    &ignore_df, extack);
	if (err)
		return err;
	if (pmtudisc && ignore_df)
		return rtnl_refuse(-EINVAL, extack,
				   data[IFLA_GRE_IGNORE_DF]
					   ?: data[IFLA_GRE_PMTUDISC],
				   "IFLA_GRE_IGNORE_DF 1 contradicts IFLA_GRE_PMTUDISC 1");
	if (pmtudisc)
		*df = GREX_DF_SET;
	else
		*df = ignore_df ? GREX_DF_CLEAR : GREX_DF_INHERIT;
	return 0;
}

/* A tunnel may keep a link that does not exist any more. */
static int rtnl_get_link(struct nlattr *attr, struct net *net,
			 const struct net_device *dev, int old_link, int *link,
			 struct netlink_ext_ack *extack)
{
	const struct net_device *underlay;

	if (!attr)
		return 0;
	*link = nla_get_u32(attr);
	if (!*link || *link == old_link)
		return 0;
	underlay = __dev_get_by_index(net, *link);
	if (!underlay)
		return rtnl_refuse(-ENODEV, extack, attr,
				   "IFLA_GRE_LINK names no device of the underlay namespace");
	if (underlay == dev)
		return rtnl_refuse(-EINVAL, extack, attr,
				   "IFLA_GRE_LINK names the tunnel itself");
	return 0;
}

/* ip_gre ignores the ECN bits. */
static int rtnl_get_tos(struct nlattr *attr, bool is_gre, u8 *tos,
			struct netlink_ext_ack *extack)
{
	if (!attr)
		return 0;
	*tos = nla_get_u8(attr);
	if (*tos & 2 && !is_gre)
		return rtnl_refuse(-EINVAL, extack, attr,
				   "IFLA_GRE_TOS must be a multiple of 4, or with 1 in addition (inherit): the ECN bits are those of the inner packet");
	return 0;
}

static void rtnl_store(struct grex_options *options,
		       const struct rtnl_number *number, u32 value)
{
	void *member = (u8 *)options + number->offset;

	if (number->size == sizeof(u8))
		*(u8 *)member = value;
	else if (number->size == sizeof(u16))
		*(u16 *)member = value;
	else
		*(u32 *)member = value;
}

static u32 rtnl_load(const struct grex_options *options,
		     const struct rtnl_number *number)
{
	const void *member = (const u8 *)options + number->offset;

	if (number->size == sizeof(u8))
		return *(const u8 *)member;
	if (number->size == sizeof(u16))
		return *(const u16 *)member;
	return *(const u32 *)member;
}

static int rtnl_get_number(const struct rtnl_number *number,
			   const struct nlattr *attr,
			   struct grex_options *options,
			   struct netlink_ext_ack *extack)
{
	u32 value;

	if (!attr)
		return 0;
	value = nla_get_u32(attr);
	if (value >= number->specials &&
	    (value < number->min || value > number->max)) {
		NL_SET_BAD_ATTR(extack, attr);
		/* NL_SET_ERR_MSG() takes literals only. */
		if (extack)
			extack->_msg = number->range;
		return -EINVAL;
	}
	rtnl_store(options, number, value);
	return 0;
}

static int rtnl_get_numbers(struct nlattr *data[], struct grex_options *options,
			    struct netlink_ext_ack *extack)
{
	size_t i;
	int err;

	for (i = 0; i < ARRAY_SIZE(rtnl_numbers); i++) {
		err = rtnl_get_number(&rtnl_numbers[i],
				      data[rtnl_numbers[i].type], options,
				      extack);
		if (err)
			return err;
	}
	return 0;
}

static bool rtnl_put_numbers(struct sk_buff *skb,
			     const struct grex_options *options)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rtnl_numbers); i++) {
		if (nla_put_u32(skb, rtnl_numbers[i].type,
				rtnl_load(options, &rtnl_numbers[i])))
			return false;
	}
	return true;
}

static int rtnl_check_link(struct nlattr *data[],
			   const struct grex_options *options,
			   struct netlink_ext_ack *extack)
{
	if (options->match.family == AF_INET6 && !options->link &&
	    ipv6_addr_type(&options->match.remote.v6) & IPV6_ADDR_LINKLOCAL)
		return rtnl_refuse(-EINVAL, extack,
				   data[IFLA_GRE_REMOTE] ?: data[IFLA_GRE_LINK],
				   "A link-local IFLA_GRE_REMOTE needs IFLA_GRE_LINK");
	return 0;
}

/* Only outer IPv6 packets have a flow label and an encapsulation limit. */
static int rtnl_check_family(struct nlattr *data[],
			     const struct grex_options *options,
			     struct netlink_ext_ack *extack)
{
	if (options->match.family == AF_INET6)
		return 0;
	if (options->flowlabel != GREX_FLOWLABEL_AUTO)
		return rtnl_refuse(-EINVAL, extack, data[IFLA_GREX_FLOWLABEL],
				   "IFLA_GREX_FLOWLABEL has no effect without IPv6 addresses");
	if (options->encap_limit != GREX_ENCAP_LIMIT_NONE)
		return rtnl_refuse(-EINVAL, extack, data[IFLA_GREX_ENCAP_LIMIT],
				   "IFLA_GREX_ENCAP_LIMIT has no effect without IPv6 addresses");
	return 0;
}

static int rtnl_check_icmp(struct nlattr *data[],
			   const struct grex_options *options,
			   struct netlink_ext_ack *extack)
{
	if (options->match.ether && options->decap_ttl_copy)
		return rtnl_refuse(-EINVAL, extack, data[IFLA_GREX_DECAP_TTL],
				   "IFLA_GREX_DECAP_TTL has no effect on an Ethernet payload");
	if (options->match.ether &&
	    (data[IFLA_GREX_ICMP_SOURCE] || data[IFLA_GREX_ICMP_RELAY]))
		return rtnl_refuse(-EINVAL, extack,
				   data[IFLA_GREX_ICMP_SOURCE]
					   ?: data[IFLA_GREX_ICMP_RELAY],
				   "ICMP errors are not relayed to the sources of Ethernet frames");
	if (options->icmp_from_hop && !options->icmp_relay)
		return rtnl_refuse(-EINVAL, extack,
				   data[IFLA_GREX_ICMP_SOURCE]
					   ?: data[IFLA_GREX_ICMP_RELAY],
				   "IFLA_GREX_ICMP_SOURCE hop has no effect without IFLA_GREX_ICMP_RELAY");
	return 0;
}

static int rtnl_check_keepalive(struct nlattr *data[],
				const struct grex_options *options,
				u32 old_interval,
				struct netlink_ext_ack *extack)
{
	struct nlattr *attr = data[IFLA_GREX_KEEPALIVE_INTERVAL];
	const u32 interval = options->keepalive_interval;

	/* The timers take the time of the host, whoever creates the tunnels. */
	if (interval && interval < GREX_KEEPALIVE_INTERVAL_ANY &&
	    interval != old_interval && !capable(CAP_NET_ADMIN))
		return rtnl_refuse(-EPERM, extack, attr,
				   "IFLA_GREX_KEEPALIVE_INTERVAL below 1000 ms needs CAP_NET_ADMIN in the initial user namespace");
	if (data[IFLA_GREX_KEEPALIVE_RETRIES] && !interval)
		return rtnl_refuse(-EINVAL, extack,
				   data[IFLA_GREX_KEEPALIVE_RETRIES],
				   "IFLA_GREX_KEEPALIVE_RETRIES has no effect without IFLA_GREX_KEEPALIVE_INTERVAL");
	if (interval && grex_addr_is_any(&options->match.remote))
		return rtnl_refuse(-EINVAL, extack,
				   attr ?: data[IFLA_GRE_REMOTE],
				   "IFLA_GREX_KEEPALIVE_INTERVAL needs a peer to ask: IFLA_GRE_REMOTE");
	return 0;
}

static int rtnl_check_mtu_probe(struct nlattr *data[],
				const struct grex_options *options,
				struct netlink_ext_ack *extack)
{
	if (options->mtu_probe && grex_addr_is_any(&options->match.remote))
		return rtnl_refuse(-EINVAL, extack,
				   data[IFLA_GREX_MTU_PROBE]
					   ?: data[IFLA_GRE_REMOTE],
				   "IFLA_GREX_MTU_PROBE needs a peer to ask: IFLA_GRE_REMOTE");
	return 0;
}

static int rtnl_get_secret(struct nlattr *data[], struct grex_options *options,
			   struct netlink_ext_ack *extack)
{
	struct nlattr *attr = data[IFLA_GREX_KEEPALIVE_SECRET];
	__le64 key[2];

	if (attr) {
		options->has_secret = nla_len(attr);
		memset(&options->secret, 0, sizeof(options->secret));
		if (nla_len(attr) == GREX_KEEPALIVE_SECRET_LEN) {
			memcpy(key, nla_data(attr), sizeof(key));
			options->secret.key[0] = le64_to_cpu(key[0]);
			options->secret.key[1] = le64_to_cpu(key[1]);
		} else if (nla_len(attr)) {
			return rtnl_refuse(-EINVAL, extack, attr,
					   "IFLA_GREX_KEEPALIVE_SECRET must have 16 bytes, or none");
		}
	}
	if (options->has_secret && grex_addr_is_any(&options->match.remote))
		return rtnl_refuse(-EINVAL, extack,
				   attr ?: data[IFLA_GRE_REMOTE],
				   "IFLA_GREX_KEEPALIVE_SECRET needs a peer that knows it: IFLA_GRE_REMOTE");
	return 0;
}

/* GRE in UDP is not supported. Without a type, the other attributes have no effect. */
static int rtnl_refuse_encap(struct nlattr *attr,
			     struct netlink_ext_ack *extack)
{
	if (!attr || nla_get_u16(attr) == TUNNEL_ENCAP_NONE)
		return 0;
	return rtnl_refuse(-EINVAL, extack, attr,
			   "grex has no IFLA_GRE_ENCAP_TYPE but TUNNEL_ENCAP_NONE");
}

/* ip6_gre has the traffic class, the flow label and the encapsulation limit in attributes of its
 * own, and takes 0 for those that are missing.
 */
static int rtnl_get_ip6gre(struct nlattr *data[], struct grex_options *options,
			   struct netlink_ext_ack *extack)
{
	struct grex_ip6gre from = {};

	if (!data[IFLA_GRE_ENCAP_LIMIT] && !data[IFLA_GRE_FLOWINFO] &&
	    !data[IFLA_GRE_FLAGS])
		return 0;
	if (data[IFLA_GRE_ENCAP_LIMIT])
		from.encap_limit = nla_get_u8(data[IFLA_GRE_ENCAP_LIMIT]);
	if (data[IFLA_GRE_FLOWINFO])
		from.flowinfo = nla_get_be32(data[IFLA_GRE_FLOWINFO]);
	if (data[IFLA_GRE_FLAGS])
		from.flags = nla_get_u32(data[IFLA_GRE_FLAGS]);
	if (grex_ip6gre_read(&from, options))
		return 0;
	return rtnl_refuse(-EINVAL, extack, data[IFLA_GRE_FLAGS],
			   "grex has neither IP6_TNL_F_RCV_DSCP_COPY nor IP6_TNL_F_USE_ORIG_FWMARK");
}

/* Reset what ip_gre resets if a message names any of its attributes: all but the mark and
 * IFLA_GRE_IGNORE_DF. ip6_gre resets the mark, the flow label and the encapsulation limit, too.
 * The other options of grex stay, because the sender may not know them.
 */
static void rtnl_reset(struct nlattr *data[], enum grex_kind kind,
		       struct grex_options *options)
{
	const struct grex_options *defaults = &grex_tunnel_defaults[kind];
	int i;

	for (i = IFLA_GRE_UNSPEC + 1; i <= IFLA_GRE_MAX && !data[i]; i++)
		;
	if (i > IFLA_GRE_MAX)
		return;
	options->match = defaults->match;
	options->link = defaults->link;
	options->okey = defaults->okey;
	options->iflags = defaults->iflags;
	options->oflags = defaults->oflags;
	options->ttl = defaults->ttl;
	options->tos = defaults->tos;
	if (options->df != GREX_DF_CLEAR)
		options->df = GREX_DF_SET;
	if (kind < GREX_KIND_IP6GRE)
		return;
	options->fwmark = defaults->fwmark;
	options->flowlabel = defaults->flowlabel;
	options->encap_limit = defaults->encap_limit;
}

/* Apply the attributes of a message for @dev to @options, which hold the defaults or the
 * present configuration.
 */
static int rtnl_to_options(struct nlattr *data[], struct net *net,
			   const struct net_device *dev,
			   struct grex_options *options,
			   struct netlink_ext_ack *extack)
{
	const struct grex_tunnel *tunnel = netdev_priv(dev);
	const bool is_gre = rtnl_is_in_tree(tunnel);
	const u32 old_interval = options->keepalive_interval;
	const int old_link = options->link;
	int err;

	if (!data)
		return 0;
	if (is_gre)
		rtnl_reset(data, tunnel->kind, options);
	err = rtnl_refuse_encap(data[IFLA_GRE_ENCAP_TYPE], extack);
	if (err)
		return err;
	err = rtnl_get_link(data[IFLA_GRE_LINK], net, dev, old_link,
			    &options->link, extack);
	if (err)
		return err;
	err = rtnl_get_flags(data[IFLA_GRE_IFLAGS], data[IFLA_GRE_IKEY], is_gre,
			     &options->iflags, &options->match.key, extack);
	if (err)
		return err;
	options->match.keyed = !!(options->iflags & GREX_HEADER_KEY);
	err = rtnl_get_flags(data[IFLA_GRE_OFLAGS], data[IFLA_GRE_OKEY], is_gre,
			     &options->oflags, &options->okey, extack);
	if (err)
		return err;
	err = rtnl_get_family(data, dev, is_gre, &options->match.family,
			      extack);
	if (err)
		return err;
	err = rtnl_get_address(data[IFLA_GRE_LOCAL], options->match.family,
			       &options->match.local, extack);
	if (err)
		return err;
	err = rtnl_get_address(data[IFLA_GRE_REMOTE], options->match.family,
			       &options->match.remote, extack);
	if (err)
		return err;
	if (data[IFLA_GRE_TTL])
		options->ttl = nla_get_u8(data[IFLA_GRE_TTL]);
	err = rtnl_get_ip6gre(data, options, extack);
	if (err)
		return err;
	err = rtnl_get_tos(data[IFLA_GRE_TOS], is_gre, &options->tos, extack);
	if (err)
		return err;
	err = rtnl_get_df(data, is_gre, &options->df, extack);
	if (err)
		return err;
	if (data[IFLA_GRE_FWMARK])
		options->fwmark = nla_get_u32(data[IFLA_GRE_FWMARK]);
	err = rtnl_get_numbers(data, options, extack);
	if (err)
		return err;
	err = rtnl_check_link(data, options, extack);
	if (err)
		return err;
	err = rtnl_check_family(data, options, extack);
	if (err)
		return err;
	err = rtnl_check_icmp(data, options, extack);
	if (err)
		return err;
	err = rtnl_check_mtu_probe(data, options, extack);
	if (err)
		return err;
	err = rtnl_get_secret(data, options, extack);
	if (err)
		return err;
	return rtnl_check_keepalive(data, options, old_interval, extack);
}

static const u8 rtnl_mtu_auto[] = {
	[GREX_MTU_ROUTE] = GREX_MTU_AUTO_ROUTE,
	[GREX_MTU_SET] = GREX_MTU_AUTO_OFF,
	[GREX_MTU_AUTO] = GREX_MTU_AUTO_PATH,
};

/* Read what determines the MTU. @mtu has the present mode. The range is checked here, because
 * the core checks it only after the options have changed. An MTU that follows the path uses
 * probes unless the message turns them off, because ICMP errors may never arrive.
 */
static int rtnl_get_mtu(struct nlattr *attr, struct nlattr *data[],
			const struct net_device *dev,
			struct grex_options *options,
			struct grex_tunnel_mtu *mtu,
			struct netlink_ext_ack *extack)
{
	struct nlattr *auto_attr = data ? data[IFLA_GREX_MTU_AUTO] : NULL;
	const u8 old_mode = mtu->mode;

	if (auto_attr) {
		switch (nla_get_u32(auto_attr)) {
		case GREX_MTU_AUTO_OFF:
			if (old_mode == GREX_MTU_AUTO)
				mtu->mode = GREX_MTU_SET;
			break;
		case GREX_MTU_AUTO_PATH:
			mtu->mode = GREX_MTU_AUTO;
			if (old_mode != GREX_MTU_AUTO)
				options->mtu_probe |=
					!data[IFLA_GREX_MTU_PROBE];
			break;
		case GREX_MTU_AUTO_ROUTE:
			mtu->mode = GREX_MTU_ROUTE;
			break;
		default:
			return rtnl_refuse(-EINVAL, extack, auto_attr,
					   "IFLA_GREX_MTU_AUTO is unknown");
		}
		if (attr && nla_get_u32(auto_attr))
			return rtnl_refuse(-EINVAL, extack, attr,
					   "IFLA_MTU contradicts IFLA_GREX_MTU_AUTO");
	}
	/* An IFLA_MTU ends the automatic MTU, so the remote is not needed then. */
	if (mtu->mode == GREX_MTU_AUTO && !attr &&
	    grex_addr_is_any(&options->match.remote))
		return rtnl_refuse(-EINVAL, extack,
				   auto_attr ?: data[IFLA_GRE_REMOTE],
				   "IFLA_GREX_MTU_AUTO needs a path to follow: IFLA_GRE_REMOTE");
	if (!attr)
		return 0;
	mtu->mode = GREX_MTU_SET;
	mtu->value = nla_get_u32(attr);
	if (mtu->value < dev->min_mtu || mtu->value > dev->max_mtu)
		return rtnl_refuse(-EINVAL, extack, attr,
				   "IFLA_MTU is out of range");
	return 0;
}

static int rtnl_refuse_probe(struct nlattr *data[],
			     struct netlink_ext_ack *extack)
{
	if (!data || !data[IFLA_GREX_PROBE])
		return 0;
	return rtnl_refuse(-EINVAL, extack, data[IFLA_GREX_PROBE],
			   "IFLA_GREX_PROBE is for a tunnel that exists");
}

/* Send a probe. The attribute is a command, not an option. */
static int rtnl_probe(struct grex_tunnel *tunnel, struct nlattr *data[],
		      struct netlink_ext_ack *extack)
{
	struct nlattr *attr = data[IFLA_GREX_PROBE];
	int err;
	int i;

	for (i = 0; i <= IFLA_GREX_MAX; i++)
		if (data[i] && i != IFLA_GREX_PROBE)
			return rtnl_refuse(-EINVAL, extack, data[i],
					   "IFLA_GREX_PROBE takes no options beside it");
	err = grex_probe_manual(tunnel, nla_get_u32(attr));
	switch (err) {
	case 0:
		return 0;
	case -ENETDOWN:
		return rtnl_refuse(err, extack, attr, "The tunnel is down");
	case -EDESTADDRREQ:
		return rtnl_refuse(err, extack, attr,
				   "The tunnel has no remote to ask");
	case -EINVAL:
		return rtnl_refuse(err, extack, attr, RTNL_PROBE_RANGE);
	case -EMSGSIZE:
		return rtnl_refuse(err, extack, attr,
				   "The probe is larger than the path MTU");
	case -EHOSTUNREACH:
		return rtnl_refuse(err, extack, attr,
				   "There is no route to the remote");
	case -ELOOP:
		return rtnl_refuse(err, extack, attr,
				   "The route to the remote leads back into the tunnel");
	case -ENOMEM:
		return err;
	default:
		return rtnl_refuse(-ENOBUFS, extack, attr,
				   "The underlay did not take the probe");
	}
}

static int rtnl_newlink(struct net_device *dev,
			struct rtnl_newlink_params *params,
			struct netlink_ext_ack *extack)
{
	/* Without link-netns, the underlay is in the namespace of the new device. */
	struct net *net = params->link_net ?: dev_net(dev);
	const struct grex_tunnel *tunnel = netdev_priv(dev);
	struct grex_config *config =
		grex_tunnel_config_alloc(dev,
					 &grex_tunnel_defaults[tunnel->kind]);
	struct grex_tunnel_mtu mtu = { .mode = GREX_MTU_ROUTE };
	int err;

	if (!config)
		return -ENOMEM;
	err = rtnl_refuse_probe(params->data, extack);
	if (!err)
		err = rtnl_to_options(params->data, net, dev, &config->options,
				      extack);
	if (!err)
		err = rtnl_get_mtu(params->tb[IFLA_MTU], params->data, dev,
				   &config->options, &mtu, extack);
	if (err) {
		grex_tunnel_config_free(config);
		return err;
	}
	if (config->options.match.ether && !params->tb[IFLA_ADDRESS])
		eth_hw_addr_random(dev);
	return grex_tunnel_create(dev, net, config, &mtu, extack);
}

GREX_COMPAT_NEWLINK(rtnl_newlink)

static int rtnl_changelink(struct net_device *dev, struct nlattr *tb[],
			   struct nlattr *data[],
			   struct netlink_ext_ack *extack)
{
	struct grex_tunnel *tunnel = netdev_priv(dev);
	struct grex_config *config;
	struct grex_tunnel_mtu mtu = { .mode = tunnel->mtu_mode };
	int err;

	/* The core has checked the namespace of the device, but not that of the underlay. */
	if (!net_eq(tunnel->net, dev_net(dev)) &&
	    !ns_capable(tunnel->net->user_ns, CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG(extack,
			       "CAP_NET_ADMIN is needed in the namespace of the underlay too");
		return -EPERM;
	}
	if (tunnel->is_fallback) {
		NL_SET_ERR_MSG(extack,
			       "This tunnel receives what no other tunnel does, and cannot be changed");
		return -EINVAL;
	}
	/* The core would try to set the addresses afterwards, and fail. */
	if (!rtnl_dereference(tunnel->config)->options.match.ether &&
	    (tb[IFLA_ADDRESS] || tb[IFLA_BROADCAST]))
		return rtnl_refuse(-EINVAL, extack,
				   tb[IFLA_ADDRESS] ?: tb[IFLA_BROADCAST],
				   "The addresses of a tunnel are IFLA_GRE_LOCAL and IFLA_GRE_REMOTE");
	if (data && data[IFLA_GREX_PROBE])
		return rtnl_probe(tunnel, data, extack);
	config = grex_tunnel_config_alloc(dev, &rtnl_dereference(tunnel->config)
							->options);
	if (!config)
		return -ENOMEM;
	err = rtnl_to_options(data, tunnel->net, dev, &config->options, extack);
	if (!err)
		err = rtnl_get_mtu(tb[IFLA_MTU], data, dev, &config->options,
				   &mtu, extack);
	if (err) {
		grex_tunnel_config_free(config);
		return err;
	}
	return grex_tunnel_change(dev, config, &mtu, extack);
}

static void rtnl_dellink(struct net_device *dev, struct list_head *head)
{
	const struct grex_tunnel *tunnel = netdev_priv(dev);

	/* The namespace keeps gre0, gretap0 and ip6gre0 as long as the module is loaded. */
	if (!tunnel->is_fallback)
		unregister_netdevice_queue(dev, head);
}

static size_t rtnl_get_size(const struct net_device *dev)
{
	return nla_total_size(sizeof(u32)) + /* IFLA_GRE_LINK */
	       nla_total_size(sizeof(__be16)) + /* IFLA_GRE_IFLAGS */
	       nla_total_size(sizeof(__be16)) + /* IFLA_GRE_OFLAGS */
	       nla_total_size(sizeof(__be32)) + /* IFLA_GRE_IKEY */
	       nla_total_size(sizeof(__be32)) + /* IFLA_GRE_OKEY */
	       nla_total_size(sizeof(struct in6_addr)) + /* IFLA_GRE_LOCAL */
	       nla_total_size(sizeof(struct in6_addr)) + /* IFLA_GRE_REMOTE */
	       nla_total_size(sizeof(u8)) + /* IFLA_GRE_TTL */
	       nla_total_size(sizeof(u8)) + /* IFLA_GRE_TOS */
	       nla_total_size(sizeof(u8)) + /* IFLA_GRE_PMTUDISC */
	       nla_total_size(sizeof(u8)) + /* IFLA_GRE_IGNORE_DF */
	       nla_total_size(sizeof(u16)) + /* IFLA_GRE_ENCAP_TYPE */
	       nla_total_size(sizeof(u16)) + /* IFLA_GRE_ENCAP_FLAGS */
	       nla_total_size(sizeof(u16)) + /* IFLA_GRE_ENCAP_SPORT */
	       nla_total_size(sizeof(u16)) + /* IFLA_GRE_ENCAP_DPORT */
	       nla_total_size(sizeof(u32)) + /* IFLA_GRE_FWMARK */
	       nla_total_size(sizeof(u8)) + /* IFLA_GRE_ENCAP_LIMIT */
	       nla_total_size(sizeof(__be32)) + /* IFLA_GRE_FLOWINFO */
	       nla_total_size(sizeof(u32)) + /* IFLA_GRE_FLAGS */
	       ARRAY_SIZE(rtnl_numbers) * nla_total_size(sizeof(u32)) +
	       nla_total_size(sizeof(u32)) + /* IFLA_GREX_MTU_AUTO */
	       nla_total_size(sizeof(u32)) + /* IFLA_GREX_KEEPALIVE_SECRET_ID */
	       0;
}

/* ip_gre tells that there is no GRE in UDP. */
static bool rtnl_put_encap(struct sk_buff *skb)
{
	return !nla_put_u16(skb, IFLA_GRE_ENCAP_TYPE, TUNNEL_ENCAP_NONE) &&
	       !nla_put_u16(skb, IFLA_GRE_ENCAP_FLAGS, 0) &&
	       !nla_put_be16(skb, IFLA_GRE_ENCAP_SPORT, 0) &&
	       !nla_put_be16(skb, IFLA_GRE_ENCAP_DPORT, 0);
}

/* Tell the options of ip6_gre in its own attributes. */
static bool rtnl_put_ip6gre(struct sk_buff *skb,
			    const struct grex_options *options)
{
	const struct grex_ip6gre to = grex_ip6gre_write(options);

	return !nla_put_u8(skb, IFLA_GRE_ENCAP_LIMIT, to.encap_limit) &&
	       !nla_put_be32(skb, IFLA_GRE_FLOWINFO, to.flowinfo) &&
	       !nla_put_u32(skb, IFLA_GRE_FLAGS, to.flags);
}

/* The attributes of grex tell whose a link of such a kind is. gre0 and its like have none of its
 * options.
 */
static int rtnl_fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	const struct grex_tunnel *tunnel = netdev_priv(dev);
	const bool is_gre = rtnl_is_in_tree(tunnel);
	const struct grex_options *options =
		&rtnl_dereference(tunnel->config)->options;
	const unsigned int address_len =
		rtnl_address_len(options->match.family);

	if (nla_put_u32(skb, IFLA_GRE_LINK, options->link) ||
	    nla_put_be16(skb, IFLA_GRE_IFLAGS, htons(options->iflags)) ||
	    nla_put_be16(skb, IFLA_GRE_OFLAGS, htons(options->oflags)) ||
	    ((is_gre || options->iflags & GREX_HEADER_KEY) &&
	     nla_put_be32(skb, IFLA_GRE_IKEY, options->match.key)) ||
	    ((is_gre || options->oflags & GREX_HEADER_KEY) &&
	     nla_put_be32(skb, IFLA_GRE_OKEY, options->okey)) ||
	    nla_put(skb, IFLA_GRE_LOCAL, address_len, &options->match.local) ||
	    nla_put(skb, IFLA_GRE_REMOTE, address_len, &options->match.remote) ||
	    nla_put_u8(skb, IFLA_GRE_TTL, options->ttl) ||
	    nla_put_u8(skb, IFLA_GRE_TOS, options->tos) ||
	    nla_put_u8(skb, IFLA_GRE_PMTUDISC, options->df == GREX_DF_SET) ||
	    nla_put_u8(skb, IFLA_GRE_IGNORE_DF, options->df == GREX_DF_CLEAR) ||
	    nla_put_u32(skb, IFLA_GRE_FWMARK, options->fwmark) ||
	    (is_gre && !rtnl_put_encap(skb)) ||
	    (rtnl_is_of_ip6_gre(tunnel) && !rtnl_put_ip6gre(skb, options)))
		return -EMSGSIZE;
	if (tunnel->is_fallback)
		return 0;
	if (!rtnl_put_numbers(skb, options) ||
	    nla_put_u32(skb, IFLA_GREX_MTU_AUTO,
			rtnl_mtu_auto[tunnel->mtu_mode]) ||
	    (options->has_secret &&
	     nla_put_u32(skb, IFLA_GREX_KEEPALIVE_SECRET_ID,
			 siphash(NULL, 0, &options->secret))))
		return -EMSGSIZE;
	return 0;
}

static size_t rtnl_get_xstats_size(const struct net_device *dev)
{
	const size_t probes =
		nla_total_size(0) + /* GREX_XSTATS_KEEPALIVE or _PROBE */
		nla_total_size(sizeof(u32)) + /* GREX_PROBES_STATE */
		(GREX_PROBES_JITTER - GREX_PROBES_STATE) *
			nla_total_size_64bit(sizeof(u64)) +
		nla_total_size(GREX_KEEPALIVE_HISTORY * sizeof(u32)) +
		nla_total_size_64bit(sizeof(u64)) + /* GREX_PROBES_RTT_SUM */
		nla_total_size(GREX_RTT_BUCKETS * sizeof(u64));

	return nla_total_size(0) + /* IFLA_INFO_XSTATS */
	       GREX_STAT_COUNT * nla_total_size_64bit(sizeof(u64)) +
	       GREX_PROBE_KINDS * probes + nla_total_size(0) +
	       GREX_PATH_MAX * nla_total_size_64bit(sizeof(u64));
}

static bool rtnl_put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return !nla_put_u64_64bit(skb, attr, value, GREX_PROBES_PAD);
}

static bool rtnl_put_fsm(struct sk_buff *skb, const struct grex_fsm *fsm)
{
	const u64 since = ktime_get_boottime_ns() - fsm->changed;

	return !nla_put_u32(skb, GREX_PROBES_STATE, fsm->state) &&
	       rtnl_put_u64(skb, GREX_PROBES_FLAPS, fsm->flaps) &&
	       rtnl_put_u64(skb, GREX_PROBES_CHANGED,
			    div_u64(since, NSEC_PER_MSEC));
}

static bool rtnl_put_log(struct sk_buff *skb, const struct grex_probe_log *log)
{
	struct nlattr *attr;
	u32 *history;
	u32 i;

	if (!rtnl_put_u64(skb, GREX_PROBES_SENT, log->sent) ||
	    !rtnl_put_u64(skb, GREX_PROBES_RECEIVED, log->received) ||
	    !rtnl_put_u64(skb, GREX_PROBES_RTT, log->rtt) ||
	    !rtnl_put_u64(skb, GREX_PROBES_RTT_SMOOTHED, log->rtt_smoothed) ||
	    !rtnl_put_u64(skb, GREX_PROBES_RTT_MIN, log->rtt_min) ||
	    !rtnl_put_u64(skb, GREX_PROBES_RTT_MAX, log->rtt_max) ||
	    !rtnl_put_u64(skb, GREX_PROBES_JITTER, log->jitter))
		return false;
	attr = nla_reserve(skb, GREX_PROBES_HISTORY, sizeof(log->history));
	if (!attr)
		return false;
	history = nla_data(attr);
	for (i = 0; i < GREX_KEEPALIVE_HISTORY; i++)
		history[i] = log->history[((u32)log->sent - 1 - i) %
					  GREX_KEEPALIVE_HISTORY];
	return rtnl_put_u64(skb, GREX_PROBES_RTT_SUM, log->rtt_sum) &&
	       !nla_put(skb, GREX_PROBES_RTT_BUCKETS, sizeof(log->rtt_buckets),
			log->rtt_buckets);
}

/* Add a nest of GREX_PROBES_*. @fsm is NULL for probes that have no state. */
static bool rtnl_put_probes(struct sk_buff *skb, int type,
			    const struct grex_fsm *fsm,
			    const struct grex_probe_log *log)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest)
		return false;
	if ((fsm && !rtnl_put_fsm(skb, fsm)) || !rtnl_put_log(skb, log)) {
		nla_nest_cancel(skb, nest);
		return false;
	}
	nla_nest_end(skb, nest);
	return true;
}

static bool rtnl_put_keepalive(struct sk_buff *skb, struct grex_tunnel *tunnel)
{
	const struct grex_fsm fsm = grex_keepalive_state(tunnel);
	struct grex_probe_log log;

	log = grex_probe_get_log(tunnel, GREX_PROBE_KEEPALIVE);
	if ((fsm.state != GREX_FSM_OFF || log.sent) &&
	    !rtnl_put_probes(skb, GREX_XSTATS_KEEPALIVE, &fsm, &log))
		return false;
	log = grex_probe_get_log(tunnel, GREX_PROBE_MANUAL);
	return !log.sent || rtnl_put_probes(skb, GREX_XSTATS_PROBE, NULL, &log);
}

static bool rtnl_put_peer(struct sk_buff *skb, const struct grex_peer *peer)
{
	if (!READ_ONCE(peer->mtu))
		return true;
	return !nla_put_u32(skb, GREX_PATH_PEER_DEVICE, READ_ONCE(peer->mtu)) &&
	       !nla_put_u32(skb, GREX_PATH_PEER_MTU,
			    READ_ONCE(peer->path_mtu)) &&
	       rtnl_put_u64(skb, GREX_PATH_PEER_AGE,
			    grex_ms_since(READ_ONCE(peer->heard))) &&
	       !nla_put_u32(skb, GREX_PATH_PEER_VERIFIED,
			    READ_ONCE(peer->verified));
}

static bool rtnl_put_since(struct sk_buff *skb, int type, unsigned long when)
{
	return !when || rtnl_put_u64(skb, type, grex_ms_since(when));
}

static bool rtnl_put_path(struct sk_buff *skb, struct grex_tunnel *tunnel)
{
	struct grex_plpmtud_status state;
	struct grex_path path;
	struct nlattr *nest;

	grex_pmtu_read(tunnel, &path);
	grex_plpmtud_read(tunnel, &state);
	nest = nla_nest_start(skb, GREX_XSTATS_PATH);
	if (!nest)
		return false;
	if ((path.mtu && (nla_put_u32(skb, GREX_PATH_MTU, path.mtu) ||
			  nla_put_u32(skb, GREX_PATH_SOURCE, path.source) ||
			  (path.age != GREX_PATH_AGELESS &&
			   !rtnl_put_u64(skb, GREX_PATH_AGE, path.age)))) ||
	    nla_put_u32(skb, GREX_PATH_SEARCH, state.search) ||
	    nla_put_u32(skb, GREX_PATH_TRIED, state.tried) ||
	    !rtnl_put_u64(skb, GREX_PATH_SENT, state.sent) ||
	    !rtnl_put_u64(skb, GREX_PATH_RECEIVED, state.received) ||
	    !rtnl_put_peer(skb, &tunnel->peer) ||
	    !rtnl_put_since(skb, GREX_PATH_LAST_RX,
			    READ_ONCE(tunnel->received)) ||
	    !rtnl_put_since(skb, GREX_PATH_LAST_TX,
			    READ_ONCE(tunnel->sent_last))) {
		nla_nest_cancel(skb, nest);
		return false;
	}
	nla_nest_end(skb, nest);
	return true;
}

static int rtnl_fill_xstats(struct sk_buff *skb, const struct net_device *dev)
{
	u64 count[GREX_STAT_IDS];
	struct nlattr *nest;
	int id;

	grex_stats_read(netdev_priv(dev), count);
	nest = nla_nest_start(skb, IFLA_INFO_XSTATS);
	if (!nest)
		return -EMSGSIZE;
	for (id = GREX_STAT_FIRST; id <= GREX_STAT_MAX; id++) {
		if (nla_put_u64_64bit(skb, id, count[id], GREX_STAT_PAD)) {
			nla_nest_cancel(skb, nest);
			return -EMSGSIZE;
		}
	}
	if (!rtnl_put_keepalive(skb, netdev_priv(dev)) ||
	    !rtnl_put_path(skb, netdev_priv(dev))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static struct net *rtnl_get_link_net(const struct net_device *dev)
{
	const struct grex_tunnel *tunnel = netdev_priv(dev);

	return tunnel->net;
}

#define RTNL_OPS(_kind, _setup, _validate)                                \
	{                                                                 \
		.kind = _kind, .maxtype = IFLA_GREX_MAX,                  \
		.policy = rtnl_policy,                                    \
		.priv_size = sizeof(struct grex_tunnel), .setup = _setup, \
		.validate = _validate,                                    \
		.newlink = GREX_COMPAT_NEWLINK_OP(rtnl_newlink),          \
		.changelink = rtnl_changelink, .dellink = rtnl_dellink,   \
		.get_size = rtnl_get_size, .fill_info = rtnl_fill_info,   \
		.get_xstats_size = rtnl_get_xstats_size,                  \
		.fill_xstats = rtnl_fill_xstats,                          \
		.get_link_net = rtnl_get_link_net,                        \
	}

struct rtnl_link_ops grex_rtnl_ops[] __read_mostly = {
	[GREX_KIND_GREX] = RTNL_OPS(GREX_KIND, grex_device_setup, rtnl_validate),
	[GREX_KIND_GREXTAP] = RTNL_OPS(GREX_KIND_TAP, grex_device_setup_tap,
				       rtnl_validate_tap),
	[GREX_KIND_GRE] =
		RTNL_OPS("gre", grex_device_setup_gre, rtnl_validate_gre),
	[GREX_KIND_GRETAP] = RTNL_OPS("gretap", grex_device_setup_gretap,
				      rtnl_validate_gretap),
	[GREX_KIND_IP6GRE] = RTNL_OPS("ip6gre", grex_device_setup_ip6gre,
				      rtnl_validate_ip6gre),
	[GREX_KIND_IP6GRETAP] = RTNL_OPS("ip6gretap",
					 grex_device_setup_ip6gretap,
					 rtnl_validate_ip6gretap),
};

MODULE_ALIAS_RTNL_LINK(GREX_KIND);
MODULE_ALIAS_RTNL_LINK(GREX_KIND_TAP);
