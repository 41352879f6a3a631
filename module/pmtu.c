// SPDX-License-Identifier: GPL-2.0
/*
 * Determines the path MTU and the MTU of the device, and decides about packets that are
 * larger.
 */
#include <linux/hash.h>
#include <linux/icmpv6.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/dst_metadata.h>
#include <net/gso.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/lwtunnel.h>
#include <net/mpls.h>
#include <net/route.h>
#include <net/xfrm.h>

#include "grex.h"
#include "ipv4.h"
#include "ipv6.h"
#include "pmtu.h"
#include "route.h"

/* ip_tunnel reserves as many bytes; the offsets of an skb can hold them. */
#define GREX_HEADROOM_MAX 512U

/* The end of a label stack with more bytes is not searched. */
#define PMTU_LABELS_MAX 64

/* Return the route of most packets, which is that of DSCP 0 if the DSCP is inherited. Return
 * NULL if there is none, or if it leads back into the tunnel.
 */
static struct dst_entry *pmtu_route(const struct grex_config *config,
				    const union grex_addr *remote)
{
	struct dst_entry *dst;
	union grex_addr saddr;

	dst = grex_route_lookup(config, remote,
				config->options.tos & GREX_TOS_INHERIT
					? 0
					: config->options.tos,
				0, &saddr);
	if (IS_ERR(dst))
		return NULL;
	if (dst->dev != config->tunnel->dev)
		return dst;
	dst_release(dst);
	return NULL;
}

/* Return the configured MTU of the route, without what the kernel has learned from ICMP. */
static unsigned int pmtu_configured(const struct dst_entry *dst, bool is_ipv6)
{
	const unsigned int mtu = is_ipv6 ? grex_ipv6_mtu(dst)
					 : grex_ipv4_mtu(dst);

	return mtu - lwtunnel_headroom(dst->lwtstate, mtu);
}

/* Return the MTU that limits packets on the route. Under IPsec, the path MTU that the kernel
 * has learned limits them, too.
 */
static unsigned int pmtu_of_route(const struct grex_config *config,
				  const struct dst_entry *dst)
{
	return dst_xfrm(dst) ? dst_mtu(dst)
			     : pmtu_configured(dst, grex_is_ipv6(config));
}

/* Return the MTU for a device, which is the configured one less what IPsec adds. A path MTU
 * that the kernel has learned expires without a change of the route, so the MTU of a device
 * does not follow it.
 */
static unsigned int pmtu_for_device(const struct dst_entry *dst)
{
	struct xfrm_state *states[XFRM_MAX_DEPTH];
	unsigned int count = 0, mtu;
	bool is_ipv6;

	while (dst_xfrm(dst) && count < ARRAY_SIZE(states)) {
		states[count++] = dst_xfrm(dst);
		dst = xfrm_dst_child(dst);
	}
	is_ipv6 = IS_ENABLED(CONFIG_IPV6) && dst->ops->family == AF_INET6;
	mtu = pmtu_configured(dst, is_ipv6);
	/* The last transformation is the outermost one on the wire. If its headers do not fit,
	 * xfrm_state_mtu() underflows.
	 */
	while (count--)
		mtu = min(mtu, xfrm_state_mtu(states[count], mtu));
	return mtu;
}

/* Return the bytes of the Ethernet header in front of the inner IP header. */
static unsigned int pmtu_frame_len(const struct grex_config *config)
{
	return config->options.match.ether ? ETH_HLEN : 0;
}

struct grex_pmtu_link grex_pmtu_of_link(const struct grex_config *config)
{
	const unsigned int overhead = config->overhead + pmtu_frame_len(config);
	struct grex_pmtu_link link = {
		.mtu = ETH_DATA_LEN - overhead,
		.headroom = LL_MAX_HEADER + config->overhead,
	};
	struct net *net = config->tunnel->net;
	struct net_device *dev = NULL;
	unsigned int mtu = 0;

