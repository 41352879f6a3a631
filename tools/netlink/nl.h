/* SPDX-License-Identifier: GPL-2.0 */
/* An rtnetlink socket: send a request, read its replies and its verdict. */
#ifndef NL_H
#define NL_H

#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdint.h>

/* The largest dump message of the kernel is 32 KiB. */
#define NL_RECEIVE_SIZE 65536

/* Room for any request of ours. */
struct nl_request {
	union {
		struct nlmsghdr header;
		char bytes[2048];
	};
};

/* Why the kernel said no. */
struct nl_refusal {
	int error; /* errno value, positive */
	char text[256]; /* its sentence, or "" */
	uint32_t offset; /* of the refused attribute in the request, or 0 */
};

struct nl {
	struct mnl_socket *socket; /* NULL: not open yet */
	unsigned int sequence;
	struct nl_refusal refusal; /* of the last request */
	char buffer[NL_RECEIVE_SIZE]
		__attribute__((aligned(__alignof__(struct nlmsghdr))));
};

/* Called for each message of a reply; not 0 (-errno) ends the request. */
typedef int (*nl_reply_fn)(const struct nlmsghdr *message, void *arg);

/* Begin a request; header is struct ifinfomsg or the like, zeroed. */
void *nl_start(struct nl_request *request, uint16_t type, uint16_t flags,
	       size_t header);

/*
 * Send a request and hand each reply to fn, until the kernel's verdict: 0 or
 * -errno, with the reason in nl->refusal. Opens the socket when needed.
 * -EINTR: the dump changed while it was read, read again.
 */
int nl_talk(struct nl *nl, struct nl_request *request, nl_reply_fn fn,
	    void *arg);

/*
 * nl_talk() for a dump; fn adds to a list of *count items, or count is NULL. The
 * dump is read again if it changed meanwhile. -EINTR: it changed every time, and
 * something may be missing from the list.
 */
int nl_dump(struct nl *nl, const struct nl_request *request, nl_reply_fn fn,
	    void *arg, size_t *count);

/* Receive notifications of the rtnetlink groups, a bit for each. */
int nl_subscribe(struct nl *nl, unsigned int groups);
/* Wait for notifications. -ENOBUFS: some were lost. */
int nl_listen(struct nl *nl, nl_reply_fn fn, void *arg);

void nl_close(struct nl *nl);

#endif /* NL_H */
