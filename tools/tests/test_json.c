// SPDX-License-Identifier: GPL-2.0
/* The JSON writer, and the documented members of a tunnel. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "show/print.h"
#include "tap.h"

static char *text;
static size_t size;

static struct json start(bool pretty)
{
	struct json json = { .pretty = pretty };

	free(text);
	text = NULL;
	json.out = open_memstream(&text, &size);
	if (!json.out)
		abort();
	return json;
}

static void stop(struct json *json)
{
	fclose(json->out);
	json->out = NULL;
}

static const struct {
	const char *bytes, *json;
} strings[] = {
	{ "plain", "[\"plain\"]\n" },
	{ "a\"b\\c", "[\"a\\\"b\\\\c\"]\n" },
	{ "\x1b[1m\x7f", "[\"\\u001b[1m\\u007f\"]\n" },
	{ "caf\xc3\xa9", "[\"caf\xc3\xa9\"]\n" },
	{ "\xe2\x82\xac \xf0\x9f\x9a\x87",
	  "[\"\xe2\x82\xac \xf0\x9f\x9a\x87\"]\n" },
	{ "\xc2\x9b\xc2\xa0", "[\"\\u009b\xc2\xa0\"]\n" },
	{ "latin\xe9", "[\"latin\\ufffd\"]\n" },
	{ "\xc3", "[\"\\ufffd\"]\n" },
	{ "\xc0\xaf", "[\"\\ufffd\\ufffd\"]\n" },
	{ "\xe0\x80\xaf", "[\"\\ufffd\\ufffd\\ufffd\"]\n" },
	{ "\xed\xa0\x80", "[\"\\ufffd\\ufffd\\ufffd\"]\n" },
	{ "\xf5\x80\x80\x80", "[\"\\ufffd\\ufffd\\ufffd\\ufffd\"]\n" },
};

static void test_writer(void)
{
	struct json json;
	size_t i;

	for (i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		json = start(false);
		json_array(&json, NULL);
		json_string(&json, NULL, strings[i].bytes);
		json_array_end(&json);
		stop(&json);
		check_text(text, strings[i].json, "string %zu is valid", i);
	}
	json = start(true);
	json_array(&json, NULL);
	json_array_end(&json);
	stop(&json);
	check_text(text, "[]\n", "an empty array");

	json = start(false);
	json_object(&json, NULL);
	json_number(&json, "n", UINT64_MAX);
	json_array(&json, "a");
	json_bool(&json, NULL, true);
	json_null(&json, NULL);
	json_array_end(&json);
	json_bool(&json, "b", false);
	json_object_end(&json);
	stop(&json);
	check_text(text,
		   "{\"n\":18446744073709551615,\"a\":[true,null],\"b\":false}\n",
		   "nests");

	json = start(true);
	json_array(&json, NULL);
	json_object(&json, NULL);
	json_number(&json, "n", 1);
	json_array(&json, "a");
	json_array_end(&json);
	json_object_end(&json);
	json_array_end(&json);
	stop(&json);
	check_text(text,
		   "[\n    {\n        \"n\": 1,\n        \"a\": []\n    }\n]\n",
		   "for reading");
}

static void show(const char *line)
{
	struct json json = start(false);
	struct tunnel t = { .ifindex = 7, .carrier = true, .operstate = 6 };
	const char *message;

	if (parse_line(&t.config, false, line, &message))
		abort();
	t.config.link = t.config.dev[0] ? 3 : 0;
	json_object(&json, NULL);
	print_json(&json, &t);
	print_json_addresses(&json, &t.config);
	json_object_end(&json);
	stop(&json);
	config_free(&t.config);
}

static const char *stats_of(const struct tunnel *t)
{
	struct json json = start(false);
	char *counters;

	json_object(&json, NULL);
	print_json_stats(&json, t);
	json_object_end(&json);
	stop(&json);
	/* Another test checks the counters. */
	counters = strstr(text, ",\"counters\":{");
	if (counters)
		*counters = '\0';
	return text;
}

