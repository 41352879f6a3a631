/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * grex: the netlink contract of the link kind "grex". grex(4) describes the behaviour.
 *
 * A grex tunnel is configured with rtnetlink alone (RTM_NEWLINK, RTM_DELLINK,
 * RTM_GETLINK): IFLA_INFO_KIND is GREX_KIND, or GREX_KIND_TAP for a tunnel that carries
 * Ethernet, the options are in IFLA_INFO_DATA, the counters in IFLA_INFO_XSTATS.
 *
 * IFLA_INFO_DATA
 * --------------
 * Attributes 1 to 31 have the ids, types and meanings of IFLA_GRE_* in
 * <linux/if_tunnel.h>, so that a program which reads a "gre" link reads a "grex" link.
 * Attributes that only grex has, IFLA_GREX_*, start at 32.
 *
 *   attribute           type   range, unit                     default
 *   IFLA_GRE_LINK       u32    ifindex in the underlay netns,  0
 *                              0: any
 *   IFLA_GRE_IFLAGS     be16   GRE_KEY | GRE_CSUM | GRE_SEQ,   0
 *                              required of received packets
 *   IFLA_GRE_OFLAGS     be16   GRE_KEY | GRE_CSUM | GRE_SEQ,   0
 *                              of sent packets
 *   IFLA_GRE_IKEY       be32   any; needs GRE_KEY in IFLAGS    0
 *   IFLA_GRE_OKEY       be32   any; needs GRE_KEY in OFLAGS    0
 *   IFLA_GRE_LOCAL      4 or   unicast, all 0: any             any
 *   IFLA_GRE_REMOTE     16     of one family, which the        any
 *                       bytes  tunnel keeps; 16 bytes: IPv6
 *   IFLA_GRE_TTL        u8     1..255, 0: inherit              64
 *   IFLA_GRE_TOS        u8     multiple of 4 (the ECN bits     1
 *                              stay 0); + 1: inherit, and the
 *                              rest for payload without a TOS
 *   IFLA_GRE_PMTUDISC   u8     0, 1                            1
 *   IFLA_GRE_IGNORE_DF  u8     0, 1; 1 needs PMTUDISC 0        0
 *   IFLA_GRE_FWMARK     u32    any                             0
 *   IFLA_GREX_ICMP_RELAY
 *                       u32    0, 1                            1
 *   IFLA_GREX_ICMP_SOURCE
 *                       u32    enum grex_icmp_source; HOP      SELF
 *                              needs ICMP_RELAY 1
 *   IFLA_GREX_DECAP_TTL u32    enum grex_decap_ttl             KEEP
 *   IFLA_GREX_KEEPALIVE_INTERVAL
 *                       u32    100..3600000 ms, 0: off; needs  0
 *                              a REMOTE
 *   IFLA_GREX_KEEPALIVE_RETRIES
 *                       u32    1..255; needs an INTERVAL       3
 *   IFLA_GREX_KEEPALIVE_REPLY
 *                       u32    0, 1                            1
 *   IFLA_GREX_PROBE     u32    56..65499 bytes of the inner    -
 *                              packet (60 with a key), 0: the
 *                              minimum
 *   IFLA_GREX_MSS       u32    0: off, 1: auto, 88..65535      0
 *                              bytes
 *   IFLA_GREX_MTU_PROBE u32    0, 1; 1 needs a REMOTE          0
 *   IFLA_GREX_MTU_AUTO  u32    enum grex_mtu_auto; PATH needs  ROUTE
 *                              a REMOTE; PATH and ROUTE
 *                              exclude IFLA_MTU
 *   IFLA_GREX_TTL_MIN   u32    0: off, 1..255                  0
 *   IFLA_GREX_KEEPALIVE_SECRET
 *                       binary 16 bytes, 0 bytes: none; needs  none
 *                              a REMOTE; never read back
 *   IFLA_GREX_FLOWLABEL u32    0..0xfffff, 0x100000: INHERIT,  AUTO
 *                              0x100001: AUTO; others than
 *                              AUTO need IPv6 addresses
 *   IFLA_GREX_ENCAP_LIMIT
 *                       u32    0..255; others than NONE need   NONE
 *                              IPv6 addresses
 *   IFLA_GREX_KEEPALIVE_SECRET_ID
 *                       u32    read only: lower half of the    -
 *                              SipHash-2-4 of the empty
 *                              message under the secret;
 *                              absent without one
 *
 * PMTUDISC and IGNORE_DF together select the outer DF bit: 1/0 set, 0/0 inherited from an
 * inner IPv4 header (else clear), 0/1 clear.
 *
 * The flow label of AUTO is a keyed hash of the inner flow, the same for all of its packets:
 * routers spread flows by it (RFC 6438), and an ICMPv6 error with it is about a packet of this
 * tunnel. INHERIT takes that of an inner IPv6 packet, and is AUTO for packets without one. With
 * INHERIT or a fixed label no ICMPv6 error is believed, since anybody can know the label.
 *
 * With an ENCAP_LIMIT, outer packets have a destination option that tells how often they may
 * be encapsulated again (RFC 2473 4.1). It takes 8 bytes, and that of an inner IPv6 packet
 * less 1 precedes. NONE means that there is no such option.
 *
 * The first 8 bytes of a KEEPALIVE_SECRET are the low half of the SipHash key, little
 * endian.
 *
 * RTM_NEWLINK on an existing link changes the options that are given and keeps the others.
 * A change is applied as a whole or not at all.
 *
 * If the module is loaded with the parameter kinds, links of the kinds "gre", "gretap", "ip6gre"
 * and "ip6gretap" have the same attributes. Their default of TTL and TOS is 0, and a change that
 * has any IFLA_GRE_* attribute resets those that it does not have, except FWMARK and IGNORE_DF. A
 * REMOTE of a "gretap" or "ip6gretap" is not 0. The two kinds over IPv6 also have
 * IFLA_GRE_ENCAP_LIMIT, _FLOWINFO and _FLAGS, which grex(4) describes; their default of
 * IFLA_GREX_ENCAP_LIMIT is 0, and such a change also resets FWMARK, IFLA_GREX_FLOWLABEL and
 * IFLA_GREX_ENCAP_LIMIT. A link of these kinds without IFLA_GREX_* attributes belongs to another
 * module, or is gre0, gretap0 or ip6gre0, which cannot be changed.
 *
 * PROBE is a command and must be alone in IFLA_INFO_DATA. A PATH of MTU_AUTO also sets
 * MTU_PROBE 1, unless that is given or MTU_AUTO was PATH before. An IFLA_MTU sets MTU_AUTO
 * to OFF. An OFF keeps the MTU, and has no effect after ROUTE.
 *
 * Errors
 * ------
 * An attribute that is unknown, malformed or without effect is refused; the extended
 * acknowledgment points at it and explains why.
 *
 *   EINVAL      malformed, out of range, unknown or contradictory, or an option of
 *               "gre" that grex does not have
 *   EEXIST      another tunnel of the underlay namespace has the same local, remote, input
 *               key and link
 *   ENODEV      IFLA_GRE_LINK names no device of the underlay namespace
 *   EPERM       CAP_NET_ADMIN is needed in both namespaces; for a KEEPALIVE_INTERVAL below
 *               GREX_KEEPALIVE_INTERVAL_ANY, in the initial user namespace
 *
 * PROBE has these besides:
 *
 *   ENETDOWN      the device is down
 *   EDESTADDRREQ  the tunnel has no remote
 *   EMSGSIZE      the probe is larger than the path MTU
 *   EHOSTUNREACH  there is no route to the remote
 *   ELOOP         the route to the remote leads back into the tunnel
 *   ENOBUFS       the underlay did not take the probe
 *
 * Beside IFLA_INFO_DATA, IFLA_MTU (GREX_MTU_MIN..GREX_MTU_MAX bytes) and IFLA_LINK_NETNSID
 * (the underlay namespace) have their usual meaning. IFLA_LINK is refused; so are
 * IFLA_ADDRESS and IFLA_BROADCAST, unless they equal LOCAL and REMOTE of a new tunnel.
 */
