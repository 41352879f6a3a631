// SPDX-License-Identifier: GPL-2.0
/*
 * A config that becomes text or netlink is the same when it is read again. A damaged
 * message is refused or parsed, but never read beyond its end.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netlink/addr.h"
#include "netlink/link.h"
#include "option/options.h"
#include "show/print.h"
#include "tap.h"

#define ROUNDS 20000
#define DAMAGES 50000

/* Do what the resolver would do, without a kernel. */
static void resolve(struct config *c)
{
	if (c->dev[0])
		c->link = (uint32_t)c->dev[1] + 1;
	if (c->link_netns[0])
		c->link_netnsid = c->link_netns[0];
}

static void say(char *line, size_t size, const char *fmt, unsigned int number)
{
	size_t used = strlen(line);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(line + used, size - used, fmt, number);
#pragma GCC diagnostic pop
}

/* Add one of the choices, some of which contain a number, or nothing. */
static void say_one(char *line, size_t size, const char *const *choices,
		    unsigned int count)
{
	unsigned int choice = draw(count * 2);

	if (choice < count)
		say(line, size, choices[choice], draw(255) + 1);
}

#define SAY(line, ...)                                                \
	do {                                                          \
		static const char *const choices[] = { __VA_ARGS__ }; \
		say_one(line, sizeof(line), choices,                  \
			sizeof(choices) / sizeof(choices[0]));        \
	} while (0)

static void draw_line(char line[512])
{
	char text[512] = "g1";
	unsigned int i;

	say(text, sizeof(text), draw(8) ? " remote 192.0.2.%u" : " remote any",
	    draw(255));
	SAY(text, " local 198.51.100.%u", " local any");
	SAY(text, " dev d%u", " nodev");
	SAY(text, " link-netns n%u", " link-netnsid %u");
	if (draw(2)) {
		SAY(text, " key %u", " key 0", " key 0xffffff%02x", " nokey",
		    " key 1.2.3.%u");
	} else {
		SAY(text, " ikey %u", " ikey 0", " noikey");
		SAY(text, " okey %u", " okey 0", " nookey");
	}
	SAY(text, " csum", " icsum", " ocsum", " nocsum", " icsum noocsum");
	SAY(text, " seq", " iseq", " oseq", " noseq", " oseq noiseq");
	SAY(text, " ttl %u", " ttl inherit", " hoplimit %u");
	SAY(text, " ttl-min off", " ttl-min %u");
	SAY(text, " decap-ttl keep", " decap-ttl copy");
	SAY(text, " tos inherit", " tos 0x%x0", " tos 0", " tos cs6",
	    " tos af41", " dsfield ef");
	SAY(text, " flowlabel auto", " flowlabel inherit", " flowlabel %u");
	SAY(text, " encaplimit none", " encaplimit %u");
	SAY(text, " df set", " df inherit", " df clear", " nopmtudisc",
	    " nopmtudisc ignore-df", " pmtudisc");
	SAY(text, " fwmark %u", " fwmark 0xabcdef%02x");
	SAY(text, " icmp-relay on", " icmp-relay off", " icmp-source self",
	    " icmp-source hop", " icmp-relay on icmp-source hop",
	    " icmp-source self icmp-relay off");
	if (strstr(text, "remote any"))
		SAY(text, " keepalive off");
	else
		SAY(text, " keepalive", " keepalive off", " keepalive %us",
		    " keepalive 1%02ums 255", " keepalive 20 %u");
	SAY(text, " keepalive-reply on", " keepalive-reply off");
	SAY(text, " mss off", " mss auto", " mss 1%03u");
	if (strstr(text, "remote any")) {
		SAY(text, " mtu-probe off");
		SAY(text, " mtu 1%03u");
	} else {
		SAY(text, " mtu-probe on", " mtu-probe off");
		SAY(text, " mtu 1%03u", " mtu auto");
	}
	SAY(text, " multicast on", " multicast off");
	for (i = draw(4); i--;)
		say(text, sizeof(text),
		    i & 1 ? " addr 10.0.0.%u/24" : " addr 2001:db8::%x/64",
		    draw(80) + i * 80 + 1);
	SAY(text, " up", " down");
	memcpy(line, text, sizeof(text));
}

/* The value of "tos 0x%x0" may exceed a byte, and then the line is drawn again. */
static void draw_config(char line[512], struct config *c)
{
	const char *message;

	for (;;) {
		draw_line(line);
		if (!parse_line(c, false, line, &message))
			break;
		config_free(c);
	}
	resolve(c);
}

/* Answer as a kernel would that has the same defaults and changes nothing. */
static void answer(struct nl_request *request, const struct config *c)
{
	struct ifinfomsg *ifm;

	link_add(request, c);
	ifm = mnl_nlmsg_get_payload(&request->header);
	ifm->ifi_index = 7;
}

static void read_back(struct tunnel *t, const struct config *c)
{
	struct nl_request request;

	answer(&request, c);
	if (!link_read(&request.header, t))
		abort();
	if (!(c->given & F_MTU))
		t->config.mtu = c->mtu;
	if (c->mtu_auto && !(c->given & F_MTU_PROBE))
		t->config.mtu_probe = true;
	/* The resolver and the dump of addresses would add these. */
	memcpy(t->config.dev, c->dev, sizeof(c->dev));
	memcpy(t->config.link_netns, c->link_netns, sizeof(c->link_netns));
	for (size_t i = 0; i < c->addrs.count; i++) {
		struct entry a;

		addr_add(&request, 7, &c->addrs.list[i]);
		((struct ifaddrmsg *)mnl_nlmsg_get_payload(&request.header))
			->ifa_flags = IFA_F_PERMANENT;
		if (addr_read(&request.header, &a) != ADDR_CONFIGURED ||
		    a.ifindex != 7)
			abort();
		config_add_address(&t->config, &a);
	}
}

