// SPDX-License-Identifier: GPL-2.0
/* The effect of rules of nft on a GRE packet. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/filter.h"
#include "tap.h"

/* A packet from 192.0.2.2 to 192.0.2.1 on v0, or in the other direction. */
static int outer_family = AF_INET;

static struct filter_packet packet(bool out, bool established)
{
	const bool ipv6 = outer_family == AF_INET6;
	struct filter_packet p = { .out = out,
				   .family = outer_family,
				   .established = established,
				   .strays = true,
				   .device = "v0" };
	struct ip *local = out ? &p.source : &p.destination;
	struct ip *remote = out ? &p.destination : &p.source;

	ip_parse(ipv6 ? "2001:db8::1" : "192.0.2.1", local);
	ip_parse(ipv6 ? "2001:db8::2" : "192.0.2.2", remote);
	return p;
}

/* Returns "accept", "drop" or "cannot tell", and frees the rules. */
static const char *fate(json_t *rules, bool out, bool established)
{
	static const char *const fates[] = { [FILTER_PASSES] = "accept",
					     [FILTER_UNSURE] = "cannot tell",
					     [FILTER_DROPS] = "drop" };
	struct filter_packet p = packet(out, established);
	struct filter_end end;

	filter_walk(rules, &p, &end);
	json_decref(rules);
	return fates[end.fate];
}

/*
 * What nft prints of some lines, with ' for ". "c input drop" is a chain with
 * hook and policy, of the family inet if none follows, of a device if that does
 * too; "sub" is one without; "c: {...},{...}" is a rule of it; and what begins
 * with { is as it is.
 */
static void print_line(FILE *out, char *line)
{
	char name[32], hook[32], policy[32], family[32] = "inet", device[32];
	char *expr = strstr(line, ": ");
	int words;

	if (line[0] == '{') {
		fprintf(out, ",%s", line);
		return;
	}
	if (expr) {
		*expr = '\0';
		fprintf(out,
			",{'rule':{'family':'inet','table':'t','chain':'%s',"
			"'handle':9,'expr':[%s]}}",
			line, expr + 2);
		return;
	}
	words = sscanf(line, "%31s %31s %31s %31s %31s", name, hook, policy,
		       family, device);
	fprintf(out, ",{'chain':{'family':'%s','table':'t','name':'%s'", family,
		name);
	if (words > 2)
		fprintf(out, ",'hook':'%s','prio':0,'policy':'%s'", hook,
			policy);
	if (words > 4)
		fprintf(out, ",'dev':%s", device);
	fputs("}}", out);
}

