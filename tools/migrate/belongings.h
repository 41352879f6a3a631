/* SPDX-License-Identifier: GPL-2.0 */
/* What belongs to an interface: what has to move when another one takes its place. */
#ifndef BELONGINGS_H
#define BELONGINGS_H

#include "migrate/messages.h"
#include "netlink/link.h"

struct belongings {
	struct tunnel tunnel;
	struct messages link; /* RTM_NEWLINK, as the kernel has reported it */
	struct messages addresses;
	struct messages
		routes; /* of all tables, except those that the kernel makes */
	struct messages nexthops;
	struct messages rules; /* that name the interface */
	struct messages neighbours;
	struct messages others; /* links that have this one as theirs */
	struct messages qdiscs;
	struct messages filters; /* of the root qdisc */
};

/* Both return enum status, after a report. The caller frees b in any case. */
int belongings_read_link(struct nl *nl, const char *name, struct belongings *b);
int belongings_read(struct nl *nl, struct belongings *b);
/* Read routes, nexthop objects and neighbours again. */
int belongings_read_routes(struct nl *nl, struct belongings *b);
void belongings_free(struct belongings *b);

/* An attribute of the link, or NULL. */
const struct nlattr *belongings_attr(const struct belongings *b,
				     unsigned int type);
/* Whether the qdiscs are no more than one at the root that can be moved. */
bool belongings_can_queue(const struct belongings *b);
/* Wait until all IPv6 addresses of an interface are usable. Returns 0 or -errno. */
int belongings_wait(struct nl *nl, int ifindex);

/* Print what moves, each on a line of its own. */
void belongings_print(FILE *out, const struct belongings *b);

#endif /* BELONGINGS_H */
