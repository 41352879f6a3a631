// SPDX-License-Identifier: GPL-2.0
/* The attributes of a message for the kernel, and the parsing of messages from other
 * kernels.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/if_tunnel.h>
#include <linux/ip6_tunnel.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netlink/addr.h"
#include "netlink/link.h"
#include "option/options.h"
#include "option/parse.h"
#include "tap.h"

#define SECRET "000102030405060708090a0b0c0d0e0f"
#define BIT(attr) (1ULL << (attr))

/* The attributes of IFLA_INFO_DATA as bits, and a pointer to each. */
struct content {
	uint64_t data;
	const struct nlattr *data_attr[64], *link_attr[64];
	char kind[16];
};

static int note_data(const struct nlattr *attr, void *arg)
{
	struct content *content = arg;

	content->data |= BIT(mnl_attr_get_type(attr));
	content->data_attr[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

static int note_info(const struct nlattr *attr, void *arg)
{
	struct content *content = arg;

	if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
		snprintf(content->kind, sizeof(content->kind), "%s",
			 mnl_attr_get_str(attr));
	if (mnl_attr_get_type(attr) == IFLA_INFO_DATA)
		return mnl_attr_parse_nested(attr, note_data, arg);
	return MNL_CB_OK;
}

static int note_link(const struct nlattr *attr, void *arg)
{
	struct content *content = arg;

	content->link_attr[mnl_attr_get_type(attr)] = attr;
	if (mnl_attr_get_type(attr) == IFLA_LINKINFO)
		return mnl_attr_parse_nested(attr, note_info, arg);
	return MNL_CB_OK;
}

static void look(struct content *content, const struct nl_request *request)
{
	memset(content, 0, sizeof(*content));
	mnl_attr_parse(&request->header, sizeof(struct ifinfomsg), note_link,
		       content);
}

static void config_of(struct config *c, bool set, const char *line)
{
	const char *message;

	if (parse_line(c, set, line, &message)) {
		fprintf(stderr, "%s\n", message);
		abort();
	}
}

static void test_add(void)
{
	struct nl_request request;
	struct content content;
	const struct ifinfomsg *ifm;
	struct config c;

	config_of(&c, false, "g1 remote 192.0.2.2 ikey 0x01020304 up");
	link_add(&request, &c);
	look(&content, &request);
	ifm = mnl_nlmsg_get_payload(&request.header);
	check(request.header.nlmsg_type == RTM_NEWLINK, "add is a new link");
	check(request.header.nlmsg_flags ==
		      (NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL),
	      "add creates, and nothing that exists");
	check_text(content.kind, "grex", "add names the kind");
	check(content.data == (BIT(IFLA_GRE_REMOTE) | BIT(IFLA_GRE_IFLAGS) |
			       BIT(IFLA_GRE_IKEY)),
	      "add sends what was said, defaults are the kernel's (%#" PRIx64
	      ")",
	      content.data);
	check(!memcmp(mnl_attr_get_payload(content.data_attr[IFLA_GRE_IKEY]),
		      "\1\2\3\4", 4),
	      "the key is in network byte order");
	check(!memcmp(mnl_attr_get_payload(content.data_attr[IFLA_GRE_REMOTE]),
		      "\xc0\0\2\2", 4),
	      "the address is in network byte order");
	check(mnl_attr_get_u16(content.data_attr[IFLA_GRE_IFLAGS]) == GRE_KEY,
	      "the flags are in network byte order");
	check(ifm->ifi_change == IFF_UP && ifm->ifi_flags == IFF_UP,
	      "up is one flag");
	config_free(&c);

	config_of(&c, false, "g1 remote any");
	link_add(&request, &c);
	look(&content, &request);
	check_text(content.kind, "grex", "remote any still names the kind");
	config_free(&c);

	config_of(&c, false, "g1 remote 192.0.2.2 mtu auto");
	link_add(&request, &c);
	look(&content, &request);
	check(content.data == (BIT(IFLA_GRE_REMOTE) | BIT(IFLA_GREX_MTU_AUTO)),
	      "the probes of mtu auto are left to the kernel");
	config_free(&c);
}

static const struct {
	const char *line;
	uint64_t data;
	bool mtu;
	uint32_t change;
} changes[] = {
	{ "g ttl 5", BIT(IFLA_GRE_TTL), false, 0 },
	{ "g tos ef", BIT(IFLA_GRE_TOS), false, 0 },
	{ "g df clear", BIT(IFLA_GRE_PMTUDISC) | BIT(IFLA_GRE_IGNORE_DF), false,
	  0 },
	{ "g nopmtudisc", BIT(IFLA_GRE_PMTUDISC) | BIT(IFLA_GRE_IGNORE_DF),
	  false, 0 },
	{ "g local any", BIT(IFLA_GRE_LOCAL), false, 0 },
	{ "g nodev", BIT(IFLA_GRE_LINK), false, 0 },
	{ "g fwmark 0", BIT(IFLA_GRE_FWMARK), false, 0 },
	{ "g ttl-min 254", BIT(IFLA_GREX_TTL_MIN), false, 0 },
	{ "g flowlabel 7", BIT(IFLA_GREX_FLOWLABEL), false, 0 },
	{ "g encaplimit 7", BIT(IFLA_GREX_ENCAP_LIMIT), false, 0 },
	{ "g decap-ttl copy", BIT(IFLA_GREX_DECAP_TTL), false, 0 },
	{ "g icmp-relay on", BIT(IFLA_GREX_ICMP_RELAY), false, 0 },
	{ "g icmp-source self", BIT(IFLA_GREX_ICMP_SOURCE), false, 0 },
	{ "g keepalive",
	  BIT(IFLA_GREX_KEEPALIVE_INTERVAL) | BIT(IFLA_GREX_KEEPALIVE_RETRIES),
	  false, 0 },
	{ "g keepalive 5",
	  BIT(IFLA_GREX_KEEPALIVE_INTERVAL) | BIT(IFLA_GREX_KEEPALIVE_RETRIES),
	  false, 0 },
	/* The kernel refuses retries without an interval. */
	{ "g keepalive off", BIT(IFLA_GREX_KEEPALIVE_INTERVAL), false, 0 },
	{ "g keepalive-reply off", BIT(IFLA_GREX_KEEPALIVE_REPLY), false, 0 },
	{ "g keepalive-secret off", BIT(IFLA_GREX_KEEPALIVE_SECRET), false, 0 },
	{ "g mss 1400", BIT(IFLA_GREX_MSS), false, 0 },
	{ "g mtu-probe on", BIT(IFLA_GREX_MTU_PROBE), false, 0 },
	{ "g mtu auto", BIT(IFLA_GREX_MTU_AUTO), false, 0 },
	/* The tunnel has key 7 in both directions. */
	{ "g icsum", BIT(IFLA_GRE_IFLAGS) | BIT(IFLA_GRE_IKEY), false, 0 },
	{ "g oseq", BIT(IFLA_GRE_OFLAGS) | BIT(IFLA_GRE_OKEY), false, 0 },
	{ "g noikey", BIT(IFLA_GRE_IFLAGS), false, 0 },
	{ "g nokey", BIT(IFLA_GRE_IFLAGS) | BIT(IFLA_GRE_OFLAGS), false, 0 },
	{ "g mtu 1400", 0, true, 0 },
	{ "g up", 0, false, IFF_UP },
	{ "g down", 0, false, IFF_UP },
	{ "g multicast on", 0, false, IFF_MULTICAST },
};

static void test_change(void)
{
	size_t i;

	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct config c, wanted;
		struct nl_request request;
		struct content content;
		const struct ifinfomsg *ifm;
		bool ok;

		config_of(&wanted, false,
			  "g remote any key 7 csum link-netnsid 3");
		config_of(&c, true, changes[i].line);
		config_overlay(&wanted, &c);
		link_change(&request, 7, &wanted, c.given);
		look(&content, &request);
		ifm = mnl_nlmsg_get_payload(&request.header);
		ok = content.data == changes[i].data;
		ok &= !content.link_attr[IFLA_MTU] == !changes[i].mtu;
		ok &= !content.link_attr[IFLA_LINKINFO] ==
		      !(changes[i].data || changes[i].mtu);
		ok &= !content.link_attr[IFLA_LINK_NETNSID];
		ok &= ifm->ifi_change == changes[i].change;
		ok &= ifm->ifi_index == 7;
		check(ok, "set '%s' sends that and no more (%#" PRIx64 ")",
		      changes[i].line, content.data);
		config_free(&c);
		config_free(&wanted);
	}
}

/* A change of one flag keeps the other flags of the direction. */
static void test_flags(void)
{
	struct config c, wanted;
	struct nl_request request;
	struct content content;

	config_of(&wanted, false, "g remote any key 7 csum");
	config_of(&c, true, "g iseq noocsum");
	config_overlay(&wanted, &c);
	link_change(&request, 7, &wanted, c.given);
	look(&content, &request);
	check(mnl_attr_get_u16(content.data_attr[IFLA_GRE_IFLAGS]) ==
		      (GRE_KEY | GRE_CSUM | GRE_SEQ),
	      "iseq keeps key and csum");
	check(mnl_attr_get_u16(content.data_attr[IFLA_GRE_OFLAGS]) == GRE_KEY,
	      "noocsum keeps the key");
}

/* Each value has 32 bits, and unknown values are ignored. */
static void test_own(void)
{
	static const struct {
		const char *line;
		uint16_t attr;
		uint32_t value;
	} sent[] = {
		{ "g remote any decap-ttl keep", IFLA_GREX_DECAP_TTL,
		  GREX_DECAP_TTL_KEEP },
		{ "g remote any decap-ttl copy", IFLA_GREX_DECAP_TTL,
		  GREX_DECAP_TTL_COPY },
		{ "g remote any ttl-min off", IFLA_GREX_TTL_MIN, 0 },
		{ "g remote any flowlabel inherit", IFLA_GREX_FLOWLABEL,
		  GREX_FLOWLABEL_INHERIT },
		{ "g remote any flowlabel 0xfffff", IFLA_GREX_FLOWLABEL,
		  0xfffff },
		{ "g remote any encaplimit none", IFLA_GREX_ENCAP_LIMIT,
		  GREX_ENCAP_LIMIT_NONE },
		{ "g remote any encaplimit 0", IFLA_GREX_ENCAP_LIMIT, 0 },
		{ "g remote any ttl-min 1", IFLA_GREX_TTL_MIN, 1 },
		{ "g remote any ttl-min 255", IFLA_GREX_TTL_MIN, 255 },
		{ "g remote any icmp-relay off", IFLA_GREX_ICMP_RELAY, 0 },
		{ "g remote any icmp-relay on", IFLA_GREX_ICMP_RELAY, 1 },
		{ "g remote any icmp-source self", IFLA_GREX_ICMP_SOURCE,
		  GREX_ICMP_SOURCE_SELF },
		{ "g remote any icmp-source hop", IFLA_GREX_ICMP_SOURCE,
		  GREX_ICMP_SOURCE_HOP },
		{ "g remote 192.0.2.2 keepalive", IFLA_GREX_KEEPALIVE_INTERVAL,
		  10000 },
		{ "g remote 192.0.2.2 keepalive", IFLA_GREX_KEEPALIVE_RETRIES,
		  3 },
		{ "g remote 192.0.2.2 keepalive 300ms 255",
		  IFLA_GREX_KEEPALIVE_INTERVAL, 300 },
		{ "g remote 192.0.2.2 keepalive 1h 255",
		  IFLA_GREX_KEEPALIVE_RETRIES, 255 },
		{ "g remote any keepalive off", IFLA_GREX_KEEPALIVE_INTERVAL,
		  0 },
		{ "g remote any keepalive-reply off", IFLA_GREX_KEEPALIVE_REPLY,
		  0 },
		{ "g remote any keepalive-reply on", IFLA_GREX_KEEPALIVE_REPLY,
		  1 },
		{ "g remote any mss off", IFLA_GREX_MSS, GREX_MSS_OFF },
		{ "g remote any mss auto", IFLA_GREX_MSS, GREX_MSS_AUTO },
		{ "g remote any mss 65535", IFLA_GREX_MSS, 65535 },
		{ "g remote 192.0.2.2 mtu-probe on", IFLA_GREX_MTU_PROBE, 1 },
		{ "g remote any mtu-probe off", IFLA_GREX_MTU_PROBE, 0 },
		{ "g remote 192.0.2.2 mtu auto mtu-probe on",
		  IFLA_GREX_MTU_AUTO, 1 },
		{ "g remote 192.0.2.2 mtu auto mtu-probe off",
		  IFLA_GREX_MTU_PROBE, 0 },
	};
	struct nl_request request;
	struct content content;
	struct nlattr *attr;
	struct tunnel t;
	struct config c;
	size_t i;
	bool ok;

	for (i = 0; i < sizeof(sent) / sizeof(sent[0]); i++) {
		config_of(&c, false, sent[i].line);
		link_add(&request, &c);
		look(&content, &request);
		attr = (struct nlattr *)content.data_attr[sent[i].attr];
		if (!check(attr, "'%s' is sent", sent[i].line))
			continue;
		ok = mnl_attr_get_payload_len(attr) == sizeof(uint32_t);
		ok &= mnl_attr_get_u32(attr) == sent[i].value;
		check(ok, "'%s' is sent as %u", sent[i].line, sent[i].value);
		ok = link_read(&request.header, &t);
		ok &= !config_diff(&t.config, &c);
		check(ok, "'%s' is read as it was", sent[i].line);
		config_init(&t.config);
		config_overlay(&t.config, &c);
		check(!config_diff(&t.config, &c), "'%s' is taken over",
		      sent[i].line);
		config_free(&c);
		attr->nla_len -= 1;
		check(!link_read(&request.header, &t),
		      "'%s' with a short value is refused", sent[i].line);
	}

	config_of(&c, false,
		  "g remote any decap-ttl copy icmp-relay on icmp-source hop");
	link_add(&request, &c);
	look(&content, &request);
	for (i = IFLA_GREX_ICMP_RELAY; i <= IFLA_GREX_DECAP_TTL; i++)
		*(uint32_t *)mnl_attr_get_payload(content.data_attr[i]) = 1000;
	check_text(link_read(&request.header, &t)
			   ? text_of(&t.config, options_needed(&t.config))
			   : "(refused)",
		   "g remote any decap-ttl unknown icmp-source unknown",
		   "values of a newer kernel are not taken for known ones");
	config_free(&c);
}

/* The tool sends 16 bytes or none, and receives an id. */
static void test_secret(void)
{
	struct nl_request request;
	struct content content;
	struct nlattr *info, *data;
	struct config c, wanted;
	const struct nlattr *attr;
	struct tunnel t;
	size_t i;
	bool ok = true;

	config_of(&c, false, "g remote 192.0.2.2 keepalive-secret " SECRET);
	link_add(&request, &c);
	look(&content, &request);
	attr = content.data_attr[IFLA_GREX_KEEPALIVE_SECRET];
	if (check(attr && mnl_attr_get_payload_len(attr) == 16,
		  "a secret has 16 bytes")) {
		for (i = 0; i < 16; i++)
			ok &= ((uint8_t *)mnl_attr_get_payload(attr))[i] == i;
		check(ok, "in the order of their digits");
	}
	check(!(content.data & BIT(IFLA_GREX_KEEPALIVE_SECRET_ID)),
	      "the id is not sent");
	config_init(&wanted);
	config_overlay(&wanted, &c);
	check(!config_diff(&wanted, &c), "a secret is taken over");
	config_free(&c);

	config_of(&c, true, "g keepalive-secret off");
	link_change(&request, 7, &c, c.given);
	look(&content, &request);
	attr = content.data_attr[IFLA_GREX_KEEPALIVE_SECRET];
	check(attr && !mnl_attr_get_payload_len(attr), "off is 0 bytes");
	config_free(&c);

	nl_start(&request, RTM_NEWLINK, 0, sizeof(struct ifinfomsg));
	info = mnl_attr_nest_start(&request.header, IFLA_LINKINFO);
	mnl_attr_put_strz(&request.header, IFLA_INFO_KIND, "grex");
	data = mnl_attr_nest_start(&request.header, IFLA_INFO_DATA);
	mnl_attr_put_u32(&request.header, IFLA_GREX_KEEPALIVE_SECRET_ID,
			 0xdd0e0e31);
	mnl_attr_nest_end(&request.header, data);
	mnl_attr_nest_end(&request.header, info);
	ok = link_read(&request.header, &t);
	ok &= t.config.keepalive_secret.is_set;
	ok &= !t.config.keepalive_secret.is_known;
	check(ok, "an id tells that there is a secret");
	config_of(&c, false, "g remote any");
	config_overlay(&wanted, &t.config);
	check(config_diff(&wanted, &c) & F_KEEPALIVE_SECRET,
	      "which another tunnel has not");
	config_free(&c);
	config_of(&c, false, "g remote 192.0.2.2 keepalive-secret " SECRET);
	check(!(config_diff(&t.config, &c) & F_KEEPALIVE_SECRET),
	      "but one with the secret of that id");
	link_change(&request, 7, &t.config, F_KEEPALIVE_SECRET | F_TTL);
	look(&content, &request);
	check(content.data == BIT(IFLA_GRE_TTL),
	      "one that is not known is left as it is");
	config_free(&c);
}

/* set sends the differences, and the monitor prints them. */
static void test_diff(void)
{
	static const struct {
		const char *a, *b;
		uint64_t fields;
	} pairs[] = {
		{ "g remote 192.0.2.2 keepalive", "g remote 192.0.2.2",
		  F_KEEPALIVE },
		{ "g remote 192.0.2.2 keepalive",
		  "g remote 192.0.2.2 keepalive 10 3", 0 },
		{ "g remote 192.0.2.2 keepalive 10 3",
		  "g remote 192.0.2.2 keepalive 10 4", F_KEEPALIVE },
		{ "g remote 192.0.2.2 keepalive 10 3",
		  "g remote 192.0.2.2 keepalive 11 3", F_KEEPALIVE },
		{ "g remote 192.0.2.2 keepalive-reply off",
		  "g remote 192.0.2.2 keepalive-reply on", F_KEEPALIVE_REPLY },
		{ "g remote any mss auto", "g remote any mss 1400", F_MSS },
		{ "g remote 192.0.2.2 keepalive-secret " SECRET,
		  "g remote 192.0.2.2", F_KEEPALIVE_SECRET },
		{ "g remote 192.0.2.2 keepalive-secret " SECRET,
		  "g remote 192.0.2.2 keepalive-secret " SECRET, 0 },
		{ "g remote 192.0.2.2 keepalive-secret " SECRET,
		  "g remote 192.0.2.2 keepalive-secret "
		  "000102030405060708090a0b0c0d0e0e",
		  F_KEEPALIVE_SECRET },
		{ "g remote any mss off", "g remote any", 0 },
		{ "g remote any ttl-min 254", "g remote any ttl-min 255",
		  F_TTL_MIN },
		{ "g remote any ttl-min off", "g remote any", 0 },
		{ "g remote 192.0.2.2 mtu-probe on", "g remote 192.0.2.2",
		  F_MTU_PROBE },
		{ "g remote 192.0.2.2 mtu auto", "g remote 192.0.2.2 mtu 1400",
		  F_MTU | F_MTU_PROBE },
		{ "g remote 192.0.2.2 mtu auto mtu-probe off",
		  "g remote 192.0.2.2 mtu 1400", F_MTU },
		{ "g remote 192.0.2.2 mtu auto",
		  "g remote 192.0.2.2 mtu auto mtu-probe on", 0 },
	};
	struct config a, b;
	size_t i;
	bool ok;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		config_of(&a, false, pairs[i].a);
		config_of(&b, false, pairs[i].b);
		ok = config_diff(&a, &b) == pairs[i].fields;
		ok &= config_diff(&b, &a) == pairs[i].fields;
		check(ok, "'%s' and '%s' differ in %#" PRIx64, pairs[i].a,
		      pairs[i].b, pairs[i].fields);
		config_free(&a);
		config_free(&b);
	}
	/* The kernel also stores values that it does not report. */
	config_of(&a, false, "g remote 192.0.2.2");
	config_of(&b, false, "g remote 192.0.2.2");
	b.keepalive_retries = 7;
	check(!config_diff(&a, &b), "without an interval retries do not count");
	config_free(&a);
	config_free(&b);
}

