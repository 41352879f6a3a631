/* SPDX-License-Identifier: GPL-2.0 */
/* A tunnel in netlink: requests from config, config from replies. */
#ifndef LINK_H
#define LINK_H

#include <linux/grex.h>
#include <linux/if_link.h>

#include "netlink/nl.h"
#include "option/config.h"

/* What became of probes, as of GREX_PROBES_*. */
struct probes {
	bool known; /* any were sent */
	uint32_t state; /* enum grex_keepalive_state */
	uint64_t flaps;
	uint64_t changed; /* ms ago */
	uint64_t sent, received;
	uint64_t rtt, rtt_smoothed, rtt_min, rtt_max, jitter; /* ns */
	uint64_t rtt_sum; /* ns, of all that were received */
	uint64_t rtt_buckets[GREX_RTT_BUCKETS]; /* by GREX_RTT_BOUNDS */
	uint32_t history[GREX_KEEPALIVE_HISTORY]; /* us, the last first; 0: none */
};

/* What is known of the path to the remote, as of GREX_PATH_*. */
struct path {
	uint32_t mtu; /* bytes outside; 0: no remote, or no route to it */
	uint32_t source; /* enum grex_path_source */
	bool has_age;
	uint64_t age; /* ms since it was learned or confirmed */
	uint32_t search; /* enum grex_path_search */
	uint32_t tried; /* bytes outside */
	uint64_t sent, received;
	uint32_t peer_device; /* bytes; 0: the peer is no grex, or says nothing */
	uint32_t peer_mtu; /* bytes outside, 0: it does not probe */
	uint64_t peer_age; /* ms since it said so */
	uint32_t peer_verified; /* 1: it has proved that it did */
	bool has_rx, has_tx;
	uint64_t last_rx, last_tx; /* ms since the last packet */
};

/* What the kernel says about a tunnel. */
struct tunnel {
	/* Addresses and routes come from addr.h and route.h. */
	struct config config;
	struct entries unsupported; /* routes that a file cannot express */
	struct properties properties;
	int ifindex;
	unsigned int flags; /* IFF_* */
	char kind[16]; /* "" for an interface without one */
	bool has_more; /* a tunnel of the kernel has options that grex lacks */
	bool carrier;
	uint8_t operstate; /* IF_OPER_* */
	struct rtnl_link_stats64 stats; /* 0 unless they were asked for */
	uint64_t counters[GREX_STAT_MAX + 1]; /* by GREX_STAT_* */
	struct probes keepalives;
	struct probes manual; /* by link_probe() */
	struct path path;
};

/* Build requests. resolve.h turns names into numbers before. */
void link_add(struct nl_request *request, const struct config *c);
/*
 * Change the given fields to those of c. The kernel keeps the others; of a "gre" link,
 * all of F_GRE must be valid.
 */
void link_change(struct nl_request *request, int ifindex,
		 const struct config *c, uint64_t fields);
/* Send one probe of size bytes, or of the least possible if size is 0. */
void link_probe(struct nl_request *request, int ifindex, const char *kind,
		uint32_t size);
void link_delete(struct nl_request *request, int ifindex);
/* Get an interface by its name, or by its index; netnsid: in another namespace, or -1. */
void link_get(struct nl_request *request, int32_t netnsid, const char *name,
	      uint32_t ifindex);
/* Ask for all interfaces. */
void link_dump(struct nl_request *request, bool stats);

/* Parts of a request that another program makes, and of a reply that it reads. */
void link_put_flags(struct ifinfomsg *ifm, const struct config *c,
		    uint64_t fields);
/* IFLA_INFO_XSTATS. False: it is malformed. */
bool link_read_xstats(const struct nlattr *attr, struct tunnel *tunnel);

/* Put the options that ip6_gre has in other attributes than grex. */
void link_put_ip6_gre(struct nlmsghdr *nlh, const struct config *c);

/* Read a reply or notification. False: it is malformed. */
bool link_read(const struct nlmsghdr *message, struct tunnel *tunnel);
/* nl_talk() for one interface of any kind. */
int link_talk(struct nl *nl, struct nl_request *request, struct tunnel *tunnel);
/* Whether it is a tunnel of grex, of whatever kind. */
bool link_is_grex(const struct tunnel *tunnel);
/* A kind of ip_gre or ip6_gre without Ethernet, which grex may provide in its place. */
bool link_is_gre(const struct tunnel *tunnel);
/* Any kind of GRE over IPv4. link_read() reads the config of all of them. */
bool link_is_gre_over_ipv4(const struct tunnel *tunnel);
/* Whether it is any GRE tunnel. */
bool link_is_any_gre(const struct tunnel *tunnel);

/* The option that an offset into a request is about, or NULL. */
const char *link_option_at(const struct nlmsghdr *request, uint32_t offset);

#endif /* LINK_H */
