// SPDX-License-Identifier: GPL-2.0
/* Tunnels as OpenMetrics: names, units, values, and samples that are left out. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/metrics.h"
#include "metrics/openmetrics.h"
#include "show/print.h"
#include "tap.h"

static char *text;

static void print(const struct tunnel *list, size_t count)
{
	size_t size;
	FILE *out;

	free(text);
	text = NULL;
	out = open_memstream(&text, &size);
	if (!out)
		abort();
	metrics_print(out, list, count);
	fclose(out);
}

/* Tell whether the text has exactly this line. */
static bool has_line(const char *line)
{
	const size_t length = strlen(line);
	const char *at = text;

	while ((at = strstr(at, line))) {
		if ((at == text || at[-1] == '\n') && at[length] == '\n')
			return true;
		at++;
	}
	return false;
}

static void check_line(const char *line)
{
	check(has_line(line), "%s", line);
}

/* No tunnel may have a sample of this name. */
static void check_none(const char *name)
{
	char sample[64];

	snprintf(sample, sizeof(sample), "\n%s{", name);
	check(!strstr(text, sample), "no %s", name);
}

static void test_numbers(void)
{
	static const struct {
		uint64_t number;
		uint32_t per;
		const char *text;
	} cases[] = {
		{ 0, 1000000000, "0.0" },
		{ 1, 1000000000, "0.000000001" },
		{ 100000, 1000000000, "0.0001" },
		{ 1000000000, 1000000000, "1.0" },
		{ 2500000000, 1000000000, "2.5" },
		{ 10000000000, 1000000000, "10.0" },
		{ 1234, 1000, "1.234" },
		{ 90, 1000, "0.09" },
		{ 5, 1, "5.0" },
		{ UINT64_MAX, 1000000000, "18446744073.709551615" },
		{ UINT64_MAX, 1, "18446744073709551615.0" },
	};
	char number[OPENMETRICS_NUMBER_SIZE];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_text(openmetrics_number(cases[i].number, cases[i].per,
					      number),
			   cases[i].text, "%s", cases[i].text);
}

static void test_nothing(void)
{
	const char *end;

	print(NULL, 0);
	check_line("# TYPE grex_carrier gauge");
	check_line("# TYPE grex_rx_csum counter");
	check_line("# HELP grex_rx_csum GRE checksum wrong (RFC 2784 2.1)");
	check_line("# UNIT grex_receive_bytes bytes");
	check_line("# HELP grex_netns_rx_version another GRE version; "
		   "always 0, because gre.ko drops it first (of all tunnels "
		   "of the namespace)");
	check(!strchr(text, '{'), "without tunnels there are only names");
	end = strstr(text, "# EOF\n");
	check(end && !end[6], "the end is at the end");
	/* Prometheus' own format does not support these escapes in a help text. */
	check(!strchr(text, '"') && !strchr(text, '\\'),
	      "no text has to be escaped");
}

static struct tunnel tunnel_of(const char *name)
{
	struct tunnel t = { .config = { .mtu = 1476 } };

	snprintf(t.config.name, sizeof(t.config.name), "%s", name);
	return t;
}

static void test_bare(void)
{
	const struct tunnel t = tunnel_of("g");

	print(&t, 1);
	check_line("grex_tunnel_info{device=\"g\",local=\"any\","
		   "remote=\"any\"} 1");
	check_line("grex_up{device=\"g\"} 0");
	check_line("grex_mtu_bytes{device=\"g\"} 1476");
	check_line("grex_peer_state{device=\"g\",state=\"off\"} 1");
	check_line("grex_peer_state{device=\"g\",state=\"up\"} 0");
	check_line("grex_keepalive_requests_total{device=\"g\"} 0");
	check_none("grex_path_mtu_bytes");
	check_none("grex_path_mtu_source");
	check_none("grex_path_mtu_age_seconds");
	check_none("grex_peer_mtu_bytes");
	check_none("grex_keepalive_rtt_last_seconds");
	check_none("grex_keepalive_rtt_seconds_bucket");
	check_none("grex_keepalive_jitter_seconds");
	check_none("grex_keepalive_loss_ratio");
	check_none("grex_peer_state_age_seconds");
	check_none("grex_receive_age_seconds");
	check_none("grex_transmit_age_seconds");
}

