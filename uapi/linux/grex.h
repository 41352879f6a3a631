/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * grex: the netlink contract of the link kind "grex".
 *
 * A grex tunnel is configured with rtnetlink alone (RTM_NEWLINK, RTM_DELLINK,
 * RTM_GETLINK): IFLA_INFO_KIND is GREX_KIND, the options are in
 * IFLA_INFO_DATA, the counters in IFLA_INFO_XSTATS.
 *
 * IFLA_INFO_DATA
 * --------------
 * Attributes 1 to 31 have the ids, types and meanings of IFLA_GRE_* in
 * <linux/if_tunnel.h>, so that a program which reads a "gre" link reads a
 * "grex" link. Attributes of our own, IFLA_GREX_*, start at 32.
 * A message may hold:
 *
 *   attribute           type   range, unit                     default
 *   IFLA_GRE_LINK       u32    ifindex in the underlay netns,  0
 *                              0: any; see below
 *   IFLA_GRE_IFLAGS     be16   GRE_KEY | GRE_CSUM | GRE_SEQ    0
 *   IFLA_GRE_OFLAGS     be16   GRE_KEY | GRE_CSUM | GRE_SEQ    0
 *   IFLA_GRE_IKEY       be32   any; needs GRE_KEY in IFLAGS    0
 *   IFLA_GRE_OKEY       be32   any; needs GRE_KEY in OFLAGS    0
 *   IFLA_GRE_LOCAL      be32   unicast IPv4, 0.0.0.0: any      any
 *   IFLA_GRE_REMOTE     be32   unicast IPv4, 0.0.0.0: any      any
 *   IFLA_GRE_TTL        u8     1..255, 0: inherit              64
 *   IFLA_GRE_TOS        u8     multiple of 4 (the ECN bits     1
 *                              stay 0), + 1: inherit, and the
 *                              rest for payload without one
 *   IFLA_GRE_PMTUDISC   u8     0, 1                            1
 *   IFLA_GRE_IGNORE_DF  u8     0, 1; 1 needs PMTUDISC 0        0
 *   IFLA_GRE_FWMARK     u32    any                             0
 *   IFLA_GREX_ICMP_RELAY
 *                       u32    0, 1                            1
 *   IFLA_GREX_ICMP_SOURCE
 *                       u32    GREX_ICMP_SOURCE_*; HOP needs   SELF
 *                              ICMP_RELAY 1
 *   IFLA_GREX_DECAP_TTL u32    GREX_DECAP_TTL_*                KEEP
 *   IFLA_GREX_KEEPALIVE_INTERVAL
 *                       u32    100..3600000 ms, 0: off; needs  0
 *                              a REMOTE
 *   IFLA_GREX_KEEPALIVE_RETRIES
 *                       u32    1..255; needs an INTERVAL       3
 *   IFLA_GREX_KEEPALIVE_REPLY
 *                       u32    0, 1                            1
 *   IFLA_GREX_PROBE     u32    56..65499 bytes (60 with a      -
 *                              key), 0: as few as it takes
 *   IFLA_GREX_MSS       u32    0: off, 1: auto, 88..65535      0
 *                              bytes
 *   IFLA_GREX_MTU_PROBE u32    0, 1; 1 needs a REMOTE          0
 *   IFLA_GREX_MTU_AUTO  u32    0..2: enum grex_mtu_auto; 1     2
 *                              needs a REMOTE; 1 and 2 not
 *                              with IFLA_MTU
 *   IFLA_GREX_TTL_MIN   u32    0: off, 1..255                  0
 *   IFLA_GREX_KEEPALIVE_SECRET
 *                       binary 16 bytes, 0 bytes: none; needs  none
 *                              a REMOTE; never read back
 *
 * PMTUDISC and IGNORE_DF together say what the outer DF bit is:
 * 1/0 set, 0/0 inherited from an inner IPv4 header (else clear), 0/1 clear.
 * An inner packet that is larger than the path (RFC 4459 section 3, RFC 7588):
 *
 *   inner packet          outer DF set             outer DF clear
 *   IPv4 with DF          dropped, its source is   sent, the underlay
 *                         told 3/4                 fragments it
 *   IPv4 without DF       fragmented, each piece   likewise
 *                         is a tunnel packet
 *   IPv6 above 1280       dropped, ICMPv6 2        likewise
 *   IPv6 up to 1280, the  sent without DF (RFC     likewise
 *   path takes less       7676 section 3.2)
 *   neither               sent without DF          likewise
 *
 * So is IPv4 without DF from a packet socket, which cannot be cut. On a route whose
 * MTU is locked no packet has DF outside, unless probes have found the path MTU.
 *
 * IFLAGS are about received packets: with GRE_KEY only packets with IKEY
 * match, without it only packets that carry no key (RFC 2890, section 2.1);
 * with GRE_CSUM a packet without checksum is dropped; with GRE_SEQ one
 * without or with an old sequence number is. A checksum that is present is
 * always verified (RFC 2784, section 2.1). OFLAGS are about what is sent.
 *
 * By LINK outer packets are sent; a device in a VRF, or the VRF itself, stands for the
 * routes of the VRF. Of the tunnels with the same addresses and key, one with the LINK that
 * a packet came in by is preferred, then one with its VRF, then one without LINK, then one
 * with other addresses that fits; else one with another LINK of the same VRF takes it.
 *
 * TTL inherit copies the TTL or hop limit of an inner IP packet; any other
 * payload, and what is sent to a link-local destination (224.0.0.0/24,
 * 169.254.0.0/16, IPv6 multicast of link scope, fe80::/10), has
 * GREX_TTL_DEFAULT: that never leaves the link, which is the tunnel, and often
 * has TTL 1 (OSPF). With DECAP_TTL COPY a received inner IP packet goes on with
 * the lower of its own TTL and the outer one as it arrived, never 0: the uniform
 * model of RFC 2983 and RFC 3443, in which the underlay's hops count. Link-local
 * destinations, where 255 may be a proof (RFC 4861), are left as they are; so is
 * all with KEEP, the pipe model.
 *
 * With ICMP_RELAY 1 an ICMP error that a router of the underlay sends about an
 * outer packet becomes one about the inner packet, to its source, as RFC 2003
 * section 4 has it:
 *
 *   received                      sent to the inner source
 *   3/4 frag needed               3/4 with MTU less overhead; ICMPv6 2 with
 *                                 the same, not below 1280
 *   11/0 TTL exceeded             with TTL inherit 11/0, ICMPv6 3/0; else 3/1,
 *                                 ICMPv6 1/3 (the tunnel is one hop)
 *   3/x, others                   3/1 host unreachable, ICMPv6 1/3
 *   12/0 pointing into the inner  12/0, ICMPv6 4/0, pointing to the same place
 *   3/3, 3/5, 4, 5                nothing
 *
 * ICMP_SOURCE says whose address it comes from: SELF is this machine, HOP the
 * router that reported it (in IPv6 as 64:ff9b::a.b.c.d, RFC 6052). Extensions
 * (RFC 4884, MPLS labels) are carried over. Whether it is relayed or not, the
 * tunnel learns its path MTU from a 3/4. An error counts only when its quote is
 * proved to be of a packet that the tunnel sent: by its IP ID, which is a keyed hash
 * of the inner flow when DF is set (RFC 6864), or is remembered. What the kernel's
 * route cache learns from ICMP does not count, except under IPsec.
 *
 * With KEEPALIVE_INTERVAL the peer is asked that often whether it is there, by a
 * packet that comes back from any GRE endpoint which forwards IPv4 or knows
 * keepalives (Cisco's format, TOS 0xc0), and only a probe that this tunnel has
 * sent, of the last 10 seconds and one of the last 32, for the first time, counts as
 * an answer. When
 * KEEPALIVE_RETRIES in a row are not answered, the device loses its carrier when
 * the next one would be sent; so after INTERVAL x (RETRIES + 1) at most (the first
 * intervals are cut at random, so that many tunnels do not send at once). Probes go
 * on, and what the peer sends is still received. The carrier returns with the
 * first answer; after a flap when the peer has answered for an INTERVAL, and each further
 * flap doubles that, up to 60 seconds; each minute without a flap halves it. A flap during
 * which anything else of the peer came in does not count for that. A keepalive for which
 * this machine has no memory, or no room in the queue of the underlay, is not one that was
 * not answered, up to RETRIES of them since the last answer. A device that comes up
 * has no carrier until the first answer. Keepalives that are turned
 * on while it is up leave the carrier on until RETRIES are not answered.
 *
 * With KEEPALIVE_REPLY 1 a keepalive of the remote is returned to it, in
 * whichever vendor's form, whatever ip_forward, accept_local and rp_filter say; one to an
 * inside address up to 100 a second, and only to one that is on the link. Without a REMOTE
 * there is nobody to answer to. A packet back to its own encapsulator that is no keepalive
 * is dropped (RFC 2784 3.1); with 0, keepalives too.
 *
 * PROBE, alone in IFLA_INFO_DATA, sends one keepalive whose inner packet has that
 * many bytes, with DF outside and inside if the options say DF set. It has counts of
 * its own, see GREX_XSTATS_PROBE, and does not change the carrier. ENETDOWN: the
 * device is down; EDESTADDRREQ: it has no remote; EMSGSIZE: larger than the path MTU;
 * EHOSTUNREACH: no route to the remote; ELOOP: it leads back into the tunnel; ENOBUFS:
 * the underlay did not take it. As any other message it is announced as a change of
 * the link.
 *
 * With MSS the maximum segment size that a TCP SYN or SYN-ACK offers is lowered to
 * that many bytes, whichever way it goes through the tunnel, in IPv4 and in IPv6;
 * it is never raised, and none is added. AUTO is what fits at the time: the lower
 * of the MTU of the device and the path MTU less the overhead, minus 40 (IPv6: 60)
 * bytes of headers (RFC 9293 3.7.1). Fragments are left alone.
 *
 * With MTU_PROBE 1 padded keepalives with DF find the path MTU, as RFC 8899 has it,
 * with any peer that answers keepalives: exactly, from 576 bytes up to the MTU that
 * the route is configured with, without any ICMP error. What was found is confirmed
 * about every 5 seconds; whether more passes is seen every 10 minutes. As long as
 * the peer answers, a frag needed is not believed nor relayed: at most it has what
 * was found confirmed at once. Since the peer returns
 * the probe without its outer headers, a limit of the way back counts when it is
 * lower than that of the way out by more than the overhead. All probes take one path:
 * where the underlay spreads a tunnel's packets over unequal ones, leave it off.
 *
 * With MTU_AUTO 1 the MTU of the device is that of the path less the overhead, from
 * whatever source: it falls at once, and rises when probes say so, or after it could
 * for a minute. It is not below 1280 as long as the device has IPv6. Who sets it to 1
 * and does not say MTU_PROBE gets MTU_PROBE 1, too. With MTU_AUTO 2, the default, it
 * is that of the route or the link, and follows it within seconds; not that of another
 * tunnel. An IFLA_MTU sets MTU_AUTO to 0, and so does 0 after 1.
 *
 * With TTL_MIN a packet that arrives with a lower outer TTL is dropped, but for the
 * answer to a keepalive, which proves itself (RFC 5082): each router takes one off, so
 * who is further away than the peer, which has to send with 255, cannot reach the
 * tunnel. With a fixed TTL, an ICMP error is believed only when what it quotes has
 * passed no more routers than 255 - TTL_MIN; that is plausible, and no proof.
 *
 * With KEEPALIVE_SECRET, the same at both ends, a keepalive proves to the peer who sent
 * it: the hash in it, a SipHash-2-4 of its payload and its inner addresses, is made
 * with these 16 bytes, the first of them the lowest of the key, and not with a key that only
 * its sender knows. Keepalives without that proof, those of other vendors too, are
 * dropped before they cost an answer. The secret is never told: IFLA_GREX_KEEPALIVE_SECRET_ID,
 * the lower half of the SipHash of nothing with that key, says which one it is, and is
 * absent without one.
 * Without a secret, what a peer says of itself in its keepalives is not verified.
 *
 * RTM_NEWLINK on an existing link changes what is given and keeps the rest.
 * Any attribute that is unknown, malformed or without effect is refused:
 *
 *   EINVAL      malformed, out of range, unknown or contradictory, or a
 *               kernel "gre" option that grex does not have; the extended
 *               acknowledgment points at the attribute
 *   EEXIST      another tunnel of the underlay namespace has the same local,
 *               remote, input key and link
 *   ENODEV      IFLA_GRE_LINK names no device of the underlay namespace
 *   EPERM       CAP_NET_ADMIN is needed in both namespaces
 *
 * Beside IFLA_INFO_DATA, IFLA_MTU (bytes, 68..65499; as long as none is given,
 * the MTU of the route to the remote, else of the link, else 1500, minus the
 * overhead of 24 to 36) and IFLA_LINK_NETNSID (the underlay namespace) have
 * their usual meaning. IFLA_LINK is refused; so are IFLA_ADDRESS and IFLA_BROADCAST,
 * unless they are LOCAL and REMOTE of a new tunnel.
 */
#ifndef _UAPI_LINUX_GREX_H
#define _UAPI_LINUX_GREX_H

#include <linux/types.h>

#define GREX_KIND "grex"

/* What a new tunnel has when the attribute is not given. */
#define GREX_TTL_DEFAULT 64
/* Values with a meaning of their own, as in the kernel's "gre". */
#define GREX_TTL_INHERIT 0
#define GREX_TOS_INHERIT 1

#define GREX_KEEPALIVE_INTERVAL_MIN 100 /* ms */
#define GREX_KEEPALIVE_INTERVAL_MAX 3600000
/* below: CAP_NET_ADMIN in the initial user namespace, else EPERM */
#define GREX_KEEPALIVE_INTERVAL_ANY 1000
/* What the vendors have, for those who only say "on". */
#define GREX_KEEPALIVE_INTERVAL_DEFAULT 10000
#define GREX_KEEPALIVE_RETRIES_DEFAULT 3
#define GREX_KEEPALIVE_RETRIES_MAX 255
/* How many of the last probes are told one by one. */
#define GREX_KEEPALIVE_HISTORY 32

/* GREX_PROBES_RTT_BUCKETS: how many, and the upper bound of each in ns, which
 * belongs to it; the last one has none.
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

/* IFLA_GREX_MSS: values with a meaning of their own, and the range of others. The
 * kernel's TCP sends no less (TCP_MIN_MSS).
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
	IFLA_GREX_KEEPALIVE_SECRET_ID, /* u32, from the kernel only */
	__IFLA_GREX_MAX,
};

