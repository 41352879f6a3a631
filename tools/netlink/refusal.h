/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel answered, in words. */
#ifndef REFUSAL_H
#define REFUSAL_H

#include "netlink/nl.h"

/*
 * Report why the kernel refused a request about subject (a tunnel, an
 * address). Returns STATUS_REFUSED.
 */
int report_refusal(const struct nl *nl, const struct nl_request *request,
		   const char *subject);

#endif /* REFUSAL_H */
