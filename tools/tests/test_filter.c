// SPDX-License-Identifier: GPL-2.0
/* What rules of nft and iptables do with a GRE packet. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/filter.h"
#include "check/json_read.h"
#include "tap.h"

/* A packet of 192.0.2.2 for 192.0.2.1, by v0, or the other way. */
static struct filter_packet packet(bool out, bool established)
{
	struct filter_packet p = { .out = out,
				   .established = established,
				   .strays = true,
				   .device = "v0",
				   .mark = 7 };

	inet_pton(AF_INET, out ? "192.0.2.1" : "192.0.2.2", &p.source);
	inet_pton(AF_INET, out ? "192.0.2.2" : "192.0.2.1", &p.destination);
	return p;
}

/* What nft prints, parsed. */
static bool read_nft(struct filter *f, const char *text,
		     const struct filter_packet *packet)
{
	char *copy = strdup(text);
	struct json_value *ruleset = json_read(copy);
	bool good = filter_read_nft(f, ruleset, packet);

	json_free(ruleset);
	free(copy);
	return good;
}

typedef bool (*read_fn)(struct filter *f, const char *text,
			const struct filter_packet *packet);

/* "accept", "drop", "maybe" (it is dropped), or "unread". */
static const char *fate(read_fn read, const char *text, bool out,
			bool established)
{
	struct filter_packet p = packet(out, established);
	const char *what = "unread";
	struct filter_end end;
	struct filter f;

	if (read(&f, text, &p)) {
		filter_walk(&f, out, &end);
		what = !end.dropped ? "accept" : end.sure ? "drop" : "maybe";
	}
	filter_free(&f);
	return what;
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

/* The caller frees. */
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
	const char *what = fate(read_nft, text, out, established);

	free(text);
	return what;
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
#define FIB(flags, right) \
	MATCH("==", "{'fib':{'result':'oif','flags':" flags "}}", right)
#define LIMIT "{'limit':{'rate':1,'per':'second'}}"
#define PREFIX(address, length) \
	"{'prefix':{'addr':'" address "','len':" length "}}"

/* One rule that drops, in a chain whose policy is accept: does it match? */
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
	{ "a range", IF(DADDR, "{'range':['192.0.2.1','192.0.2.9']}"), "drop" },
	{ "another range", IF(DADDR, "{'range':['192.0.2.2','192.0.2.9']}"),
	  "accept" },
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
	/* What cannot be told matters where the rule is about GRE. */
	{ "something, GRE", GRE "," IF(CT_MARK, "1"), "maybe" },
	{ "something", IF(CT_MARK, "1"), "accept" },
	{ "something, all but UDP", IF_NOT(L4, "'udp'") "," IF(CT_MARK, "1"),
	  "accept" },
	{ "a limit, GRE", GRE "," LIMIT, "maybe" },
	{ "a limit", LIMIT, "accept" },
	{ "a module of iptables, GRE",
	  GRE ",{'xt':{'type':'match','name':'hashlimit'}}", "maybe" },
	{ "the source is elsewhere", FIB("['saddr','iif']", "false"), "drop" },
	{ "the source is elsewhere, a number",
	  FIB("['saddr','mark','iif']", "'0'"), "drop" },
	{ "the source is here", FIB("['saddr','iif']", "true"), "accept" },
	{ "the source is nowhere", FIB("['saddr']", "false"), "accept" },
	{ "a set by name", IF(SADDR, "'@peers'"), "drop" },
	{ "not in a set by name", IF_NOT(SADDR, "'@peers'"), "accept" },
	{ "an empty set", IF(SADDR, "'@empty'"), "accept" },
	{ "a set with elements", IF(SADDR, "'@timed'"), "drop" },
	{ "a set that is not there", GRE "," IF(SADDR, "'@none'"), "maybe" },
};

static const char sets[] =
	"{'set':{'family':'inet','name':'peers','table':'t',"
	"'elem':['10.0.0.1','192.0.2.2']}}\n"
	"{'set':{'family':'inet','name':'empty','table':'t'}}\n"
	"{'set':{'family':'inet','name':'timed','table':'t',"
	"'elem':[{'elem':{'val':'192.0.2.2','timeout':60}}]}}\n";

