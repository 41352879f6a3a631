// SPDX-License-Identifier: GPL-2.0
/*
 * The findings about snapshots that are hard to produce in a selftest. The
 * other faults are planted there, see selftests/tests/test_check.sh.
 */
#include <errno.h>
#include <jansson.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/checks.h"
#include "tap.h"

static struct tunnel tunnel;
static struct snapshot snapshot;
static struct underlay underlay;
static struct iface ifaces[4];
static struct iface_address addresses[2];

static struct ip outer(const char *text)
{
	struct ip ip;

	if (!ip_parse(text, &ip))
		abort();
	return ip;
}

/* A tunnel without findings. */
static void well(void)
{
	static const struct entry inner = { .prefix = 30 };
	static struct inner_route route = { .family = AF_INET,
					    .length = 30,
					    .protocol = RTPROT_KERNEL };

	config_free(&tunnel.config);
	memset(&tunnel, 0, sizeof(tunnel));
	config_init(&tunnel.config);
	strcpy(tunnel.config.name, "gre1");
	strcpy(tunnel.kind, GREX_KIND);
	tunnel.ifindex = 9;
	tunnel.carrier = true;
	tunnel.config.up = true;
	tunnel.config.mtu = 1476;
	tunnel.config.local = outer("192.0.2.1");
	tunnel.config.remote = outer("192.0.2.2");
	tunnel.config.keepalive_interval = 10000;
	tunnel.config.keepalive_retries = 3;
	tunnel.config.mtu_probe = true;
	tunnel.path = (struct path){
		.sent = 9, .received = 9, .has_rx = true, .has_tx = true
	};
	config_add_address(&tunnel.config, &inner);
	tunnel.keepalives = (struct probes){ .known = true,
					     .state = GREX_KEEPALIVE_UP,
					     .changed = 3000000,
					     .sent = 32,
					     .received = 32,
					     .rtt_smoothed = 1000000 };
	for (size_t i = 0; i < GREX_KEEPALIVE_HISTORY; i++)
		tunnel.keepalives.history[i] = 1000;

	ifaces[0] = (struct iface){ .ifindex = 2,
				    .name = "eth0",
				    .mtu = 1500,
				    .up = true,
				    .carrier = true };
	ifaces[1] = (struct iface){ .ifindex = 9,
				    .name = "gre1",
				    .kind = GREX_KIND,
				    .is_grex = true,
				    .mtu = 1476,
				    .local = outer("192.0.2.1"),
				    .remote = outer("192.0.2.2"),
				    .up = true,
				    .carrier = true };
	addresses[0] = (struct iface_address){ outer("192.0.2.1"), 2 };
	json_decref(underlay.filter.nft);
	underlay = (struct underlay){ .ifaces = ifaces,
				      .nifaces = 2,
				      .addresses = addresses,
				      .naddresses = 1 };
	memset(&snapshot, 0, sizeof(snapshot));
	snapshot.tunnel = &tunnel;
	snapshot.underlay = &underlay;
	snapshot.same = true;
	context_init(&snapshot.here, NULL);
	context_init(&snapshot.there, NULL);
	snapshot.routes = (struct inner_routes){ &route, 1, 9, "" };
	snapshot.route = (struct route_lookup){ .asked = true,
						.type = RTN_UNICAST,
						.oif = 2 };
	snapshot.plain = snapshot.route;
	snapshot.entry = 2;
}

/* Returns "problem ID, note ID". */
static const char *found(void)
{
	static char text[1000];
	struct finding *list;
	size_t count, i;

	text[0] = '\0';
	list = checks_run(&snapshot, &count);
	for (i = 0; list && i < count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "%s%s %s", i ? ", " : "",
			 severity_text(list[i].severity), list[i].id);
	free(list);
	return text;
}

