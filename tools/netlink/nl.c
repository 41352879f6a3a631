// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/attr.h"
#include "netlink/nl.h"

/* Events wait in this buffer while we print. */
#define LISTEN_BUFFER_SIZE (4 << 20)
#define DUMP_TRIES 8
#define DUMP_PAUSE_US 10000
/* The acks of so many requests fit into the buffer of a socket, and so do the requests. */
#define AT_ONCE 64
#define AT_ONCE_SIZE 65536

void *nl_start(struct nl_request *request, uint16_t type, uint16_t flags,
	       size_t header)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(request->bytes);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	return mnl_nlmsg_put_extra_header(nlh, header);
}

static int nl_open(struct nl *nl, unsigned int groups)
{
	static const int options[] = {
		NETLINK_EXT_ACK, /* errors have a sentence */
		NETLINK_CAP_ACK, /* errors do not repeat the request */
		NETLINK_GET_STRICT_CHK, /* the kernel filters dumps */
	};
	int on = 1;
	size_t i;

	if (nl->socket)
		return 0;
	nl->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!nl->socket)
		return -errno;
	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		mnl_socket_setsockopt(nl->socket, options[i], &on, sizeof(on));
	if (mnl_socket_bind(nl->socket, groups, MNL_SOCKET_AUTOPID) < 0) {
		int err = -errno;

		nl_close(nl);
		return err;
	}
	return 0;
}

void nl_close(struct nl *nl)
{
	if (nl->socket)
		mnl_socket_close(nl->socket);
	nl->socket = NULL;
}

/* The attributes of an error say what is wrong, and where in the request. */
static void read_extack(const struct nlmsghdr *message, size_t header,
			struct nl_error *error)
{
	const struct nlattr *attrs[NLMSGERR_ATTR_OFFS + 1], *text;

	ATTR_SORT(message, header, attrs);
	attr_read(attrs[NLMSGERR_ATTR_OFFS], &error->offset,
		  sizeof(error->offset));
	text = attrs[NLMSGERR_ATTR_MSG];
	if (text)
		snprintf(error->text, sizeof(error->text), "%.*s",
			 (int)mnl_attr_get_payload_len(text),
			 mnl_attr_get_str(text));
}

/* NLMSG_ERROR holds struct nlmsgerr, NLMSG_DONE only its first member. */
static int nl_verdict(struct nl *nl, const struct nlmsghdr *message)
{
	size_t length = mnl_nlmsg_get_payload_len(message);
	const struct nlmsgerr *verdict = mnl_nlmsg_get_payload(message);
	size_t used = sizeof(verdict->error);

	if (length < used)
		return message->nlmsg_type == NLMSG_DONE ? 0 : -EBADMSG;
	if (message->nlmsg_type == NLMSG_ERROR) {
		used = sizeof(*verdict);
		if (length < used)
			return -EBADMSG;
		if (!(message->nlmsg_flags & NLM_F_CAPPED))
			used += MNL_ALIGN(verdict->msg.nlmsg_len) -
				sizeof(verdict->msg);
	}
	if (message->nlmsg_flags & NLM_F_ACK_TLVS && used < length)
		read_extack(message, used, &nl->error);
	if (verdict->error < 0)
		nl->error.code = -verdict->error;
	return verdict->error;
}

/* Returns 1 if there is more to receive, otherwise 0 or -errno. */
static int nl_handle(struct nl *nl, ssize_t received, unsigned int sequence,
		     bool *interrupted, nl_reply_fn fn, void *arg)
{
	const struct nlmsghdr *message = (const void *)nl->buffer;
	int left = (int)received;
	int err;

	for (; mnl_nlmsg_ok(message, left);
	     message = mnl_nlmsg_next(message, &left)) {
		/* This replies to a request that was given up. */
		if (sequence && message->nlmsg_seq != sequence)
			continue;
		if (message->nlmsg_flags & NLM_F_DUMP_INTR)
			*interrupted = true;
		switch (message->nlmsg_type) {
		case NLMSG_NOOP:
			break;
		case NLMSG_ERROR:
		case NLMSG_DONE:
			return nl_verdict(nl, message);
		case NLMSG_OVERRUN:
			return -ENOBUFS;
		default:
			err = fn ? fn(message, arg) : 0;
			if (err)
				return err;
		}
	}
	return 1;
}