static void test_options(void)
{
	static const struct {
		int attr;
		const char *option;
	} data[] = {
		{ IFLA_GRE_LINK, "dev" },
		{ IFLA_GRE_IFLAGS, "ikey, icsum or iseq" },
		{ IFLA_GRE_OFLAGS, "okey, ocsum or oseq" },
		{ IFLA_GRE_IKEY, "ikey" },
		{ IFLA_GRE_OKEY, "okey" },
		{ IFLA_GRE_LOCAL, "local" },
		{ IFLA_GRE_REMOTE, "remote" },
		{ IFLA_GRE_TTL, "ttl" },
		{ IFLA_GRE_TOS, "tos" },
		{ IFLA_GRE_PMTUDISC, "df" },
		{ IFLA_GRE_IGNORE_DF, "df" },
		{ IFLA_GRE_FWMARK, "fwmark" },
		{ IFLA_GREX_DECAP_TTL, "decap-ttl" },
		{ IFLA_GREX_ICMP_RELAY, "icmp-relay" },
		{ IFLA_GREX_ICMP_SOURCE, "icmp-source" },
		{ IFLA_GREX_KEEPALIVE_INTERVAL, "keepalive" },
		{ IFLA_GREX_KEEPALIVE_RETRIES, "keepalive" },
		{ IFLA_GREX_KEEPALIVE_REPLY, "keepalive-reply" },
		{ IFLA_GREX_MSS, "mss" },
		{ IFLA_GREX_MTU_PROBE, "mtu-probe" },
		{ IFLA_GREX_TTL_MIN, "ttl-min" },
		{ IFLA_GREX_FLOWLABEL, "flowlabel" },
		{ IFLA_GREX_ENCAP_LIMIT, "encaplimit" },
		{ IFLA_GREX_KEEPALIVE_SECRET, "keepalive-secret" },
	}, link[] = {
		{ IFLA_IFNAME, "name" },
		{ IFLA_MTU, "mtu" },
		{ IFLA_LINK_NETNSID, "link-netns" },
	};
	struct nl_request request;
	struct content content;
	struct config c;
	uint32_t offset;
	size_t i;

	config_of(&c, false,
		  "g remote 192.0.2.2 local 192.0.2.1 dev d0 key 1 ttl 9 "
		  "ttl-min 254 decap-ttl copy tos ef flowlabel 7 encaplimit 1 df clear fwmark 1 icmp-relay on "
		  "icmp-source hop keepalive 5 2 keepalive-reply on "
		  "keepalive-secret " SECRET " mss auto mtu-probe on mtu 1400 "
		  "link-netnsid 1");
	link_add(&request, &c);
	look(&content, &request);
#define OFFSET(attr) \
	((uint32_t)((const char *)(attr) - (const char *)&request.header))
	for (i = 0; i < sizeof(data) / sizeof(data[0]); i++) {
		const char *option =
			link_option_at(&request.header,
				       OFFSET(content.data_attr[data[i].attr]));

		check_text(option ? option : "(none)", data[i].option,
			   "a refused %s is named", data[i].option);
	}
	for (i = 0; i < sizeof(link) / sizeof(link[0]); i++) {
		const char *option =
			link_option_at(&request.header,
				       OFFSET(content.link_attr[link[i].attr]));

		check_text(option ? option : "(none)", link[i].option,
			   "a refused %s is named", link[i].option);
	}
	check(!link_option_at(&request.header, 0), "no offset, no option");
	check(!link_option_at(&request.header, UINT32_MAX),
	      "an offset beyond the message is no option");
	for (offset = 0; offset < request.header.nlmsg_len; offset++)
		link_option_at(&request.header, offset);
	check(true, "every offset can be asked for");
	config_free(&c);
}