static const char *fix(void)
{
	static char text[sizeof(((struct finding *)0)->fix)];
	struct finding *list;
	size_t count;

	list = checks_run(&snapshot, &count);
	snprintf(text, sizeof(text), "%s", list && count ? list[0].fix : "");
	free(list);
	return text;
}

/* Returns the text of the first finding. */
static const char *sentence(void)
{
	static char text[sizeof(((struct finding *)0)->text)];
	struct finding *list;
	size_t count;

	list = checks_run(&snapshot, &count);
	snprintf(text, sizeof(text), "%s", list && count ? list[0].text : "");
	free(list);
	return text;
}

static void test_peer(void)
{
	well();
	check_text(found(), "", "well");
	tunnel.keepalives.state = GREX_KEEPALIVE_HOLD;
	check_text(found(), "warning peer_hold", "hold");

	well();
	tunnel.keepalives.state = GREX_KEEPALIVE_DOWN;
	check_text(found(), "problem peer_down", "down");
	check(!strstr(sentence(), "secret"), "without a secret");
	tunnel.config.keepalive_secret.is_set = true;
	check(strstr(sentence(), "its keepalive-secret has to be the same"),
	      "with a secret");
	tunnel.keepalives.received = 0;
	tunnel.keepalives.sent = 3;
	check_text(found(), "", "not asked often enough to know");
	tunnel.keepalives.sent = 4;
	check_text(found(), "problem peer_down", "asked often enough");
	tunnel.config.up = false;
	check_text(found(), "problem down", "not asked: the interface is down");

	well();
	tunnel.keepalives.flaps = 2;
	check_text(found(), "", "two flaps are few");
	tunnel.keepalives.flaps = 3;
	check_text(found(), "warning peer_flaps", "three are many");
	check_text(fix(), "gretool set gre1 keepalive 10 6", "more retries");
	tunnel.config.keepalive_retries = 200;
	check_text(fix(), "gretool set gre1 keepalive 10 255", "not too many");
	tunnel.keepalives.changed = 3600001;
	check_text(found(), "", "long ago");

	well();
	tunnel.keepalives.history[3] = 0;
	tunnel.keepalives.history[4] = 0;
	tunnel.keepalives.history[5] = 0;
	check_text(found(), "", "3 of 32 lost");
	tunnel.keepalives.history[6] = 0;
	check_text(found(), "warning peer_loss", "4 of 32 lost");
	tunnel.keepalives.changed = 119999;
	check_text(found(), "warning peer_loss", "4 of 11 since it is up");
	tunnel.keepalives.changed = 60000;
	check_text(found(), "", "4 before it came up");

	well();
	tunnel.keepalives.rtt_smoothed = 9999999999;
	check_text(found(), "", "answers in time");
	tunnel.keepalives.rtt_smoothed = 10000000000;
	check_text(found(), "warning peer_slow", "answers too late");
	check_text(fix(), "gretool set gre1 keepalive 40 3", "ask less often");
}

