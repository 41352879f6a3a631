// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <string.h>

#include "metrics/metrics.h"
#include "metrics/openmetrics.h"
#include "show/print.h"

#define NAME_SIZE 96
#define MS 1000U
#define NS 1000000000U

/* Whether the tunnel has a value. */
typedef bool (*has_fn)(const struct tunnel *t);

static bool is_asked(const struct tunnel *t)
{
	return t->keepalives.known;
}

static bool has_answered(const struct tunnel *t)
{
	return t->keepalives.received;
}

static bool has_path(const struct tunnel *t)
{
	return t->path.mtu;
}

static bool has_path_age(const struct tunnel *t)
{
	return t->path.mtu && t->path.has_age;
}

static bool has_peer_mtu(const struct tunnel *t)
{
	return t->path.peer_device;
}

static bool has_received(const struct tunnel *t)
{
	return t->path.has_rx;
}

static bool has_sent(const struct tunnel *t)
{
	return t->path.has_tx;
}

enum width {
	WIDTH_BOOL,
	WIDTH_32,
	WIDTH_64,
};

#define IS_BOOL(member) offsetof(struct tunnel, member), WIDTH_BOOL
#define IS_32(member) offsetof(struct tunnel, member), WIDTH_32
#define IS_64(member) offsetof(struct tunnel, member), WIDTH_64

/* Each of these is one value of a tunnel, in seconds or bytes. */
static const struct metric {
	const char *name;
	enum openmetrics_type type;
	const char *unit;
	size_t offset;
	enum width width;
	uint32_t per; /* what the value is divided by */
	has_fn has; /* NULL: always */
	const char *help;
} metrics[] = {
	{ "grex_up", OPENMETRICS_GAUGE, NULL, IS_BOOL(config.up), 1, NULL,
	  "Whether the interface is administratively up" },
	{ "grex_carrier", OPENMETRICS_GAUGE, NULL, IS_BOOL(carrier), 1, NULL,
	  "Whether the interface has a carrier, which it loses when the peer does not answer" },
	{ "grex_mtu_bytes", OPENMETRICS_GAUGE, "bytes", IS_32(config.mtu), 1,
	  NULL, "MTU of the interface" },
	{ "grex_path_mtu_bytes", OPENMETRICS_GAUGE, "bytes", IS_32(path.mtu), 1,
	  has_path, "Path MTU to the remote, of outer packets" },
	{ "grex_path_mtu_age_seconds", OPENMETRICS_GAUGE, "seconds",
	  IS_64(path.age), MS, has_path_age,
	  "Time since the path MTU was learned or confirmed" },
	{ "grex_peer_mtu_bytes", OPENMETRICS_GAUGE, "bytes",
	  IS_32(path.peer_device), 1, has_peer_mtu,
	  "Interface MTU that the peer reports" },
	{ "grex_receive_age_seconds", OPENMETRICS_GAUGE, "seconds",
	  IS_64(path.last_rx), MS, has_received,
	  "Time since the last packet was received" },
	{ "grex_transmit_age_seconds", OPENMETRICS_GAUGE, "seconds",
	  IS_64(path.last_tx), MS, has_sent,
	  "Time since the last packet was sent" },
	{ "grex_receive_packets", OPENMETRICS_COUNTER, NULL,
	  IS_64(stats.rx_packets), 1, NULL, "Packets received" },
	{ "grex_receive_bytes", OPENMETRICS_COUNTER, "bytes",
	  IS_64(stats.rx_bytes), 1, NULL, "Bytes of inner packets received" },
	{ "grex_receive_errors", OPENMETRICS_COUNTER, NULL,
	  IS_64(stats.rx_errors), 1, NULL,
	  "Received packets that were wrong, all reasons" },
	{ "grex_receive_drops", OPENMETRICS_COUNTER, NULL,
	  IS_64(stats.rx_dropped), 1, NULL,
	  "Received packets that were dropped otherwise, all reasons" },
	{ "grex_transmit_packets", OPENMETRICS_COUNTER, NULL,
	  IS_64(stats.tx_packets), 1, NULL, "Packets sent" },
	{ "grex_transmit_bytes", OPENMETRICS_COUNTER, "bytes",
	  IS_64(stats.tx_bytes), 1, NULL, "Bytes of inner packets sent" },
	{ "grex_transmit_errors", OPENMETRICS_COUNTER, NULL,
	  IS_64(stats.tx_errors), 1, NULL,
	  "Packets that could not be sent, all reasons" },
	{ "grex_transmit_drops", OPENMETRICS_COUNTER, NULL,
	  IS_64(stats.tx_dropped), 1, NULL,
	  "Packets that were dropped before they were sent, all reasons" },
	{ "grex_peer_state_age_seconds", OPENMETRICS_GAUGE, "seconds",
	  IS_64(keepalives.changed), MS, is_asked,
	  "Time since the state of the peer changed" },
	{ "grex_peer_flaps", OPENMETRICS_COUNTER, NULL, IS_64(keepalives.flaps),
	  1, NULL, "Number of times that the peer was lost" },
	{ "grex_keepalive_requests", OPENMETRICS_COUNTER, NULL,
	  IS_64(keepalives.sent), 1, NULL, "Keepalives sent" },
	{ "grex_keepalive_replies", OPENMETRICS_COUNTER, NULL,
	  IS_64(keepalives.received), 1, NULL, "Keepalives answered" },
	{ "grex_keepalive_rtt_last_seconds", OPENMETRICS_GAUGE, "seconds",
	  IS_64(keepalives.rtt), NS, has_answered,
	  "Round-trip time of the last keepalive" },
	{ "grex_keepalive_rtt_smoothed_seconds", OPENMETRICS_GAUGE, "seconds",
	  IS_64(keepalives.rtt_smoothed), NS, has_answered,
	  "Smoothed round-trip time of keepalives (RFC 6298)" },
	{ "grex_keepalive_rtt_min_seconds", OPENMETRICS_GAUGE, "seconds",
	  IS_64(keepalives.rtt_min), NS, has_answered,
	  "Minimum round-trip time of keepalives" },
	{ "grex_keepalive_rtt_max_seconds", OPENMETRICS_GAUGE, "seconds",
	  IS_64(keepalives.rtt_max), NS, has_answered,
	  "Maximum round-trip time of keepalives" },
	{ "grex_keepalive_jitter_seconds", OPENMETRICS_GAUGE, "seconds",
	  IS_64(keepalives.jitter), NS, has_answered,
	  "Jitter of the round-trip time (RFC 3550 6.4.1)" },
	{ "grex_probe_requests", OPENMETRICS_COUNTER, NULL, IS_64(manual.sent),
	  1, NULL, "Probes sent by gretool probe" },
	{ "grex_probe_replies", OPENMETRICS_COUNTER, NULL,
	  IS_64(manual.received), 1, NULL, "Answers to these probes" },
	{ "grex_mtu_probe_requests", OPENMETRICS_COUNTER, NULL,
	  IS_64(path.sent), 1, NULL, "Probes for the path MTU sent" },
	{ "grex_mtu_probe_replies", OPENMETRICS_COUNTER, NULL,
	  IS_64(path.received), 1, NULL, "Answers to these probes" },
};