/* A probe has nothing else in its message, and does not create anything. */
static void test_probe(void)
{
	static const uint32_t sizes[] = { 0, 56, 65499 };
	const struct nlattr *attr;
	struct nl_request request;
	const struct ifinfomsg *ifm;
	struct content content;
	const char *option;
	size_t i;
	bool ok;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		link_probe(&request, 7, GREX_KIND, sizes[i]);
		look(&content, &request);
		attr = content.data_attr[IFLA_GREX_PROBE];
		ok = content.data == BIT(IFLA_GREX_PROBE);
		ok = ok && mnl_attr_get_payload_len(attr) == sizeof(uint32_t);
		ok = ok && mnl_attr_get_u32(attr) == sizes[i];
		check(ok, "a probe of %u bytes is that alone (%#" PRIx64 ")",
		      sizes[i], content.data);
	}
	ifm = mnl_nlmsg_get_payload(&request.header);
	ok = request.header.nlmsg_type == RTM_NEWLINK;
	ok &= request.header.nlmsg_flags == NLM_F_REQUEST;
	check(ok, "it goes to a tunnel that exists");
	check(ifm->ifi_index == 7 && !ifm->ifi_change,
	      "whose number it has, and whose flags stay");
	check_text(content.kind, "grex", "and whose kind");
	option = link_option_at(&request.header, OFFSET(attr));
	check_text(option ? option : "(none)", "probe",
		   "a refused probe is named");
}