static void test_counters(void)
{
	well();
	tunnel.counters[GREX_STAT_RX_CSUM] = 9;
	tunnel.stats.rx_errors = 9;
	check_text(found(), "note rx_csum", "all of nine");
	well();
	tunnel.stats.rx_packets = 991;
	tunnel.counters[GREX_STAT_RX_WRONG_KEY] = 9;
	tunnel.stats.rx_errors = 9;
	check_text(found(), "note rx_wrong_key", "few");
	tunnel.counters[GREX_STAT_RX_WRONG_KEY] = 10;
	check_text(found(), "warning rx_wrong_key", "one of a hundred");
	tunnel.stats.rx_packets = 1091;
	check_text(found(), "note rx_wrong_key", "less than that");
	check_text(fix(), "gretool set gre1 ikey KEY", "the fix");
	well();
	tunnel.counters[GREX_STAT_RX_TTL] = 10;
	tunnel.stats.rx_dropped = 10;
	check_text(found(), "warning rx_ttl", "from too far away");
	check_text(fix(), "gretool set gre1 ttl-min NUMBER", "the fix");
	well();
	tunnel.counters[GREX_STAT_RX_KEEPALIVE_UNPROVED] = 10;
	tunnel.stats.rx_dropped = 10;
	check_text(found(), "warning rx_keepalive_unproved", "another secret");
	check_text(fix(), "gretool set gre1 keepalive-secret SECRET",
		   "the fix");
	well();
	tunnel.counters[GREX_STAT_RX_KEEPALIVE_REFUSED] = 10;
	tunnel.stats.rx_dropped = 10;
	check_text(found(), "warning rx_keepalive_refused", "not answered");
	check_text(fix(), "", "keepalives would be answered");
	tunnel.config.keepalive_reply = false;
	check_text(fix(), "gretool set gre1 keepalive-reply on", "the fix");
	well();
	tunnel.counters[GREX_STAT_TX_NO_ROUTE] = 1000;
	check_text(found(), "note tx_no_route", "the route tells for itself");
	well();
	tunnel.counters[GREX_STAT_TX_TOO_BIG] = 10;
	tunnel.stats.tx_errors = 10;
	check_text(found(), "warning tx_too_big", "too big");
	check_text(fix(), "", "the MTU is right");
	snapshot.route.mtu = 1400;
	check_text(found(), "problem mtu, warning tx_too_big", "it is wrong");
	check_text(fix(), "gretool set gre1 mtu 1376", "the right one");
}

/* clang-format off */
#define CHAIN(name, hook, policy) \
	"{'chain':{'family':'ip','table':'t','name':'" name "'," \
	"'hook':'" hook "','policy':'" policy "'}}"
#define RULE(chain, expr) \
	"{'rule':{'family':'ip','table':'t','chain':'" chain "'," \
	"'handle':4,'expr':[" expr "]}}"
#define GRE \
	"{'match':{'op':'==','left':{'meta':{'key':'l4proto'}},'right':'gre'}}"
#define STATE(state) \
	"{'match':{'op':'in','left':{'ct':{'key':'state'}},'right':'" state "'}}"
/* The rules accept only answers, and GRE has no state. */
#define ANSWERS \
	CHAIN("input", "input", "drop") "," \
	RULE("input", STATE("established") ",{'accept':null}")
#define NOTRACK \
	CHAIN("pre", "prerouting", "accept") "," RULE("pre", GRE ",{'notrack':null}")
#define LIMITED \
	CHAIN("input", "input", "accept") "," \
	RULE("input", GRE ",{'limit':{}},{'counter':{'packets':7}},{'drop':null}")
/* clang-format on */

/* Set rules of nft, in which ' stands for ". */
static void set_nft(const char *rules)
{
	char *text, *p;

	json_decref(underlay.filter.nft);
	if (asprintf(&text, "{'nftables':[%s]}", rules) < 0)
		abort();
	for (p = text; *p; p++)
		if (*p == '\'')
			*p = '"';
	underlay.filter.nft = json_loads(text, 0, NULL);
	free(text);
}