/* The caller frees the text. */
static char *nft_text(const char *lines)
{
	char *copy = strdup(lines), *line, *rest, *text = NULL, *p;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fputs("{'nftables':[{'metainfo':{'json_schema_version':1}}", out);
	for (line = strtok_r(copy, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		print_line(out, line);
	fputs("]}", out);
	fclose(out);
	free(copy);
	for (p = text; *p; p++)
		if (*p == '\'')
			*p = '"';
	return text;
}

static const char *nft_fate(const char *lines, bool out, bool established)
{
	char *text = nft_text(lines);
	json_t *rules = json_loads(text, 0, NULL);

	if (!rules)
		abort();
	free(text);
	return fate(rules, out, established);
}

#define MATCH(op, left, right) \
	"{'match':{'op':'" op "','left':" left ",'right':" right "}}"
#define IF(left, right) MATCH("==", left, right)
#define IF_NOT(left, right) MATCH("!=", left, right)
#define META(key) "{'meta':{'key':'" key "'}}"
#define FIELD(protocol, field) \
	"{'payload':{'protocol':'" protocol "','field':'" field "'}}"
#define L4 META("l4proto")
#define SADDR FIELD("ip", "saddr")
#define DADDR FIELD("ip", "daddr")
#define STATE "{'ct':{'key':'state'}}"
#define CT_MARK "{'ct':{'key':'mark'}}"
#define DROP "{'drop':null}"
#define ACCEPT "{'accept':null}"
#define JUMP "{'jump':{'target':'sub'}}"
#define GRE IF(L4, "'gre'")
#define ANSWERS MATCH("in", STATE, "['established','related']")
#define LIMIT "{'limit':{'rate':1,'per':'second'}}"
#define PREFIX(address, length) \
	"{'prefix':{'addr':'" address "','len':" length "}}"

/* One rule drops in a chain whose policy is accept. The fate tells whether it matches. */
static const struct {
	const char *what, *condition, *fate;
} conditions[] = {
	{ "l4proto", GRE, "drop" },
	{ "l4proto, a number", IF(L4, "47"), "drop" },
	{ "another l4proto", IF(L4, "'udp'"), "accept" },
	{ "not another", IF_NOT(L4, "'udp'"), "drop" },
	{ "not ours", IF_NOT(L4, "'gre'"), "accept" },
	{ "ip protocol", IF(FIELD("ip", "protocol"), "'gre'"), "drop" },
	{ "a set", IF(L4, "{'set':['esp','gre']}"), "drop" },
	{ "a set without", IF(L4, "{'set':['esp','ah']}"), "accept" },
	{ "not in a set", IF_NOT(L4, "{'set':['esp','gre']}"), "accept" },
	{ "a list", MATCH("in", L4, "['esp','gre']"), "drop" },
	{ "saddr", IF(SADDR, "'192.0.2.2'"), "drop" },
	{ "another saddr", IF(SADDR, "'192.0.2.3'"), "accept" },
	{ "a prefix", IF(SADDR, PREFIX("192.0.2.0", "24")), "drop" },
	{ "all", IF(SADDR, PREFIX("0.0.0.0", "0")), "drop" },
	{ "another prefix", IF(SADDR, PREFIX("192.0.2.4", "30")), "accept" },
	{ "a set of prefixes",
	  IF(SADDR, "{'set':['10.0.0.1'," PREFIX("192.0.2.0", "24") "]}"),
	  "drop" },
	{ "not elsewhere", IF_NOT(SADDR, "'192.0.2.3'"), "drop" },
	{ "iifname", IF(META("iifname"), "'v0'"), "drop" },
	{ "iif", IF(META("iif"), "'v0'"), "drop" },
	{ "another iifname", IF(META("iifname"), "'v1'"), "accept" },
	{ "a wildcard", IF(META("iifname"), "'v*'"), "drop" },
	{ "another wildcard", IF(META("iifname"), "'eth*'"), "accept" },
	{ "IPv6", IF(META("nfproto"), "'ipv6'"), "accept" },
	{ "IPv4", IF(META("nfproto"), "'ipv4'"), "drop" },
	{ "a TCP port", IF(FIELD("tcp", "dport"), "22"), "accept" },
	{ "not a TCP port", IF_NOT(FIELD("tcp", "dport"), "22"), "accept" },
	{ "under a TCP port", MATCH("<", FIELD("tcp", "dport"), "22"),
	  "accept" },
	{ "new", IF(STATE, "'new'"), "drop" },
	{ "an answer", ANSWERS, "accept" },
	{ "a counter", "{'counter':{'packets':3,'bytes':9}}", "drop" },
	{ "a log", "{'log':{'prefix':'x'}}", "drop" },
	/* An unknown condition matters only in a rule about GRE. */
	{ "something, GRE", GRE "," IF(CT_MARK, "1"), "cannot tell" },
	{ "something", IF(CT_MARK, "1"), "accept" },
	{ "something, all but UDP", IF_NOT(L4, "'udp'") "," IF(CT_MARK, "1"),
	  "accept" },
	{ "a limit, GRE", GRE "," LIMIT, "cannot tell" },
	{ "a limit", LIMIT, "accept" },
	{ "a module of iptables, GRE",
	  GRE ",{'xt':{'type':'match','name':'hashlimit'}}", "cannot tell" },
	{ "a range, GRE",
	  GRE "," IF(DADDR, "{'range':['192.0.2.1','192.0.2.9']}"),
	  "cannot tell" },
	{ "a range", IF(DADDR, "{'range':['192.0.2.1','192.0.2.9']}"),
	  "accept" },
	{ "a set by name, GRE", GRE "," IF(SADDR, "'@peers'"), "cannot tell" },
	{ "a set by name", IF(SADDR, "'@peers'"), "accept" },
	{ "the way back",
	  "{'match':{'op':'==','left':{'fib':{'result':'oif','flags':["
	  "'saddr','iif']}},'right':false}}",
	  "cannot tell" },
	{ "a tuple, GRE",
	  GRE ",{'match':{'op':'==','left':{'concat':[" SADDR "," L4
	      "]},'right':{'set':[{'concat':['192.0.2.2','gre']}]}}}",
	  "cannot tell" },
	{ "a counter that counts nothing, perhaps GRE",
	  GRE "," LIMIT ",{'counter':{'packets':0,'bytes':0}}", "accept" },
	{ "a counter that counts, perhaps GRE",
	  GRE "," LIMIT ",{'counter':{'packets':7,'bytes':99}}", "cannot tell" },
};

static void test_conditions(void)
{
	char text[1024];
	size_t i;

	for (i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
		snprintf(text, sizeof(text), "c input accept\nc: %s," DROP "\n",
			 conditions[i].condition);
		check_text(nft_fate(text, false, false), conditions[i].fate,
			   "drop if %s", conditions[i].what);
	}
}

#define VMAP(key, pairs) "{'vmap':{'key':" key ",'data':{'set':[" pairs "]}}}"

/* clang-format off */
#define FIREWALLD "c input accept\nzones\npublic\nallow\n" \
	"c: " ANSWERS "," ACCEPT "\n" \
	"c: " MATCH("in", "{'ct':{'key':'status'}}", "'dnat'") "," ACCEPT "\n" \
	"c: " IF(META("iifname"), "'lo'") "," ACCEPT "\n" \
	"c: {'jump':{'target':'zones'}}\n" \
	"c: {'reject':null}\n" \
	"zones: {'goto':{'target':'public'}}\n" \
	"public: {'jump':{'target':'allow'}}\n" \
	"public: " IF(L4, "{'set':['icmp','ipv6-icmp']}") "," ACCEPT "\n" \
	"public: {'reject':null}\n" \
	"allow: " IF(FIELD("tcp", "dport"), "22") "," ACCEPT
/* clang-format on */

static void test_nft(void)
{
	static const struct {
		const char *what, *lines;
		bool out, established;
		const char *fate;
	} cases[] = {
		{ "no rules", "", false, false, "accept" },
		{ "policy", "c input drop", false, false, "drop" },
		{ "policy of output", "c output drop", false, false, "accept" },
		{ "policy of IPv6", "c input drop ip6", false, false, "accept" },
		{ "policy of IPv4", "c input drop ip", false, false, "drop" },
		{ "policy of forwarding", "c forward drop", false, false,
		  "accept" },
		{ "prerouting", "c prerouting drop", false, false, "drop" },
		{ "postrouting", "c postrouting drop", true, false, "drop" },
		{ "no condition", "c input accept\nc: " DROP, false, false,
		  "drop" },
		{ "accepted before the policy",
		  "c input drop\nc: " GRE "," ACCEPT, false, false, "accept" },
		{ "accepted here, dropped in another chain",
		  "c input drop\nd input drop\nc: " GRE "," ACCEPT, false,
		  false, "drop" },
		{ "perhaps dropped here, surely there",
		  "c input drop\nc: " IF(CT_MARK, "1") "," ACCEPT
						       "\nd input drop",
		  false, false, "drop" },
		{ "perhaps accepted",
		  "c input drop\nc: " IF(CT_MARK, "1") "," ACCEPT, false, false,
		  "cannot tell" },
		{ "answers accepted, a new one",
		  "c input drop\nc: " ANSWERS "," ACCEPT, false, false, "drop" },
		{ "answers accepted, an answer",
		  "c input drop\nc: " ANSWERS "," ACCEPT, false, true,
		  "accept" },
		{ "a map of states, an answer",
		  "c input drop\nc: " VMAP(STATE, "['established'," ACCEPT
						  "],['invalid'," DROP "]"),
		  false, true, "accept" },
		{ "a map of states, a new one",
		  "c input accept\nc: " VMAP(STATE, "['established'," ACCEPT
						    "],['new'," DROP "]"),
		  false, false, "drop" },
		{ "a map of protocols that jumps",
		  "c input accept\nsub\nsub: " DROP
		  "\nc: " VMAP(L4, "['udp'," ACCEPT "],['gre'," JUMP "]"),
		  false, false, "drop" },
		{ "jump, and back",
		  "c input drop\nsub\nsub: {'return':null}\nsub: " DROP
		  "\nc: " JUMP "\nc: " ACCEPT,
		  false, false, "accept" },
		{ "goto, and not back",
		  "c input drop\nsub\nc: {'goto':{'target':'sub'}}\nc: " ACCEPT,
		  false, false, "drop" },
		{ "jump in a circle",
		  "c input accept\nsub\nsub: " JUMP "\nc: " JUMP, false, false,
		  "accept" },
		{ "jump to nowhere", "c input accept\nc: " JUMP, false, false,
		  "accept" },
		{ "reject",
		  "c input accept\nc: " GRE ",{'reject':{'type':'icmpx'}}",
		  false, false, "drop" },
		{ "REJECT of iptables",
		  "c input accept\nc: " GRE
		  ",{'xt':{'type':'target','name':'REJECT'}}",
		  false, false, "drop" },
		{ "LOG of iptables",
		  "c input accept\nc: " GRE
		  ",{'xt':{'type':'target','name':'LOG'}}",
		  false, false, "accept" },
		{ "a queue", "c input drop\nc: " GRE ",{'queue':{'num':0}}",
		  false, false, "cannot tell" },
		{ "a rule without an end", "c input accept\nc: " GRE, false,
		  false, "accept" },
		{ "oifname",
		  "c output accept\nc: " IF(META("oifname"), "'v0'") "," DROP,
		  true, false, "drop" },
		{ "a map by name",
		  "c input drop\nc: {'vmap':{'key':" L4 ",'data':'@m'}}", false,
		  false, "cannot tell" },
		{ "not tracked, answers accepted",
		  "p prerouting accept\nc input drop\nc: " ANSWERS "," ACCEPT
		  "\np: " GRE ",{'notrack':null}",
		  false, true, "cannot tell" },
		{ "others are not tracked",
		  "p prerouting accept\nc input drop\nc: " ANSWERS "," ACCEPT
		  "\np: " IF(FIELD("udp", "dport"), "53") ",{'notrack':null}",
		  false, true, "accept" },
		{ "a policy, and what is not read of others",
		  "c input drop\nc: " LIMIT ",{'log':null}\nc: "
		  "{'xt':{'type':'match','name':'recent'}}",
		  false, false, "drop" },
		{ "like firewalld, without GRE", FIREWALLD, false, false,
		  "drop" },
		{ "like firewalld, an answer", FIREWALLD, false, true,
		  "accept" },
		{ "like firewalld, with GRE",
		  FIREWALLD "\nallow: " GRE
			    "," IF(STATE, "{'set':['new',"
					  "'untracked']}") "," ACCEPT,
		  false, false, "accept" },
		{ "a limit for each address, GRE",
		  "c input accept\nc: " GRE
		  ",{'set':{'op':'update','elem':" SADDR
		  ",'set':'@x','stmt':[" LIMIT "]}}," DROP,
		  false, false, "cannot tell" },
		{ "a comment of iptables",
		  "c input drop\nc: " GRE
		  ",{'xt':{'type':'match','name':'comment'}}," ACCEPT,
		  false, false, "accept" },
		{ "like ufw: modules of iptables",
		  "c input drop\nsub\nc: " JUMP
		  "\nsub: {'xt':{'type':'match','name':'conntrack'}}," ACCEPT,
		  false, false, "cannot tell" },
		{ "something new that may end a rule",
		  "c input drop\nc: {'synproxy':null}", false, false,
		  "cannot tell" },
		{ "ingress of our device", "c ingress drop netdev 'v0'", false,
		  false, "drop" },
		{ "ingress of another", "c ingress drop netdev 'v1'", false,
		  false, "accept" },
		{ "ingress of several", "c ingress drop netdev ['v1','v0']",
		  false, false, "drop" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_text(nft_fate(cases[i].lines, cases[i].out,
				    cases[i].established),
			   cases[i].fate, "nft: %s", cases[i].what);
	check_text(fate(json_loads("{}", 0, NULL), false, false), "accept",
		   "nft: other JSON");
	check_text(fate(NULL, false, false), "accept", "nft: nothing");
}

static void test_ipv6(void)
{
	static const struct {
		const char *what, *lines;
		bool out;
		const char *fate;
	} cases[] = {
		{ "a chain of ip6", "c input drop ip6", false, "drop" },
		{ "a chain of ip", "c input drop ip", false, "accept" },
		{ "the protocol", "c input accept\nc: " GRE "," DROP, false,
		  "drop" },
		{ "the family",
		  "c input accept\nc: " IF(META("nfproto"), "'ipv6'") "," DROP,
		  false, "drop" },
		{ "the other family",
		  "c input accept\nc: " IF(META("nfproto"), "'ipv4'") "," DROP,
		  false, "accept" },
		{ "from the remote",
		  "c input accept\nc: " IF(FIELD("ip6", "saddr"),
					   "'2001:db8::2'") "," DROP,
		  false, "drop" },
		{ "from its network",
		  "c input accept\nc: " IF(FIELD("ip6", "saddr"),
					   "{'prefix':{'addr':'2001:db8::','len':33}}") "," DROP,
		  false, "drop" },
		{ "from another network",
		  "c input accept\nc: " IF(FIELD("ip6", "saddr"),
					   "{'prefix':{'addr':'2001:db8:1::','len':48}}") "," DROP,
		  false, "accept" },
		{ "an address of IPv4",
		  "c input accept\nc: " IF(SADDR, "'192.0.2.2'") "," DROP,
		  false, "accept" },
		{ "the next header",
		  "c input accept\nc: " IF(FIELD("ip6", "nexthdr"),
					   "'gre'") "," DROP,
		  false, "drop" },
	};
	size_t i;

	outer_family = AF_INET6;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_text(nft_fate(cases[i].lines, cases[i].out, false),
			   cases[i].fate, "nft, IPv6: %s", cases[i].what);
	outer_family = AF_INET;
}

/* The position of the deciding rule is reported. */
static void test_end(void)
{
	struct filter_packet p = packet(false, false);
	char *text = nft_text("c input accept\nsub\nc: " JUMP "\nsub: " GRE
			      ",{'counter':{'packets':42,'bytes':1}}," DROP);
	json_t *rules = json_loads(text, 0, NULL);
	struct filter_end end;

	filter_walk(rules, &p, &end);
	check_text(end.base, "c", "the base chain");
	check_text(end.chain, "sub", "the chain");
	check(end.number == 9, "the handle");
	check(end.counted && end.packets == 42, "the counter");
	json_decref(rules);
	free(text);
}

int main(void)
{
	test_conditions();
	test_nft();
	test_ipv6();
	test_end();
	return finish();
}
