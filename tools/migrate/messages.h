/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lists of netlink messages. What belongs to an interface is kept as the kernel has
 * reported it, and becomes a request about another interface here. So nothing is lost
 * that this program does not know.
 */
#ifndef MESSAGES_H
#define MESSAGES_H

#include "netlink/nl.h"

struct message {
	size_t offset; /* of its header */
	int tolerated; /* an errno with which the request is as good as done, or 0 */
	bool is_first; /* of the routes to one place, so that the kernel uses it */
};

struct messages {
	struct message *list;
	size_t count;
	char *bytes; /* the messages, one behind the other */
	size_t size, room;
	bool no_memory;
};

/* The interface that the messages are about, and the one that requests are about. */
struct exchange {
	int from, to;
	const char *from_name, *to_name;
};

struct nlmsghdr *messages_get(const struct messages *m, size_t number);
/* Add a copy of a message. */
void messages_add(struct messages *m, const struct nlmsghdr *message,
		  int tolerated);
void messages_free(struct messages *m);

/*
 * Send the requests. Reports the first that the kernel has refused, and nothing if subject
 * is NULL. Returns enum status.
 */
int messages_send(struct messages *m, struct nl *nl, const char *subject);

/* Requests from what the kernel has reported, of a type such as RTM_NEWROUTE. */
void messages_add_address(struct messages *m, const struct nlmsghdr *address,
			  const struct exchange *ex, uint16_t type);
void messages_add_neighbour(struct messages *m,
			    const struct nlmsghdr *neighbour,
			    const struct exchange *ex);
void messages_add_qdisc(struct messages *m, const struct nlmsghdr *qdisc,
			const struct exchange *ex);
void messages_add_rule(struct messages *m, const struct nlmsghdr *rule,
		       const struct exchange *ex, uint16_t type);
void messages_add_nexthop(struct messages *m, const struct nlmsghdr *nexthop,
			  const struct exchange *ex);
void messages_add_route(struct messages *m, const struct nlmsghdr *route,
			const struct exchange *ex, uint16_t type,
			uint16_t flags, int tolerated);

/* Whether a route uses the interface itself, not by a nexthop object. */
bool message_route_uses(const struct nlmsghdr *route, int ifindex);
/* Whether the routes are to the same destination, in one table, with one metric. */
bool message_same_place(const struct nlmsghdr *a, const struct nlmsghdr *b);
bool message_route_has_gateway(const struct nlmsghdr *route);
/* "" if the message does not say it. */
const char *message_qdisc_kind(const struct nlmsghdr *qdisc);
/* Whether the name of the interface is that of a rule. */
bool message_rule_names(const struct nlmsghdr *rule, const char *name);
/* Print what the message is about, like "route 10.8.0.0/16". */
void message_print(FILE *out, const struct nlmsghdr *message);

#endif /* MESSAGES_H */
