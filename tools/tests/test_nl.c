// SPDX-License-Identifier: GPL-2.0
/* Parsing of error messages of the kernel. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/report.h"
#include "netlink/error.h"
#include "netlink/link.h"
#include "netlink/nl.c"
#include "tap.h"

#define SEQUENCE 42

static struct nl nl;
static size_t used;

static struct nlmsghdr *put(uint16_t type, uint16_t flags, size_t header)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(nl.buffer + used);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	nlh->nlmsg_seq = SEQUENCE;
	memset(mnl_nlmsg_put_extra_header(nlh, header), 0, header);
	return nlh;
}

static void put_verdict(int error, bool capped, size_t copied, const char *text,
			uint32_t offset)
{
	uint16_t flags = (capped ? NLM_F_CAPPED : 0) |
			 (text || offset ? NLM_F_ACK_TLVS : 0);
	struct nlmsghdr *nlh =
		put(NLMSG_ERROR, flags, sizeof(struct nlmsgerr) + copied);
	struct nlmsgerr *verdict = mnl_nlmsg_get_payload(nlh);

	verdict->error = error;
	verdict->msg.nlmsg_len = (uint32_t)(sizeof(verdict->msg) + copied);
	if (text)
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, text);
	if (offset)
		mnl_attr_put_u32(nlh, NLMSGERR_ATTR_OFFS, offset);
	used += nlh->nlmsg_len;
}

static int handle(nl_reply_fn fn, void *arg)
{
	bool interrupted = false;
	size_t received = used;

	memset(&nl.error, 0, sizeof(nl.error));
	used = 0;
	return nl_handle(&nl, (ssize_t)received, SEQUENCE, &interrupted, fn,
			 arg);
}

static int count_replies(const struct nlmsghdr *message, void *arg)
{
	++*(int *)arg;
	return 0;
}

static void test_verdicts(void)
{
	int replies = 0;

	put_verdict(0, true, 0, NULL, 0);
	check(handle(NULL, NULL) == 0 && !nl.error.code, "an ack");

	put_verdict(-EINVAL, true, 0, "TTL is wrong", 60);
	check(handle(NULL, NULL) == -EINVAL && nl.error.code == EINVAL,
	      "a refusal");
	check(nl.error.offset == 60, "its place");
	check_text(nl.error.text, "TTL is wrong", "its sentence");

	put_verdict(-EINVAL, false, 36, "TTL is wrong", 60);
	check(handle(NULL, NULL) == -EINVAL && nl.error.offset == 60,
	      "a refusal with a copy of the request");

	put_verdict(-ENODEV, true, 0, NULL, 0);
	check(handle(NULL, NULL) == -ENODEV && !nl.error.text[0],
	      "a refusal without a sentence");

	put(RTM_NEWLINK, 0, sizeof(struct ifinfomsg));
	used += sizeof(struct nlmsghdr) + sizeof(struct ifinfomsg);
	put_verdict(0, true, 0, NULL, 0);
	check(handle(count_replies, &replies) == 0 && replies == 1,
	      "a reply and an ack");

	put(RTM_NEWLINK, 0, sizeof(struct ifinfomsg))->nlmsg_seq = 41;
	used += sizeof(struct nlmsghdr) + sizeof(struct ifinfomsg);
	check(handle(count_replies, &replies) == 1 && replies == 1,
	      "the reply to an earlier request is passed over");

	used = 7;
	check(handle(count_replies, &replies) == 1 && replies == 1,
	      "less than a message is none");

	put(NLMSG_ERROR, 0, 2);
	used += sizeof(struct nlmsghdr) + 4;
	check(handle(NULL, NULL) == -EBADMSG, "a verdict that is too short");

	/* The copied request claims to be longer than the message. */
	put_verdict(-EINVAL, false, 0, "text", 0);
	((struct nlmsgerr *)mnl_nlmsg_get_payload((void *)nl.buffer))
		->msg.nlmsg_len = 4000;
	check(handle(NULL, NULL) == -EINVAL && !nl.error.text[0],
	      "a copy that is longer than the message");
	put_verdict(-EINVAL, false, 0, "text", 0);
	((struct nlmsgerr *)mnl_nlmsg_get_payload((void *)nl.buffer))
		->msg.nlmsg_len = 3;
	check(handle(NULL, NULL) == -EINVAL, "a copy of less than a header");
}