#ifndef _UAPI_LINUX_GREX_H
#define _UAPI_LINUX_GREX_H

#include <linux/types.h>

#define GREX_KIND "grex"
#define GREX_KIND_TAP "grextap" /* the payload is Ethernet */

/* The default of IFLA_GRE_TTL. */
#define GREX_TTL_DEFAULT 64
/* Values with a meaning of their own, as in the kernel's "gre". */
#define GREX_TTL_INHERIT 0
#define GREX_TOS_INHERIT 1

/* IFLA_MTU, in bytes: at most what fits with the longest headers, whatever the options. */
#define GREX_MTU_MIN 68
#define GREX_MTU_MAX 65499

/* IFLA_GREX_PROBE, in bytes; an input key adds 4 to the minimum. */
#define GREX_PROBE_MIN 56
#define GREX_PROBE_MAX GREX_MTU_MAX

/* Special values of IFLA_GREX_FLOWLABEL. All lower values are flow labels of 20 bits. */
#define GREX_FLOWLABEL_INHERIT 0x100000
#define GREX_FLOWLABEL_AUTO 0x100001

/* The value of IFLA_GREX_ENCAP_LIMIT for no option. All lower values are limits. */
#define GREX_ENCAP_LIMIT_NONE 256

/* IFLA_GREX_TTL_MIN */
#define GREX_TTL_MIN_MAX 255