static void test_filters(void)
{
	well();
	set_nft(CHAIN("input", "input", "drop"));
	check_text(found(), "problem filter_input", "a policy");
	set_nft(ANSWERS);
	check_text(found(), "warning filter_input", "answers pass");
	check_text(fix(),
		   "nft insert rule ip t input ip saddr 192.0.2.2 ip protocol "
		   "gre accept",
		   "the fix");
	set_nft(ANSWERS "," NOTRACK);
	check_text(found(), "", "not tracked, and packets come");
	tunnel.path.last_rx = 60000;
	check_text(found(), "note filter_input", "not tracked, and none come");
	check_text(sentence(),
		   "it cannot be told whether chain input of table ip t drops "
		   "GRE (protocol 47) from 192.0.2.2: that depends on the rule "
		   "with handle 4; a rule with notrack may leave it without a "
		   "connection",
		   "on what it depends");
	check(strstr(fix(), "hook prerouting priority -350"), "where to trace");
	check(strstr(fix(), "; timeout 30 nft monitor trace; "), "how");
	tunnel.path.has_rx = false;
	check_text(found(), "warning filter_input", "none ever came");
	tunnel.keepalives.sent = 3;
	check_text(found(), "note filter_input", "few were asked for");

	well();
	set_nft(LIMITED);
	check_text(found(), "warning filter_input", "a rule that has dropped");
	check(strstr(sentence(), "handle 4, which has dropped 7 packets"),
	      "how many");

	set_nft(CHAIN("out", "output", "drop"));
	check_text(found(), "problem filter_output", "a policy on output");
	check_text(fix(),
		   "nft insert rule ip t out ip daddr 192.0.2.2 ip protocol "
		   "gre accept && nft insert rule ip t out oifname gre1 accept",
		   "inside and outside");
	set_nft("");
	check_text(found(), "", "no filters");
	json_decref(underlay.filter.nft);
	underlay.filter.nft = NULL;
}

static void test_iptables(void)
{
	well();
	underlay.filter.iptables =
		(char *)"*filter\n:INPUT DROP [5:400]\n:OUTPUT ACCEPT [0:0]\n"
			"[9:99] -A FORWARD -p gre -j DROP\n"
			"[0:0] -A INPUT -p gre -j DROP\nCOMMIT\n";
	check_text(found(), "", "packets come and go");
	tunnel.path.last_rx = 60000;
	check_text(found(), "note filter_input", "none come");
	check_text(fix(), "iptables-legacy-save -c", "where to look");
	tunnel.path.last_tx = 60000;
	tunnel.path.last_rx = 0;
	check_text(found(), "note filter_output", "none go");
	tunnel.path.last_tx = 0;
	underlay.filter.iptables =
		(char *)"*filter\n:INPUT ACCEPT [0:0]\n"
			"[7:99] -A INPUT -p gre -m limit --limit 5/sec -j DROP\n"
			"COMMIT\n";
	check_text(found(), "warning filter_input", "a rule that has dropped");
	check(strstr(sentence(), "\"[7:99] -A INPUT -p gre "), "which");
	underlay.filter.iptables =
		(char *)"*filter\n[7:99] -A OUTPUT -p 47 -j REJECT\nCOMMIT\n";
	check_text(found(), "warning filter_output", "on output");
	underlay.filter.iptables = NULL;
}

static void test_protocol(void)
{
	well();
	snapshot.beside = true;
	check_text(found(), "note beside", "ip_gre is loaded");

	well();
	ifaces[2] = (struct iface){ .ifindex = 5,
				    .name = "old1",
				    .kind = "gre",
				    .remote = outer("192.0.2.2"),
				    .up = true };
	underlay.nifaces = 3;
	check_text(found(), "warning same_ends", "the same ends");
	check_text(fix(), "ip link del old1", "the fix");
	ifaces[2].is_grex = true;
	check_text(found(), "", "one of grex, which has another key");
	ifaces[2].is_grex = false;
	ifaces[2].local = outer("192.0.2.1");
	check_text(found(), "warning same_ends", "both the same");
	ifaces[2].in = (struct direction){ .key = true, .key_value = 5 };
	check_text(found(), "", "another key");
	ifaces[2].in.key = false;
	strcpy(ifaces[2].kind, "gretap");
	check_text(found(), "", "layer 2");
	tunnel.config.ether = true;
	tunnel.config.mtu = 1462;
	check_text(found(), "warning same_ends", "both layer 2");
	tunnel.config.ether = false;
	tunnel.config.mtu = 1476;
	strcpy(ifaces[2].kind, "gre");
	ifaces[2].local = outer("192.0.2.3");
	check_text(found(), "", "another local");
	ifaces[2].local = outer("192.0.2.1");
	ifaces[2].remote = outer("192.0.2.3");
	check_text(found(), "", "another remote");
	ifaces[2].remote = outer("192.0.2.2");
	ifaces[2].elsewhere = true;
	check_text(found(), "", "another namespace");

	well();
	strcpy(underlay.filter.unread, "nft: it is not installed");
	check_text(found(), "note filter_unread", "not readable");
	strcpy(underlay.filter.install, "apt install nftables");
	check_text(fix(), "apt install nftables", "not installed");
}