static void test_full(void)
{
	struct tunnel t[2] = { tunnel_of("a\"b\\c\xff\x1b"),
			       tunnel_of("gre2") };
	const char *family, *first_at, *second_at;
	size_t i;

	t[1].config.up = true;
	t[1].carrier = true;
	t[1].config.local.family = AF_INET;
	inet_pton(AF_INET, "192.0.2.1", &t[1].config.local.v4);
	t[1].stats.rx_packets = 3;
	t[1].stats.rx_bytes = UINT64_MAX;
	t[1].stats.tx_errors = 4;
	t[1].path = (struct path){ .mtu = 1400,
				   .source = GREX_PATH_FROM_PROBES,
				   .has_age = true,
				   .age = 1250,
				   .sent = 33,
				   .received = 11,
				   .peer_device = 1376,
				   .has_rx = true,
				   .last_rx = 20 };
	t[1].keepalives = (struct probes){
		.known = true,
		.state = GREX_KEEPALIVE_UP,
		.flaps = 2,
		.changed = 723000,
		.sent = 4,
		.received = 3,
		.rtt = 1000000,
		.rtt_smoothed = 1100000,
		.rtt_min = 900000,
		.rtt_max = 6000000000,
		.jitter = 5,
		.rtt_sum = 6001900000,
		.rtt_buckets = { [3] = 2, [15] = 1 },
		.history = { 1000, 0, 900, 6000000 },
	};
	t[1].manual =
		(struct probes){ .known = true, .sent = 7, .received = 6 };
	for (i = 0; i <= GREX_STAT_MAX; i++)
		t[1].counters[i] = i;
	print(t, 2);

	check_line("grex_up{device=\"a\\\"b\\\\c\xef\xbf\xbd\xef\xbf\xbd\"} 0");
	check_line("grex_tunnel_info{device=\"gre2\",local=\"192.0.2.1\","
		   "remote=\"any\"} 1");
	check_line("grex_up{device=\"gre2\"} 1");
	check_line("grex_carrier{device=\"gre2\"} 1");
	check_line("grex_receive_packets_total{device=\"gre2\"} 3");
	check_line("grex_receive_bytes_total{device=\"gre2\"} "
		   "18446744073709551615");
	check_line("grex_transmit_errors_total{device=\"gre2\"} 4");
	check_line("grex_path_mtu_bytes{device=\"gre2\"} 1400");
	check_line("grex_overhead_bytes{device=\"gre2\"} 24");
	check_line("grex_path_mtu_age_seconds{device=\"gre2\"} 1.25");
	check_line("grex_path_mtu_source{device=\"gre2\",source=\"probes\"} 1");
	check_line("grex_path_mtu_source{device=\"gre2\",source=\"route\"} 0");
	check_line("grex_peer_mtu_bytes{device=\"gre2\"} 1376");
	check_line("grex_receive_age_seconds{device=\"gre2\"} 0.02");
	check_line("grex_mtu_probe_requests_total{device=\"gre2\"} 33");
	check_line("grex_mtu_probe_replies_total{device=\"gre2\"} 11");
	check_line("grex_probe_requests_total{device=\"gre2\"} 7");
	check_line("grex_probe_replies_total{device=\"gre2\"} 6");
	check_line("grex_peer_state{device=\"gre2\",state=\"up\"} 1");
	check_line("grex_peer_state{device=\"gre2\",state=\"hold\"} 0");
	check_line("grex_peer_state_age_seconds{device=\"gre2\"} 723.0");
	check_line("grex_peer_flaps_total{device=\"gre2\"} 2");
	check_line("grex_keepalive_requests_total{device=\"gre2\"} 4");
	check_line("grex_keepalive_replies_total{device=\"gre2\"} 3");
	check_line("grex_keepalive_rtt_last_seconds{device=\"gre2\"} 0.001");
	check_line("grex_keepalive_rtt_smoothed_seconds{device=\"gre2\"} "
		   "0.0011");
	check_line("grex_keepalive_rtt_min_seconds{device=\"gre2\"} 0.0009");
	check_line("grex_keepalive_rtt_max_seconds{device=\"gre2\"} 6.0");
	check_line("grex_keepalive_jitter_seconds{device=\"gre2\"} "
		   "0.000000005");
	check_line("grex_keepalive_loss_ratio{device=\"gre2\"} 0.25");
	/* Buckets are cumulative. */
	check_line("grex_keepalive_rtt_seconds_bucket{device=\"gre2\","
		   "le=\"0.0005\"} 0");
	check_line("grex_keepalive_rtt_seconds_bucket{device=\"gre2\","
		   "le=\"0.001\"} 2");
	check_line("grex_keepalive_rtt_seconds_bucket{device=\"gre2\","
		   "le=\"5.0\"} 2");
	check_line("grex_keepalive_rtt_seconds_bucket{device=\"gre2\","
		   "le=\"+Inf\"} 3");
	check_line("grex_keepalive_rtt_seconds_count{device=\"gre2\"} 3");
	check_line("grex_keepalive_rtt_seconds_sum{device=\"gre2\"} 6.0019");

	for (i = 0; i <= GREX_STAT_MAX; i++) {
		char line[128];

		if (!counters[i].name)
			continue;
		snprintf(line, sizeof(line),
			 "grex_%s_total{device=\"gre2\"} %zu", counters[i].name,
			 i);
		check_line(line);
	}

	/* All samples of a family follow it, whichever tunnel they belong to. */
	family = strstr(text, "# TYPE grex_carrier ");
	first_at = strstr(text, "grex_carrier{device=\"a");
	second_at = strstr(text, "grex_carrier{device=\"gre2");
	check(family && first_at > family && second_at > first_at,
	      "the samples of a family follow it");
	check(!memchr(first_at, '#', (size_t)(second_at - first_at)),
	      "and nothing else");
}

int main(void)
{
	test_numbers();
	test_nothing();
	test_bare();
	test_full();
	free(text);
	return finish();
}
