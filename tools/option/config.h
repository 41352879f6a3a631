/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The configuration of a tunnel. The table of option.h parses, prints and sends
 * options; netlink/addr.c and netlink/static_route.c send addresses and routes.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <linux/grex.h>
#include <linux/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/report.h"
#include "option/entry.h"

#define NETNS_NAME_SIZE 256

/* bytes, RFC 8200, section 5 */
#define IPV6_MTU_MIN 1280U

/* Each member, or group of members, that can be given on its own has a bit. */
#define F_BITS 64
#define F_BIT(number) (UINT64_C(1) << (number))

#define F_LOCAL F_BIT(0)
#define F_REMOTE F_BIT(1)
#define F_DEV F_BIT(2)
#define F_IKEY F_BIT(3)
#define F_OKEY F_BIT(4)
#define F_ICSUM F_BIT(5)
#define F_OCSUM F_BIT(6)
#define F_ISEQ F_BIT(7)
#define F_OSEQ F_BIT(8)
#define F_TTL F_BIT(9)
#define F_TOS F_BIT(10)
#define F_PMTUDISC F_BIT(11)
#define F_IGNORE_DF F_BIT(12)
#define F_FWMARK F_BIT(13)
#define F_MTU F_BIT(14)
#define F_LINK_NETNS F_BIT(15)
#define F_MULTICAST F_BIT(16)
#define F_ADDR F_BIT(17)
#define F_UP F_BIT(18)
#define F_DECAP_TTL F_BIT(19)
#define F_ICMP_RELAY F_BIT(20)
#define F_ICMP_SOURCE F_BIT(21)
#define F_KEEPALIVE F_BIT(22)
#define F_KEEPALIVE_REPLY F_BIT(23)
#define F_MSS F_BIT(24)
#define F_MTU_PROBE F_BIT(25)
#define F_ROUTE F_BIT(26)
#define F_TTL_MIN F_BIT(27)
#define F_KEEPALIVE_SECRET F_BIT(28)
#define F_ETHER F_BIT(29)
#define F_FLOWLABEL F_BIT(30)
#define F_ENCAP_LIMIT F_BIT(31)

#define F_ALL UINT64_MAX
#define F_IN (F_IKEY | F_ICSUM | F_ISEQ)
#define F_OUT (F_OKEY | F_OCSUM | F_OSEQ)
#define F_DF (F_PMTUDISC | F_IGNORE_DF)
/* These have attributes IFLA_GRE_*. */
#define F_GRE                                                               \
	(F_LOCAL | F_REMOTE | F_DEV | F_IN | F_OUT | F_TTL | F_TOS | F_DF | \
	 F_FWMARK)
/* Links of the kinds of ip6_gre have these besides. */
#define F_IP6GRE (F_GRE | F_FLOWLABEL | F_ENCAP_LIMIT)
/* These belong to the link, and have no attributes in IFLA_INFO_DATA. */
#define F_LINK (F_LINK_NETNS | F_MULTICAST | F_ADDR | F_ROUTE | F_UP | F_ETHER)

/* The optional GRE fields of one direction. */
struct direction {
	bool key, csum, seq;
	uint32_t key_value; /* host byte order */
};

/* The kernel reads the secret, but reports only its id. */
struct secret {
	bool is_set;
	bool is_known; /* bytes are valid */
	uint8_t bytes[GREX_KEEPALIVE_SECRET_LEN];
	uint32_t id;
};

/* The members of an option stand together, see MEMBERS(). */
struct config {
	uint64_t given; /* F_*, the members that are valid */
	bool is_gre; /* the link is of a kind of ip_gre or ip6_gre, in the place of that */
	bool over_ipv6; /* also if it has neither local nor remote */
	bool ether; /* the payload is Ethernet */

	char name[IFNAMSIZ];
	struct ip local, remote;
	char dev[IFNAMSIZ]; /* "": none */
	uint32_t link; /* ifindex of dev; resolve.c keeps the two together */
	struct direction in, out;
	uint8_t ttl; /* 0: inherit */
	uint32_t ttl_min; /* of received packets, 0: off */
	uint32_t decap_ttl; /* GREX_DECAP_TTL_* */
	uint8_t tos; /* 1: inherit */
	uint32_t flowlabel; /* of IPv6, or GREX_FLOWLABEL_* */
	uint32_t encap_limit; /* of IPv6, or GREX_ENCAP_LIMIT_NONE */
	bool pmtudisc, ignore_df; /* 1/0 DF set, 0/0 inherited, 0/1 clear */
	uint32_t fwmark;
	bool icmp_relay;
	uint32_t icmp_source; /* GREX_ICMP_SOURCE_* */
	uint32_t keepalive_interval; /* ms, 0: off */
	uint32_t keepalive_retries; /* counts with an interval */
	bool keepalive_reply;
	struct secret keepalive_secret;
	uint32_t mss; /* bytes, or GREX_MSS_OFF, GREX_MSS_AUTO */
	bool mtu_probe;
	bool mtu_auto; /* it follows the path MTU */
	bool mtu_default; /* it follows the route or the link */
	uint32_t mtu; /* bytes; 0: the default, which is not known here */
	char link_netns[NETNS_NAME_SIZE]; /* "": only the number is known */
	int32_t link_netnsid;
	bool multicast;
	bool up;
	struct entries addrs, routes;
	struct source source; /* the words that were parsed */
};

/* Set the defaults of the kernel. options.c has what works by the table of options. */
void config_init(struct config *c);
void config_free(struct config *c);
void config_add_address(struct config *c, const struct entry *a);
void config_add_route(struct config *c, const struct entry *r);
/* Whether it has IPv6 addresses or routes, but an MTU that is too small for them. */
bool config_starves_ipv6(const struct config *c);
/* The family of the outer addresses. */
int config_family(const struct config *c);
/* The kind of link. */
const char *config_kind(const struct config *c);
/* Bytes in front of the inner packet: IP, GRE with the fields that are sent, Ethernet. */
uint32_t config_overhead(const struct config *c);
/* The default of mtu-probe for this configuration, as the kernel applies it. */
bool config_default_probe(const struct config *c);
/* The default of multicast, that of the kind of device. */
bool config_default_multicast(const struct config *c);
/* The metric of a route for which none is given. */
uint32_t config_default_metric(int family);
/* Return the fields that differ. */
uint64_t config_diff(const struct config *a, const struct config *b);
/* Copy the given fields of src, except addresses and routes. */
void config_overlay(struct config *dst, const struct config *src);

#endif /* CONFIG_H */
