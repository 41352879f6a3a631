// SPDX-License-Identifier: GPL-2.0
#include <linux/if_addr.h>
#include <string.h>

#include "netlink/addr.h"

/* linux/if_addr.h has these since 5.18. Users and daemons choose 4 and more. */
#define ADDR_PROTO 11 /* IFA_PROTO */
#define ADDR_PROTO_KERNEL_MAX 3 /* IFAPROT_KERNEL_LL */

static size_t ip_size(const struct ip *ip)
{
	return ip->family == AF_INET ? sizeof(ip->v4) : sizeof(ip->v6);
}

static void put_address(struct nl_request *request, int ifindex,
			const struct address *a, struct ifaddrmsg *ifa)
{
	const struct ip *peer = a->peer.family ? &a->peer : &a->local;

	ifa->ifa_family = (uint8_t)a->local.family;
	ifa->ifa_prefixlen = (uint8_t)a->prefix;
	ifa->ifa_index = (uint32_t)ifindex;
	mnl_attr_put(&request->header, IFA_LOCAL, ip_size(&a->local),
		     &a->local.v6);
	mnl_attr_put(&request->header, IFA_ADDRESS, ip_size(peer), &peer->v6);
}

void addr_add(struct nl_request *request, int ifindex, const struct address *a)
{
	put_address(request, ifindex, a,
		    nl_start(request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL,
			     sizeof(struct ifaddrmsg)));
	if (a->protocol)
		mnl_attr_put_u8(&request->header, ADDR_PROTO, a->protocol);
}

void addr_delete(struct nl_request *request, int ifindex,
		 const struct address *a)
{
	put_address(request, ifindex, a,
		    nl_start(request, RTM_DELADDR, 0, sizeof(struct ifaddrmsg)));
}

void addr_dump(struct nl_request *request, int ifindex)
{
	struct ifaddrmsg *ifa =
		nl_start(request, RTM_GETADDR, NLM_F_DUMP, sizeof(*ifa));

	ifa->ifa_index = (uint32_t)ifindex;
}

struct addr_attrs {
	int family;
	struct ip local, address;
	uint32_t flags, metric;
	uint8_t proto;
	bool has_label;
};

static bool read_ip(const struct nlattr *attr, int family, struct ip *ip)
{
	ip->family = family;
	if (mnl_attr_get_payload_len(attr) != ip_size(ip))
		return false;
	memcpy(&ip->v6, mnl_attr_get_payload(attr), ip_size(ip));
	return true;
}

static int read_addr_attr(const struct nlattr *attr, void *arg)
{
	struct addr_attrs *attrs = arg;
	bool ok = true;

	switch (mnl_attr_get_type(attr)) {
	case IFA_LOCAL:
		ok = read_ip(attr, attrs->family, &attrs->local);
		break;
	case IFA_ADDRESS:
		ok = read_ip(attr, attrs->family, &attrs->address);
		break;
	case IFA_FLAGS:
		ok = mnl_attr_validate(attr, MNL_TYPE_U32) == 0;
		if (ok)
			attrs->flags = mnl_attr_get_u32(attr);
		break;
	case IFA_LABEL:
		/* Without a colon the label is the name of the interface. */
		attrs->has_label = memchr(mnl_attr_get_payload(attr), ':',
					  mnl_attr_get_payload_len(attr));
		break;
	case IFA_RT_PRIORITY:
		ok = mnl_attr_validate(attr, MNL_TYPE_U32) == 0;
		if (ok)
			attrs->metric = mnl_attr_get_u32(attr);
		break;
	case ADDR_PROTO:
		ok = mnl_attr_validate(attr, MNL_TYPE_U8) == 0;
		if (ok)
			attrs->proto = mnl_attr_get_u8(attr);
		break;
	}
	return ok ? MNL_CB_OK : MNL_CB_ERROR;
}