	if (!grex_addr_is_any(&config->options.match.remote)) {
		struct dst_entry *dst =
			pmtu_route(config, &config->options.match.remote);

		if (dst) {
			mtu = pmtu_for_device(dst);
			link.is_tunnel = dst->dev->type == ARPHRD_IPGRE ||
					 dst->dev->type == ARPHRD_IP6GRE;
			link.headroom = LL_RESERVED_SPACE(dst->dev) +
					dst->header_len + config->overhead;
			dst_release(dst);
		}
	}
	if (!mtu && config->options.link)
		dev = __dev_get_by_index(net, config->options.link);
	if (dev)
		mtu = READ_ONCE(dev->mtu);
	/* Nested tunnels would add to the headroom without end. */
	link.headroom = min(link.headroom, GREX_HEADROOM_MAX);
	/* The MTU of a loopback is larger than that of a tunnel may be. */
	link.is_known = mtu;
	if (mtu)
		link.mtu = clamp_t(unsigned int, mtu, ETH_MIN_MTU + overhead,
				   config->tunnel->dev->max_mtu + overhead) -
			   overhead;
	return link;
}

/* Return the entry of a remote. In a tunnel with many remotes, several may share one. */
static struct grex_pmtu_learned *pmtu_entry(const struct grex_config *config,
					    const union grex_addr *remote)
{
	struct grex_pmtu_learned *learned = config->tunnel->pmtu.learned;

	if (!grex_addr_is_any(&config->options.match.remote))
		return learned;
	return &learned[hash_32(ipv6_addr_hash(&remote->v6),
				GREX_PMTU_REMOTES_BITS)];
}

/* Return what the tunnel has learned about the path to @remote from proved ICMP errors. The
 * route cache of the kernel is not used, because it believes errors that anyone can forge.
 * As there, an entry is valid for the route that the packet took.
 */
static struct grex_pmtu_learned pmtu_learned(const struct grex_config *config,
					     const struct dst_entry *dst,
					     const union grex_addr *remote)
{
	const union grex_addr gateway = grex_route_gateway(config, dst);
	const struct grex_pmtu *pmtu = &config->tunnel->pmtu;
	struct grex_pmtu_learned learned;
	unsigned int seq;

	do {
		seq = read_seqbegin(&pmtu->lock);
		learned = *pmtu_entry(config, remote);
	} while (read_seqretry(&pmtu->lock, seq));
	if (!grex_addr_is_same(&learned.remote, remote) ||
	    (!learned.spread &&
	     (learned.oif != dst->dev->ifindex ||
	      !grex_addr_is_same(&learned.gateway, &gateway))) ||
	    learned.genid != fnhe_genid(config->tunnel->net) ||
	    time_after_eq64(get_jiffies_64(), learned.expires))
		learned.mtu = 0;
	return learned;
}

/* Most tunnels have learned nothing, and need not read an entry. */
static bool pmtu_has_learned(const struct grex_config *config)
{
	return READ_ONCE(config->tunnel->pmtu.has_learned);
}

void grex_pmtu_init(struct grex_tunnel *tunnel)
{
	seqlock_init(&tunnel->pmtu.lock);
}

/**
 * grex_pmtu_probed - the path MTU that probes have found
 * @config: of the tunnel
 *
 * Return: bytes of an outer packet; 0: none is known
 */
u32 grex_pmtu_probed(const struct grex_config *config)
{
	return config->options.mtu_probe
		       ? READ_ONCE(config->tunnel->pmtu.plpmtu)
		       : 0;
}

/* Forget what was learned, because the remote or the route to it has changed. */
void grex_pmtu_forget(struct grex_tunnel *tunnel)
{
	struct grex_pmtu *pmtu = &tunnel->pmtu;

	write_seqlock_bh(&pmtu->lock);
	WRITE_ONCE(pmtu->has_learned, false);
	WRITE_ONCE(pmtu->frag_needed, 0);
	memset(pmtu->learned, 0, sizeof(pmtu->learned));
	write_sequnlock_bh(&pmtu->lock);
}

