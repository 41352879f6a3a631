/* SPDX-License-Identifier: GPL-2.0 */
/* An rtnetlink socket, which sends requests and reads the replies to them. */
#ifndef NL_H
#define NL_H

#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdint.h>

/* The largest dump message of the kernel is 32 KiB. */
#define NL_RECEIVE_SIZE 65536

/* Large enough for any request of gretool. */
struct nl_request {
	union {
		struct nlmsghdr header;
		char bytes[2048];
	};
};

/* Why the kernel has refused a request. */
struct nl_error {
	int code; /* a positive errno value */
	char text[256]; /* the sentence of the kernel, or "" */
	uint32_t offset; /* of the refused attribute in the request, or 0 */
};

struct nl {
	struct mnl_socket *socket; /* NULL: it is not open yet */
	unsigned int sequence;
	struct nl_error error; /* of the last request */
	char buffer[NL_RECEIVE_SIZE]
		__attribute__((aligned(__alignof__(struct nlmsghdr))));
};

/* Called for each message of a reply. A negative errno ends the request. */
typedef int (*nl_reply_fn)(const struct nlmsghdr *message, void *arg);

/* Begin a request. Returns its zeroed header, a struct ifinfomsg or the like. */
void *nl_start(struct nl_request *request, uint16_t type, uint16_t flags,
	       size_t header);

/*
 * Send a request and call fn for each reply. Returns 0 or -errno; nl->error has
 * the reason then. -EINTR means that a dump changed while it was read. The first
 * request opens the socket.
 */
int nl_talk(struct nl *nl, struct nl_request *request, nl_reply_fn fn,
	    void *arg);

/*
 * nl_talk() for a dump, which is read again if it changed while it was read. fn
 * adds to a list of *count items; count is NULL if there is no list. -EINTR means
 * that the dump changed every time, so that something may be missing.
 */
int nl_dump(struct nl *nl, const struct nl_request *request, nl_reply_fn fn,
	    void *arg, size_t *count);

/* Called with the result of each of many requests. A negative errno is an error. */
typedef int (*nl_result_fn)(struct nl *nl, unsigned int number, int err,
			    void *arg);

/*
 * Send requests that stand one behind the other, so that the kernel executes them without
 * a pause, and call fn for each of them, from number 0. The kernel goes on after an error.
 * Returns 0 or the first error that fn has returned; nl->error has the reason then.
 */
int nl_talk_all(struct nl *nl, void *requests, size_t size, nl_result_fn fn,
		void *arg);

/* Receive the notifications of a mask of rtnetlink groups. */
int nl_subscribe(struct nl *nl, unsigned int groups);
/* Call fn for each notification. -ENOBUFS means that some were lost. */
int nl_listen(struct nl *nl, nl_reply_fn fn, void *arg);

void nl_close(struct nl *nl);

#endif /* NL_H */