static int nl_receive(struct nl *nl, unsigned int sequence, nl_reply_fn fn,
		      void *arg)
{
	bool interrupted = false;
	ssize_t received;
	int err;

	do {
		received = mnl_socket_recvfrom(nl->socket, nl->buffer,
					       sizeof(nl->buffer));
		if (received < 0 && errno == EINTR) {
			err = 1;
			continue;
		}
		if (received < 0)
			return -errno;
		err = nl_handle(nl, received, sequence, &interrupted, fn, arg);
	} while (err > 0);
	return !err && interrupted ? -EINTR : err;
}

int nl_talk(struct nl *nl, struct nl_request *request, nl_reply_fn fn,
	    void *arg)
{
	struct nlmsghdr *nlh = &request->header;
	int err;

	memset(&nl->error, 0, sizeof(nl->error));
	err = nl_open(nl, 0);
	if (!err) {
		nlh->nlmsg_seq = ++nl->sequence;
		/* Notifications have the number 0. */
		if (!nlh->nlmsg_seq)
			nlh->nlmsg_seq = ++nl->sequence;
		/* A dump ends with NLMSG_DONE, other requests with an ack. */
		if ((nlh->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
			nlh->nlmsg_flags |= NLM_F_ACK;
		if (mnl_socket_sendto(nl->socket, nlh, nlh->nlmsg_len) < 0)
			err = -errno;
		else
			err = nl_receive(nl, nlh->nlmsg_seq, fn, arg);
	}
	if (err && !nl->error.code)
		nl->error.code = -err;
	return err;
}

int nl_dump(struct nl *nl, const struct nl_request *request, nl_reply_fn fn,
	    void *arg, size_t *count)
{
	const size_t before = count ? *count : 0;
	struct nl_request again;
	int tries = 0, err;

	do {
		if (count)
			*count = before;
		again = *request;
		err = nl_talk(nl, &again, fn, arg);
	} while (err == -EINTR && ++tries < DUMP_TRIES &&
		 !usleep(DUMP_PAUSE_US));
	return err;
}

/* Number as many requests as are sent at once. Returns the end of the last one. */
static char *number_requests(struct nl *nl, char *requests, const char *end,
			     unsigned int *count)
{
	char *at = requests;

	for (*count = 0; at < end && *count < AT_ONCE; ++*count) {
		struct nlmsghdr *nlh = (void *)at;

		if (*count && at + nlh->nlmsg_len - requests > AT_ONCE_SIZE)
			break;
		nlh->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
		nlh->nlmsg_seq = ++nl->sequence;
		at += MNL_ALIGN(nlh->nlmsg_len);
	}
	return at;
}

int nl_talk_all(struct nl *nl, void *requests, size_t size, nl_result_fn fn,
		void *arg)
{
	char *at = requests, *next, *end = at + size;
	unsigned int number = 0, count, i;
	struct nl_error first = { 0 };
	int result = nl_open(nl, 0), err, sent;

	if (result)
		first.code = -result;
	for (; at < end && !result; at = next) {
		next = number_requests(nl, at, end, &count);
		sent = mnl_socket_sendto(nl->socket, at, (size_t)(next - at)) <
				       0
			       ? -errno
			       : 0;
		for (i = 0; i < count; i++) {
			memset(&nl->error, 0, sizeof(nl->error));
			err = sent ? sent
				   : nl_receive(nl,
						nl->sequence - count + 1 + i,
						NULL, NULL);
			err = fn(nl, number++, err, arg);
			if (!err || result)
				continue;
			result = err;
			first = nl->error;
			if (!first.code)
				first.code = -err;
		}
	}
	nl->error = first;
	return result;
}

int nl_subscribe(struct nl *nl, unsigned int groups)
{
	int size = LISTEN_BUFFER_SIZE;
	int err = nl_open(nl, groups);

	if (err)
		return err;
	/* Only a privileged process may go beyond the sysctl limit. */
	if (setsockopt(mnl_socket_get_fd(nl->socket), SOL_SOCKET,
		       SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(mnl_socket_get_fd(nl->socket), SOL_SOCKET, SO_RCVBUF,
			   &size, sizeof(size));
	return 0;
}

int nl_listen(struct nl *nl, nl_reply_fn fn, void *arg)
{
	return nl_receive(nl, 0, fn, arg);
}