static uint64_t number_of(const struct metric *metric, const struct tunnel *t)
{
	const void *value = (const char *)t + metric->offset;

	switch (metric->width) {
	case WIDTH_BOOL:
		return *(const bool *)value;
	case WIDTH_32:
		return *(const uint32_t *)value;
	case WIDTH_64:
		return *(const uint64_t *)value;
	}
	return 0;
}

static const char *suffix_of(enum openmetrics_type type)
{
	return type == OPENMETRICS_COUNTER ? "_total" : "";
}

static void print_metric(FILE *out, const struct metric *metric,
			 const struct tunnel *list, size_t count)
{
	size_t i;

	openmetrics_family(out, metric->name, metric->type, metric->unit,
			   metric->help);
	for (i = 0; i < count; i++) {
		const struct openmetrics_label labels[] = {
			{ "device", list[i].config.name }, { 0 }
		};

		if (!metric->has || metric->has(&list[i]))
			openmetrics_sample(out, metric->name,
					   suffix_of(metric->type), labels,
					   number_of(metric, &list[i]),
					   metric->per);
	}
}

static void print_info(FILE *out, const struct tunnel *list, size_t count)
{
	const char name[] = "grex_tunnel_info";
	size_t i;

	openmetrics_family(out, name, OPENMETRICS_GAUGE, NULL,
			   "Outer addresses of the tunnel; always 1");
	for (i = 0; i < count; i++) {
		const struct config *c = &list[i].config;
		char local[INET6_ADDRSTRLEN], remote[INET6_ADDRSTRLEN];
		const struct openmetrics_label labels[] = {
			{ "device", c->name },
			{ "local", ip_text(&c->local, local) },
			{ "remote", ip_text(&c->remote, remote) },
			{ 0 }
		};

		openmetrics_sample(out, name, "", labels, 1, 1);
	}
}

/* Print a sample for each word: 1 for the one that applies, 0 for the others. */
static void print_choice(FILE *out, const char *name, const char *label,
			 const struct tunnel *t, const char *const *words,
			 uint32_t count, uint32_t chosen)
{
	struct openmetrics_label labels[] = { { "device", t->config.name },
					      { label, NULL },
					      { 0 } };
	uint32_t i;

	for (i = 0; i < count; i++) {
		labels[1].value = words[i];
		openmetrics_sample(out, name, "", labels, i == chosen, 1);
	}
}