#define IFLA_GREX_MAX (__IFLA_GREX_MAX - 1)

/* IFLA_GREX_MTU_AUTO: what the MTU of the device follows; an IFLA_MTU makes it 0. */
enum grex_mtu_auto {
	GREX_MTU_AUTO_OFF, /* nothing: it was chosen */
	GREX_MTU_AUTO_PATH, /* the path to the remote */
	GREX_MTU_AUTO_ROUTE, /* the route to the remote, or the link */
};

/* IFLA_GREX_ICMP_SOURCE: the source address of relayed ICMP errors. */
enum grex_icmp_source {
	GREX_ICMP_SOURCE_SELF,
	GREX_ICMP_SOURCE_HOP,
	GREX_ICMP_SOURCE_COUNT,
};

/* IFLA_GREX_DECAP_TTL: the TTL of a received inner packet. */
enum grex_decap_ttl {
	GREX_DECAP_TTL_KEEP,
	GREX_DECAP_TTL_COPY,
	GREX_DECAP_TTL_COUNT,
};

/**
 * GREX_STATS_ICMP - the counters of one type of ICMP error
 * @X: as of GREX_STATS
 * @TYPE: first part of the ids
 * @type: first part of the names
 * @what: the type, in words
 *
 * Each ICMP error of the type about a packet of the tunnel counts once. With
 * IFLA_GREX_ICMP_RELAY 0, and while the device is down, only what is not
 * believed counts.
 */