#define NO_BUCKETS "\"rtt_buckets\":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"
#define STATS                                                               \
	"{\"stats\":{\"rx_packets\":0,\"rx_bytes\":0,\"rx_errors\":0,"      \
	"\"rx_dropped\":0,\"tx_packets\":0,\"tx_bytes\":0,\"tx_errors\":0," \
	"\"tx_dropped\":0,"

static void test_probes(void)
{
	struct tunnel t = { 0 };
	int i;

	check_text(stats_of(&t), STATS "\"keepalives\":null,\"probes\":null",
		   "nobody was asked");

	t.keepalives = (struct probes){
		.known = true,
		.state = GREX_KEEPALIVE_HOLD,
		.flaps = 2,
		.changed = 1500,
		.sent = 3,
		.received = 2,
		.rtt = 1000000,
		.rtt_smoothed = 1100000,
		.rtt_min = 900000,
		.rtt_max = UINT64_MAX,
		.jitter = 5,
		.rtt_sum = UINT64_MAX,
		.rtt_buckets = { [4] = 1, [15] = 1 },
		.history = { 0, 1200, 1000 },
	};
	check_text(stats_of(&t),
		   STATS "\"keepalives\":{\"flaps\":2,\"changed_ms\":1500,"
			 "\"sent\":3,\"answered\":2,\"rtt_ns\":1000000,"
			 "\"rtt_smoothed_ns\":1100000,\"rtt_min_ns\":900000,"
			 "\"rtt_max_ns\":18446744073709551615,"
			 "\"jitter_ns\":5,"
			 "\"rtt_sum_ns\":18446744073709551615,"
			 "\"rtt_buckets\":[0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,1],"
			 "\"history_us\":[null,1200,1000]},"
			 "\"probes\":null",
		   "keepalives, as many as were sent");

	memset(&t, 0, sizeof(t));
	t.manual.known = true;
	t.manual.sent = 1;
	check_text(stats_of(&t),
		   STATS "\"keepalives\":null,\"probes\":{\"sent\":1,"
			 "\"answered\":0,\"rtt_ns\":0,\"rtt_smoothed_ns\":0,"
			 "\"rtt_min_ns\":0,\"rtt_max_ns\":0,\"jitter_ns\":0,"
			 "\"rtt_sum_ns\":0," NO_BUCKETS
			 "\"history_us\":[null]}",
		   "probes, which say nothing of the state");

	t.manual.sent = UINT64_MAX;
	for (i = 0; i < GREX_KEEPALIVE_HISTORY; i++)
		t.manual.history[i] = 1;
	check(strstr(stats_of(&t), "\"history_us\":[1,1,1,1,1,1,1,1,1,1,1,1,1,"
				   "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}"),
	      "32 at most");
}

static void test_peer(void)
{
	static const char *const states[] = { "off", "down", "hold", "up",
					      "unknown" };
	struct tunnel t = { 0 };
	char member[32];
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		struct json json = start(false);

		t.keepalives.state = (uint32_t)i;
		json_object(&json, NULL);
		print_json(&json, &t);
		json_object_end(&json);
		stop(&json);
		snprintf(member, sizeof(member), ",\"peer\":\"%s\",",
			 states[i]);
		check(strstr(text, member), "peer %s", states[i]);
	}
}

static void test_claims(void)
{
	static const char *const members[] = {
		",\"peer_mtu\":{\"device\":1400,\"path\":null,\"age_ms\":7,"
		"\"verified\":false},",
		",\"peer_mtu\":{\"device\":1400,\"path\":null,\"age_ms\":7,"
		"\"verified\":true},",
	};
	struct tunnel t = { .path = { .peer_device = 1400, .peer_age = 7 } };
	uint32_t verified;

	for (verified = 0; verified < 2; verified++) {
		struct json json = start(false);

		t.path.peer_verified = verified;
		json_object(&json, NULL);
		print_json(&json, &t);
		json_object_end(&json);
		stop(&json);
		check(strstr(text, members[verified]), "verified %u", verified);
	}
}

