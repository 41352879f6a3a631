// SPDX-License-Identifier: GPL-2.0
#include <linux/if_tunnel.h>
#include <string.h>

#include "option/option.h"

#define DSCP_NAMES                                                       \
	"cs0 cs1 cs2 cs3 cs4 cs5 cs6 cs7 af11 af12 af13 af21 af22 af23 " \
	"af31 af32 af33 af41 af42 af43 ef va le"

static const char is_outer[] = "a unicast address or any";
static const char is_key[] = "0..4294967295, 0x hexadecimal or a dotted quad";

static const char ip_netnsid[] = "\"link-netnsid\" before \"type\"";
static const char ip_type[] = "\"type grextap\"";
static const char ip_address[] = "\"ip address add\"";

#define NAMES(...) ((const struct option_name[]){ __VA_ARGS__, {} })

#define FLAG(member) MEMBER(member), .is_on_off = true

#define ON_OFF(member)                                                       \
	.type = &option_number, FLAG(member),                                \
	.names = NAMES({ "off", false }, { "on", true }), .value = "on|off", \
	.expected = "on or off", .complete = "on off"

/* clang-format off */
const struct option option_table[] = {
	{ .name = "ether", .fields = F_ETHER, .type = &option_ether, FLAG(ether),
	  .json = "ether", .add_only = true, .ip_has = ip_type,
	  .help = "carry Ethernet frames, not layer-3 packets" },
	{ .name = "local", .fields = F_LOCAL, .type = &option_outer, MEMBER(local),
	  .attr = IFLA_GRE_LOCAL, .json = "local",
	  .value = "ADDRESS|any", .expected = is_outer, .complete = "any",
	  .help = "outer source address; any: by route, receive on all" },
	{ .name = "remote", .fields = F_REMOTE, .type = &option_outer, MEMBER(remote),
	  .attr = IFLA_GRE_REMOTE, .json = "remote",
	  .value = "ADDRESS|any", .expected = is_outer, .complete = "any",
	  .help = "outer destination address; any: receive from everyone" },
	{ .name = "dev", .fields = F_DEV, .type = &option_dev, MEMBERS(dev, link),
	  .attr = IFLA_GRE_LINK,
	  .value = "INTERFACE", .expected = "an interface name", .complete = "@dev",
	  .help = "bind the outer packets to an interface or VRF" },
	{ .name = "nodev", .fields = F_DEV, .parse = option_parse_nodev,
	  .help = "do not bind them (default)" },
	{ .name = "link-netns", .fields = F_LINK_NETNS, .type = &option_link_netns,
	  MEMBERS(link_netns, link_netnsid), .add_only = true, .ip_has = ip_netnsid,
	  .value = "NETNS", .expected = "a network namespace", .complete = "@netns",
	  .help = "network namespace of outer packets: name, path, pid" },
	{ .name = "link-netnsid", .fields = F_LINK_NETNS,
	  .parse = option_parse_link_netnsid, .add_only = true, .ip_has = ip_netnsid,
	  .value = "NUMBER", .expected = "0..2147483647",
	  .help = "the same, by its id in this network namespace" },
	{ .name = "key", .fields = F_IKEY | F_OKEY, .type = &option_keys,
	  .value = "KEY", .expected = is_key,
	  .help = "key of sent and received packets (RFC 2890)" },
	{ .name = "ikey", .fields = F_IKEY, .type = &option_key, MEMBER(in),
	  .attr = IFLA_GRE_IFLAGS, .attr2 = IFLA_GRE_IKEY, .sent_with = F_IN,
	  .attr_name = "ikey, icsum or iseq", .json = "ikey",
	  .value = "KEY", .expected = is_key,
	  .help = "key that received packets must have" },
	{ .name = "okey", .fields = F_OKEY, .type = &option_key, MEMBER(out),
	  .attr = IFLA_GRE_OFLAGS, .attr2 = IFLA_GRE_OKEY, .sent_with = F_OUT,
	  .attr_name = "okey, ocsum or oseq", .json = "okey",
	  .value = "KEY", .expected = is_key,
	  .help = "key of sent packets" },
	{ .name = "nokey", .fields = F_IKEY | F_OKEY, .parse = option_parse_flag,
	  .help = "no key, in either direction (default)" },
	{ .name = "noikey", .fields = F_IKEY, .parse = option_parse_flag,
	  .help = "take only packets without a key" },
	{ .name = "nookey", .fields = F_OKEY, .parse = option_parse_flag,
	  .help = "send without a key" },
	{ .name = "csum", .fields = F_ICSUM | F_OCSUM, .type = &option_flags,
	  .offset = offsetof(struct direction, csum),
	  .help = "send checksums and require them (RFC 2784)" },
	{ .name = "icsum", .fields = F_ICSUM, .type = &option_flag, FLAG(in.csum),
	  .json = "icsum", .help = "require a checksum of received packets" },
	{ .name = "ocsum", .fields = F_OCSUM, .type = &option_flag, FLAG(out.csum),
	  .json = "ocsum", .help = "send checksums" },
	{ .name = "nocsum", .fields = F_ICSUM | F_OCSUM, .parse = option_parse_flag,
	  .help = "in neither direction (default)" },
	{ .name = "noicsum", .fields = F_ICSUM, .parse = option_parse_flag,
	  .help = "do not require them, but verify those that come" },
	{ .name = "noocsum", .fields = F_OCSUM, .parse = option_parse_flag,
	  .help = "do not send any" },
	{ .name = "seq", .fields = F_ISEQ | F_OSEQ, .type = &option_flags,
	  .offset = offsetof(struct direction, seq),
	  .help = "send sequence numbers and require order (RFC 2890)" },
	{ .name = "iseq", .fields = F_ISEQ, .type = &option_flag, FLAG(in.seq),
	  .json = "iseq", .help = "drop packets out of order or without one" },
	{ .name = "oseq", .fields = F_OSEQ, .type = &option_flag, FLAG(out.seq),
	  .json = "oseq", .help = "send sequence numbers" },
	{ .name = "noseq", .fields = F_ISEQ | F_OSEQ, .parse = option_parse_flag,
	  .help = "in neither direction (default)" },
	{ .name = "noiseq", .fields = F_ISEQ, .parse = option_parse_flag,
	  .help = "ignore sequence numbers" },
	{ .name = "nooseq", .fields = F_OSEQ, .parse = option_parse_flag,
	  .help = "do not send any" },
	{ .name = "ttl", .fields = F_TTL, .type = &option_number,
	  .parse = option_parse_ttl, MEMBER(ttl),
	  .initial = GREX_TTL_DEFAULT, .min = 1, .max = 255,
	  .names = NAMES({ "inherit", GREX_TTL_INHERIT }),
	  .attr = IFLA_GRE_TTL, .json = "ttl",
	  .value = "1..255|inherit",
	  .expected = "1..255 or inherit", .complete = "inherit 64 255",
	  .help = "outer TTL (default 64); inherit: the inner packet's" },
	{ .name = "ttl-min", .fields = F_TTL_MIN, .type = &option_number, MEMBER(ttl_min),
	  .min = 1, .max = 255, .names = NAMES({ "off", 0 }),
	  .attr = IFLA_GREX_TTL_MIN, .json = "ttl_min",
	  .value = "off|1..255",
	  .expected = "off or 1..255", .complete = "off 254 255",
	  .help = "drop packets with a lower outer TTL (default off)" },
	{ .name = "decap-ttl", .fields = F_DECAP_TTL, .type = &option_number,
	  MEMBER(decap_ttl),
	  .names = NAMES({ "keep", GREX_DECAP_TTL_KEEP }, { "copy", GREX_DECAP_TTL_COPY }),
	  .attr = IFLA_GREX_DECAP_TTL, .json = "decap_ttl",
	  .value = "keep|copy", .expected = "keep or copy", .complete = "keep copy",
	  .help = "inner TTL when received: kept (default), or the outer" },
	{ .name = "tos", .fields = F_TOS, .type = &option_tos, MEMBER(tos),
	  .parse_ip = option_parse_tos_ip, .initial = GREX_TOS_INHERIT,
	  .attr = IFLA_GRE_TOS,
	  .value = "TOS|DSCP|inherit",
	  .expected = "a multiple of 4 up to 252 (0xfc), a DSCP name "
		      "(cs6, af41, ef) or inherit",
	  .complete = "inherit " DSCP_NAMES,
	  .help = "outer TOS byte, DSCP and two 0 bits (default inherit)" },
	{ .name = "flowlabel", .fields = F_FLOWLABEL, .type = &option_number,
	  MEMBER(flowlabel), .initial = GREX_FLOWLABEL_AUTO, .max = 0xfffff, .is_hex = true,
	  .names = NAMES({ "auto", GREX_FLOWLABEL_AUTO }, { "inherit", GREX_FLOWLABEL_INHERIT }),
	  .attr = IFLA_GREX_FLOWLABEL, .json = "flowlabel",
	  .value = "auto|inherit|LABEL",
	  .expected = "auto, inherit or 0..1048575 (0xfffff)", .complete = "auto inherit",
	  .help = "outer IPv6 flow label (default auto: by inner flow)" },
	{ .name = "df", .fields = F_DF, .type = &option_df,
	  MEMBERS(pmtudisc, ignore_df),
	  .attr = IFLA_GRE_PMTUDISC, .attr2 = IFLA_GRE_IGNORE_DF,
	  .value = "set|inherit|clear",
	  .expected = "set, inherit or clear", .complete = "set inherit clear",
	  .help = "outer DF bit (default set); inherit: inner IPv4's" },
	{ .name = "fwmark", .fields = F_FWMARK, .type = &option_number, MEMBER(fwmark),
	  .max = UINT32_MAX, .is_hex = true, .attr = IFLA_GRE_FWMARK, .json = "fwmark",
	  .value = "MARK", .expected = "0..4294967295 or 0x hexadecimal",
	  .help = "mark of outer packets, for routing rules (default 0)" },
	{ .name = "icmp-relay", .fields = F_ICMP_RELAY, ON_OFF(icmp_relay),
	  .initial = true, .attr = IFLA_GREX_ICMP_RELAY, .json = "icmp_relay",
	  .help = "pass on ICMP errors of the underlay (default on)" },
	{ .name = "icmp-source", .fields = F_ICMP_SOURCE, .type = &option_number,
	  MEMBER(icmp_source),
	  .names = NAMES({ "self", GREX_ICMP_SOURCE_SELF }, { "hop", GREX_ICMP_SOURCE_HOP }),
	  .attr = IFLA_GREX_ICMP_SOURCE, .json = "icmp_source",
	  .value = "self|hop", .expected = "self or hop", .complete = "self hop",
	  .help = "their source: this machine (default), or the router" },
	{ .name = "keepalive", .fields = F_KEEPALIVE, .type = &option_keepalive,
	  MEMBERS(keepalive_interval, keepalive_retries),
	  .attr = IFLA_GREX_KEEPALIVE_INTERVAL, .attr2 = IFLA_GREX_KEEPALIVE_RETRIES,
	  .optional = 2, .value = "off|[TIME [RETRIES]]",
	  .expected = "off, or a time of 100ms..1h and perhaps 1..255 retries",
	  .complete = "off 10 1s 300ms",
	  .help = "take the carrier away when the peer does not answer" },
	{ .name = "keepalive-reply", .fields = F_KEEPALIVE_REPLY, ON_OFF(keepalive_reply),
	  .initial = true, .attr = IFLA_GREX_KEEPALIVE_REPLY, .json = "keepalive_reply",
	  .help = "answer the keepalives of the peer (default on)" },
	{ .name = "keepalive-secret", .fields = F_KEEPALIVE_SECRET,
	  .type = &option_secret, MEMBER(keepalive_secret),
	  .attr = IFLA_GREX_KEEPALIVE_SECRET, .attr2 = IFLA_GREX_KEEPALIVE_SECRET_ID,
	  .is_secret = true, .value = "off|SECRET",
	  .expected = "off or 32 hexadecimal digits (16 bytes)", .complete = "off",
	  .help = "authenticate keepalives (default off)" },
	{ .name = "mss", .fields = F_MSS, .type = &option_number, MEMBER(mss),
	  .min = GREX_MSS_MIN, .max = GREX_MSS_MAX,
	  .names = NAMES({ "off", GREX_MSS_OFF }, { "auto", GREX_MSS_AUTO }),
	  .attr = IFLA_GREX_MSS, .json = "mss",
	  .value = "off|auto|88..65535",
	  .expected = "off, auto or 88..65535 bytes", .complete = "off auto",
	  .help = "lower the MSS of TCP in both directions (default off)" },
	{ .name = "mtu-probe", .fields = F_MTU_PROBE, ON_OFF(mtu_probe),
	  .attr = IFLA_GREX_MTU_PROBE, .json = "mtu_probe",
	  .help = "find the path MTU without ICMP (default: if mtu auto)" },
	{ .name = "mtu", .fields = F_MTU, .type = &option_mtu,
	  MEMBERS(mtu_auto, mtu), .parse_ip = option_parse_mtu_ip,
	  .attr = IFLA_GREX_MTU_AUTO,
	  .value = "BYTES|auto|default",
	  .expected = "68..65499 bytes, auto or default", .complete = "auto default",
	  .help = "bytes; default: as the route; auto: as the path" },
	{ .name = "multicast", .fields = F_MULTICAST, ON_OFF(multicast),
	  .json = "multicast",
	  .help = "MULTICAST flag of the device: routing daemons want it" },
	{ .name = "addr", .fields = F_ADDR, .type = &option_entries,
	  .parse = option_parse_addr, MEMBER(addrs), .ip_has = ip_address,
	  .repeats = true, .value = "ADDRESS/PREFIX",
	  .expected = "an IPv4 or IPv6 address with /PREFIX",
	  .help = "address on the device; may be given many times" },
	{ .name = "peer", .parse = option_parse_peer, .ip_has = ip_address,
	  .repeats = true, .value = "ADDRESS", .expected = "an IPv4 or IPv6 address",
	  .help = "address of the peer, for the addr before it" },
	{ .name = "route", .fields = F_ROUTE, .type = &option_entries,
	  .parse = option_parse_route, MEMBER(routes), .repeats = true,
	  .file_only = true, .value = "NETWORK/PREFIX",
	  .expected = "an IPv4 or IPv6 network with /PREFIX, or default",
	  .help = "route into the tunnel; may be given many times" },
	{ .name = "via", .parse = option_parse_via, .repeats = true, .file_only = true,
	  .value = "ADDRESS", .expected = "a unicast IPv4 or IPv6 address",
	  .help = "next hop of the route before it" },
	{ .name = "metric", .parse = option_parse_metric, .repeats = true,
	  .file_only = true, .value = "METRIC", .expected = "0..4294967295",
	  .help = "its metric: the lowest wins (default 0, IPv6 1024)" },
	{ .name = "table", .parse = option_parse_table, .repeats = true,
	  .file_only = true, .value = "TABLE", .expected = "main or 1..4294967295",
	  .help = "its routing table (default main)" },
	{ .name = "up", .fields = F_UP, .type = &option_up, FLAG(up), .json = "up",
	  .help = "bring the device up" },
	{ .name = "down", .fields = F_UP, .parse = option_parse_flag,
	  .help = "leave or take it down (default)" },

	/* What ip-link(8) calls the same things. */
	{ .name = "hoplimit", .alias_of = "ttl" },
	{ .name = "hlim", .alias_of = "ttl" },
	{ .name = "dsfield", .alias_of = "tos" },
	{ .name = "tclass", .alias_of = "tos" },
	{ .name = "pmtudisc", .fields = F_PMTUDISC, .parse = option_parse_flag,
	  .alias_of = "df set" },
	{ .name = "nopmtudisc", .fields = F_PMTUDISC, .parse = option_parse_flag,
	  .alias_of = "df inherit" },
	{ .name = "ignore-df", .fields = F_IGNORE_DF, .parse = option_parse_flag,
	  .alias_of = "df clear, together with nopmtudisc" },
	{ .name = "noignore-df", .fields = F_IGNORE_DF, .parse = option_parse_flag,
	  .alias_of = "not df clear" },
	{ .name = "encap", .parse = option_parse_encap,
	  .value = "none",
	  .expected = "none, grex is not carried in UDP", .complete = "none",
	  .alias_of = "GRE directly in IP, which is the only form" },
	{ .name = "noencap", .parse = option_parse_encap,
	  .alias_of = "encap none" },
	{},
};

/* clang-format on */

const struct option *option_find(const char *name)
{
	const struct option *option;

	for (option = option_table; option->name; option++)
		if (!strcmp(option->name, name))
			return option;
	return NULL;
}

const struct option *option_meant(const struct option *option)
{
	return option->type || option->parse ? option
					     : option_find(option->alias_of);
}