/* IFLA_GREX_KEEPALIVE_INTERVAL, in ms */
#define GREX_KEEPALIVE_INTERVAL_MIN 100
#define GREX_KEEPALIVE_INTERVAL_MAX 3600000
/* below: CAP_NET_ADMIN in the initial user namespace, else EPERM */
#define GREX_KEEPALIVE_INTERVAL_ANY 1000
/* The usual value of other vendors, for tools that need a default. */
#define GREX_KEEPALIVE_INTERVAL_DEFAULT 10000
/* IFLA_GREX_KEEPALIVE_RETRIES */
#define GREX_KEEPALIVE_RETRIES_DEFAULT 3
#define GREX_KEEPALIVE_RETRIES_MAX 255
/* Number of probes in GREX_PROBES_HISTORY. */
#define GREX_KEEPALIVE_HISTORY 32

/* GREX_PROBES_RTT_BUCKETS: the number of buckets, and the upper bound of each in ns,
 * inclusive; the last one has none.
 */
#define GREX_RTT_BUCKETS 16
#define GREX_RTT_BOUNDS(X) \
	X(100000)          \
	X(250000)          \
	X(500000)          \
	X(1000000)         \
	X(2500000)         \
	X(5000000)         \
	X(10000000)        \
	X(25000000)        \
	X(50000000)        \
	X(100000000)       \
	X(250000000)       \
	X(500000000)       \
	X(1000000000)      \
	X(2500000000)      \
	X(5000000000)

/* Length of IFLA_GREX_KEEPALIVE_SECRET, in bytes. */
#define GREX_KEEPALIVE_SECRET_LEN 16

/* IFLA_GREX_MSS: values with a meaning of their own, and the range of others in bytes.
 * The kernel's TCP sends no less (TCP_MIN_MSS).
 */
#define GREX_MSS_OFF 0
#define GREX_MSS_AUTO 1
#define GREX_MSS_MIN 88
#define GREX_MSS_MAX 65535