/* Put a complete nest of probes with different numbers: first, first + 1, ... */
static void put_probes(struct nlmsghdr *nlh, uint16_t type, uint32_t state,
		       uint64_t first)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);
	uint32_t history[GREX_KEEPALIVE_HISTORY];
	uint64_t buckets[GREX_RTT_BUCKETS];
	uint16_t attr;
	size_t i;

	mnl_attr_put(nlh, GREX_PROBES_PAD, 0, NULL);
	if (state)
		mnl_attr_put_u32(nlh, GREX_PROBES_STATE, state);
	for (attr = GREX_PROBES_FLAPS; attr <= GREX_PROBES_JITTER; attr++)
		mnl_attr_put_u64(nlh, attr, first++);
	for (i = 0; i < GREX_KEEPALIVE_HISTORY; i++)
		history[i] = (uint32_t)(first + i);
	mnl_attr_put(nlh, GREX_PROBES_HISTORY, sizeof(history), history);
	mnl_attr_put_u64(nlh, GREX_PROBES_RTT_SUM, first + 100);
	for (i = 0; i < GREX_RTT_BUCKETS; i++)
		buckets[i] = first + 200 + i;
	mnl_attr_put(nlh, GREX_PROBES_RTT_BUCKETS, sizeof(buckets), buckets);
	/* A newer kernel sends more attributes. */
	mnl_attr_put_u64(nlh, GREX_PROBES_MAX + 1, 1);
	mnl_attr_put_u8(nlh, 200, 1);
	mnl_attr_nest_end(nlh, nest);
}

