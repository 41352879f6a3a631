// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <linux/pkt_sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/attr.h"
#include "lib/report.h"
#include "migrate/move.h"
#include "migrate/obstacles.h"
#include "option/option.h"
#include "option/options.h"

/* Attributes from this number on are those of grex alone. */
#define FIRST_OF_GREX 32
#define LINE_SIZE 256

int obstacles_refuse(const struct belongings *b, bool back)
{
	const struct tunnel *t = &b->tunnel;
	const char *name = t->config.name;

	if (!strcmp(name, "gre0") || !strcmp(name, "ip6gre0"))
		return refused("%s: the kernel makes this interface in every "
			       "namespace, and it cannot be migrated",
			       name);
	if (back ? !link_is_grex(t) : !link_is_gre(t))
		return refused("%s: is of kind \"%s\", not %s", name, t->kind,
			       back ? "a grex tunnel" : "gre or ip6gre");
	if (t->config.ether)
		return refused("%s: carries Ethernet, and only tunnels that "
			       "carry IP can be migrated",
			       name);
	if (t->has_more)
		return refused("%s: has an encapsulation of its own, is "
			       "external, or copies the DSCP or the mark, which "
			       "grex does not support",
			       name);
	if (ip_is_multicast(&t->config.remote))
		return refused("%s: its remote is a multicast address, which "
			       "grex does not support",
			       name);
	return STATUS_OK;
}

uint64_t obstacles_options(const struct config *c)
{
	const uint64_t needed = options_needed(c);
	const struct option *o;
	uint64_t fields = 0;

	for (o = option_table; o->name; o++)
		if (o->type && o->attr >= FIRST_OF_GREX)
			fields |= o->fields;
	/* Without "auto" the MTU is that of any interface. */
	if (!c->mtu_auto)
		fields &= ~F_MTU;
	/* ip6_gre has them under other numbers, but takes a label of 0 for none. */
	if (config_family(c) == AF_INET6)
		fields &= ~(F_ENCAP_LIMIT | (c->flowlabel ? F_FLOWLABEL : 0));
	/* It has no value for packets that are not IP if it copies the others. */
	if (config_family(c) == AF_INET6 && c->tos & GREX_TOS_INHERIT &&
	    c->tos != GREX_TOS_INHERIT)
		fields |= F_TOS;
	return needed & fields;
}

static void report_options(const struct config *c, uint64_t fields)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return;
	options_print(out, c, fields);
	fclose(out);
	report("%s: cannot be moved, the kind %s has no such option:%s",
	       c->name, move_kind(c), text);
	free(text);
}

static void report_qdisc(const char *name, const struct nlmsghdr *message)
{
	const struct tcmsg *tcm = mnl_nlmsg_get_payload(message);

	report("%s: cannot be moved: qdisc %s %x: with its classes and filters",
	       name, message_qdisc_kind(message),
	       TC_H_MAJ(tcm->tcm_handle) >> 16);
}

static bool has_xdp(const struct belongings *b)
{
	const struct nlattr *xdp = belongings_attr(b, IFLA_XDP), *attr;
	uint8_t attached = XDP_ATTACHED_NONE;

	if (xdp)
		mnl_attr_for_each_nested(attr, xdp)
			if (mnl_attr_get_type(attr) == IFLA_XDP_ATTACHED)
				attr_read(attr, &attached, sizeof(attached));
	return attached != XDP_ATTACHED_NONE;
}

static void report_other(const char *name, const struct nlmsghdr *message)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, message, sizeof(struct ifinfomsg))
		if (mnl_attr_get_type(attr) == IFLA_IFNAME)
			report("%s: cannot be moved: %s is a tunnel over it",
			       name, mnl_attr_get_str(attr));
}

static void report_group(const char *name, const char *group)
{
	report("%s: the program that has joined %s has to join it on the new "
	       "interface",
	       name, group);
}

/* 224.0.0.1 is joined by the kernel on every interface. */
static void report_groups_ipv4(const char *name)
{
	FILE *in = fopen("/proc/net/igmp", "re");
	char line[LINE_SIZE], device[LINE_SIZE] = "", ip[INET_ADDRSTRLEN];
	struct in_addr group;

	while (in && fgets(line, sizeof(line), in)) {
		/* A line of an interface is followed by those of its groups. */
		if (line[0] != '\t') {
			if (sscanf(line, "%*u %255[^ :]", device) != 1)
				device[0] = 0;
			continue;
		}
		if (strcmp(device, name) != 0 ||
		    sscanf(line, " %x", &group.s_addr) != 1 ||
		    group.s_addr == htonl(INADDR_ALLHOSTS_GROUP))
			continue;
		report_group(name, inet_ntop(AF_INET, &group, ip, sizeof(ip)));
	}
	if (in)
		fclose(in);
}

/* The kernel joins ff02::1 and the groups that its own addresses need (RFC 4291). */
static bool is_joined_by_kernel(const struct in6_addr *group)
{
	static const uint8_t solicited[] = { 0xff, 2, 0, 0, 0, 0,   0,
					     0,	   0, 0, 0, 1, 0xff };
	static const uint8_t nodes[15] = { 0xff };
	uint8_t bytes[16];

	memcpy(bytes, group, sizeof(bytes));
	if (!memcmp(bytes, solicited, sizeof(solicited)))
		return true;
	/* All nodes and all routers, of any scope. */
	bytes[1] = 0;
	return !memcmp(bytes, nodes, sizeof(nodes)) &&
	       (bytes[15] == 1 || bytes[15] == 2);
}

static bool read_hex(const char *text, struct in6_addr *group)
{
	unsigned int byte;
	size_t i;

	for (i = 0; i < sizeof(group->s6_addr); i++) {
		if (sscanf(text + 2 * i, "%2x", &byte) != 1)
			return false;
		group->s6_addr[i] = (uint8_t)byte;
	}
	return true;
}

static void report_groups_ipv6(const char *name)
{
	FILE *in = fopen("/proc/net/igmp6", "re");
	char line[LINE_SIZE], device[LINE_SIZE], hex[LINE_SIZE];
	char ip[INET6_ADDRSTRLEN];
	struct in6_addr group;

	while (in && fgets(line, sizeof(line), in))
		if (sscanf(line, "%*u %255s %255s", device, hex) == 2 &&
		    !strcmp(device, name) && strlen(hex) == 32 &&
		    read_hex(hex, &group) && !is_joined_by_kernel(&group))
			report_group(name, inet_ntop(AF_INET6, &group, ip,
						     sizeof(ip)));
	if (in)
		fclose(in);
}

bool obstacles_report(const struct belongings *b, bool back)
{
	const struct config *c = &b->tunnel.config;
	const uint64_t options = back ? obstacles_options(c) : 0;
	const bool can_queue = belongings_can_queue(b);
	bool is_any = !can_queue || b->others.count || options;
	size_t i;

	if (options)
		report_options(c, options);
	for (i = 0; i < b->qdiscs.count && !can_queue; i++)
		report_qdisc(c->name, messages_get(&b->qdiscs, i));
	for (i = 0; i < b->others.count; i++)
		report_other(c->name, messages_get(&b->others, i));
	if (has_xdp(b)) {
		report("%s: cannot be moved: an XDP program", c->name);
		is_any = true;
	}
	report_groups_ipv4(c->name);
	report_groups_ipv6(c->name);
	return is_any;
}
