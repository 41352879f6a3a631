// SPDX-License-Identifier: GPL-2.0
/* Settings that change while they are read are not saved incompletely. */
#include <dlfcn.h>
#include <libmnl/libmnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "tap.h"

static unsigned int interruptions; /* how many dumps will be inconsistent */

/* This replaces the function of libmnl, and marks dumps as inconsistent. */
ssize_t mnl_socket_recvfrom(const struct mnl_socket *socket, void *buffer,
			    size_t size)
{
	static ssize_t (*receive)(const struct mnl_socket *, void *, size_t);
	struct nlmsghdr *message = buffer;
	ssize_t received;
	int left;

	if (!receive)
		receive = dlsym(RTLD_NEXT, "mnl_socket_recvfrom");
	received = receive(socket, buffer, size);
	left = (int)received;
	while (mnl_nlmsg_ok(message, left)) {
		if (interruptions && message->nlmsg_flags & NLM_F_MULTI) {
			message->nlmsg_flags |= NLM_F_DUMP_INTR;
			interruptions -= message->nlmsg_type == NLMSG_DONE;
		}
		message = mnl_nlmsg_next(message, &left);
	}
	return received;
}

static int save(struct gretool *g, unsigned int times)
{
	int status;

	interruptions = times;
	output_catch();
	status = command_run_named(g, 1, (char *[]){ "save" });
	output_caught();
	interruptions = 0;
	return status;
}

int main(void)
{
	static struct gretool g;

	check(save(&g, 0) == STATUS_OK, "save");
	check(save(&g, 7) == STATUS_OK, "it is read again, seven times");
	check(save(&g, 8) == STATUS_REFUSED,
	      "not more often, and not by halves");
	nl_close(&g.nl);
	return finish();
}