static void start_stats(struct nl_request *request, struct nlattr *nests[2])
{
	nl_start(request, RTM_NEWLINK, 0, sizeof(struct ifinfomsg));
	nests[0] = mnl_attr_nest_start(&request->header, IFLA_LINKINFO);
	mnl_attr_put_strz(&request->header, IFLA_INFO_KIND, "grex");
	nests[1] = mnl_attr_nest_start(&request->header, IFLA_INFO_XSTATS);
}

static bool read_back(struct nl_request *request, struct nlattr *nests[2],
		      struct tunnel *t)
{
	mnl_attr_nest_end(&request->header, nests[1]);
	mnl_attr_nest_end(&request->header, nests[0]);
	return link_read(&request->header, t);
}

static bool are_probes(const struct probes *p, uint32_t state, uint64_t first)
{
	bool ok = p->known && p->state == state;
	size_t i;

	ok &= p->flaps == first && p->changed == first + 1;
	ok &= p->sent == first + 2 && p->received == first + 3;
	ok &= p->rtt == first + 4 && p->rtt_smoothed == first + 5;
	ok &= p->rtt_min == first + 6 && p->rtt_max == first + 7;
	ok &= p->jitter == first + 8;
	for (i = 0; i < GREX_KEEPALIVE_HISTORY; i++)
		ok &= p->history[i] == (uint32_t)(first + 9 + i);
	ok &= p->rtt_sum == first + 9 + 100;
	for (i = 0; i < GREX_RTT_BUCKETS; i++)
		ok &= p->rtt_buckets[i] == first + 9 + 200 + i;
	return ok;
}