#define GREX_STATS_ICMP(X, TYPE, type, what)                 \
	X(TYPE##_RELAYED, type##_relayed, TUNNEL,            \
	  what ": relayed to the inner source")              \
	X(TYPE##_UNATTRIBUTED, type##_unattributed, TUNNEL,  \
	  what ": the quote does not tell the inner packet") \
	X(TYPE##_LIMITED, type##_limited, TUNNEL,            \
	  what ": not relayed, too many, or no memory")      \
	X(TYPE##_REFUSED, type##_refused, TUNNEL,            \
	  what ": not believed, or nothing to relay")

/**
 * GREX_STATS - every counter of grex, in the order of the attributes (new ones
 * go to the end: the ids are part of the contract)
 * @X: macro to expand for each, X(ID, name, scope, text)
 *
 * IFLA_INFO_XSTATS is a nest of one u64 attribute GREX_STAT_<ID> for each
 * (64-bit aligned with GREX_STAT_PAD). "name" is the counter's name in
 * gretool, JSON and ethtool. Counters only grow and start at 0.
 *
 * scope is TUNNEL for what happened to a packet of this tunnel, NETNS for
 * packets that could not be attributed to any: those are counted once for
 * all tunnels of the underlay namespace and every tunnel reports the same.
 *
 * Those that begin with "icmp_" are about ICMP errors that were received about
 * packets of the tunnel, "keepalive_answered" is a keepalive of the peer. Each of
 * the others is a packet that was dropped, for one reason, and one only; those
 * that were not are in the rx and tx packets of IFLA_STATS64, whose errors and
 * dropped are sums of these. gre.ko drops and does not count what has less than
 * 12 bytes behind the IP header or any of the flag bits 9 to 14 set, and leaves bit 15
 * alone, which is version 1, to PPTP: NETNS_RX_VERSION stays 0. Of the reserved bits, 4
 * and 5 are NETNS_RX_RESERVED, and 6 to 8 are ignored (RFC 2784 2.1, 2.3).
 */