/* Attributes of IFLA_INFO_DATA; those below 32 are IFLA_GRE_*. */
enum {
	IFLA_GREX_ICMP_RELAY = 32,
	IFLA_GREX_ICMP_SOURCE,
	IFLA_GREX_DECAP_TTL,
	IFLA_GREX_KEEPALIVE_INTERVAL,
	IFLA_GREX_KEEPALIVE_RETRIES,
	IFLA_GREX_KEEPALIVE_REPLY,
	IFLA_GREX_PROBE,
	IFLA_GREX_MSS,
	IFLA_GREX_MTU_PROBE,
	IFLA_GREX_MTU_AUTO,
	IFLA_GREX_TTL_MIN,
	IFLA_GREX_KEEPALIVE_SECRET,
	IFLA_GREX_KEEPALIVE_SECRET_ID,
	IFLA_GREX_FLOWLABEL,
	IFLA_GREX_ENCAP_LIMIT,
	__IFLA_GREX_MAX,
};

#define IFLA_GREX_MAX (__IFLA_GREX_MAX - 1)

/* IFLA_GREX_MTU_AUTO: what the MTU of the device follows. */
enum grex_mtu_auto {
	GREX_MTU_AUTO_OFF, /* nothing: it was set */
	GREX_MTU_AUTO_PATH, /* the path to the remote */
	GREX_MTU_AUTO_ROUTE, /* the route to the remote, or the link */
};

/* IFLA_GREX_ICMP_SOURCE: the source address of relayed ICMP errors. */
enum grex_icmp_source {
	GREX_ICMP_SOURCE_SELF, /* this machine */
	GREX_ICMP_SOURCE_HOP, /* the router that reported the error */
	GREX_ICMP_SOURCE_COUNT,
};

/* IFLA_GREX_DECAP_TTL: the TTL of a received inner packet. */
enum grex_decap_ttl {
	GREX_DECAP_TTL_KEEP, /* is kept */
	GREX_DECAP_TTL_COPY, /* is lowered to the outer TTL */
	GREX_DECAP_TTL_COUNT,
};

/* Attributes of IFLA_INFO_XSTATS: one u64 for each counter, aligned with GREX_STAT_PAD. New
 * ones go to the end. What each counts is in GREX_STATS.
 */
enum {
	GREX_STAT_UNSPEC,
	GREX_STAT_PAD,
	GREX_STAT_RX_CSUM,
	GREX_STAT_RX_NO_CSUM,
	GREX_STAT_RX_WRONG_KEY,
	GREX_STAT_RX_NO_SEQ,
	GREX_STAT_RX_OUT_OF_ORDER,
	GREX_STAT_RX_PROTOCOL,
	GREX_STAT_RX_TRUNCATED,
	GREX_STAT_RX_ECN,
	GREX_STAT_RX_DOWN,
	GREX_STAT_RX_NO_MEMORY,
	GREX_STAT_TX_NO_REMOTE,
	GREX_STAT_TX_NO_ROUTE,
	GREX_STAT_TX_RECURSION,
	GREX_STAT_TX_TOO_BIG,
	GREX_STAT_TX_TRUNCATED,
	GREX_STAT_TX_NO_MEMORY,
	GREX_STAT_TX_UNDERLAY,
	GREX_STAT_NETNS_RX_TRUNCATED,
	GREX_STAT_NETNS_RX_VERSION,
	GREX_STAT_NETNS_RX_ROUTING,
	GREX_STAT_NETNS_RX_RESERVED,
	GREX_STAT_NETNS_RX_NO_TUNNEL,
	GREX_STAT_ICMP_FRAG_NEEDED_RELAYED,
	GREX_STAT_ICMP_FRAG_NEEDED_UNATTRIBUTED,
	GREX_STAT_ICMP_FRAG_NEEDED_LIMITED,
	GREX_STAT_ICMP_FRAG_NEEDED_REFUSED,
	GREX_STAT_ICMP_UNREACHABLE_RELAYED,
	GREX_STAT_ICMP_UNREACHABLE_UNATTRIBUTED,
	GREX_STAT_ICMP_UNREACHABLE_LIMITED,
	GREX_STAT_ICMP_UNREACHABLE_REFUSED,
	GREX_STAT_ICMP_TIME_EXCEEDED_RELAYED,
	GREX_STAT_ICMP_TIME_EXCEEDED_UNATTRIBUTED,
	GREX_STAT_ICMP_TIME_EXCEEDED_LIMITED,
	GREX_STAT_ICMP_TIME_EXCEEDED_REFUSED,
	GREX_STAT_ICMP_PARAM_PROBLEM_RELAYED,
	GREX_STAT_ICMP_PARAM_PROBLEM_UNATTRIBUTED,
	GREX_STAT_ICMP_PARAM_PROBLEM_LIMITED,
	GREX_STAT_ICMP_PARAM_PROBLEM_REFUSED,
	GREX_STAT_ICMP_UNREACHABLE_ANSWERED,
	GREX_STAT_NETNS_ICMP_NO_TUNNEL,
	GREX_STAT_KEEPALIVE_ANSWERED,
	GREX_STAT_RX_KEEPALIVE_LIMITED,
	GREX_STAT_RX_KEEPALIVE_REFUSED,
	GREX_STAT_RX_KEEPALIVE_UNKNOWN,
	GREX_STAT_RX_KEEPALIVE_REPEATED,
	GREX_STAT_ICMP_FRAG_NEEDED_CLAIMED,
	GREX_STAT_RX_TTL,
	GREX_STAT_RX_KEEPALIVE_UNPROVED,
	GREX_STAT_TX_ENCAP_LIMIT,
	__GREX_STAT_MAX,
};

