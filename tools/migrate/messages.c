// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/attr.h"
#include "lib/report.h"
#include "migrate/messages.h"
#include "netlink/error.h"

/* No message of the kernel is larger. */
#define MESSAGE_MAX NL_RECEIVE_SIZE
#define DESCRIPTION_SIZE 160

#define SKIP(type) (UINT64_C(1) << (type))

struct nlmsghdr *messages_get(const struct messages *m, size_t number)
{
	return (struct nlmsghdr *)(m->bytes + m->list[number].offset);
}

void messages_free(struct messages *m)
{
	free(m->list);
	free(m->bytes);
	memset(m, 0, sizeof(*m));
}

static bool make_room(struct messages *m, size_t size)
{
	char *grown;

	if (m->size + size <= m->room)
		return true;
	grown = realloc(m->bytes, 2 * (m->size + size));
	if (!grown)
		return false;
	m->bytes = grown;
	m->room = 2 * (m->size + size);
	return true;
}

void messages_add(struct messages *m, const struct nlmsghdr *message,
		  int tolerated)
{
	const size_t size = MNL_ALIGN(message->nlmsg_len);
	struct message *list;

	/* Not list_add(), which would end the program in the middle of a move. */
	list = realloc(m->list, (m->count + 1) * sizeof(*list));
	if (list)
		m->list = list;
	if (!list || !make_room(m, size)) {
		m->no_memory = true;
		return;
	}
	list[m->count++] =
		(struct message){ .offset = m->size, .tolerated = tolerated };
	memset(m->bytes + m->size, 0, size);
	memcpy(m->bytes + m->size, message, message->nlmsg_len);
	m->size += size;
}

struct sending {
	const struct messages *m;
	struct nl_error error; /* of the first request that was refused */
	size_t refused;
};

static int take_result(struct nl *nl, unsigned int number, int err, void *arg)
{
	struct sending *sending = arg;

	if (!err || -err == sending->m->list[number].tolerated)
		return 0;
	if (!sending->error.code) {
		sending->error = nl->error;
		sending->refused = number;
	}
	return err;
}

/* The kernel names no option of a tunnel here, so that its sentence is enough. */
static int report_refused(const struct messages *m, const struct nl *nl,
			  size_t number, const char *subject)
{
	const struct nl_error *why = &nl->error;
	char text[DESCRIPTION_SIZE] = "";
	FILE *out = fmemopen(text, sizeof(text) - 1, "w");

	if (out) {
		message_print(out, messages_get(m, number));
		fclose(out);
	}
	return refused("%s: %s: %s", subject, text,
		       why->text[0] ? why->text : strerror(why->code));
}

int messages_send(struct messages *m, struct nl *nl, const char *subject)
{
	struct sending sending = { .m = m };

	if (m->no_memory)
		return refused("%s", strerror(ENOMEM));
	if (!nl_talk_all(nl, m->bytes, m->size, take_result, &sending))
		return STATUS_OK;
	if (!subject)
		return STATUS_REFUSED;
	return report_refused(m, nl, sending.refused, subject);
}

/* --- from what the kernel has reported to a request -------------------------- */

/*
 * Begin a copy of a message with all attributes but those to skip. The buffer is valid
 * until the next call.
 */
static struct nlmsghdr *copy(const struct nlmsghdr *from, uint16_t type,
			     uint16_t flags, size_t header, uint64_t skip)
{
	static char buffer[MESSAGE_MAX]
		__attribute__((aligned(__alignof__(struct nlmsghdr))));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	const struct nlattr *attr;
	uint16_t number;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	memcpy(mnl_nlmsg_put_extra_header(nlh, header),
	       mnl_nlmsg_get_payload(from), header);
	mnl_attr_for_each(attr, from, header) {
		number = mnl_attr_get_type(attr);
		if (number < 64 && skip & SKIP(number))
			continue;
		mnl_attr_put(nlh, attr->nla_type,
			     mnl_attr_get_payload_len(attr),
			     mnl_attr_get_payload(attr));
	}
	return nlh;
}

static bool read_u32(const struct nlmsghdr *message, size_t header,
		     unsigned int type, uint32_t *value)
{
	const struct nlattr *attr = attr_find(message, header, type);

	return attr && attr_read(attr, value, sizeof(*value));
}

static bool has_name(const struct nlmsghdr *message, size_t header,
		     unsigned int type, const char *name)
{
	const struct nlattr *attr = attr_find(message, header, type);

	return attr && !strncmp(mnl_attr_get_str(attr), name,
				mnl_attr_get_payload_len(attr));
}

