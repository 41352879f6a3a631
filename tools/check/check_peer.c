// SPDX-License-Identifier: GPL-2.0
/* What keepalives tell about the peer, and about the path to it. */
#include <inttypes.h>

#include "check/checks.h"
#include "lib/duration.h"
#include "show/print.h"

/* Older flaps do not matter any more. */
#define FLAPS_RECENT_MS 3600000
#define FLAPS_MANY 3
/* Fewer keepalives do not tell a share. */
#define LOSS_SEEN 10
#define LOSS_MANY 3
#define NS_PER_MS 1000000
/* Older than this is stale. */
#define LATELY_MS 60000
/* IPv6 sends some packets that nobody answers when an interface comes up. */
#define UNANSWERED_MANY 10

static const char *name_of(const struct snapshot *s, char text[SHELL_NAME_SIZE])
{
	return shell_word(s->tunnel->config.name, text, SHELL_NAME_SIZE);
}

static bool is_asked(const struct snapshot *s)
{
	return s->tunnel->config.up && s->tunnel->config.keepalive_interval &&
	       s->tunnel->keepalives.known;
}

static bool is_in_state(const struct snapshot *s, uint32_t state)
{
	return is_asked(s) && s->tunnel->keepalives.state == state;
}

void check_keepalive_off(const struct snapshot *s, struct finding *found)
{
	const struct config *c = &s->tunnel->config;
	char name[SHELL_NAME_SIZE];

	if (c->keepalive_interval || !c->remote.family)
		return;
	found_say(found, SEVERITY_NOTE,
		  "keepalives are off: the interface stays up when the peer "
		  "does not answer any more");
	found_fix(found, "%s set %s keepalive", s->here.gretool,
		  name_of(s, name));
}

/* An interface that has just come up may have no answer yet. */
static bool was_asked_enough(const struct snapshot *s)
{
	const struct probes *k = &s->tunnel->keepalives;

	return k->received || k->sent > s->tunnel->config.keepalive_retries;
}

void check_peer_down(const struct snapshot *s, struct finding *found)
{
	const struct probes *k = &s->tunnel->keepalives;
	const uint64_t answers = k->received + s->tunnel->manual.received;
	const uint64_t packets = s->tunnel->stats.rx_packets;
	char since[DURATION_SIZE], name[SHELL_NAME_SIZE];

	if (!is_in_state(s, GREX_KEEPALIVE_DOWN) || !was_asked_enough(s))
		return;
	duration_spoken(k->changed, since);
	if (packets > answers && !answers) {
		found_say(found, SEVERITY_PROBLEM,
			  "the peer has never answered a keepalive (%" PRIu64
			  " sent, down for %s), but %" PRIu64
			  " packets came from it: it does not return "
			  "keepalives; it has to forward packets, without uRPF "
			  "on its tunnel",
			  k->sent, since, packets);
		found_fix(found, "%s set %s keepalive off", s->here.gretool,
			  name_of(s, name));
		return;
	}
	found_say(found, SEVERITY_PROBLEM,
		  "the peer has not answered keepalives for %s (%" PRIu64
		  " sent, %" PRIu64 " answered)%s%s",
		  since, k->sent, k->received,
		  answers ? ", but did before: check that it is up, and the "
			    "path to it and back"
			  : ", and nothing came from it so far: check that it "
			    "is up, has this tunnel, and lets protocol 47 "
			    "through",
		  s->tunnel->config.keepalive_secret.is_set
			  ? "; its keepalive-secret has to be the same"
			  : "");
}

void check_peer_hold(const struct snapshot *s, struct finding *found)
{
	if (!is_in_state(s, GREX_KEEPALIVE_HOLD))
		return;
	found_say(found, SEVERITY_WARNING,
		  "the peer was lost %" PRIu64 " times and answers again, but "
		  "not yet often enough in a row for the carrier: wait",
		  s->tunnel->keepalives.flaps);
}

