/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel answered, in words. */
#ifndef REFUSAL_H
#define REFUSAL_H

#include "lib/report.h"
#include "netlink/nl.h"

/*
 * Report why the kernel refused a request about subject (a tunnel, an
 * address). Returns STATUS_REFUSED.
 */
int report_refusal(const struct nl *nl, const struct nl_request *request,
		   const char *subject);
/*
 * The same about a word of source, or about the option there that the kernel has
 * named.
 */
int report_refusal_about(const struct nl *nl, const struct nl_request *request,
			 const char *subject, const struct source *source,
			 size_t word);

/*
 * Report that nl_dump() has given up (-EINTR) and a list of what is incomplete.
 * Returns 0, for callers that go on with what there is.
 */
int report_partial(const char *what);

#endif /* REFUSAL_H */
