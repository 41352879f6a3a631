// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "netlink/error.h"
#include "netlink/link.h"

int report_error_about(const struct nl *nl, const struct nl_request *request,
		       const char *subject, const struct source *source,
		       const struct position *at)
{
	const struct nl_error *why = &nl->error;
	const char *option = link_option_at(&request->header, why->offset);
	const char *text = why->text[0] ? why->text : strerror(why->code);

	if (option || !at)
		at = option ? source_find(source, option)
			    : source_word(source, 0);
	/* EACCES means something else: IPv6 is disabled. */
	if (why->code == EPERM)
		return refused_about(at, "%s: CAP_NET_ADMIN is needed%s%s",
				     subject, why->text[0] ? ": " : "",
				     why->text);
	/* The kernel has no sentence of its own for these errors. */
	if (!why->text[0] && why->code == EEXIST)
		return refused_about(at, "%s: %sexists already", subject,
				     request->header.nlmsg_type == RTM_NEWLINK
					     ? "an interface of this name "
					     : "");
	if (!why->text[0] && why->code == ENODEV)
		return refused_about(at, "%s: there is no such interface",
				     subject);
	if (option)
		return refused_about(at, "%s: %s refused: %s", subject, option,
				     text);
	return refused_about(at, "%s: %s", subject, text);
}

int report_error(const struct nl *nl, const struct nl_request *request,
		 const char *subject)
{
	return report_error_about(nl, request, subject, NULL, NULL);
}

int report_partial(const char *what)
{
	report("the %s change faster than they can be read, some may be missing",
	       what);
	return 0;
}
