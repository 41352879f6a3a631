// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "check/checks.h"

/* An operator would look at these in this order. */
const struct check checks[] = {
	{ "dev_missing", check_dev_missing },
	{ "down", check_down },
	{ "underlay_unread", check_underlay_unread },
	{ "local_missing", check_local_missing },
	{ "remote_is_local", check_remote_is_local },
	{ "underlay_down", check_underlay_down },
	{ "no_route", check_no_route },
	{ "route_loop", check_route_loop },
	{ "gateway_silent", check_gateway_silent },
	{ "filter_input", check_filter_input },
	{ "filter_output", check_filter_output },
	{ "filter_unread", check_filter_unread },
	{ "same_ends", check_same_ends },
	{ "underlay_rp_filter", check_underlay_rp_filter },
	{ "peer_down", check_peer_down },
	{ "peer_hold", check_peer_hold },
	{ "peer_flaps", check_peer_flaps },
	{ "peer_loss", check_peer_loss },
	{ "peer_slow", check_peer_slow },
	{ "one_way", check_one_way },
	{ "routes_stay", check_routes_stay },
	{ "mtu", check_mtu },
	{ "no_pmtu_disc", check_no_pmtu_disc },
	{ "ends_differ", check_ends_differ },
	{ "mtu_probe", check_mtu_probe },
	{ "mss", check_mss },
	{ "mss_way_back", check_mss_way_back },
	{ "rp_filter", check_rp_filter },
	{ "accept_local", check_accept_local },
	{ "forwarding", check_forwarding },
	{ "forwarding6", check_forwarding6 },
	{ "no_address", check_no_address },
	{ "no_inner_route", check_no_inner_route },
	{ "keepalive_off", check_keepalive_off },
	{ "differs", check_differs },
	{ "beside", check_beside },
	{ 0 },
};

void found_say(struct finding *found, enum severity severity, const char *fmt,
	       ...)
{
	va_list args;
	char *p;

	found->severity = severity;
	va_start(args, fmt);
	vsnprintf(found->text, sizeof(found->text), fmt, args);
	va_end(args);
	/* Names of interfaces and chains can contain control characters, which
	 * a terminal would obey.
	 */
	for (p = found->text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			*p = '?';
}

void found_fix(struct finding *found, const char *fmt, ...)
{
	va_list args;
	int length;

	va_start(args, fmt);
	length = vsnprintf(found->fix, sizeof(found->fix), fmt, args);
	va_end(args);
	/* Half a command is worse than none. */
	if (length >= (int)sizeof(found->fix))
		found->fix[0] = '\0';
}

const char *severity_text(enum severity severity)
{
	static const char *const texts[] = {
		[SEVERITY_NONE] = "none",
		[SEVERITY_NOTE] = "note",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_PROBLEM] = "problem",
	};

	return texts[severity];
}

struct finding *checks_run(const struct snapshot *s, size_t *count)
{
	const struct check *check;
	struct finding *found;
	size_t room = counter_checks, i;

	for (check = checks; check->id; check++)
		room++;
	*count = 0;
	found = calloc(room, sizeof(*found));
	if (!found)
		return NULL;
	for (check = checks; check->id; check++) {
		struct finding *next = &found[*count];

		next->id = check->id;
		check->run(s, next);
		*count += next->severity != SEVERITY_NONE;
	}
	for (i = 0; i < counter_checks; i++) {
		struct finding *next = &found[*count];

		check_counter(s, i, next);
		*count += next->severity != SEVERITY_NONE;
	}
	return found;
}