static void print_states(FILE *out, const struct tunnel *list, size_t count)
{
	const char peer[] = "grex_peer_state";
	const char source[] = "grex_path_mtu_source";
	size_t i;

	openmetrics_family(out, peer, OPENMETRICS_GAUGE, NULL,
			   "State of the peer: 1 for the one it is in; off: it "
			   "is not asked");
	for (i = 0; i < count; i++)
		print_choice(out, peer, "state", &list[i], peer_state_words,
			     GREX_KEEPALIVE_STATES, list[i].keepalives.state);
	openmetrics_family(out, source, OPENMETRICS_GAUGE, NULL,
			   "How the path MTU is known: 1 for the source");
	for (i = 0; i < count; i++)
		if (list[i].path.mtu)
			print_choice(out, source, "source", &list[i],
				     path_source_words, GREX_PATH_SOURCES,
				     list[i].path.source);
}

static void print_overhead(FILE *out, const struct tunnel *list, size_t count)
{
	const char name[] = "grex_overhead_bytes";
	size_t i;

	openmetrics_family(out, name, OPENMETRICS_GAUGE, "bytes",
			   "Outer headers, between the MTU and the path MTU");
	for (i = 0; i < count; i++) {
		const struct openmetrics_label labels[] = {
			{ "device", list[i].config.name }, { 0 }
		};

		openmetrics_sample(out, name, "", labels,
				   config_overhead(&list[i].config), 1);
	}
}

static void print_loss(FILE *out, const struct tunnel *list, size_t count)
{
	const char name[] = "grex_keepalive_loss_ratio";
	size_t i;

	openmetrics_family(out, name, OPENMETRICS_GAUGE, "ratio",
			   "Part of the last 32 keepalives that was lost");
	for (i = 0; i < count; i++) {
		const struct openmetrics_label labels[] = {
			{ "device", list[i].config.name }, { 0 }
		};
		unsigned int lost, of;

		lost = print_lost(&list[i].keepalives, &of);
		if (of)
			openmetrics_sample(out, name, "", labels,
					   lost * (uint64_t)NS / of, NS);
	}
}

#define BOUND(ns) ns,
static const uint64_t rtt_bounds[] = { GREX_RTT_BOUNDS(BOUND) };

#define RTT_BOUNDS (sizeof(rtt_bounds) / sizeof(rtt_bounds[0]))

static void print_histogram_of(FILE *out, const char *name,
			       const struct tunnel *t)
{
	struct openmetrics_label labels[3] = { { "device", t->config.name } };
	char bound[OPENMETRICS_NUMBER_SIZE];
	uint64_t answers = 0;
	size_t i;

	labels[1].name = "le";
	for (i = 0; i < GREX_RTT_BUCKETS; i++) {
		/* A bucket includes all smaller ones. */
		answers += t->keepalives.rtt_buckets[i];
		labels[1].value =
			i < RTT_BOUNDS
				? openmetrics_number(rtt_bounds[i], NS, bound)
				: "+Inf";
		openmetrics_sample(out, name, "_bucket", labels, answers, 1);
	}
	labels[1].name = NULL;
	openmetrics_sample(out, name, "_count", labels, answers, 1);
	openmetrics_sample(out, name, "_sum", labels, t->keepalives.rtt_sum,
			   NS);
}

static void print_histogram(FILE *out, const struct tunnel *list, size_t count)
{
	const char name[] = "grex_keepalive_rtt_seconds";
	size_t i;

	openmetrics_family(out, name, OPENMETRICS_HISTOGRAM, "seconds",
			   "How long answers to keepalives took");
	for (i = 0; i < count; i++)
		if (is_asked(&list[i]))
			print_histogram_of(out, name, &list[i]);
}

static void print_counter(FILE *out, size_t id, const struct tunnel *list,
			  size_t count)
{
	char name[NAME_SIZE], help[256];
	size_t i;

	snprintf(name, sizeof(name), "grex_%s", counters[id].name);
	snprintf(help, sizeof(help), "%s%s", counters[id].text,
		 counters[id].of_netns ? " (of all tunnels of the namespace)"
				       : "");
	openmetrics_family(out, name, OPENMETRICS_COUNTER, NULL, help);
	for (i = 0; i < count; i++) {
		const struct openmetrics_label labels[] = {
			{ "device", list[i].config.name }, { 0 }
		};

		openmetrics_sample(out, name, "_total", labels,
				   list[i].counters[id], 1);
	}
}

void metrics_print(FILE *out, const struct tunnel *list, size_t count)
{
	size_t i;

	print_info(out, list, count);
	print_states(out, list, count);
	for (i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++)
		print_metric(out, &metrics[i], list, count);
	print_overhead(out, list, count);
	print_loss(out, list, count);
	print_histogram(out, list, count);
	for (i = 0; i <= GREX_STAT_MAX; i++)
		if (counters[i].name)
			print_counter(out, i, list, count);
	openmetrics_end(out);
}