void check_peer_flaps(const struct snapshot *s, struct finding *found)
{
	const struct config *c = &s->tunnel->config;
	const struct probes *k = &s->tunnel->keepalives;
	char since[DURATION_SIZE], interval[DURATION_SIZE];
	char name[SHELL_NAME_SIZE];
	uint32_t more = c->keepalive_retries * 2;

	if (!is_asked(s) || k->flaps < FLAPS_MANY ||
	    k->changed > FLAPS_RECENT_MS)
		return;
	found_say(found, SEVERITY_WARNING,
		  "the peer was lost %" PRIu64
		  " times, and its state changed %s ago: the path to it loses "
		  "packets, or %" PRIu32 " unanswered keepalives are too few",
		  k->flaps, duration_spoken(k->changed, since),
		  c->keepalive_retries);
	if (more > GREX_KEEPALIVE_RETRIES_MAX)
		more = GREX_KEEPALIVE_RETRIES_MAX;
	found_fix(found, "%s set %s keepalive %s %" PRIu32, s->here.gretool,
		  name_of(s, name),
		  duration_text(c->keepalive_interval, interval), more);
}

/* Keepalives that were lost before the peer came up do not count. */
static unsigned int lost_while_up(const struct snapshot *s, unsigned int *of)
{
	const uint64_t interval = s->tunnel->config.keepalive_interval;
	struct probes since = s->tunnel->keepalives;

	if (since.sent > since.changed / interval)
		since.sent = since.changed / interval;
	return print_lost(&since, of);
}

void check_peer_loss(const struct snapshot *s, struct finding *found)
{
	unsigned int lost, of;

	if (!is_in_state(s, GREX_KEEPALIVE_UP))
		return;
	lost = lost_while_up(s, &of);
	if (of < LOSS_SEEN || lost < LOSS_MANY || lost * 10 < of)
		return;
	found_say(found, SEVERITY_WARNING,
		  "%u of the last %u keepalives were lost, so that %u %% of the "
		  "traffic is probably lost, too: look at the queues and error "
		  "counters of the underlay",
		  lost, of, lost * 100 / of);
}

void check_peer_slow(const struct snapshot *s, struct finding *found)
{
	const struct config *c = &s->tunnel->config;
	const struct probes *k = &s->tunnel->keepalives;
	const uint64_t rtt = k->rtt_smoothed / NS_PER_MS;
	char name[SHELL_NAME_SIZE], interval[DURATION_SIZE];
	char better[DURATION_SIZE];
	uint32_t longer = (uint32_t)rtt * 4;

	if (!is_in_state(s, GREX_KEEPALIVE_UP) || rtt < c->keepalive_interval)
		return;
	found_say(found, SEVERITY_WARNING,
		  "answers to keepalives take %" PRIu64
		  " ms, which is longer than the interval of %s",
		  rtt, duration_spoken(c->keepalive_interval, interval));
	if (longer > GREX_KEEPALIVE_INTERVAL_MAX)
		longer = GREX_KEEPALIVE_INTERVAL_MAX;
	found_fix(found, "%s set %s keepalive %s %" PRIu32, s->here.gretool,
		  name_of(s, name), duration_text(longer, better),
		  c->keepalive_retries);
}

/* Without keepalives, only the traffic tells whether there are answers. */
void check_one_way(const struct snapshot *s, struct finding *found)
{
	const struct path *path = &s->tunnel->path;
	char since[DURATION_SIZE], name[SHELL_NAME_SIZE];

	if (s->tunnel->config.keepalive_interval || !s->tunnel->config.up ||
	    s->tunnel->stats.tx_packets < UNANSWERED_MANY || !path->has_tx ||
	    path->last_tx > LATELY_MS ||
	    (path->has_rx && path->last_rx <= LATELY_MS))
		return;
	/* Some traffic needs no answer. */
	if (path->has_rx)
		found_say(found, SEVERITY_NOTE,
			  "the last packet was sent %" PRIu64
			  " s ago, but the last one was received %s ago",
			  path->last_tx / 1000,
			  duration_spoken(path->last_rx, since));
	else
		found_say(found, SEVERITY_WARNING,
			  "%" PRIu64 " packets were sent, the last one %" PRIu64
			  " s ago, but none was ever received",
			  (uint64_t)s->tunnel->stats.tx_packets,
			  path->last_tx / 1000);
	if (s->tunnel->config.remote.family)
		found_fix(found, "%s probe %s -c 3", s->here.gretool,
			  name_of(s, name));
}