/* The same over IPv6, where the commands differ. */
static void test_ipv6(void)
{
	well();
	tunnel.config.local = outer("2001:db8::1");
	tunnel.config.remote = outer("2001:db8::2");
	tunnel.config.mtu = 1456;
	addresses[0].address = tunnel.config.local;
	check_text(found(), "", "well, over IPv6");

	snapshot.neighbour = NUD_FAILED;
	check_text(found(), "problem gateway_silent", "no answer");
	check(strstr(sentence(), "the remote 2001:db8::2 does not answer "
				 "neighbour solicitations on eth0"),
	      "the remote");
	snapshot.route.gateway = outer("fe80::1");
	check(strstr(sentence(), "the gateway fe80::1 does not"),
	      "the gateway");
	snapshot.neighbour = 0;

	addresses[0].address = outer("2001:db8::3");
	check_text(found(), "problem local_missing", "another address");
	check_text(fix(), "ip addr add 2001:db8::1/128 dev DEVICE", "the fix");
	snapshot.plain.source = outer("2001:db8::3");
	check_text(fix(), "gretool set gre1 local 2001:db8::3", "the source");
	addresses[0].address = tunnel.config.local;

	snapshot.route.error = ENETUNREACH;
	check_text(found(), "problem no_route", "no route");
	check_text(fix(), "ip route replace 2001:db8::2/128 via GATEWAY",
		   "the fix");
	snapshot.route.error = 0;

	snapshot.beside = true;
	check(strstr(sentence(), "\"rmmod ip6_gre\""), "the other module");
	snapshot.beside = false;
	ifaces[2] = (struct iface){ .ifindex = 5,
				    .name = "old1",
				    .kind = "ip6gre",
				    .remote = outer("2001:db8::2"),
				    .up = true };
	underlay.nifaces = 3;
	check_text(found(), "warning same_ends", "the same ends over IPv6");
	strcpy(ifaces[2].kind, "gre");
	check_text(found(), "", "a kind of IPv4");
}