/*
 * The kernel gives a tunnel a link-local address that it makes from an IPv4
 * address: fe80::/64 and the address, with ISATAP's mark (RFC 5214, section 6.1)
 * or without. Not every kernel says that it has made it.
 */
static bool is_made_from_ipv4(const struct address *a)
{
	static const uint8_t prefix[] = { 0xfe, 0x80, 0, 0, 0, 0, 0, 0 };
	static const uint8_t plain[] = { 0, 0, 0, 0 };
	static const uint8_t isatap[] = { 0, 0, 0x5e, 0xfe };
	const uint8_t *bytes = a->local.v6.s6_addr;
	uint8_t mark[4];

	if (a->local.family != AF_INET6 || a->prefix != 64 ||
	    memcmp(bytes, prefix, sizeof(prefix)) != 0)
		return false;
	memcpy(mark, bytes + 8, sizeof(mark));
	/* An operator has chosen fe80::1: there are no hosts in 0.0.0.0/8. */
	if (!memcmp(mark, plain, sizeof(mark)))
		return bytes[12];
	mark[0] &= 0xfd; /* the universal/local bit */
	return !memcmp(mark, isatap, sizeof(mark));
}

static unsigned int properties_of(const struct addr_attrs *attrs, uint8_t scope)
{
	unsigned int properties = 0;

	if (attrs->flags & IFA_F_NOPREFIXROUTE)
		properties |= PROPERTY_NOPREFIXROUTE;
	if (attrs->flags & IFA_F_MCAUTOJOIN)
		properties |= PROPERTY_AUTOJOIN;
	if (attrs->family == AF_INET6 && attrs->flags & IFA_F_HOMEADDRESS)
		properties |= PROPERTY_HOME;
	if (attrs->has_label)
		properties |= PROPERTY_LABEL;
	if (attrs->metric)
		properties |= PROPERTY_METRIC;
	/* The scope of an IPv6 address follows from the address. */
	if (attrs->family == AF_INET && scope != RT_SCOPE_UNIVERSE)
		properties |= PROPERTY_SCOPE;
	return properties;
}

enum addr_read addr_read(const struct nlmsghdr *message,
			 struct address_of *address)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(message);
	struct address *a = &address->address;
	struct addr_attrs attrs = { 0 };

	memset(address, 0, sizeof(*address));
	if (mnl_nlmsg_get_payload_len(message) < sizeof(*ifa))
		return ADDR_MALFORMED;
	/* Other families are not configured here. */
	if (ifa->ifa_family != AF_INET && ifa->ifa_family != AF_INET6)
		return ADDR_AUTOMATIC;
	attrs.family = ifa->ifa_family;
	attrs.flags = ifa->ifa_flags;
	if (mnl_attr_parse(message, sizeof(*ifa), read_addr_attr, &attrs) !=
	    MNL_CB_OK)
		return ADDR_MALFORMED;
	/* An IPv6 address without a peer is in IFA_ADDRESS alone. */
	if (!attrs.local.family)
		attrs.local = attrs.address;
	if (!attrs.local.family)
		return ADDR_MALFORMED;
	a->local = attrs.local;
	if (attrs.address.family && !ip_equal(&attrs.address, &attrs.local))
		a->peer = attrs.address;
	a->prefix = ifa->ifa_prefixlen;
	a->protocol = attrs.proto;
	a->properties = properties_of(&attrs, ifa->ifa_scope);
	address->ifindex = (int)ifa->ifa_index;
	/* Router advertisements and DHCP give addresses a lifetime. */
	if (!(attrs.flags & IFA_F_PERMANENT))
		return ADDR_AUTOMATIC;
	if (attrs.proto && attrs.proto <= ADDR_PROTO_KERNEL_MAX)
		return ADDR_AUTOMATIC;
	if (attrs.flags & IFA_F_STABLE_PRIVACY || is_made_from_ipv4(a))
		return ADDR_AUTOMATIC;
	return ADDR_CONFIGURED;
}