/* A label is the name of the interface, and may go on with a colon. */
static void put_label(struct nlmsghdr *nlh, const struct nlmsghdr *address,
		      const struct exchange *ex)
{
	const struct nlattr *attr =
		attr_find(address, sizeof(struct ifaddrmsg), IFA_LABEL);
	const size_t length = strlen(ex->from_name);
	char label[2 * IFNAMSIZ];
	const char *text;

	if (!attr || ex->to_name == ex->from_name) {
		if (attr)
			mnl_attr_put_strz(nlh, IFA_LABEL,
					  mnl_attr_get_str(attr));
		return;
	}
	text = mnl_attr_get_str(attr);
	if (strncmp(text, ex->from_name, length) != 0 ||
	    (text[length] && text[length] != ':'))
		snprintf(label, sizeof(label), "%s", text);
	else
		snprintf(label, sizeof(label), "%s%s", ex->to_name,
			 text + length);
	/* Without a label, the kernel takes the name of the interface. */
	if (strlen(label) < IFNAMSIZ)
		mnl_attr_put_strz(nlh, IFA_LABEL, label);
}

void messages_add_address(struct messages *m, const struct nlmsghdr *address,
			  const struct exchange *ex, uint16_t type)
{
	struct nlmsghdr *nlh =
		copy(address, type,
		     type == RTM_NEWADDR ? NLM_F_CREATE | NLM_F_EXCL : 0,
		     sizeof(struct ifaddrmsg), SKIP(IFA_LABEL));
	struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);

	ifa->ifa_index = (uint32_t)ex->to;
	if (type == RTM_NEWADDR)
		put_label(nlh, address, ex);
	/* The kernel may have made the same link-local address already. */
	messages_add(m, nlh, type == RTM_NEWADDR ? EEXIST : EADDRNOTAVAIL);
}

void messages_add_neighbour(struct messages *m,
			    const struct nlmsghdr *neighbour,
			    const struct exchange *ex)
{
	struct nlmsghdr *nlh = copy(neighbour, RTM_NEWNEIGH,
				    NLM_F_CREATE | NLM_F_REPLACE,
				    sizeof(struct ndmsg),
				    SKIP(NDA_CACHEINFO) | SKIP(NDA_PROBES));
	struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);

	ndm->ndm_ifindex = ex->to;
	messages_add(m, nlh, 0);
}

const char *message_qdisc_kind(const struct nlmsghdr *qdisc)
{
	const struct nlattr *kind =
		attr_find(qdisc, sizeof(struct tcmsg), TCA_KIND);

	return kind ? mnl_attr_get_str(kind) : "";
}

void messages_add_qdisc(struct messages *m, const struct nlmsghdr *qdisc,
			const struct exchange *ex)
{
	/* The others are statistics. */
	const uint64_t taken = SKIP(TCA_KIND) | SKIP(TCA_OPTIONS);
	struct nlmsghdr *nlh = copy(qdisc, RTM_NEWQDISC,
				    NLM_F_CREATE | NLM_F_REPLACE,
				    sizeof(struct tcmsg), ~taken);
	struct tcmsg *tcm = mnl_nlmsg_get_payload(nlh);

	tcm->tcm_ifindex = ex->to;
	tcm->tcm_info = 0;
	messages_add(m, nlh, 0);
}

bool message_rule_names(const struct nlmsghdr *rule, const char *name)
{
	const size_t header = sizeof(struct fib_rule_hdr);

	return has_name(rule, header, FRA_IIFNAME, name) ||
	       has_name(rule, header, FRA_OIFNAME, name);
}

static void put_rule_name(struct nlmsghdr *nlh, const struct nlmsghdr *rule,
			  uint16_t type, const struct exchange *ex)
{
	const size_t header = sizeof(struct fib_rule_hdr);
	const struct nlattr *attr = attr_find(rule, header, type);

	if (!attr)
		return;
	mnl_attr_put_strz(nlh, type,
			  has_name(rule, header, type, ex->from_name)
				  ? ex->to_name
				  : mnl_attr_get_str(attr));
}