/**
 * grex_pmtu_learn - learn the path MTU from a proved ICMP error
 * @config: of the tunnel that sent the packet
 * @dst: the route of the packet
 * @remote: outer destination
 * @mtu: path MTU that the error reports, in bytes of an outer packet
 * @spread: the packet may have taken any of several equal paths
 *
 * The path MTU expires after the time of the kernel (net.ipv4.route.mtu_expires or
 * net.ipv6.route.mtu_expires). If it is below GREX_PMTU_FLOOR, IPv4 packets are sent without
 * DF, as the kernel does. That of IPv6 is never below 1280 (RFC 8201 section 4).
 *
 * Return: bytes that outer packets are limited to now
 */
u32 grex_pmtu_learn(const struct grex_config *config,
		    const struct dst_entry *dst, const union grex_addr *remote,
		    u32 mtu, bool spread)
{
	const u32 floor = grex_is_ipv6(config) ? IPV6_MIN_MTU : GREX_PMTU_FLOOR;
	const struct net *net = config->tunnel->net;
	struct grex_pmtu *pmtu = &config->tunnel->pmtu;
	struct grex_pmtu_learned learned = {
		.remote = *remote,
		.oif = dst->dev->ifindex,
		.gateway = grex_route_gateway(config, dst),
		.spread = spread,
		.genid = fnhe_genid(config->tunnel->net),
		.mtu = max(mtu, floor),
		.locked = !grex_is_ipv6(config) && mtu < floor,
		.expires = get_jiffies_64() +
			   (grex_is_ipv6(config) ? grex_ipv6_mtu_expires(net)
						 : grex_ipv4_mtu_expires(net)),
	}, old;

	if (learned.mtu >= pmtu_of_route(config, dst))
		return pmtu_of_route(config, dst);
	/* An error about a wider link on the path may arrive late. */
	old = pmtu_learned(config, dst, remote);
	if (old.mtu && old.mtu < learned.mtu)
		return old.mtu;
	write_seqlock_bh(&pmtu->lock);
	*pmtu_entry(config, remote) = learned;
	WRITE_ONCE(pmtu->has_learned, true);
	write_sequnlock_bh(&pmtu->lock);
	WRITE_ONCE(pmtu->frag_needed, jiffies ?: 1);
	return learned.mtu;
}

/**
 * grex_pmtu_is_locked - check whether packets must be sent without DF
 * @config: of the tunnel
 * @dst: the route
 * @remote: outer destination
 *
 * Return: whether the MTU of the route is locked, or that of the path is too low
 */
bool grex_pmtu_is_locked(const struct grex_config *config,
			 const struct dst_entry *dst,
			 const union grex_addr *remote)
{
	const bool is_locked = dst_metric_locked(dst, RTAX_MTU);
	struct grex_pmtu_learned learned;

	if (likely(!is_locked && !pmtu_has_learned(config)) ||
	    grex_pmtu_probed(config))
		return false;
	if (is_locked)
		return true;
	learned = pmtu_learned(config, dst, remote);
	return learned.mtu && learned.locked;
}

/* Return the path MTU in bytes of an outer packet, from probes or else from ICMP errors. */
static u32 pmtu_outside(const struct grex_config *config,
			const struct dst_entry *dst,
			const union grex_addr *remote)
{
	const u32 route = pmtu_of_route(config, dst);
	u32 path = grex_pmtu_probed(config);

	if (!path && unlikely(pmtu_has_learned(config)))
		path = pmtu_learned(config, dst, remote).mtu;
	return path ? min(path, route) : route;
}

static u32 pmtu_inner(const struct grex_config *config, u32 mtu)
{
	/* A route may have any MTU, but all links carry IPv4 packets of 68 bytes, and IPv6
	 * packets of 1280.
	 */
	const u32 least = grex_is_ipv6(config)
				  ? IPV6_MIN_MTU
				  : IPV4_MIN_MTU + config->overhead;

	return max(mtu, least) - config->overhead;
}

