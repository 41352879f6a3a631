// SPDX-License-Identifier: GPL-2.0
#include "translate.h"

/* RFC 792, RFC 1122, RFC 1812 */
#define UNREACHABLE 3
#define UNREACHABLE_HOST 1
#define UNREACHABLE_PORT 3
#define UNREACHABLE_FRAG_NEEDED 4
#define UNREACHABLE_SOURCE_ROUTE 5
#define TIME_EXCEEDED 11
#define TIME_EXCEEDED_TRANSIT 0
#define PARAM_PROBLEM 12
#define PARAM_PROBLEM_POINTER 0

/* RFC 4443 */
#define V6_UNREACHABLE 1
#define V6_UNREACHABLE_ADDRESS 3
#define V6_TOO_BIG 2
#define V6_TIME_EXCEEDED 3
#define V6_PARAM_PROBLEM 4
#define V6_PARAM_PROBLEM_FIELD 0
#define V6_MTU_MIN 1280

enum grex_error_kind grex_error_kind(u8 type, u8 code)
{
	switch (type) {
	case UNREACHABLE:
		return code == UNREACHABLE_FRAG_NEEDED ? GREX_ERROR_FRAG_NEEDED
						       : GREX_ERROR_UNREACHABLE;
	case TIME_EXCEEDED:
		return GREX_ERROR_TIME_EXCEEDED;
	case PARAM_PROBLEM:
		return GREX_ERROR_PARAM_PROBLEM;
	default:
		return GREX_ERROR_OTHER;
	}
}

/**
 * grex_error_means_unreachable - check whether the remote seems unreachable
 * @error: about an outer packet
 * @ttl_inherit: the outer TTL is the inner one
 *
 * An endpoint without this tunnel answers port unreachable, and source route failed is about
 * an option that grex never sends. Neither is relayed (RFC 2003 4.1). A fixed TTL that
 * expires has not reached the remote (4.5).
 */
bool grex_error_means_unreachable(const struct grex_error *error,
				  bool ttl_inherit)
{
	switch (grex_error_kind(error->type, error->code)) {
	case GREX_ERROR_UNREACHABLE:
		return error->code != UNREACHABLE_PORT &&
		       error->code != UNREACHABLE_SOURCE_ROUTE;
	case GREX_ERROR_TIME_EXCEEDED:
		return error->code == TIME_EXCEEDED_TRANSIT && !ttl_inherit;
	default:
		return false;
	}
}

static bool translate_too_big(u32 mtu, const struct grex_inner *inner,
			      unsigned int overhead, struct grex_error *error)
{
	mtu = mtu > overhead ? mtu - overhead : 0;
	/* Below this MTU, the outer packet is fragmented (RFC 8200 section 5). */
	if (inner->version == 6 && mtu < V6_MTU_MIN)
		mtu = V6_MTU_MIN;
	/* The packet fits or may be fragmented, so its source has nothing to learn. */
	if (!inner->df || inner->total_len <= mtu)
		return false;
	if (inner->version == 6)
		*error = (struct grex_error){ V6_TOO_BIG, 0, mtu };
	else
		*error = (struct grex_error){ UNREACHABLE,
					      UNREACHABLE_FRAG_NEEDED, mtu };
	return true;
}

/* A pointer into the outer headers is of no use to the inner source. */
static bool translate_pointer(u32 pointer, const struct grex_inner *inner,
			      unsigned int overhead, struct grex_error *error)
{
	if (pointer < overhead)
		return false;
	pointer -= overhead;
	if (inner->version == 6)
		*error = (struct grex_error){ V6_PARAM_PROBLEM,
					      V6_PARAM_PROBLEM_FIELD, pointer };
	else
		*error = (struct grex_error){ PARAM_PROBLEM,
					      PARAM_PROBLEM_POINTER, pointer };
	return true;
}

/**
 * grex_translate - translate an error for the inner source
 * @outer: the error about the outer packet
 * @inner: the inner packet
 * @overhead: bytes in front of the inner packet
 * @ttl_inherit: the outer TTL is the inner one
 * @error: filled when true is returned
 *
 * Return: false when the source is not to be told
 */
bool grex_translate(const struct grex_error *outer,
		    const struct grex_inner *inner, unsigned int overhead,
		    bool ttl_inherit, struct grex_error *error)
{
	const bool v6 = inner->version == 6;

	if (grex_error_means_unreachable(outer, ttl_inherit)) {
		*error = v6 ? (struct grex_error){ V6_UNREACHABLE,
						   V6_UNREACHABLE_ADDRESS, 0 }
			    : (struct grex_error){ UNREACHABLE,
						   UNREACHABLE_HOST, 0 };
		return true;
	}
	switch (grex_error_kind(outer->type, outer->code)) {
	case GREX_ERROR_FRAG_NEEDED:
		return translate_too_big(outer->info, inner, overhead, error);
	case GREX_ERROR_TIME_EXCEEDED:
		/* The source has chosen the TTL, so it may see the hop. */
		if (outer->code != TIME_EXCEEDED_TRANSIT)
			return false;
		*error = (struct grex_error){ v6 ? V6_TIME_EXCEEDED
						 : TIME_EXCEEDED,
					      0, 0 };
		return true;
	case GREX_ERROR_PARAM_PROBLEM:
		if (outer->code != PARAM_PROBLEM_POINTER)
			return false;
		return translate_pointer(outer->info, inner, overhead, error);
	default:
		return false;
	}
}