#define GREX_STATS(X)                                                           \
	X(RX_CSUM, rx_csum, TUNNEL, "GRE checksum wrong (RFC 2784 2.1)")        \
	X(RX_NO_CSUM, rx_no_csum, TUNNEL, "no checksum where icsum wants one")  \
	X(RX_WRONG_KEY, rx_wrong_key, TUNNEL,                                   \
	  "addresses match, the key does not (RFC 2890 2.1)")                   \
	X(RX_NO_SEQ, rx_no_seq, TUNNEL,                                         \
	  "no sequence number where iseq wants one")                            \
	X(RX_OUT_OF_ORDER, rx_out_of_order, TUNNEL,                             \
	  "sequence number old or repeated (RFC 2890 2.2)")                     \
	X(RX_PROTOCOL, rx_protocol, TUNNEL,                                     \
	  "payload that a layer-3 tunnel does not carry")                       \
	X(RX_TRUNCATED, rx_truncated, TUNNEL, "inner header incomplete")        \
	X(RX_ECN, rx_ecn, TUNNEL,                                               \
	  "congestion marked on a packet that is not ECN capable (RFC 6040)")   \
	X(RX_DOWN, rx_down, TUNNEL, "device is down")                           \
	X(RX_NO_MEMORY, rx_no_memory, TUNNEL, "no memory to receive")           \
	X(TX_NO_REMOTE, tx_no_remote, TUNNEL,                                   \
	  "remote any, and no neighbour entry says where to")                   \
	X(TX_NO_ROUTE, tx_no_route, TUNNEL, "no underlay route to the remote")  \
	X(TX_RECURSION, tx_recursion, TUNNEL,                                   \
	  "the route to the remote leads back into the tunnel, or into a 6th")  \
	X(TX_TOO_BIG, tx_too_big, TUNNEL,                                       \
	  "larger than the path MTU; the sender was told")                      \
	X(TX_TRUNCATED, tx_truncated, TUNNEL, "inner header incomplete")        \
	X(TX_NO_MEMORY, tx_no_memory, TUNNEL, "no memory to send")              \
	X(TX_UNDERLAY, tx_underlay, TUNNEL,                                     \
	  "not taken by the underlay: queue full, or filtered")                 \
	X(NETNS_RX_TRUNCATED, netns_rx_truncated, NETNS,                        \
	  "GRE header incomplete")                                              \
	X(NETNS_RX_VERSION, netns_rx_version, NETNS,                            \
	  "another GRE version: never, since gre.ko drops that first")          \
	X(NETNS_RX_ROUTING, netns_rx_routing, NETNS,                            \
	  "source routing present (RFC 1701), refused")                         \
	X(NETNS_RX_RESERVED, netns_rx_reserved, NETNS,                          \
	  "reserved flag bits set (RFC 2784 2.3)")                              \
	X(NETNS_RX_NO_TUNNEL, netns_rx_no_tunnel, NETNS,                        \
	  "no tunnel has these addresses; answered with ICMP port unreachable") \
	GREX_STATS_ICMP(X, ICMP_FRAG_NEEDED, icmp_frag_needed, "frag needed")   \
	GREX_STATS_ICMP(X, ICMP_UNREACHABLE, icmp_unreachable, "unreachable")   \
	GREX_STATS_ICMP(X, ICMP_TIME_EXCEEDED, icmp_time_exceeded,              \
			"time exceeded")                                        \
	GREX_STATS_ICMP(X, ICMP_PARAM_PROBLEM, icmp_param_problem,              \
			"parameter problem")                                    \
	X(ICMP_UNREACHABLE_ANSWERED, icmp_unreachable_answered, TUNNEL,         \
	  "not counted any more: errors reach the source of the packet")        \
	X(NETNS_ICMP_NO_TUNNEL, netns_icmp_no_tunnel, NETNS,                    \
	  "ICMP error that quotes a packet of no tunnel")                       \
	X(KEEPALIVE_ANSWERED, keepalive_answered, TUNNEL,                       \
	  "keepalive of the peer, returned to it")                              \
	X(RX_KEEPALIVE_LIMITED, rx_keepalive_limited, TUNNEL,                   \
	  "keepalive with inside addresses, too many per second")               \
	X(RX_KEEPALIVE_REFUSED, rx_keepalive_refused, TUNNEL,                   \
	  "addressed back to its sender, not to be answered (RFC 2784 3.1)")    \
	X(RX_KEEPALIVE_UNKNOWN, rx_keepalive_unknown, TUNNEL,                   \
	  "answer to a keepalive that is not ours: forged, or another's")       \
	X(RX_KEEPALIVE_REPEATED, rx_keepalive_repeated, TUNNEL,                 \
	  "answer to a keepalive of ours, old or a second time")                \
	X(ICMP_FRAG_NEEDED_CLAIMED, icmp_frag_needed_claimed, TUNNEL,           \
	  "frag needed: left to the probes of mtu-probe to find out")           \
	X(RX_TTL, rx_ttl, TUNNEL, "outer TTL below ttl-min (RFC 5082)")         \
	X(RX_KEEPALIVE_UNPROVED, rx_keepalive_unproved, TUNNEL,                 \
	  "keepalive of the peer without the proof of keepalive-secret")