/**
 * grex_pmtu_of_path - the largest inner packet, or frame, that an underlay route takes
 * @config: of the tunnel
 * @dst: the route
 * @remote: outer destination
 *
 * Return: bytes, at least 68
 */
unsigned int grex_pmtu_of_path(const struct grex_config *config,
			       const struct dst_entry *dst,
			       const union grex_addr *remote)
{
	return pmtu_inner(config, pmtu_outside(config, dst, remote));
}

/**
 * grex_pmtu_limit - the largest probe that may be sent on an underlay route
 * @config: of the tunnel
 * @dst: the route
 *
 * With mtu-probe, ICMP errors do not limit probes.
 *
 * Return: bytes of an outer packet
 */
unsigned int grex_pmtu_limit(const struct grex_config *config,
			     const struct dst_entry *dst)
{
	const unsigned int limit =
		config->options.mtu_probe
			? pmtu_of_route(config, dst)
			: pmtu_outside(config, dst,
				       &config->options.match.remote);

	/* The stack fragments larger IPv6 packets, see ipv6.c. */
	return grex_is_ipv6(config) ? min(limit, dst_mtu(dst)) : limit;
}

/**
 * grex_pmtu_limit_to - the largest probe that may be sent to the remote
 * @config: of a tunnel with a remote
 *
 * Return: bytes of an outer packet; 0: no route
 */
unsigned int grex_pmtu_limit_to(const struct grex_config *config)
{
	struct dst_entry *dst =
		pmtu_route(config, &config->options.match.remote);
	unsigned int mtu;

	if (!dst)
		return 0;
	mtu = grex_pmtu_limit(config, dst);
	dst_release(dst);
	return mtu;
}

/**
 * grex_pmtu_to - the largest inner packet, without an Ethernet header, that reaches the other end
 * @config: of the tunnel
 * @remote: outer address of the other end
 *
 * Return: bytes; 0: no route
 */
unsigned int grex_pmtu_to(const struct grex_config *config,
			  const union grex_addr *remote)
{
	struct dst_entry *dst = pmtu_route(config, remote);
	unsigned int mtu;

	if (!dst)
		return 0;
	mtu = grex_pmtu_of_path(config, dst, remote) - pmtu_frame_len(config);
	dst_release(dst);
	return mtu;
}

/**
 * grex_pmtu_read - read the state of the path to the remote
 * @tunnel: the tunnel
 * @path: filled in
 *
 * The caller holds the RTNL lock.
 */
void grex_pmtu_read(struct grex_tunnel *tunnel, struct grex_path *path)
{
	const struct grex_config *config = rtnl_dereference(tunnel->config);
	const unsigned long frag_needed = READ_ONCE(tunnel->pmtu.frag_needed);
	struct dst_entry *dst;

	*path = (struct grex_path){ .age = GREX_PATH_AGELESS };
	if (grex_addr_is_any(&config->options.match.remote))
		return;
	dst = pmtu_route(config, &config->options.match.remote);
	if (!dst)
		return;
	path->mtu = pmtu_outside(config, dst, &config->options.match.remote);
	path->source = GREX_PATH_FROM_ROUTE;
	if (grex_pmtu_probed(config)) {
		path->source = GREX_PATH_FROM_PROBES;
		path->age = grex_ms_since(READ_ONCE(tunnel->pmtu.confirmed));
	} else if (pmtu_learned(config, dst, &config->options.match.remote).mtu) {
		path->source = GREX_PATH_FROM_ICMP;
		path->age = grex_ms_since(frag_needed);
	}
	dst_release(dst);
}

/**
 * grex_pmtu_fits - check whether a packet fits
 * @skb: the inner packet, or a super-packet, each segment of which must fit
 * @mtu: bytes
 */
bool grex_pmtu_fits(const struct sk_buff *skb, unsigned int mtu)
{
	if (skb_is_gso(skb))
		return skb_gso_validate_network_len(skb, mtu);
	return skb->len <= mtu;
}

/* Tell the source of an inner packet that it does not fit, and update its route, which
 * subtracts the labels itself.
 */