#define GREX_STAT_MAX (__GREX_STAT_MAX - 1)

/**
 * GREX_STATS - the name, scope and meaning of every counter
 * @X: macro to expand for each, X(attribute, name, scope, text)
 *
 * The name is that of gretool, JSON and ethtool. The kernel, gretool and the table in
 * grex(4) are built from this list. Counters start at 0 and never decrease.
 *
 * The scope TUNNEL is for packets of this tunnel. The scope NETNS is for packets that belong
 * to no tunnel: all tunnels of an underlay namespace report the same value.
 */
#define GREX_STATS(X)                                                                     \
	X(GREX_STAT_RX_CSUM, rx_csum, TUNNEL,                                             \
	  "GRE checksum wrong (RFC 2784 2.1)")                                            \
	X(GREX_STAT_RX_NO_CSUM, rx_no_csum, TUNNEL,                                       \
	  "no checksum, but icsum requires one")                                          \
	X(GREX_STAT_RX_WRONG_KEY, rx_wrong_key, TUNNEL,                                   \
	  "addresses match, the key does not (RFC 2890 2.1)")                             \
	X(GREX_STAT_RX_NO_SEQ, rx_no_seq, TUNNEL,                                         \
	  "no sequence number, but iseq requires one")                                    \
	X(GREX_STAT_RX_OUT_OF_ORDER, rx_out_of_order, TUNNEL,                             \
	  "sequence number old or repeated (RFC 2890 2.2)")                               \
	X(GREX_STAT_RX_PROTOCOL, rx_protocol, TUNNEL,                                     \
	  "payload that the tunnel does not carry")                                       \
	X(GREX_STAT_RX_TRUNCATED, rx_truncated, TUNNEL,                                   \
	  "inner header incomplete")                                                      \
	X(GREX_STAT_RX_ECN, rx_ecn, TUNNEL,                                               \
	  "congestion marked on a packet that is not ECN capable (RFC 6040)")             \
	X(GREX_STAT_RX_DOWN, rx_down, TUNNEL, "device is down")                           \
	X(GREX_STAT_RX_NO_MEMORY, rx_no_memory, TUNNEL,                                   \
	  "no memory to receive")                                                         \
	X(GREX_STAT_TX_NO_REMOTE, tx_no_remote, TUNNEL,                                   \
	  "remote any, and no neighbour entry has an address")                            \
	X(GREX_STAT_TX_NO_ROUTE, tx_no_route, TUNNEL,                                     \
	  "no underlay route to the remote")                                              \
	X(GREX_STAT_TX_RECURSION, tx_recursion, TUNNEL,                                   \
	  "the route to the remote leads back into the tunnel, or into a 6th nested one") \
	X(GREX_STAT_TX_TOO_BIG, tx_too_big, TUNNEL,                                       \
	  "larger than the path MTU; the sender was told")                                \
	X(GREX_STAT_TX_TRUNCATED, tx_truncated, TUNNEL,                                   \
	  "inner header incomplete")                                                      \
	X(GREX_STAT_TX_NO_MEMORY, tx_no_memory, TUNNEL, "no memory to send")              \
	X(GREX_STAT_TX_UNDERLAY, tx_underlay, TUNNEL,                                     \
	  "not taken by the underlay: queue full, or filtered")                           \
	X(GREX_STAT_NETNS_RX_TRUNCATED, netns_rx_truncated, NETNS,                        \
	  "GRE header incomplete")                                                        \
	X(GREX_STAT_NETNS_RX_VERSION, netns_rx_version, NETNS,                            \
	  "another GRE version; always 0, because gre.ko drops it first")                 \
	X(GREX_STAT_NETNS_RX_ROUTING, netns_rx_routing, NETNS,                            \
	  "source routing present (RFC 1701), refused")                                   \
	X(GREX_STAT_NETNS_RX_RESERVED, netns_rx_reserved, NETNS,                          \
	  "reserved flag bits set (RFC 2784 2.3)")                                        \
	X(GREX_STAT_NETNS_RX_NO_TUNNEL, netns_rx_no_tunnel, NETNS,                        \
	  "no tunnel has these addresses; answered with ICMP port unreachable")           \
	X(GREX_STAT_ICMP_FRAG_NEEDED_RELAYED, icmp_frag_needed_relayed,                   \
	  TUNNEL, "frag needed: relayed to the inner source")                             \
	X(GREX_STAT_ICMP_FRAG_NEEDED_UNATTRIBUTED,                                        \
	  icmp_frag_needed_unattributed, TUNNEL,                                          \
	  "frag needed: the embedded packet is too short")                                \
	X(GREX_STAT_ICMP_FRAG_NEEDED_LIMITED, icmp_frag_needed_limited,                   \
	  TUNNEL, "frag needed: not relayed, too many, or no memory")                     \
	X(GREX_STAT_ICMP_FRAG_NEEDED_REFUSED, icmp_frag_needed_refused,                   \
	  TUNNEL, "frag needed: not believed, or nothing to relay")                       \
	X(GREX_STAT_ICMP_UNREACHABLE_RELAYED, icmp_unreachable_relayed,                   \
	  TUNNEL, "unreachable: relayed to the inner source")                             \
	X(GREX_STAT_ICMP_UNREACHABLE_UNATTRIBUTED,                                        \
	  icmp_unreachable_unattributed, TUNNEL,                                          \
	  "unreachable: the embedded packet is too short")                                \
	X(GREX_STAT_ICMP_UNREACHABLE_LIMITED, icmp_unreachable_limited,                   \
	  TUNNEL, "unreachable: not relayed, too many, or no memory")                     \
	X(GREX_STAT_ICMP_UNREACHABLE_REFUSED, icmp_unreachable_refused,                   \
	  TUNNEL, "unreachable: not believed, or nothing to relay")                       \
	X(GREX_STAT_ICMP_TIME_EXCEEDED_RELAYED, icmp_time_exceeded_relayed,               \
	  TUNNEL, "time exceeded: relayed to the inner source")                           \
	X(GREX_STAT_ICMP_TIME_EXCEEDED_UNATTRIBUTED,                                      \
	  icmp_time_exceeded_unattributed, TUNNEL,                                        \
	  "time exceeded: the embedded packet is too short")                              \
	X(GREX_STAT_ICMP_TIME_EXCEEDED_LIMITED, icmp_time_exceeded_limited,               \
	  TUNNEL, "time exceeded: not relayed, too many, or no memory")                   \
	X(GREX_STAT_ICMP_TIME_EXCEEDED_REFUSED, icmp_time_exceeded_refused,               \
	  TUNNEL, "time exceeded: not believed, or nothing to relay")                     \
	X(GREX_STAT_ICMP_PARAM_PROBLEM_RELAYED, icmp_param_problem_relayed,               \
	  TUNNEL, "parameter problem: relayed to the inner source")                       \
	X(GREX_STAT_ICMP_PARAM_PROBLEM_UNATTRIBUTED,                                      \
	  icmp_param_problem_unattributed, TUNNEL,                                        \
	  "parameter problem: the embedded packet is too short")                          \
	X(GREX_STAT_ICMP_PARAM_PROBLEM_LIMITED, icmp_param_problem_limited,               \
	  TUNNEL, "parameter problem: not relayed, too many, or no memory")               \
	X(GREX_STAT_ICMP_PARAM_PROBLEM_REFUSED, icmp_param_problem_refused,               \
	  TUNNEL, "parameter problem: not believed, or nothing to relay")                 \
	X(GREX_STAT_ICMP_UNREACHABLE_ANSWERED, icmp_unreachable_answered,                 \
	  TUNNEL, "unused, always 0: errors reach the source of the packet")              \
	X(GREX_STAT_NETNS_ICMP_NO_TUNNEL, netns_icmp_no_tunnel, NETNS,                    \
	  "ICMP error about a packet of no tunnel")                                       \
	X(GREX_STAT_KEEPALIVE_ANSWERED, keepalive_answered, TUNNEL,                       \
	  "keepalive of the peer, returned to it")                                        \
	X(GREX_STAT_RX_KEEPALIVE_LIMITED, rx_keepalive_limited, TUNNEL,                   \
	  "keepalive to an inner address, too many per second")                           \
	X(GREX_STAT_RX_KEEPALIVE_REFUSED, rx_keepalive_refused, TUNNEL,                   \
	  "addressed back to its sender, not to be answered (RFC 2784 3.1)")              \
	X(GREX_STAT_RX_KEEPALIVE_UNKNOWN, rx_keepalive_unknown, TUNNEL,                   \
	  "answer to a keepalive that is not ours: forged, or another's")                 \
	X(GREX_STAT_RX_KEEPALIVE_REPEATED, rx_keepalive_repeated, TUNNEL,                 \
	  "answer to a keepalive of ours, old or a second time")                          \
	X(GREX_STAT_ICMP_FRAG_NEEDED_CLAIMED, icmp_frag_needed_claimed,                   \
	  TUNNEL, "frag needed: verified by the probes of mtu-probe")                     \
	X(GREX_STAT_RX_TTL, rx_ttl, TUNNEL,                                               \
	  "outer TTL below ttl-min (RFC 5082)")                                           \
	X(GREX_STAT_RX_KEEPALIVE_UNPROVED, rx_keepalive_unproved, TUNNEL,                 \
	  "keepalive of the peer without the hash of keepalive-secret")                   \
	X(GREX_STAT_TX_ENCAP_LIMIT, tx_encap_limit, TUNNEL,                               \
	  "encapsulated as often as its first tunnel allows (RFC 2473 4.1.1)")