static void test_probes(void)
{
	static const struct probes none;
	uint64_t bytes[GREX_KEEPALIVE_HISTORY] = { 0 };
	struct nlattr *nests[2], *nest;
	struct nl_request request;
	struct tunnel t;
	uint16_t outer, attr;
	bool ok;

	start_stats(&request, nests);
	mnl_attr_put_u64(&request.header, GREX_STAT_RX_CSUM, 3);
	ok = read_back(&request, nests, &t);
	ok &= !memcmp(&t.keepalives, &none, sizeof(none));
	ok &= !memcmp(&t.manual, &none, sizeof(none));
	check(ok, "without probes none are known");

	start_stats(&request, nests);
	mnl_attr_put_u64(&request.header, GREX_STAT_RX_CSUM, 3);
	put_probes(&request.header, GREX_XSTATS_KEEPALIVE, GREX_KEEPALIVE_UP,
		   1ULL << 40);
	put_probes(&request.header, GREX_XSTATS_PROBE, 0, 77);
	check(read_back(&request, nests, &t), "two nests of probes are read");
	check(are_probes(&t.keepalives, GREX_KEEPALIVE_UP, 1ULL << 40),
	      "keepalives, every number");
	check(are_probes(&t.manual, 0, 77), "and probes, which have no state");
	check(t.counters[GREX_STAT_RX_CSUM] == 3, "beside the counters");

	start_stats(&request, nests);
	put_probes(&request.header, GREX_XSTATS_PROBE, 0, 77);
	ok = read_back(&request, nests, &t) && t.manual.known;
	ok &= !memcmp(&t.keepalives, &none, sizeof(none));
	check(ok, "probes alone leave the keepalives unknown");

	/* Each attribute is one byte too short. */
	for (outer = GREX_XSTATS_KEEPALIVE; outer <= GREX_XSTATS_PROBE; outer++)
		for (attr = GREX_PROBES_STATE; attr <= GREX_PROBES_MAX;
		     attr++) {
			size_t size = attr == GREX_PROBES_STATE		? 4
				      : attr == GREX_PROBES_HISTORY	? 128
				      : attr == GREX_PROBES_RTT_BUCKETS ? 128
									: 8;
			bool whole, shorter, empty;

			start_stats(&request, nests);
			nest = mnl_attr_nest_start(&request.header, outer);
			mnl_attr_put(&request.header, attr, size, bytes);
			mnl_attr_nest_end(&request.header, nest);
			whole = read_back(&request, nests, &t);
			start_stats(&request, nests);
			nest = mnl_attr_nest_start(&request.header, outer);
			mnl_attr_put(&request.header, attr, size - 1, bytes);
			mnl_attr_nest_end(&request.header, nest);
			shorter = read_back(&request, nests, &t);
			start_stats(&request, nests);
			nest = mnl_attr_nest_start(&request.header, outer);
			mnl_attr_put(&request.header, attr, 0, NULL);
			mnl_attr_nest_end(&request.header, nest);
			empty = read_back(&request, nests, &t);
			check(whole && !shorter && !empty,
			      "number %u of nest %u may not be short", attr,
			      outer);
		}

	start_stats(&request, nests);
	nest = mnl_attr_nest_start(&request.header, GREX_XSTATS_KEEPALIVE);
	mnl_attr_put(&request.header, GREX_PROBES_HISTORY, sizeof(bytes),
		     bytes);
	mnl_attr_nest_end(&request.header, nest);
	check(read_back(&request, nests, &t),
	      "a longer history of a newer kernel is read");
}

/* The kernel knows more than this tool. */
static void test_newer(void)
{
	struct nl_request request;
	struct nlmsghdr *nlh = &request.header;
	struct rtnl_link_stats64 stats = { .rx_packets = 11 };
	struct nlattr *info, *nest;
	struct tunnel t;

	nl_start(&request, RTM_NEWLINK, 0, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, "g1");
	mnl_attr_put(nlh, IFLA_STATS64, 16, &stats);
	mnl_attr_put_u32(nlh, 999, 1);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "grex");
	nest = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	mnl_attr_put_u8(nlh, IFLA_GRE_TTL, 33);
	mnl_attr_put_u32(nlh, 49, 1);
	mnl_attr_nest_end(nlh, nest);
	nest = mnl_attr_nest_start(nlh, IFLA_INFO_XSTATS);
	mnl_attr_put_u64(nlh, GREX_STAT_RX_CSUM, 5);
	mnl_attr_put(nlh, GREX_STAT_PAD, 0, NULL);
	mnl_attr_put_u64(nlh, GREX_STAT_MAX, 6);
	mnl_attr_put_u64(nlh, GREX_STAT_MAX + 1, 7);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_nest_end(nlh, info);
	check(link_read(nlh, &t) && link_is_grex(&t),
	      "attributes of a newer kernel are skipped");
	check(t.config.ttl == 33, "the options beside them are read");
	check(t.stats.rx_packets == 11 && !t.stats.tx_packets,
	      "a shorter struct of statistics is read");
	check(t.counters[GREX_STAT_RX_CSUM] == 5, "the first counter is read");
	check(t.counters[GREX_STAT_MAX] == 6, "the last counter is read");

	nl_start(&request, RTM_NEWLINK, 0, sizeof(struct ifinfomsg));
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "grexandmuchlongerthanthat");
	nest = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	mnl_attr_put(nlh, IFLA_GRE_TTL, 0, NULL);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_nest_end(nlh, info);
	check(link_read(nlh, &t) && !link_is_grex(&t),
	      "the data of another kind are not looked at");

	nl_start(&request, RTM_NEWLINK, 0, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, "abcdefghijklmnop");
	check(!link_read(nlh, &t), "a name that is too long is refused");
	nl_start(&request, RTM_NEWLINK, 0, 4);
	check(!link_read(nlh, &t), "a message without its header is refused");
}