int main(void)
{
	test_writer();
	show("g1 remote any mtu 1476");
	check_text(text,
		   "{\"ifname\":\"g1\",\"ifindex\":7,\"ether\":false,\"local\":null,\"remote\":null,"
		   "\"dev\":null,\"link_netns\":null,\"link_netnsid\":null,"
		   "\"ikey\":null,\"okey\":null,\"icsum\":false,\"ocsum\":false,"
		   "\"iseq\":false,\"oseq\":false,\"ttl\":64,\"ttl_min\":null,"
		   "\"decap_ttl\":\"keep\",\"tos\":\"inherit\",\"flowlabel\":\"auto\",\"encaplimit\":\"none\","
		   "\"df\":\"set\",\"fwmark\":0,\"icmp_relay\":true,"
		   "\"icmp_source\":\"self\",\"keepalive\":null,"
		   "\"keepalive_reply\":true,\"keepalive_secret_id\":null,"
		   "\"mss\":null,"
		   "\"mtu_probe\":false,\"mtu_auto\":false,"
		   "\"mtu\":1476,\"multicast\":false,"
		   "\"up\":false,\"carrier\":true,\"operstate\":\"up\","
		   "\"peer\":\"off\",\"path_mtu\":null,"
		   "\"peer_mtu\":null,\"last_rx_ms\":null,"
		   "\"last_tx_ms\":null,\"addresses\":[]}\n",
		   "a tunnel without options has all members");
	show("g1 local 192.0.2.1 remote 192.0.2.2 dev d0 link-netns n ikey "
	     "0 okey 5 csum seq ttl inherit ttl-min 254 decap-ttl copy tos cs6 df clear "
	     "fwmark 0x77 icmp-relay on icmp-source hop keepalive 300ms 5 "
	     "keepalive-reply off keepalive-secret "
	     "000102030405060708090a0b0c0d0e0f mss auto mtu-probe on mtu 1400 multicast on addr 10.0.0.1/32 peer "
	     "10.0.0.2 addr 2001:db8::1/64 up");
	check_text(text,
		   "{\"ifname\":\"g1\",\"ifindex\":7,\"ether\":false,\"local\":\"192.0.2.1\","
		   "\"remote\":\"192.0.2.2\",\"dev\":\"d0\",\"link_netns\":\"n\","
		   "\"link_netnsid\":0,\"ikey\":0,\"okey\":5,\"icsum\":true,"
		   "\"ocsum\":true,\"iseq\":true,\"oseq\":true,\"ttl\":\"inherit\","
		   "\"ttl_min\":254,"
		   "\"decap_ttl\":\"copy\",\"tos\":192,\"flowlabel\":\"auto\",\"encaplimit\":\"none\",\"df\":\"clear\","
		   "\"fwmark\":119,\"icmp_relay\":true,\"icmp_source\":\"hop\","
		   "\"keepalive\":{\"interval_ms\":300,\"retries\":5},"
		   "\"keepalive_reply\":false,"
		   "\"keepalive_secret_id\":3708685873,\"mss\":\"auto\","
		   "\"mtu_probe\":true,\"mtu_auto\":false,\"mtu\":1400,"
		   "\"multicast\":true,\"up\":true,\"carrier\":true,"
		   "\"operstate\":\"up\",\"peer\":\"off\",\"path_mtu\":null,"
		   "\"peer_mtu\":null,\"last_rx_ms\":null,"
		   "\"last_tx_ms\":null,\"addresses\":["
		   "{\"addr\":\"10.0.0.1\",\"prefix\":32,\"peer\":\"10.0.0.2\"},"
		   "{\"addr\":\"2001:db8::1\",\"prefix\":64,\"peer\":null}]}\n",
		   "a tunnel with every option");
	show("g1 remote any icmp-relay off");
	check(strstr(text, "\"icmp_relay\":false,\"icmp_source\":\"self\","),
	      "no relay is false");
	test_probes();
	test_peer();
	test_claims();
	free(text);
	return finish();
}