static void test_fixpoint(uint64_t fields, const char *what)
{
	unsigned int round, bad = 0;

	for (round = 0; round < ROUNDS && bad < 5; round++) {
		char line[512], shown[1024];
		struct config c, again;
		const char *message;
		struct tunnel t;

		draw_config(line, &c);
		read_back(&t, &c);
		if (t.ifindex != 7 || config_diff(&t.config, &c)) {
			printf("# netlink changes %#" PRIx64 " of: %s\n",
			       config_diff(&t.config, &c), line);
			bad++;
		}
		snprintf(shown, sizeof(shown), "%s",
			 text_of(&t.config,
				 fields ? fields & ~(c.mtu || c.mtu_auto ? 0
									 : F_MTU)
					: options_needed(&t.config)));
		if (parse_line(&again, false, shown, &message)) {
			printf("# add refuses '%s': %s\n", shown, message);
			bad++;
		}
		resolve(&again);
		if (config_diff(&again, &c)) {
			printf("# %s\n# became %s\n", line, shown);
			bad++;
		}
		config_free(&again);
		config_free(&t.config);
		config_free(&c);
	}
	check(!bad, "%u tunnels survive netlink and %s", round, what);
}

static void add_probes(struct nlmsghdr *nlh, uint16_t type)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);
	uint32_t history[GREX_KEEPALIVE_HISTORY] = { 5, 0, 7 };
	uint16_t attr;

	mnl_attr_put_u32(nlh, GREX_PROBES_STATE, draw(5));
	for (attr = GREX_PROBES_FLAPS; attr <= GREX_PROBES_JITTER; attr++)
		mnl_attr_put_u64(nlh, attr, draw(100));
	mnl_attr_put(nlh, GREX_PROBES_HISTORY, sizeof(history), history);
	mnl_attr_nest_end(nlh, nest);
}

static void add_path(struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, GREX_XSTATS_PATH);

	mnl_attr_put_u32(nlh, GREX_PATH_MTU, 1400);
	mnl_attr_put_u32(nlh, GREX_PATH_SOURCE, draw(4));
	mnl_attr_put_u64(nlh, GREX_PATH_AGE, draw(100));
	mnl_attr_put_u32(nlh, GREX_PATH_SEARCH, draw(5));
	mnl_attr_put_u32(nlh, GREX_PATH_PEER_DEVICE, 1376);
	mnl_attr_nest_end(nlh, nest);
}

/* IFLA_LINKINFO is the last attribute, and gets statistics too. */
static void add_stats(struct nlmsghdr *nlh)
{
	struct nlattr *attr, *info = NULL, *nest;

	mnl_attr_for_each(attr, nlh, sizeof(struct ifinfomsg))
		info = attr;
	if (!info || mnl_attr_get_type(info) != IFLA_LINKINFO)
		abort();
	nest = mnl_attr_nest_start(nlh, IFLA_INFO_XSTATS);
	mnl_attr_put_u64(nlh, GREX_STAT_RX_CSUM, 1);
	add_probes(nlh, GREX_XSTATS_KEEPALIVE);
	add_probes(nlh, GREX_XSTATS_PROBE);
	add_path(nlh);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_nest_end(nlh, info);
}

/*
 * Each message is alone in memory of exactly its padded length, so that sanitizers notice
 * reads beyond its end.
 */
static struct nlmsghdr *damaged(const struct nlmsghdr *message)
{
	size_t length = message->nlmsg_len;
	struct nlmsghdr *copy;
	unsigned int flips;

	if (!draw(3))
		length = sizeof(*message) +
			 draw((unsigned int)(length + 1 - sizeof(*message)));
	copy = calloc(1, MNL_ALIGN(length));
	if (!copy)
		abort();
	memcpy(copy, message, length);
	copy->nlmsg_len = (uint32_t)length;
	for (flips = draw(4); flips && length > sizeof(*copy); flips--)
		((char *)copy)[sizeof(*copy) +
			       draw((unsigned int)(length - sizeof(*copy)))] =
			(char)draw(256);
	return copy;
}

static void test_damage(void)
{
	unsigned int i, read = 0, refused = 0, probed = 0;
	FILE *out = fopen("/dev/null", "w");

	if (!out)
		abort();
	for (i = 0; i < DAMAGES; i++) {
		struct nl_request request;
		struct nlmsghdr *copy;
		struct json json = { .out = out };
		struct entry a;
		struct config c;
		struct tunnel t;
		char line[512];

		draw_config(line, &c);
		answer(&request, &c);
		add_stats(&request.header);
		copy = damaged(&request.header);
		if (link_read(copy, &t)) {
			read++;
			options_print(out, &t.config, F_ALL);
			print_state(out, &t);
			print_stats(out, &t, true);
			json_object(&json, NULL);
			print_json(&json, &t);
			print_json_stats(&json, &t);
			probed += t.keepalives.known && t.manual.known;
			json_object_end(&json);
		} else {
			refused++;
		}
		link_option_at(copy, draw(200));
		free(copy);
		if (c.addrs.count) {
			addr_add(&request, 7, &c.addrs.list[0]);
			copy = damaged(&request.header);
			addr_read(copy, &a);
			free(copy);
		}
		config_free(&c);
	}
	fclose(out);
	check(read && refused && probed,
	      "%u damaged messages: %u read, %u refused, %u with probes", i,
	      read, refused, probed);
}

int main(void)
{
	test_fixpoint(0, "show");
	test_fixpoint(F_ALL, "show -d");
	test_damage();
	return finish();
}