static void test_conditions(void)
{
	char text[1024];
	size_t i;

	for (i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
		snprintf(text, sizeof(text),
			 "%sc input accept\nc: %s," DROP "\n", sets,
			 conditions[i].condition);
		check_text(nft_fate(text, false, false), conditions[i].fate,
			   "drop if %s", conditions[i].what);
	}
}

/* ip saddr . ip protocol { ... } drop */
static void test_tuples(void)
{
	static const struct {
		const char *what, *set, *fate;
	} cases[] = {
		{ "ours", "{'concat':['192.0.2.2','gre']}", "drop" },
		{ "ours, the second",
		  "{'concat':['192.0.2.2','esp']},"
		  "{'elem':{'val':{'concat':['192.0.2.2',47]}}}",
		  "drop" },
		{ "another address", "{'concat':['192.0.2.3','gre']}",
		  "accept" },
		{ "another protocol", "{'concat':['192.0.2.2','esp']}",
		  "accept" },
		{ "a prefix",
		  "{'concat':[" PREFIX("192.0.2.0", "24") ",'gre']}", "drop" },
	};
	char text[1024];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text),
			 "c input accept\nc: {'match':{'op':'==','left':"
			 "{'concat':[" SADDR
			 "," FIELD("ip",
				   "protocol") "]},'right':{'set':[%s]}}}," DROP,
			 cases[i].set);
		check_text(nft_fate(text, false, false), cases[i].fate,
			   "drop if a tuple is %s", cases[i].what);
	}
}

#define VMAP(key, pairs) "{'vmap':{'key':" key ",'data':{'set':[" pairs "]}}}"

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
		{ "accepted if in an empty set",
		  "{'set':{'family':'inet','name':'empty','table':'t'}}\n"
		  "c input drop\nc: " IF(SADDR, "'@empty'") "," ACCEPT,
		  false, false, "drop" },
		{ "perhaps accepted",
		  "c input drop\nc: " IF(CT_MARK, "1") "," ACCEPT, false, false,
		  "maybe" },
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
		  false, false, "maybe" },
		{ "a rule without an end", "c input accept\nc: " GRE, false,
		  false, "accept" },
		{ "oifname",
		  "c output accept\nc: " IF(META("oifname"), "'v0'") "," DROP,
		  true, false, "drop" },
		{ "mark", "c output accept\nc: " IF(META("mark"), "7") "," DROP,
		  true, false, "drop" },
		{ "another mark",
		  "c output accept\nc: " IF(META("mark"), "8") "," DROP, true,
		  false, "accept" },
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
	check_text(fate(read_nft, "table inet t {", false, false), "unread",
		   "nft: no JSON");
	check_text(fate(read_nft, "{}", false, false), "unread",
		   "nft: other JSON");
}