/* Attributes of IFLA_INFO_XSTATS, each a u64. */
enum {
	GREX_STAT_UNSPEC,
	GREX_STAT_PAD,
#define GREX_STAT_ATTR(ID, name, scope, text) GREX_STAT_##ID,
	GREX_STATS(GREX_STAT_ATTR)
#undef GREX_STAT_ATTR
	__GREX_STAT_MAX,
};

#define GREX_STAT_MAX (__GREX_STAT_MAX - 1)

/* Nests beside them, of GREX_PROBES_*, once there is something to tell. */
enum {
	GREX_XSTATS_KEEPALIVE = 256,
	GREX_XSTATS_PROBE, /* those of IFLA_GREX_PROBE; without a STATE */
	GREX_XSTATS_PATH, /* of GREX_PATH_* */
};

/* What became of the probes of a tunnel. */
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
	/* u32[GREX_KEEPALIVE_HISTORY], us that the last probe took, the one
	 * before it, ...; 0: it is not back, or there was none
	 */
	GREX_PROBES_HISTORY,
	GREX_PROBES_RTT_SUM, /* u64, ns, of all answers */
	/* u64[GREX_RTT_BUCKETS], how many answers took as long as which bucket
	 * says; together as many as were RECEIVED
	 */
	GREX_PROBES_RTT_BUCKETS,
	__GREX_PROBES_MAX,
};