static void answer_gre(struct nl_request *request, bool has_options)
{
	struct nlmsghdr *nlh = &request->header;
	struct nlattr *info, *nest;

	nl_start(request, RTM_NEWLINK, 0, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, "gre1");
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "gre");
	if (has_options) {
		nest = mnl_attr_nest_start(nlh, IFLA_INFO_XSTATS);
		mnl_attr_put_u64(nlh, GREX_STAT_RX_CSUM, 5);
		mnl_attr_nest_end(nlh, nest);
	}
	nest = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	mnl_attr_put_u8(nlh, IFLA_GRE_TTL, 0);
	mnl_attr_put_u8(nlh, IFLA_GRE_TOS, 6);
	if (has_options)
		mnl_attr_put_u32(nlh, IFLA_GREX_ICMP_RELAY, 1);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_nest_end(nlh, info);
}

/* A link of kind "gre" is a tunnel of grex if it has its options, else of ip_gre. */
static void test_kind_gre(void)
{
	const uint64_t gre = BIT(IFLA_GRE_LINK) | BIT(IFLA_GRE_IFLAGS) |
			     BIT(IFLA_GRE_OFLAGS) | BIT(IFLA_GRE_LOCAL) |
			     BIT(IFLA_GRE_REMOTE) | BIT(IFLA_GRE_TTL) |
			     BIT(IFLA_GRE_TOS) | BIT(IFLA_GRE_PMTUDISC) |
			     BIT(IFLA_GRE_IGNORE_DF) | BIT(IFLA_GRE_FWMARK);
	struct nl_request request;
	struct content content;
	struct tunnel t;

	answer_gre(&request, false);
	check(link_read(&request.header, &t), "a tunnel of ip_gre");
	check(link_is_gre(&t) && !link_is_grex(&t), "is none of grex");
	answer_gre(&request, true);
	check(link_read(&request.header, &t), "one with options of grex");
	check(link_is_gre(&t) && link_is_grex(&t), "is one of grex");
	check(!t.config.ttl && t.config.tos == 6, "whose options are read");
	check(t.counters[GREX_STAT_RX_CSUM] == 5, "and whose counters");

	link_change(&request, 7, &t.config, F_MSS);
	look(&content, &request);
	check_text(content.kind, "gre", "a change names its kind");
	check(content.data == BIT(IFLA_GREX_MSS),
	      "an option of grex is changed alone (%#" PRIx64 ")",
	      content.data);
	link_change(&request, 7, &t.config, F_TTL | F_MSS);
	look(&content, &request);
	check(content.data == (gre | BIT(IFLA_GREX_MSS)),
	      "another one with all that would be reset (%#" PRIx64 ")",
	      content.data);
	link_change(&request, 7, &t.config, F_UP);
	look(&content, &request);
	check(!content.data, "a flag without any option");
	link_probe(&request, 7, "gre", 0);
	look(&content, &request);
	check_text(content.kind, "gre", "a probe names its kind");
}

/* Put the options of a link of ip6_gre, and read them back. */
static bool through_ip6_gre(const struct config *c, uint32_t more,
			    struct tunnel *t)
{
	struct nl_request request;
	struct nlmsghdr *nlh = &request.header;
	struct nlattr *info, *data;

	nl_start(&request, RTM_NEWLINK, 0, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, "g");
	mnl_attr_put_u32(nlh, IFLA_MTU, 1448);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "ip6gre");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	link_put_ip6_gre(nlh, c);
	if (more)
		mnl_attr_put_u32(nlh, IFLA_GRE_FLAGS, more);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	return link_read(nlh, t) && t->config.tos == c->tos &&
	       t->config.flowlabel == c->flowlabel &&
	       t->config.encap_limit == c->encap_limit;
}

static void test_ip6_gre(void)
{
	struct config c;
	struct tunnel t;

	config_init(&c);
	check(through_ip6_gre(&c, 0, &t) && !t.has_more, "defaults of grex");
	c.tos = 0x48;
	c.flowlabel = 0x12345;
	c.encap_limit = 4;
	check(through_ip6_gre(&c, 0, &t), "numbers");
	c.tos = GREX_TOS_INHERIT;
	c.flowlabel = GREX_FLOWLABEL_INHERIT;
	c.encap_limit = 0;
	check(through_ip6_gre(&c, 0, &t),
	      "what is inherited, and a limit of 0");
	c.tos = GREX_TOS_INHERIT | 0x48;
	through_ip6_gre(&c, 0, &t);
	check(t.config.tos == GREX_TOS_INHERIT, "no second value with inherit");
	through_ip6_gre(&c, IP6_TNL_F_RCV_DSCP_COPY, &t);
	check(t.has_more, "a DSCP that is copied is an option that grex lacks");
}