/* Nests beside the counters; each is absent while it would be empty. */
enum {
	GREX_XSTATS_KEEPALIVE = 256, /* GREX_PROBES_* of keepalives */
	GREX_XSTATS_PROBE, /* GREX_PROBES_* of IFLA_GREX_PROBE, without a STATE */
	GREX_XSTATS_PATH, /* GREX_PATH_* */
};

/* The results of the probes of a tunnel. */
enum {
	GREX_PROBES_UNSPEC,
	GREX_PROBES_PAD,
	GREX_PROBES_STATE, /* u32, enum grex_keepalive_state */
	GREX_PROBES_FLAPS, /* u64, how often the peer was lost */
	GREX_PROBES_CHANGED, /* u64, ms since the state changed */
	GREX_PROBES_SENT, /* u64; also those that the underlay did not take */
	GREX_PROBES_RECEIVED, /* u64 */
	GREX_PROBES_RTT, /* u64, ns, of the last answer; 0: none yet */
	GREX_PROBES_RTT_SMOOTHED, /* u64, ns, as in RFC 6298 */
	GREX_PROBES_RTT_MIN, /* u64, ns */
	GREX_PROBES_RTT_MAX, /* u64, ns */
	GREX_PROBES_JITTER, /* u64, ns, as in RFC 3550 6.4.1 */
	/* u32[GREX_KEEPALIVE_HISTORY], RTT in us, the last probe first; 0: not
	 * returned, or not sent
	 */
	GREX_PROBES_HISTORY,
	GREX_PROBES_RTT_SUM, /* u64, ns, of all answers */
	/* u64[GREX_RTT_BUCKETS], number of answers in each bucket; the sum is
	 * RECEIVED
	 */
	GREX_PROBES_RTT_BUCKETS,
	__GREX_PROBES_MAX,
};