static void test_path(void)
{
	well();
	tunnel.path.mtu = 1400;
	tunnel.path.source = GREX_PATH_FROM_PROBES;
	check_text(found(), "problem mtu", "what probes found is less");
	check_text(fix(), "gretool set gre1 mtu 1376", "the fix");
	tunnel.config.mtu_auto = true;
	check_text(found(), "", "an MTU that follows");

	well();
	tunnel.path.mtu = 1400;
	tunnel.path.source = GREX_PATH_FROM_ICMP;
	tunnel.path.age = 5000;
	check_text(found(), "warning mtu", "what an ICMP error has told");
	check(strstr(sentence(), "(as an ICMP error has told 5.00 s ago)"),
	      "which may be forgotten");
	check_text(fix(), "gretool set gre1 mtu 1376", "the fix");

	well();
	snapshot.no_pmtu_disc = 1;
	check_text(found(), "note no_pmtu_disc", "ICMP is not needed");
	tunnel.config.mtu_probe = false;
	check_text(found(), "warning no_pmtu_disc, note mtu_probe",
		   "ICMP is misread");
	check(strstr(sentence(), " 552 bytes"), "as what");
	check_text(fix(), "sysctl -w net.ipv4.ip_no_pmtu_disc=0", "the fix");
	snapshot.no_pmtu_disc = 3;
	check(strstr(sentence(), "does not get to the tunnel"), "it is lost");
	tunnel.config.pmtudisc = false;
	tunnel.config.ignore_df = true;
	check_text(found(), "note mtu_probe", "without DF");

	well();
	tunnel.path.peer_device = 1400;
	check_text(found(), "warning ends_differ", "the peer has less");
	check(strstr(sentence(), "ago, unverified)"), "as somebody says");
	tunnel.path.peer_verified = 1;
	check(strstr(sentence(), "ago)"), "as the peer says");
	check_text(fix(), "gretool set gre1 mtu 1400", "the fix");
	tunnel.path.peer_device = 1500;
	check_text(found(), "warning ends_differ", "the peer has more");
	check_text(fix(), "", "which is to be mended there");
	tunnel.path.peer_device = 0;
	check_text(found(), "", "the peer says nothing");

	well();
	tunnel.path.received = 0;
	check_text(found(), "warning mtu_probe", "no probe comes back");
	tunnel.path.sent = 5;
	check_text(found(), "", "too few to tell");
	tunnel.config.mtu_probe = false;
	check_text(found(), "note mtu_probe", "it is off");
	check_text(fix(), "gretool set gre1 mtu-probe on", "the fix");

	well();
	tunnel.path.last_rx = 3000000;
	check_text(found(), "", "keepalives tell more");
	tunnel.config.keepalive_interval = 0;
	check_text(found(), "note keepalive_off", "few were sent");
	tunnel.stats.tx_packets = 10;
	check_text(found(), "note one_way, note keepalive_off",
		   "nothing received for long");
	check_text(fix(), "gretool probe gre1 -c 3", "the fix");
	tunnel.path.has_rx = false;
	check_text(found(), "warning one_way, note keepalive_off",
		   "nothing was ever received");
	tunnel.path.last_tx = 60001;
	check_text(found(), "note keepalive_off", "nothing sent lately");
	tunnel.path.has_tx = false;
	check_text(found(), "note keepalive_off", "nothing sent");
}

static void test_mss(void)
{
	well();
	snapshot.forwarding = 1;
	check_text(found(), "note mss", "off, on a router");
	check_text(fix(), "gretool set gre1 mss auto", "the fix");
	tunnel.config.mss = GREX_MSS_AUTO;
	check_text(found(), "", "auto");
	tunnel.config.mss = 1436;
	check_text(found(), "", "as much as fits");
	tunnel.config.mss = 1437;
	check_text(found(), "warning mss", "more than fits");
	tunnel.config.mss = 1300;
	snapshot.route.mtu = 1363;
	tunnel.config.mtu = 1339;
	check_text(found(), "warning mss", "more than the MTU takes");
	tunnel.config.mss = 1299;
	check_text(found(), "", "as much as the MTU takes");
	/* If the route has no MTU, that of the interface is used. */
	snapshot.route.error = 101;
	tunnel.config.mss = 1300;
	check_text(found(), "problem no_route, warning mss", "no route");
}

/* The answers leave by another interface. */
static void test_way_back(void)
{
	well();
	tunnel.config.mss = GREX_MSS_AUTO;
	tunnel.stats.rx_packets = 1000;
	tunnel.stats.tx_packets = 11;
	check_text(found(), "", "there are answers");
	tunnel.stats.tx_packets = 10;
	check_text(found(), "warning mss_way_back", "hardly any");
	check(strstr(fix(), "oifname eth0 tcp flags syn tcp option maxseg size "
			    "set 1416"),
	      "the rule");
	tunnel.config.mss = 1300;
	check(strstr(fix(), "set 1300"), "as low as the tunnel's");
	snapshot.same = false;
	check(strstr(fix(), "oifname INTERFACE "), "who knows by which");
	tunnel.stats.rx_packets = 999;
	tunnel.stats.tx_packets = 0;
	check_text(found(), "", "too few to tell");
}