void messages_add_rule(struct messages *m, const struct nlmsghdr *rule,
		       const struct exchange *ex, uint16_t type)
{
	const size_t header = sizeof(struct fib_rule_hdr);
	struct nlmsghdr *nlh =
		copy(rule, type,
		     type == RTM_NEWRULE ? NLM_F_CREATE | NLM_F_EXCL : 0,
		     header,
		     SKIP(FRA_IIFNAME) | SKIP(FRA_OIFNAME) | SKIP(FRA_PAD));
	struct fib_rule_hdr *frh = mnl_nlmsg_get_payload(nlh);

	/* The others say what the kernel has found out. */
	frh->flags &= FIB_RULE_INVERT;
	put_rule_name(nlh, rule, FRA_IIFNAME, ex);
	put_rule_name(nlh, rule, FRA_OIFNAME, ex);
	if (!attr_find(rule, header, FRA_PRIORITY))
		mnl_attr_put_u32(nlh, FRA_PRIORITY, 0);
	messages_add(m, nlh, type == RTM_NEWRULE ? EEXIST : ENOENT);
}

void messages_add_nexthop(struct messages *m, const struct nlmsghdr *nexthop,
			  const struct exchange *ex)
{
	struct nlmsghdr *nlh = copy(nexthop, RTM_NEWNEXTHOP,
				    NLM_F_CREATE | NLM_F_REPLACE,
				    sizeof(struct nhmsg), SKIP(NHA_OIF));
	struct nhmsg *nhm = mnl_nlmsg_get_payload(nlh);

	nhm->nh_flags &= RTNH_F_ONLINK;
	nhm->nh_scope = 0;
	nhm->resvd = 0;
	mnl_attr_put_u32(nlh, NHA_OIF, (uint32_t)ex->to);
	messages_add(m, nlh, 0);
}

static void exchange_hops(struct nlattr *hops, const struct exchange *ex)
{
	struct rtnexthop *hop = mnl_attr_get_payload(hops);
	int left = mnl_attr_get_payload_len(hops);

	while (left >= (int)sizeof(*hop) && RTNH_OK(hop, left)) {
		if (hop->rtnh_ifindex == ex->from)
			hop->rtnh_ifindex = ex->to;
		hop->rtnh_flags &= RTNH_F_ONLINK;
		left -= (int)RTNH_ALIGN(hop->rtnh_len);
		hop = RTNH_NEXT(hop);
	}
}

void messages_add_route(struct messages *m, const struct nlmsghdr *route,
			const struct exchange *ex, uint16_t type,
			uint16_t flags, int tolerated)
{
	const size_t header = sizeof(struct rtmsg);
	struct nlmsghdr *nlh =
		copy(route, type, flags, header,
		     SKIP(RTA_CACHEINFO) | SKIP(RTA_PAD) | SKIP(RTA_EXPIRES));
	struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct nlattr *attr;

	rtm->rtm_flags &= RTNH_F_ONLINK;
	mnl_attr_for_each(attr, nlh, header) {
		if (mnl_attr_get_type(attr) == RTA_OIF)
			*(uint32_t *)mnl_attr_get_payload(attr) =
				(uint32_t)ex->to;
		if (mnl_attr_get_type(attr) == RTA_MULTIPATH)
			exchange_hops(attr, ex);
	}
	messages_add(m, nlh, tolerated);
}

/* --- questions --------------------------------------------------------------- */

bool message_route_uses(const struct nlmsghdr *route, int ifindex)
{
	const size_t header = sizeof(struct rtmsg);
	const struct nlattr *hops = attr_find(route, header, RTA_MULTIPATH);
	const struct rtnexthop *hop;
	uint32_t oif;
	int left;

	if (attr_find(route, header, RTA_NH_ID))
		return false;
	if (read_u32(route, header, RTA_OIF, &oif) && (int)oif == ifindex)
		return true;
	if (!hops)
		return false;
	left = mnl_attr_get_payload_len(hops);
	for (hop = mnl_attr_get_payload(hops);
	     left >= (int)sizeof(*hop) && RTNH_OK(hop, left);
	     hop = RTNH_NEXT(hop)) {
		if (hop->rtnh_ifindex == ifindex)
			return true;
		left -= (int)RTNH_ALIGN(hop->rtnh_len);
	}
	return false;
}

static bool same_attr(const struct nlmsghdr *a, const struct nlmsghdr *b,
		      unsigned int type)
{
	const size_t header = sizeof(struct rtmsg);
	const struct nlattr *left = attr_find(a, header, type);
	const struct nlattr *right = attr_find(b, header, type);

	if (!left || !right)
		return left == right;
	return left->nla_len == right->nla_len &&
	       !memcmp(mnl_attr_get_payload(left), mnl_attr_get_payload(right),
		       mnl_attr_get_payload_len(left));
}