#define GREX_PROBES_MAX (__GREX_PROBES_MAX - 1)

/* What is known of the path to the remote. An MTU is in bytes of the outer packet. */
enum {
	GREX_PATH_UNSPEC,
	GREX_PATH_PAD,
	GREX_PATH_MTU, /* u32; absent: no remote, or no route to it */
	GREX_PATH_SOURCE, /* u32, enum grex_path_source */
	/* u64, ms since it was learned, or last confirmed; absent when not known */
	GREX_PATH_AGE,
	GREX_PATH_SEARCH, /* u32, enum grex_path_search */
	GREX_PATH_TRIED, /* u32, bytes that are being probed or confirmed; 0: none */
	GREX_PATH_SENT, /* u64, probes of IFLA_GREX_MTU_PROBE */
	GREX_PATH_RECEIVED, /* u64, probes that were returned */
	/* From the probes of a peer that runs grex too. */
	GREX_PATH_PEER_DEVICE, /* u32, the MTU of its device */
	GREX_PATH_PEER_MTU, /* u32, of the path from it; 0: not probed */
	GREX_PATH_PEER_AGE, /* u64, ms since it said so */
	/* u64, ms since the last packet, or keepalive; absent: there was none */
	GREX_PATH_LAST_RX,
	GREX_PATH_LAST_TX,
	GREX_PATH_PEER_VERIFIED, /* u32, 1: the secret authenticates what the peer said */
	__GREX_PATH_MAX,
};