static void test_iptables(void)
{
	static const struct {
		const char *what, *rules;
		bool out, established;
		const char *fate;
	} cases[] = {
		{ "policy", "", false, false, "drop" },
		{ "other direction", "", true, false, "accept" },
		{ "accept", "[0:0] -A INPUT -p gre -j ACCEPT\n", false, false,
		  "accept" },
		{ "accept a number", "[0:0] -A INPUT -p 47 -j ACCEPT\n", false,
		  false, "accept" },
		{ "accept another", "[0:0] -A INPUT -p esp -j ACCEPT\n", false,
		  false, "drop" },
		{ "accept all but", "[0:0] -A INPUT ! -p tcp -j ACCEPT\n",
		  false, false, "accept" },
		{ "accept from",
		  "[0:0] -A INPUT -s 192.0.2.0/24 -i v+ -j ACCEPT\n", false,
		  false, "accept" },
		{ "accept from, a mask",
		  "[0:0] -A INPUT -s 192.0.2.0/255.255.255.0 -j ACCEPT\n",
		  false, false, "accept" },
		{ "accept from elsewhere",
		  "[0:0] -A INPUT -s 192.0.2.3/32 -j ACCEPT\n", false, false,
		  "drop" },
		{ "accept not from elsewhere",
		  "[0:0] -A INPUT ! -s 192.0.2.3/32 -j ACCEPT\n", false, false,
		  "accept" },
		{ "accept by another", "[0:0] -A INPUT -i eth0 -j ACCEPT\n",
		  false, false, "drop" },
		{ "accept what goes out", "[0:0] -A INPUT -o v0 -j ACCEPT\n",
		  false, false, "drop" },
		{ "accept answers, a new one",
		  "[0:0] -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j "
		  "ACCEPT\n",
		  false, false, "drop" },
		{ "accept answers, an answer",
		  "[0:0] -A INPUT -m state --state RELATED,ESTABLISHED -j "
		  "ACCEPT\n",
		  false, true, "accept" },
		{ "accept with a comment",
		  "[0:0] -A INPUT -p gre -m comment --comment \"a -p tcp \\\" "
		  "b\" -j ACCEPT\n",
		  false, false, "accept" },
		{ "accept with a short comment",
		  "[0:0] -A INPUT -p gre -m comment --comment x -j ACCEPT\n",
		  false, false, "accept" },
		{ "accept perhaps",
		  "[0:0] -A INPUT -p gre -m limit --limit 5/sec -j ACCEPT\n",
		  false, false, "maybe" },
		{ "accept perhaps, without a value",
		  "[0:0] -A INPUT -p gre -m x --flag -j ACCEPT\n", false, false,
		  "maybe" },
		{ "a chain",
		  ":sub - [0:0]\n[0:0] -A INPUT -i v0 -j sub\n"
		  "[0:0] -A sub -p gre -j ACCEPT\n",
		  false, false, "accept" },
		{ "drop before",
		  "[3:99] -A INPUT -p gre -j REJECT --reject-with "
		  "icmp-proto-unreachable\n[0:0] -A INPUT -j ACCEPT\n",
		  false, false, "drop" },
		{ "drop on the way out",
		  "[0:0] -A OUTPUT -o v0 -p gre -j DROP\n", true, false,
		  "drop" },
		{ "log before",
		  "[0:0] -A INPUT -j LOG --log-prefix \"x y\"\n"
		  "[0:0] -A INPUT -j ACCEPT\n",
		  false, false, "accept" },
	};
	char text[1024];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text),
			 "# Generated by iptables-save\n*filter\n"
			 ":INPUT DROP [5:400]\n:FORWARD DROP [0:0]\n"
			 ":OUTPUT ACCEPT [0:0]\n%sCOMMIT\n# Completed\n",
			 cases[i].rules);
		check_text(fate(filter_read_iptables, text, cases[i].out,
				cases[i].established),
			   cases[i].fate, "iptables: %s", cases[i].what);
	}
}

/* What is told of the rule. */
static void test_end(void)
{
	struct filter_packet p = packet(false, false);
	char *text = nft_text("c input accept\nsub\nc: " JUMP "\nsub: " GRE
			      ",{'counter':{'packets':42,'bytes':1}}," DROP);
	struct filter_end end;
	struct filter f;

	read_nft(&f, text, &p);
	filter_walk(&f, false, &end);
	check_text(end.base->name, "c", "the base chain");
	check_text(end.chain->name, "sub", "the chain");
	check(end.rule->number == 9, "the handle");
	check(end.rule->counted && end.rule->packets == 42, "the counter");
	filter_free(&f);
	free(text);
	filter_read_iptables(&f,
			     "*raw\n:PREROUTING ACCEPT [0:0]\n"
			     "[1:1] -A PREROUTING -i lo -j ACCEPT\n"
			     "[7:9] -A PREROUTING -p 47 -j DROP\n",
			     &p);
	filter_walk(&f, false, &end);
	check_text(end.base->table, "raw", "the table");
	check(end.rule->number == 2 && end.rule->packets == 7, "the rule");
	filter_free(&f);
}

int main(void)
{
	test_conditions();
	test_tuples();
	test_nft();
	test_iptables();
	test_end();
	return finish();
}