#define GREX_PROBES_MAX (__GREX_PROBES_MAX - 1)

/* What is known of the path to the remote. MTU are in bytes outside. */
enum {
	GREX_PATH_UNSPEC,
	GREX_PATH_PAD,
	GREX_PATH_MTU, /* u32; absent: no remote, or no route to it */
	GREX_PATH_SOURCE, /* u32, enum grex_path_source */
	/* u64, ms since it was learned, or last confirmed; absent when not known */
	GREX_PATH_AGE,
	GREX_PATH_SEARCH, /* u32, enum grex_path_search */
	GREX_PATH_TRIED, /* u32, what is being tried, or confirmed; 0: none */
	GREX_PATH_SENT, /* u64, probes of IFLA_GREX_MTU_PROBE */
	GREX_PATH_RECEIVED, /* u64, that came back */
	/* From the probes of a peer that is a grex, too. */
	GREX_PATH_PEER_DEVICE, /* u32, the MTU of its device */
	GREX_PATH_PEER_MTU, /* u32, of the path from it; 0: not probed */
	GREX_PATH_PEER_AGE, /* u64, ms since it said so */
	/* u64, ms since the last packet, or keepalive; absent: there was none */
	GREX_PATH_LAST_RX,
	GREX_PATH_LAST_TX,
	GREX_PATH_PEER_VERIFIED, /* u32, 1: its keepalives prove it */
	__GREX_PATH_MAX,
};

