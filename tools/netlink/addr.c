// SPDX-License-Identifier: GPL-2.0
#include <linux/if_addr.h>
#include <string.h>

#include "lib/attr.h"
#include "netlink/addr.h"

/* linux/if_addr.h has these since 5.18. Users and daemons choose 4 and more. */
#define ADDR_PROTO 11 /* IFA_PROTO */
#define ADDR_PROTO_KERNEL_MAX 3 /* IFAPROT_KERNEL_LL */

static void put_address(struct nl_request *request, int ifindex,
			const struct entry *a, struct ifaddrmsg *ifa)
{
	const struct ip *peer = a->peer.family ? &a->peer : &a->local;

	ifa->ifa_family = (uint8_t)a->local.family;
	ifa->ifa_prefixlen = (uint8_t)a->prefix;
	ifa->ifa_index = (uint32_t)ifindex;
	mnl_attr_put(&request->header, IFA_LOCAL, ip_size(&a->local),
		     &a->local.v6);
	mnl_attr_put(&request->header, IFA_ADDRESS, ip_size(peer), &peer->v6);
}

void addr_add(struct nl_request *request, int ifindex, const struct entry *a)
{
	put_address(request, ifindex, a,
		    nl_start(request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL,
			     sizeof(struct ifaddrmsg)));
	if (a->protocol)
		mnl_attr_put_u8(&request->header, ADDR_PROTO, a->protocol);
}

void addr_delete(struct nl_request *request, int ifindex, const struct entry *a)
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

/*
 * The kernel gives a tunnel a link-local address that it makes from an IPv4
 * address: fe80::/64 and the address, with ISATAP's mark (RFC 5214, section 6.1)
 * or without. Not every kernel says that it has made it.
 */
static bool is_made_from_ipv4(const struct entry *a)
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

static bool read_ip(const struct nlattr *attr, int family, struct ip *ip)
{
	ip->family = attr ? family : AF_UNSPEC;
	return attr_read(attr, &ip->v6, ip_size(ip));
}

/* Without a colon the label is the name of the interface. */
static bool has_label(const struct nlattr *attr)
{
	return attr && memchr(mnl_attr_get_payload(attr), ':',
			      mnl_attr_get_payload_len(attr));
}

enum addr_read addr_read(const struct nlmsghdr *message, struct entry *a)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(message);
	const struct nlattr *attrs[ADDR_PROTO + 1];
	uint32_t flags, metric = 0;
	struct ip other;
	int family;

	memset(a, 0, sizeof(*a));
	if (mnl_nlmsg_get_payload_len(message) < sizeof(*ifa))
		return ADDR_MALFORMED;
	family = ifa->ifa_family;
	/* Other families are not configured here. */
	if (family != AF_INET && family != AF_INET6)
		return ADDR_AUTOMATIC;
	flags = ifa->ifa_flags;
	ATTR_SORT(message, sizeof(*ifa), attrs);
	if (!read_ip(attrs[IFA_LOCAL], family, &a->local) ||
	    !read_ip(attrs[IFA_ADDRESS], family, &other) ||
	    !ATTR_READ(attrs[IFA_FLAGS], flags) ||
	    !ATTR_READ(attrs[IFA_RT_PRIORITY], metric) ||
	    !ATTR_READ(attrs[ADDR_PROTO], a->protocol))
		return ADDR_MALFORMED;
	/* An IPv6 address without a peer is in IFA_ADDRESS alone. */
	if (!a->local.family)
		a->local = other;
	if (!a->local.family)
		return ADDR_MALFORMED;
	if (other.family && !ip_equal(&other, &a->local))
		a->peer = other;
	a->prefix = ifa->ifa_prefixlen;
	a->ifindex = (int)ifa->ifa_index;
	property_add(&a->properties, flags & IFA_F_NOPREFIXROUTE,
		     "noprefixroute");
	property_add(&a->properties, flags & IFA_F_MCAUTOJOIN, "autojoin");
	property_add(&a->properties,
		     family == AF_INET6 && flags & IFA_F_HOMEADDRESS, "home");
	property_add(&a->properties, has_label(attrs[IFA_LABEL]), "label");
	property_add(&a->properties, metric, "metric");
	/* The scope of an IPv6 address follows from the address. */
	property_add(&a->properties,
		     family == AF_INET && ifa->ifa_scope != RT_SCOPE_UNIVERSE,
		     "scope");
	/* Router advertisements and DHCP give addresses a lifetime. */
	if (!(flags & IFA_F_PERMANENT) || flags & IFA_F_STABLE_PRIVACY ||
	    (a->protocol && a->protocol <= ADDR_PROTO_KERNEL_MAX) ||
	    is_made_from_ipv4(a))
		return ADDR_AUTOMATIC;
	return ADDR_CONFIGURED;
}