static void test_sentence(int error, const char *text, bool place,
			  const char *expected)
{
	struct nl_request request;
	struct config c;
	const char *message;
	char got[512] = "";
	uint32_t offset;

	if (parse_line(&c, false, "g1 remote 192.0.2.2 ttl 9", &message))
		abort();
	link_add(&request, &c);
	config_free(&c);
	memset(&nl.error, 0, sizeof(nl.error));
	nl.error.code = error;
	snprintf(nl.error.text, sizeof(nl.error.text), "%s", text);
	if (place)
		for (offset = 0; offset < request.header.nlmsg_len; offset++) {
			const char *option =
				link_option_at(&request.header, offset);

			if (option && !strcmp(option, "ttl"))
				nl.error.offset = offset;
		}
	report_origin.stream = fmemopen(got, sizeof(got) - 1, "w");
	if (!report_origin.stream)
		abort();
	report_origin.command = "add";
	report_error(&nl, &request, "g1");
	report_origin.command = NULL;
	fclose(report_origin.stream);
	report_origin.stream = NULL;
	got[strcspn(got, "\n")] = '\0';
	check_text(got, expected, "%s", expected);
}

#define MANY 200 /* more than are sent at once */

static struct {
	char bytes[MANY * 64];
	size_t size;
} requests;

static struct results {
	unsigned int count, refused;
	bool in_order;
} results;

/* Ask for an interface, whose name need not exist. */
static void put_question(const char *name)
{
	struct nl_request request;

	link_get(&request, -1, name, 0);
	memcpy(requests.bytes + requests.size, &request,
	       request.header.nlmsg_len);
	requests.size += MNL_ALIGN(request.header.nlmsg_len);
}

static int count_result(struct nl *of, unsigned int number, int err, void *arg)
{
	struct results *r = arg;

	r->in_order &= number == r->count;
	r->count++;
	r->refused += err == -ENODEV;
	return err;
}

static void ask_all(int *err)
{
	results = (struct results){ .in_order = true };
	*err = nl_talk_all(&nl, requests.bytes, requests.size, count_result,
			   &results);
}

static void test_all(void)
{
	int i, err;

	for (i = 0; i < MANY; i++)
		put_question("lo");
	ask_all(&err);
	check(!err && results.count == MANY && results.in_order,
	      "many requests are sent, with a result for each");
	requests.size = 0;
	put_question("lo");
	put_question("nosuch");
	put_question("lo");
	ask_all(&err);
	check(err == -ENODEV && results.count == 3 && results.refused == 1,
	      "the kernel goes on after an error");
	check(nl.error.code == ENODEV, "which is the one that is reported");
	nl_close(&nl);
}

int main(void)
{
	test_verdicts();
	test_sentence(EINVAL, "TTL is wrong", true,
		      "gretool: add: g1: ttl refused: TTL is wrong");
	test_sentence(EINVAL, "Something is wrong", false,
		      "gretool: add: g1: Something is wrong");
	test_sentence(EINVAL, "", false, "gretool: add: g1: Invalid argument");
	test_sentence(EPERM, "", false,
		      "gretool: add: g1: CAP_NET_ADMIN is needed");
	test_sentence(EEXIST, "", false,
		      "gretool: add: g1: an interface of this name exists already");
	test_sentence(EEXIST, "Another tunnel has the same key", false,
		      "gretool: add: g1: Another tunnel has the same key");
	test_sentence(ENODEV, "", false,
		      "gretool: add: g1: there is no such interface");
	test_all();
	return finish();
}