#define GREX_PATH_MAX (__GREX_PATH_MAX - 1)

/* GREX_PATH_SOURCE: the source of the path MTU. */
enum grex_path_source {
	GREX_PATH_FROM_ROUTE, /* the route's, or its device's */
	GREX_PATH_FROM_ICMP, /* a frag needed, which is believed for ten minutes */
	GREX_PATH_FROM_PROBES,
	GREX_PATH_SOURCES,
};

/* GREX_PATH_SEARCH: the state of IFLA_GREX_MTU_PROBE (RFC 8899 5.2). */
enum grex_path_search {
	GREX_PATH_SEARCH_OFF,
	GREX_PATH_SEARCH_BASE, /* the base size is being probed */
	GREX_PATH_SEARCH_SEARCH,
	GREX_PATH_SEARCH_DONE,
	GREX_PATH_SEARCH_ERROR, /* the peer answers, but 576 bytes do not pass */
	GREX_PATH_SEARCHES,
};

/* GREX_PROBES_STATE: the state of the peer. */
enum grex_keepalive_state {
	GREX_KEEPALIVE_OFF,
	GREX_KEEPALIVE_DOWN, /* the peer does not answer; no carrier */
	GREX_KEEPALIVE_HOLD, /* the peer answers again, not long enough; no carrier */
	GREX_KEEPALIVE_UP,
	GREX_KEEPALIVE_STATES,
};

#endif /* _UAPI_LINUX_GREX_H */
