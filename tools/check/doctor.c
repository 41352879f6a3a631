// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "check/doctor.h"

/* An operator would look at these in this order. */
const struct check checks[] = {
	{ "dev_missing", judge_dev_missing },
	{ "down", judge_down },
	{ "ip_gre", judge_ip_gre },
	{ "underlay_unread", judge_underlay_unread },
	{ "local_missing", judge_local_missing },
	{ "remote_is_local", judge_remote_is_local },
	{ "underlay_down", judge_underlay_down },
	{ "no_route", judge_no_route },
	{ "route_loop", judge_route_loop },
	{ "gateway_silent", judge_gateway_silent },
	{ "filter_input", judge_filter_input },
	{ "filter_output", judge_filter_output },
	{ "filter_unread", judge_filter_unread },
	{ "same_ends", judge_same_ends },
	{ "underlay_rp_filter", judge_underlay_rp_filter },
	{ "peer_down", judge_peer_down },
	{ "peer_hold", judge_peer_hold },
	{ "peer_flaps", judge_peer_flaps },
	{ "peer_loss", judge_peer_loss },
	{ "peer_slow", judge_peer_slow },
	{ "one_way", judge_one_way },
	{ "routes_stay", judge_routes_stay },
	{ "mtu", judge_mtu },
	{ "no_pmtu_disc", judge_no_pmtu_disc },
	{ "ends_differ", judge_ends_differ },
	{ "mtu_probe", judge_mtu_probe },
	{ "mss", judge_mss },
	{ "mss_way_back", judge_mss_way_back },
	{ "rp_filter", judge_rp_filter },
	{ "accept_local", judge_accept_local },
	{ "forwarding", judge_forwarding },
	{ "forwarding6", judge_forwarding6 },
	{ "no_address", judge_no_address },
	{ "no_inner_route", judge_no_inner_route },
	{ "keepalive_off", judge_keepalive_off },
	{ "differs", judge_differs },
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

const char *ipv4_text(struct in_addr address, char text[INET_ADDRSTRLEN])
{
	return inet_ntop(AF_INET, &address, text, INET_ADDRSTRLEN);
}

struct finding *doctor_judge(const struct facts *f, size_t *count)
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
		check->judge(f, next);
		*count += next->severity != SEVERITY_NONE;
	}
	for (i = 0; i < counter_checks; i++) {
		struct finding *next = &found[*count];

		judge_counter(f, i, next);
		*count += next->severity != SEVERITY_NONE;
	}
	return found;
}