bool message_same_place(const struct nlmsghdr *a, const struct nlmsghdr *b)
{
	const struct rtmsg *left = mnl_nlmsg_get_payload(a);
	const struct rtmsg *right = mnl_nlmsg_get_payload(b);

	return left->rtm_family == right->rtm_family &&
	       left->rtm_dst_len == right->rtm_dst_len &&
	       left->rtm_src_len == right->rtm_src_len &&
	       left->rtm_tos == right->rtm_tos && same_attr(a, b, RTA_TABLE) &&
	       same_attr(a, b, RTA_DST) && same_attr(a, b, RTA_SRC) &&
	       same_attr(a, b, RTA_PRIORITY);
}

bool message_route_has_gateway(const struct nlmsghdr *route)
{
	const size_t header = sizeof(struct rtmsg);

	return attr_find(route, header, RTA_GATEWAY) ||
	       attr_find(route, header, RTA_VIA) ||
	       attr_find(route, header, RTA_MULTIPATH);
}

/* --- text -------------------------------------------------------------------- */

static void print_ip(FILE *out, int family, const struct nlattr *attr)
{
	char text[INET6_ADDRSTRLEN];
	const size_t size = family == AF_INET ? 4 : 16;

	if (!attr || mnl_attr_get_payload_len(attr) != size ||
	    !inet_ntop(family, mnl_attr_get_payload(attr), text, sizeof(text)))
		fputs("?", out);
	else
		fputs(text, out);
}

static void print_number(FILE *out, const char *word,
			 const struct nlmsghdr *message, size_t header,
			 unsigned int type)
{
	uint32_t number = 0;

	read_u32(message, header, type, &number);
	fprintf(out, " %s %u", word, number);
}

static void print_route(FILE *out, const struct nlmsghdr *message)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(message);
	const size_t header = sizeof(*rtm);
	const struct nlattr *to = attr_find(message, header, RTA_DST);
	uint32_t label;

	fputs("route ", out);
	if (rtm->rtm_family == AF_MPLS) {
		if (to && attr_read(to, &label, sizeof(label)))
			fprintf(out, "mpls %u", ntohl(label) >> 12);
		return;
	}
	if (!to) {
		fputs(rtm->rtm_family == AF_INET ? "default" : "::/0", out);
	} else {
		print_ip(out, rtm->rtm_family, to);
		fprintf(out, "/%u", rtm->rtm_dst_len);
	}
	if (rtm->rtm_family == AF_INET &&
	    attr_find(message, header, RTA_PRIORITY))
		print_number(out, "metric", message, header, RTA_PRIORITY);
	if (rtm->rtm_table != RT_TABLE_MAIN)
		print_number(out, "table", message, header, RTA_TABLE);
}

static void print_address(FILE *out, const struct nlmsghdr *message)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(message);
	const size_t header = sizeof(*ifa);
	const struct nlattr *local = attr_find(message, header, IFA_LOCAL);
	const struct nlattr *peer = attr_find(message, header, IFA_ADDRESS);

	fputs("addr ", out);
	print_ip(out, ifa->ifa_family, local ? local : peer);
	if (local && peer &&
	    memcmp(mnl_attr_get_payload(local), mnl_attr_get_payload(peer),
		   mnl_attr_get_payload_len(local)) != 0) {
		fputs(" peer ", out);
		print_ip(out, ifa->ifa_family, peer);
	}
	fprintf(out, "/%u", ifa->ifa_prefixlen);
}

static void print_neighbour(FILE *out, const struct nlmsghdr *message)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(message);

	fputs("neigh ", out);
	if (ndm->ndm_flags & NTF_PROXY)
		fputs("proxy ", out);
	print_ip(out, ndm->ndm_family,
		 attr_find(message, sizeof(*ndm), NDA_DST));
}

void message_print(FILE *out, const struct nlmsghdr *message)
{
	switch (message->nlmsg_type) {
	case RTM_NEWADDR:
	case RTM_DELADDR:
		print_address(out, message);
		break;
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		print_route(out, message);
		break;
	case RTM_NEWNEIGH:
		print_neighbour(out, message);
		break;
	case RTM_NEWRULE:
	case RTM_DELRULE:
		fputs("rule", out);
		print_number(out, "pref", message, sizeof(struct fib_rule_hdr),
			     FRA_PRIORITY);
		break;
	case RTM_NEWNEXTHOP:
		fputs("nexthop", out);
		print_number(out, "id", message, sizeof(struct nhmsg), NHA_ID);
		break;
	case RTM_NEWQDISC:
		fprintf(out, "qdisc %s", message_qdisc_kind(message));
		break;
	default:
		fputs("the interface", out);
	}
}
