// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>

#include "lib/duration.h"
#include "option/options.h"
#include "show/print.h"

#define OF_TUNNEL false
#define OF_NETNS true

/* clang-format off */
#define COUNTER(attr, name, scope, text) \
	[attr] = { #name, OF_##scope, text },

const struct counter counters[GREX_STAT_MAX + 1] = {
	GREX_STATS(COUNTER)
};

/* clang-format on */

/* What a newer kernel has beyond our words is "unknown", which add refuses. */
static const char *choice_text(const char *const *choices, uint32_t count,
			       uint32_t number)
{
	return number < count ? choices[number] : "unknown";
}

const char *const peer_state_words[GREX_KEEPALIVE_STATES] = {
	[GREX_KEEPALIVE_OFF] = "off",
	[GREX_KEEPALIVE_DOWN] = "down",
	[GREX_KEEPALIVE_HOLD] = "hold",
	[GREX_KEEPALIVE_UP] = "up",
};

const char *const path_source_words[GREX_PATH_SOURCES] = {
	[GREX_PATH_FROM_ROUTE] = "route",
	[GREX_PATH_FROM_ICMP] = "icmp",
	[GREX_PATH_FROM_PROBES] = "probes",
};

const char *print_peer_text(const struct tunnel *t)
{
	return choice_text(peer_state_words, GREX_KEEPALIVE_STATES,
			   t->keepalives.state);
}

static const char *operstate_text(uint8_t operstate)
{
	static const char *const texts[] = {
		"unknown", "notpresent", "down", "lowerlayerdown",
		"testing", "dormant",	 "up",
	};

	return choice_text(texts, sizeof(texts) / sizeof(texts[0]), operstate);
}

static const char *path_source_text(const struct path *path)
{
	return choice_text(path_source_words, GREX_PATH_SOURCES, path->source);
}

static const char *path_search_text(const struct path *path)
{
	static const char *const texts[GREX_PATH_SEARCHES] = { "off", "base",
							       "search", "done",
							       "error" };

	return choice_text(texts, GREX_PATH_SEARCHES, path->search);
}

/* Both numbers, where the two ends do not agree. */
static void print_disagreement(FILE *out, const struct tunnel *t)
{
	const struct path *path = &t->path;
	const char *unverified = path->peer_verified ? "" : ", unverified";
	char since[DURATION_SIZE];

	if (!path->peer_device)
		return;
	/* Statistics alone do not tell the MTU of the device. */
	if (t->config.mtu && path->peer_device != t->config.mtu)
		fprintf(out,
			"    the ends differ: mtu %" PRIu32 " here, %" PRIu32
			" at the peer, %s ago%s\n",
			t->config.mtu, path->peer_device,
			duration_spoken(path->peer_age, since), unverified);
	if (path->peer_mtu && path->source == GREX_PATH_FROM_PROBES &&
	    path->peer_mtu != path->mtu)
		fprintf(out,
			"    the ends differ: path mtu %" PRIu32
			" from here, %" PRIu32 " from the peer, %s ago%s\n",
			path->mtu, path->peer_mtu,
			duration_spoken(path->peer_age, since), unverified);
}

static void print_path(FILE *out, const struct tunnel *t)
{
	const struct path *path = &t->path;
	char since[DURATION_SIZE];

	if (path->mtu) {
		fprintf(out, "    path mtu %" PRIu32 " from %s", path->mtu,
			path_source_text(path));
		if (path->has_age)
			fprintf(out, " %s ago",
				duration_spoken(path->age, since));
		putc('\n', out);
	}
	if (path->search != GREX_PATH_SEARCH_OFF)
		fprintf(out,
			"    mtu-probe %s, at %" PRIu32 ": %" PRIu64
			" sent %" PRIu64 " answered\n",
			path_search_text(path), path->tried, path->sent,
			path->received);
	print_disagreement(out, t);
}

static void print_last(FILE *out, const struct path *path)
{
	char since[DURATION_SIZE];

	if (!path->has_rx && !path->has_tx)
		return;
	fputs("    last packet", out);
	if (path->has_rx)
		fprintf(out, " received %s ago",
			duration_spoken(path->last_rx, since));
	if (path->has_tx)
		fprintf(out, " sent %s ago",
			duration_spoken(path->last_tx, since));
	putc('\n', out);
}

void print_state(FILE *out, const struct tunnel *t)
{
	fprintf(out, "    ifindex %d carrier %s operstate %s mtu %" PRIu32 "\n",
		t->ifindex, t->carrier ? "on" : "off",
		operstate_text(t->operstate), t->config.mtu);
	print_path(out, t);
	print_last(out, &t->path);
}

static double ms(uint64_t ns)
{
	return (double)ns / 1e6;
}

static void print_rtt(FILE *out, const struct probes *p)
{
	if (!p->received)
		return;
	fprintf(out,
		"    rtt last %.3f ms smoothed %.3f ms min %.3f ms max %.3f ms "
		"jitter %.3f ms\n",
		ms(p->rtt), ms(p->rtt_smoothed), ms(p->rtt_min), ms(p->rtt_max),
		ms(p->jitter));
}

unsigned int print_lost(const struct probes *p, unsigned int *of)
{
	unsigned int lost = 0, i;

	/* The last one may still be on its way. */
	*of = p->sent < GREX_KEEPALIVE_HISTORY ? (unsigned int)p->sent
					       : GREX_KEEPALIVE_HISTORY;
	for (i = 0; i < *of; i++)
		lost += !p->history[i];
	if (*of && !p->history[0]) {
		lost--;
		--*of;
	}
	return lost;
}

static void print_probes(FILE *out, const struct tunnel *t)
{
	const struct probes *k = &t->keepalives, *p = &t->manual;
	char since[DURATION_SIZE];
	unsigned int lost, of;

	if (k->known) {
		lost = print_lost(k, &of);
		fprintf(out,
			"    peer %s for %s flaps %" PRIu64
			" keepalives %" PRIu64 " sent %" PRIu64
			" answered %u of the last %u lost\n",
			print_peer_text(t), duration_spoken(k->changed, since),
			k->flaps, k->sent, k->received, lost, of);
		print_rtt(out, k);
	}
	if (p->known) {
		fprintf(out,
			"    probes %" PRIu64 " sent %" PRIu64 " answered\n",
			p->sent, p->received);
		print_rtt(out, p);
	}
}

static void print_counters(FILE *out, const struct tunnel *t, bool zeros)
{
	size_t i;

	for (i = 0; i <= GREX_STAT_MAX; i++)
		if (counters[i].name && (zeros || t->counters[i]))
			fprintf(out, "    %s %" PRIu64 "  %s%s\n",
				counters[i].name, t->counters[i],
				counters[i].text,
				counters[i].of_netns
					? " (all tunnels of the namespace)"
					: "");
}

void print_xstats(FILE *out, const struct tunnel *t, bool zeros)
{
	print_path(out, t);
	print_last(out, &t->path);
	print_probes(out, t);
	print_counters(out, t, zeros);
}

void print_stats(FILE *out, const struct tunnel *t, bool zeros)
{
	const struct rtnl_link_stats64 *s = &t->stats;

	fprintf(out,
		"    rx %" PRIu64 " packets %" PRIu64 " bytes %" PRIu64
		" errors %" PRIu64 " dropped\n",
		(uint64_t)s->rx_packets, (uint64_t)s->rx_bytes,
		(uint64_t)s->rx_errors, (uint64_t)s->rx_dropped);
	fprintf(out,
		"    tx %" PRIu64 " packets %" PRIu64 " bytes %" PRIu64
		" errors %" PRIu64 " dropped\n",
		(uint64_t)s->tx_packets, (uint64_t)s->tx_bytes,
		(uint64_t)s->tx_errors, (uint64_t)s->tx_dropped);
	print_probes(out, t);
	print_counters(out, t, zeros);
}

static void json_ip(struct json *json, const char *name, const struct ip *ip)
{
	char text[INET6_ADDRSTRLEN];

	json_string(json, name, ip->family ? ip_text(ip, text) : NULL);
}

static void json_path(struct json *json, const struct path *path)
{
	if (path->mtu) {
		json_object(json, "path_mtu");
		json_number(json, "bytes", path->mtu);
		json_string(json, "source", path_source_text(path));
		json_number_if(json, "age_ms", path->has_age, path->age);
		json_string(json, "search", path_search_text(path));
		json_number(json, "tried", path->tried);
		json_number(json, "sent", path->sent);
		json_number(json, "answered", path->received);
		json_object_end(json);
	} else {
		json_null(json, "path_mtu");
	}
	if (path->peer_device) {
		json_object(json, "peer_mtu");
		json_number(json, "device", path->peer_device);
		json_number_if(json, "path", path->peer_mtu, path->peer_mtu);
		json_number(json, "age_ms", path->peer_age);
		json_bool(json, "verified", path->peer_verified);
		json_object_end(json);
	} else {
		json_null(json, "peer_mtu");
	}
}

static void json_peer(struct json *json, const struct tunnel *t)
{
	json_string(json, "peer", print_peer_text(t));
	json_path(json, &t->path);
	json_number_if(json, "last_rx_ms", t->path.has_rx, t->path.last_rx);
	json_number_if(json, "last_tx_ms", t->path.has_tx, t->path.last_tx);
}

void print_json(struct json *json, const struct tunnel *t)
{
	const struct config *c = &t->config;

	json_string(json, "ifname", c->name);
	json_number(json, "ifindex", (uint64_t)t->ifindex);
	options_json(json, c, F_ALL);
	json_bool(json, "carrier", t->carrier);
	json_string(json, "operstate", operstate_text(t->operstate));
	json_peer(json, t);
}

static void json_probes(struct json *json, const char *name,
			const struct probes *p, bool is_keepalive)
{
	size_t i;

	if (!p->known) {
		json_null(json, name);
		return;
	}
	json_object(json, name);
	if (is_keepalive) {
		json_number(json, "flaps", p->flaps);
		json_number(json, "changed_ms", p->changed);
	}
	json_number(json, "sent", p->sent);
	json_number(json, "answered", p->received);
	json_number(json, "rtt_ns", p->rtt);
	json_number(json, "rtt_smoothed_ns", p->rtt_smoothed);
	json_number(json, "rtt_min_ns", p->rtt_min);
	json_number(json, "rtt_max_ns", p->rtt_max);
	json_number(json, "jitter_ns", p->jitter);
	json_number(json, "rtt_sum_ns", p->rtt_sum);
	json_array(json, "rtt_buckets");
	for (i = 0; i < GREX_RTT_BUCKETS; i++)
		json_number(json, NULL, p->rtt_buckets[i]);
	json_array_end(json);
	json_array(json, "history_us");
	for (i = 0; i < GREX_KEEPALIVE_HISTORY && i < p->sent; i++)
		json_number_if(json, NULL, p->history[i], p->history[i]);
	json_array_end(json);
	json_object_end(json);
}

void print_json_addresses(struct json *json, const struct config *c)
{
	size_t i;

	json_array(json, "addresses");
	for (i = 0; i < c->addrs.count; i++) {
		const struct entry *a = &c->addrs.list[i];

		json_object(json, NULL);
		json_ip(json, "addr", &a->local);
		json_number(json, "prefix", a->prefix);
		json_ip(json, "peer", &a->peer);
		json_object_end(json);
	}
	json_array_end(json);
}

static void json_counters(struct json *json, const struct tunnel *t)
{
	size_t i;

	json_probes(json, "keepalives", &t->keepalives, true);
	json_probes(json, "probes", &t->manual, false);
	json_object(json, "counters");
	for (i = 0; i <= GREX_STAT_MAX; i++)
		if (counters[i].name)
			json_number(json, counters[i].name, t->counters[i]);
	json_object_end(json);
}

void print_json_xstats(struct json *json, const struct tunnel *t)
{
	json_peer(json, t);
	json_counters(json, t);
}

void print_json_stats(struct json *json, const struct tunnel *t)
{
	const struct rtnl_link_stats64 *s = &t->stats;

	json_object(json, "stats");
	json_number(json, "rx_packets", s->rx_packets);
	json_number(json, "rx_bytes", s->rx_bytes);
	json_number(json, "rx_errors", s->rx_errors);
	json_number(json, "rx_dropped", s->rx_dropped);
	json_number(json, "tx_packets", s->tx_packets);
	json_number(json, "tx_bytes", s->tx_bytes);
	json_number(json, "tx_errors", s->tx_errors);
	json_number(json, "tx_dropped", s->tx_dropped);
	json_counters(json, t);
	json_object_end(json);
}
