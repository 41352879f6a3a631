/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Translates an ICMP error about an outer packet to one about the inner packet (RFC 2003
 * section 4). Pure: knows no skb.
 */
#ifndef GREX_TRANSLATE_H
#define GREX_TRANSLATE_H

#include <linux/types.h>

#include "embedded.h"

/**
 * struct grex_error - an ICMP or ICMPv6 error
 * @type: ICMP type
 * @code: ICMP code
 * @info: MTU of a frag needed or packet too big, pointer of a parameter
 *	problem; else 0
 */
struct grex_error {
	u8 type;
	u8 code;
	u32 info;
};

/* The kinds of ICMP errors that grex processes. */
enum grex_error_kind {
	GREX_ERROR_FRAG_NEEDED,
	GREX_ERROR_UNREACHABLE,
	GREX_ERROR_TIME_EXCEEDED,
	GREX_ERROR_PARAM_PROBLEM,
	GREX_ERROR_OTHER, /* redirect, source quench, and messages that are not errors */
	GREX_ERROR_KINDS = GREX_ERROR_OTHER, /* number of relayed kinds */
};

enum grex_error_kind grex_error_kind(u8 type, u8 code);
bool grex_error_means_unreachable(const struct grex_error *error,
				  bool ttl_inherit);
bool grex_translate(const struct grex_error *outer,
		    const struct grex_inner *inner, unsigned int overhead,
		    bool ttl_inherit, struct grex_error *error);

#endif