static enum grex_pmtu_verdict pmtu_tell(struct sk_buff *skb, unsigned int mtu,
					unsigned int labels)
{
	switch (skb->protocol) {
	case htons(ETH_P_IP):
		skb_dst_update_pmtu_no_confirm(skb, mtu + labels);
		if (!(ip_hdr(skb)->frag_off & htons(IP_DF)))
			return GREX_PMTU_FRAGMENT;
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED,
			      htonl(mtu));
		return GREX_PMTU_TOO_BIG;
	case htons(ETH_P_IPV6):
		/* IPv6 requires 1280 bytes (RFC 8200 section 5), so the outer packet is
		 * fragmented instead (RFC 7676 section 3.2).
		 */
		if (mtu < IPV6_MIN_MTU) {
			skb_dst_update_pmtu_no_confirm(skb,
						       IPV6_MIN_MTU + labels);
			if (grex_pmtu_fits(skb, IPV6_MIN_MTU))
				return GREX_PMTU_FRAGMENT;
			mtu = IPV6_MIN_MTU;
		}
		skb_dst_update_pmtu_no_confirm(skb, mtu + labels);
		icmpv6_ndo_send(skb, ICMPV6_PKT_TOOBIG, 0, mtu);
		return GREX_PMTU_TOO_BIG;
	default:
		/* The protocol has no way to tell the source. */
		return GREX_PMTU_FRAGMENT;
	}
}

/* Return the bytes of labels in front of an IP packet that has a route of its own family,
 * else 0. Only a packet that got its labels here has a route, and only its source can be
 * told without them (RFC 3032 section 2.3.2).
 */
static unsigned int pmtu_labels(struct sk_buff *skb, __be16 *protocol)
{
	const struct mpls_shim_hdr *label;
	unsigned int len = 0;
	int family;

	if (!skb_valid_dst(skb))
		return 0;
	do {
		if (len >= PMTU_LABELS_MAX ||
		    !pskb_may_pull(skb, len + sizeof(*label) +
						sizeof(struct ipv6hdr)))
			return 0;
		label = (const struct mpls_shim_hdr *)(skb->data + len);
		len += sizeof(*label);
	} while (!(label->label_stack_entry & htonl(MPLS_LS_S_MASK)));

	family = skb_dst(skb)->ops->family;
	*protocol = family == AF_INET ? htons(ETH_P_IP) : htons(ETH_P_IPV6);
	return skb->data[len] >> 4 == (family == AF_INET ? 4 : 6) ? len : 0;
}

/* Labelled packets are not fragmented by default (RFC 4023 section 5.1). If the labels were
 * added here, the IP packet behind them decides what happens.
 */
static enum grex_pmtu_verdict pmtu_tell_labelled(struct sk_buff *skb,
						 unsigned int mtu)
{
	const __be16 labelled = skb->protocol;
	enum grex_pmtu_verdict verdict;
	unsigned int len;

	len = pmtu_labels(skb, &skb->protocol);
	if (!len || mtu <= len) {
		skb->protocol = labelled;
		return GREX_PMTU_TOO_BIG;
	}
	__skb_pull(skb, len);
	skb_reset_network_header(skb);
	verdict = pmtu_tell(skb, mtu - len, len);
	skb_push(skb, len);
	skb_reset_network_header(skb);
	skb->protocol = labelled;
	return verdict;
}

/**
 * grex_pmtu_check - check whether an inner packet fits, else tell its source
 * @skb: at the inner header, which is in the linear part
 * @mtu: path MTU less the overhead
 *
 * The route of the packet learns the MTU too, so that local TCP, or the stack when it
 * fragments, makes the next packet fit.
 */
enum grex_pmtu_verdict grex_pmtu_check(struct sk_buff *skb, unsigned int mtu)
{
	if (likely(grex_pmtu_fits(skb, mtu)))
		return GREX_PMTU_FITS;
	if (eth_p_mpls(skb->protocol))
		return pmtu_tell_labelled(skb, mtu);
	return pmtu_tell(skb, mtu, 0);
}