/* A look-up of a route ignores rules that depend on the protocol. */
static void test_rules(void)
{
	static struct position position = { .file = "/etc/gretool/a.conf",
					    .line = 3 };
	static struct section section = { .positions = &position };

	well();
	snapshot.route.error = 101;
	check_text(found(), "problem no_route", "no route");
	tunnel.path.mtu = 1500;
	check_text(found(), "", "the module has one");

	well();
	tunnel.config.link = 77;
	strcpy(tunnel.config.dev, "if77");
	snapshot.route.error = 19;
	check_text(found(), "problem dev_missing", "no route by what is gone");
	check_text(fix(), "", "nothing here mends it");

	well();
	strcpy(snapshot.file.is, "mtu 1400");
	strcpy(snapshot.file.said, "mtu 1476");
	snapshot.file.section = &section;
	check_text(found(), "warning differs", "not what a file says");
	check_text(sentence(),
		   "it differs from /etc/gretool/a.conf, line 3: it has "
		   "\"mtu 1400\", but should have \"mtu 1476\"",
		   "how");
	check_text(fix(), "gretool apply", "the fix");

	well();
	snapshot.rule_names_gre = true;
	memset(&snapshot.route, 0, sizeof(snapshot.route));
	snapshot.plain = snapshot.route;
	check_text(found(), "problem no_route", "no route by a rule");
	check_text(fix(), "ip rule show", "no route that does harm");
	tunnel.path.mtu = 1400;
	check_text(found(), "problem mtu", "the MTU of the route by the rule");
}

static void test_words(void)
{
	static const struct {
		const char *word, *quoted;
	} words[] = {
		{ "gre1", "gre1" },
		{ "a.b-c_d@e", "a.b-c_d@e" },
		{ "", "''" },
		{ "-x", "'-x'" },
		{ "a b", "'a b'" },
		{ "a;b", "'a;b'" },
		{ "$(x)", "'$(x)'" },
		{ "it's", "'it'\\''s'" },
		{ "a\nb", "$'a\\x0ab'" },
		{ "'\\\x1b\xc3\xa4\xff", "$'\\'\\\\\\x1b\xc3\xa4\\xff'" },
		{ "'''", "''\\'''\\'''\\'''" },
	};
	char text[SHELL_NAME_SIZE];
	struct context p;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		check_text(shell_word(words[i].word, text, sizeof(text)),
			   words[i].quoted, "word %zu", i);
	check_text(shell_word("'''''''''''''''", text, sizeof(text)),
		   "''\\'''\\'''\\'''\\'''\\'''\\'''\\'''\\'''\\'''\\'''\\'''"
		   "\\'''\\'''\\'''\\'''",
		   "the longest name");
	check_text(shell_word("\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1", text,
			      sizeof(text)),
		   "$'\\x01\\x01\\x01\\x01\\x01\\x01\\x01\\x01\\x01\\x01\\x01"
		   "\\x01\\x01\\x01\\x01'",
		   "the longest name of control characters");

	context_init(&p, NULL);
	check_text(p.gretool, "gretool", "here: gretool");
	check_text(p.ip, "ip", "here: ip");
	check_text(p.run, "", "here: others");
	context_init(&p, "4294967");
	check_text(p.gretool, "gretool -n 4294967", "a pid: gretool");
	check_text(p.ip, "ip -n /proc/4294967/ns/net", "a pid: ip");
	check_text(p.run, "nsenter --net=/proc/4294967/ns/net ",
		   "a pid: others");
	context_init(&p, "/some where/ns");
	check_text(p.gretool, "gretool -n '/some where/ns'", "a path: gretool");
	check_text(p.ip, "ip -n '/some where/ns'", "a path: ip");
	check_text(p.run, "nsenter --net='/some where/ns' ", "a path: others");
}

int main(void)
{
	test_peer();
	test_counters();
	test_protocol();
	test_ipv6();
	test_filters();
	test_iptables();
	test_path();
	test_mss();
	test_way_back();
	test_rules();
	test_words();
	config_free(&tunnel.config);
	return finish();
}
