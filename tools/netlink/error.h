/* SPDX-License-Identifier: GPL-2.0 */
/* Messages about the answers of the kernel. */
#ifndef ERROR_H
#define ERROR_H

#include "lib/report.h"
#include "netlink/nl.h"

/*
 * Report why the kernel has refused a request about a subject, which is a tunnel
 * or an address. Returns STATUS_REFUSED.
 */
int report_error(const struct nl *nl, const struct nl_request *request,
		 const char *subject);
/*
 * The same, with the position of the option that the kernel names, or if it names none
 * of a word; NULL: the first.
 */
int report_error_about(const struct nl *nl, const struct nl_request *request,
		       const char *subject, const struct source *source,
		       const struct position *at);

/*
 * Report that nl_dump() has given up (-EINTR) and a list of what is incomplete.
 * Returns 0, for callers that go on with what there is.
 */
int report_partial(const char *what);

#endif /* ERROR_H */