/* check also looks at interfaces that are not tunnels of grex. */
static void test_others(void)
{
	struct in_addr remote = { htonl(0xc0000202) };
	struct nl_request request;
	struct nlmsghdr *nlh = &request.header;
	struct nlattr *info, *nest;
	struct ifinfomsg *ifm;
	struct tunnel t;
	bool ok;

	ifm = nl_start(&request, RTM_NEWLINK, 0, sizeof(*ifm));
	ifm->ifi_index = 2;
	ifm->ifi_flags = IFF_UP | IFF_LOOPBACK;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, "lo");
	mnl_attr_put_u32(nlh, IFLA_MTU, 65536);
	ok = link_read(nlh, &t) && t.ifindex == 2 && t.config.mtu == 65536;
	ok &= t.flags == (IFF_UP | IFF_LOOPBACK);
	check(ok && !t.kind[0], "an interface without a kind");
	check(!link_is_gre_over_ipv4(&t), "which is no tunnel");

	nl_start(&request, RTM_NEWLINK, 0, sizeof(*ifm));
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "gretap");
	nest = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	mnl_attr_put_u32(nlh, IFLA_GRE_LINK, 5);
	mnl_attr_put(nlh, IFLA_GRE_REMOTE, sizeof(remote), &remote);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_nest_end(nlh, info);
	ok = link_read(nlh, &t) && link_is_gre_over_ipv4(&t);
	check(ok && !link_is_gre(&t) && !link_is_grex(&t),
	      "an Ethernet tunnel of the kernel");
	check(t.config.link == 5 && t.config.remote.v4.s_addr == remote.s_addr,
	      "whose ends are known");
}

static enum addr_read read_address(const char *line, uint8_t flags, int proto,
				   struct entry *a)
{
	struct nl_request request;
	enum addr_read result;
	struct ifaddrmsg *ifa;
	struct config c;

	config_of(&c, true, line);
	addr_add(&request, 7, &c.addrs.list[0]);
	ifa = mnl_nlmsg_get_payload(&request.header);
	ifa->ifa_flags = flags;
	if (proto >= 0)
		mnl_attr_put_u8(&request.header, 11, (uint8_t)proto);
	result = addr_read(&request.header, a);
	config_free(&c);
	return result;
}

static void test_addresses(void)
{
	const uint8_t permanent = IFA_F_PERMANENT;
	struct entry a;

	check(read_address("g addr 10.0.0.1/30", permanent, -1, &a) ==
			      ADDR_CONFIGURED &&
		      a.ifindex == 7 && a.prefix == 30 && !a.peer.family,
	      "an address");
	check(read_address("g addr 10.0.0.1/32 peer 10.0.0.2", permanent, -1,
			   &a) == ADDR_CONFIGURED &&
		      a.peer.family == AF_INET,
	      "an address with a peer");
	check(read_address("g addr fe80::1/64", permanent, -1, &a) ==
		      ADDR_CONFIGURED,
	      "a link-local address that somebody chose");
	check(read_address("g addr fe80::1/64", permanent, 3, &a) ==
		      ADDR_AUTOMATIC,
	      "a link-local address of the kernel, which says so");
	check(read_address("g addr fe80::5efe:c000:201/64", permanent, -1,
			   &a) == ADDR_AUTOMATIC,
	      "one that the kernel made of a public IPv4 address");
	check(read_address("g addr fe80::200:5efe:c000:201/64", permanent, -1,
			   &a) == ADDR_AUTOMATIC,
	      "one with the universal bit");
	check(read_address("g addr fe80::a00:1/64", permanent, -1, &a) ==
		      ADDR_AUTOMATIC,
	      "one that the kernel made of any IPv4 address");
	check(read_address("g addr 2001:db8::5efe:c000:201/64", permanent, -1,
			   &a) == ADDR_CONFIGURED,
	      "a global address that looks like it");
	check(read_address("g addr 2001:db8::5/64", 0, -1, &a) == ADDR_AUTOMATIC,
	      "an address of a router advertisement");
	check(read_address("g addr 10.0.0.1/30", permanent, 4, &a) ==
		      ADDR_CONFIGURED,
	      "an address of a routing daemon");
}

static void put_path(struct nl_request *request, bool verified)
{
	struct nlmsghdr *nlh = &request->header;
	struct nlattr *nest = mnl_attr_nest_start(nlh, GREX_XSTATS_PATH);

	mnl_attr_put_u32(nlh, GREX_PATH_PEER_DEVICE, 1400);
	mnl_attr_put_u32(nlh, GREX_PATH_PEER_MTU, 1424);
	mnl_attr_put_u32(nlh, GREX_PATH_PEER_VERIFIED, verified);
	mnl_attr_nest_end(nlh, nest);
}

/* The peer's claims, and whether they are verified. */
static void test_peer(void)
{
	struct nlattr *nests[2];
	struct nl_request request;
	struct tunnel t;
	bool ok;

	start_stats(&request, nests);
	put_path(&request, false);
	ok = read_back(&request, nests, &t);
	ok &= t.path.peer_device == 1400 && t.path.peer_mtu == 1424;
	check(ok && !t.path.peer_verified, "what is not verified");
	start_stats(&request, nests);
	put_path(&request, true);
	ok = read_back(&request, nests, &t);
	ok &= t.path.peer_device == 1400 && t.path.peer_mtu == 1424;
	check(ok && t.path.peer_verified, "what is verified");
}

int main(void)
{
	test_add();
	test_change();
	test_flags();
	test_own();
	test_secret();
	test_diff();
	test_options();
	test_probe();
	test_probes();
	test_peer();
	test_newer();
	test_kind_gre();
	test_ip6_gre();
	test_others();
	test_addresses();
	return finish();
}
