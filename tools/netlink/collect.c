// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "netlink/collect.h"

#define DUMP_TRIES 8
#define PAUSE_US 10000

void collect_value(const struct nlattr *attr, void *value, size_t size)
{
	if (mnl_attr_get_payload_len(attr) >= size)
		memcpy(value, mnl_attr_get_payload(attr), size);
}

int collect_dump(struct nl *nl, const struct nl_request *request,
		 nl_reply_fn fn, void *arg, size_t *count)
{
	struct nl_request again;
	const size_t before = *count;
	int tries = 0, err;

	do {
		*count = before;
		again = *request;
		err = nl_talk(nl, &again, fn, arg);
	} while (err == -EINTR && ++tries < DUMP_TRIES && !usleep(PAUSE_US));
	return err;
}

int collect_some(struct nl *nl, const struct nl_request *request,
		 nl_reply_fn fn, void *arg, size_t *count)
{
	int err = collect_dump(nl, request, fn, arg, count);

	return err == -EINTR ? 0 : err;
}