#define GREX_PATH_MAX (__GREX_PATH_MAX - 1)

/* GREX_PATH_SOURCE: how the MTU of the path is known. */
enum grex_path_source {
	GREX_PATH_FROM_ROUTE, /* the route's, or its device's */
	GREX_PATH_FROM_ICMP, /* frag needed, believed for ten minutes */
	GREX_PATH_FROM_PROBES,
	GREX_PATH_SOURCES,
};

/* GREX_PATH_SEARCH: what IFLA_GREX_MTU_PROBE is doing (RFC 8899 5.2). */
enum grex_path_search {
	GREX_PATH_SEARCH_OFF,
	GREX_PATH_SEARCH_BASE, /* does anything come back at all? */
	GREX_PATH_SEARCH_SEARCH,
	GREX_PATH_SEARCH_DONE,
	GREX_PATH_SEARCH_ERROR, /* only small ones come back, not 576 bytes */
	GREX_PATH_SEARCHES,
};

/* GREX_PROBES_STATE: what is known of the peer. */
enum grex_keepalive_state {
	GREX_KEEPALIVE_OFF,
	GREX_KEEPALIVE_DOWN, /* it does not answer; no carrier */
	GREX_KEEPALIVE_HOLD, /* it does again, not long enough; no carrier */
	GREX_KEEPALIVE_UP,
	GREX_KEEPALIVE_STATES,
};

#endif /* _UAPI_LINUX_GREX_H */
