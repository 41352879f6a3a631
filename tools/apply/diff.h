/* SPDX-License-Identifier: GPL-2.0 */
/* What lies between a tunnel as it is and as it is to be. */
#ifndef DIFF_H
#define DIFF_H

#include "lib/json.h"
#include "netlink/link.h"
#include "option/config.h"

enum action {
	ACTION_NONE,
	ACTION_ADD,
	ACTION_CHANGE, /* of a live tunnel */
	ACTION_RECREATE, /* what cannot be changed while it is there */
	ACTION_DELETE,
};

struct diff {
	enum action action;
	uint32_t fields; /* what differs, addresses and routes too */
	const struct config *from; /* NULL: there is none */
	const struct config *to; /* NULL: there is to be none */
};

/* The options that make it necessary to create a tunnel again. */
#define DIFF_RECREATES F_LINK_NETNS

/*
 * What a tunnel is to be: what was said of it, defaults for the rest, and those
 * addresses and routes that others have given it. prune: without what nobody but
 * gretool can have given it. False: no memory. The caller frees target.
 */
bool diff_target(struct config *target, const struct config *said,
		 const struct tunnel *running, bool prune);

void diff_find(struct diff *d, const struct config *from,
	       const struct config *to);

/*
 * The MTU that the kernel gives a tunnel of which nothing is said about it; 0: this
 * cannot be told, since more is known about the path than the route says.
 */
uint32_t diff_default_mtu(const struct tunnel *t);

void diff_print(const struct diff *d, bool colour);
/* done: it was carried out. */
void diff_json(struct json *json, const struct diff *d, bool done);

#endif /* DIFF_H */
