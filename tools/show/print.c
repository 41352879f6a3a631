// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include "lib/duration.h"
#include "show/counters.h"
#include "show/print.h"

const char *print_ip_text(const struct ip *ip, char text[INET6_ADDRSTRLEN])
{
	if (!ip->family)
		return "any";
	return inet_ntop(ip->family, &ip->v6, text, INET6_ADDRSTRLEN);
}

static void print_keys(FILE *out, const struct config *c, uint64_t fields)
{
	const struct direction *rx = &c->in, *tx = &c->out;
	bool both = fields & F_IKEY && fields & F_OKEY;

	if (both && !rx->key && !tx->key) {
		fputs(" nokey", out);
		return;
	}
	if (both && rx->key && tx->key && rx->key_value == tx->key_value) {
		fprintf(out, " key %" PRIu32, rx->key_value);
		return;
	}
	if (fields & F_IKEY && rx->key)
		fprintf(out, " ikey %" PRIu32, rx->key_value);
	else if (fields & F_IKEY)
		fputs(" noikey", out);
	if (fields & F_OKEY && tx->key)
		fprintf(out, " okey %" PRIu32, tx->key_value);
	else if (fields & F_OKEY)
		fputs(" nookey", out);
}

/* csum or seq: "no" if it is off, "i" or "o" if it is one direction's. */
static void print_flag(FILE *out, const char *word, bool say_rx, bool rx,
		       bool say_tx, bool tx)
{
	if (say_rx && say_tx && rx == tx) {
		fprintf(out, " %s%s", rx ? "" : "no", word);
		return;
	}
	if (say_rx)
		fprintf(out, " %si%s", rx ? "" : "no", word);
	if (say_tx)
		fprintf(out, " %so%s", tx ? "" : "no", word);
}

/* What a newer kernel has beyond our words is "unknown", which add refuses. */
static const char *choice_text(const char *const *choices, uint32_t count,
			       uint32_t number)
{
	return number < count ? choices[number] : "unknown";
}

static const char *df_text(const struct config *c)
{
	if (c->pmtudisc)
		return "set";
	return c->ignore_df ? "clear" : "inherit";
}

static const char *decap_ttl_text(const struct config *c)
{
	return choice_text(decap_ttl_words, GREX_DECAP_TTL_COUNT, c->decap_ttl);
}

static const char *icmp_source_text(const struct config *c)
{
	return choice_text(icmp_source_words, GREX_ICMP_SOURCE_COUNT,
			   c->icmp_source);
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

static void print_keepalive(FILE *out, const struct config *c)
{
	char text[DURATION_SIZE];

	if (c->keepalive_interval)
		fprintf(out, " keepalive %s %" PRIu32,
			duration_text(c->keepalive_interval, text),
			c->keepalive_retries);
	else
		fputs(" keepalive off", out);
}

void print_address(FILE *out, const struct address *a)
{
	char text[INET6_ADDRSTRLEN];

	fprintf(out, " addr %s/%u", print_ip_text(&a->local, text), a->prefix);
	if (a->peer.family)
		fprintf(out, " peer %s", print_ip_text(&a->peer, text));
}

void print_route(FILE *out, const struct static_route *r)
{
	char text[INET6_ADDRSTRLEN];

	if (!r->prefix && r->to.family == AF_INET)
		fputs(" route default", out);
	else
		fprintf(out, " route %s/%u", print_ip_text(&r->to, text),
			r->prefix);
	if (r->via.family)
		fprintf(out, " via %s", print_ip_text(&r->via, text));
	if (r->metric != config_default_metric(r->to.family))
		fprintf(out, " metric %" PRIu32, r->metric);
	if (r->table != RT_TABLE_MAIN)
		fprintf(out, " table %" PRIu32, r->table);
}

/* The secret itself is never shown, because output ends up in logs and tickets. */
static void print_secret(FILE *out, const struct secret *secret)
{
	if (secret->is_set)
		fprintf(out, " keepalive-secret (id 0x%08" PRIx32 ")",
			secret->id);
	else
		fputs(" keepalive-secret off", out);
}

static void print_mss(FILE *out, const struct config *c)
{
	switch (c->mss) {
	case GREX_MSS_OFF:
		fputs(" mss off", out);
		break;
	case GREX_MSS_AUTO:
		fputs(" mss auto", out);
		break;
	default:
		fprintf(out, " mss %" PRIu32, c->mss);
	}
}

static void print_underlay(FILE *out, const struct config *c, uint64_t fields)
{
	char text[INET6_ADDRSTRLEN];

	if (fields & F_LOCAL)
		fprintf(out, " local %s", print_ip_text(&c->local, text));
	if (fields & F_REMOTE)
		fprintf(out, " remote %s", print_ip_text(&c->remote, text));
	/* A name alone is one that was not looked up yet. */
	if (fields & F_DEV && (c->link || c->dev[0])) {
		fputs(" dev ", out);
		print_name(out, c->dev);
	} else if (fields & F_DEV) {
		fputs(" nodev", out);
	}
	if (fields & c->given & F_LINK_NETNS) {
		if (c->link_netns[0]) {
			fputs(" link-netns ", out);
			print_name(out, c->link_netns);
		} else {
			fprintf(out, " link-netnsid %" PRId32, c->link_netnsid);
		}
	}
}

static void print_tos(FILE *out, uint8_t tos)
{
	if (tos == GREX_TOS_INHERIT)
		fputs(" tos inherit", out);
	else if (tos & GREX_TOS_INHERIT)
		fprintf(out, " tos inherit/0x%02x", tos & ~GREX_TOS_INHERIT);
	else
		fprintf(out, " tos 0x%02x", tos);
}

void print_words(FILE *out, const struct config *c, uint64_t fields)
{
	size_t i;

	print_underlay(out, c, fields);
	print_keys(out, c, fields);
	print_flag(out, "csum", fields & F_ICSUM, c->in.csum, fields & F_OCSUM,
		   c->out.csum);
	print_flag(out, "seq", fields & F_ISEQ, c->in.seq, fields & F_OSEQ,
		   c->out.seq);
	if (fields & F_TTL && c->ttl != GREX_TTL_INHERIT)
		fprintf(out, " ttl %u", c->ttl);
	else if (fields & F_TTL)
		fputs(" ttl inherit", out);
	if (fields & F_TTL_MIN && c->ttl_min)
		fprintf(out, " ttl-min %" PRIu32, c->ttl_min);
	else if (fields & F_TTL_MIN)
		fputs(" ttl-min off", out);
	if (fields & F_DECAP_TTL)
		fprintf(out, " decap-ttl %s", decap_ttl_text(c));
	if (fields & F_TOS)
		print_tos(out, c->tos);
	if (fields & F_DF)
		fprintf(out, " df %s", df_text(c));
	if (fields & F_FWMARK)
		fprintf(out, " fwmark 0x%" PRIx32, c->fwmark);
	if (fields & F_ICMP_RELAY)
		fprintf(out, " icmp-relay %s", c->icmp_relay ? "on" : "off");
	if (fields & F_ICMP_SOURCE)
		fprintf(out, " icmp-source %s", icmp_source_text(c));
	if (fields & F_KEEPALIVE)
		print_keepalive(out, c);
	if (fields & F_KEEPALIVE_REPLY)
		fprintf(out, " keepalive-reply %s",
			c->keepalive_reply ? "on" : "off");
	if (fields & F_KEEPALIVE_SECRET)
		print_secret(out, &c->keepalive_secret);
	if (fields & F_MSS)
		print_mss(out, c);
	if (fields & F_MTU_PROBE)
		fprintf(out, " mtu-probe %s", c->mtu_probe ? "on" : "off");
	if (fields & F_MTU && c->mtu_auto)
		fputs(" mtu auto", out);
	else if (fields & F_MTU && c->mtu_default && !c->mtu)
		fputs(" mtu default", out);
	else if (fields & F_MTU)
		fprintf(out, " mtu %" PRIu32, c->mtu);
	if (fields & F_MULTICAST)
		fprintf(out, " multicast %s", c->multicast ? "on" : "off");
	for (i = 0; fields & F_ADDR && i < c->naddrs; i++)
		print_address(out, &c->addrs[i]);
	for (i = 0; fields & F_ROUTE && i < c->nroutes; i++)
		print_route(out, &c->routes[i]);
	if (fields & F_UP)
		fputs(c->up ? " up" : " down", out);
}

uint64_t print_needed(const struct config *c)
{
	struct config defaults;

	config_init(&defaults);
	defaults.mtu_probe = config_default_probe(c);
	/* What the kernel has chosen is told, too. */
	return config_diff(c, &defaults) | F_REMOTE | (c->mtu ? F_MTU : 0);
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

	if (ip->family)
		json_string(json, name, print_ip_text(ip, text));
	else
		json_null(json, name);
}

static void json_name(struct json *json, const char *name, const char *value)
{
	if (value[0])
		json_string(json, name, value);
	else
		json_null(json, name);
}

static void json_key(struct json *json, const char *name,
		     const struct direction *d)
{
	if (d->key)
		json_number(json, name, d->key_value);
	else
		json_null(json, name);
}

static void json_or_inherit(struct json *json, const char *name, uint8_t value,
			    uint8_t inherit)
{
	if (value == inherit)
		json_string(json, name, "inherit");
	else
		json_number(json, name, value);
}

static void json_tos(struct json *json, uint8_t tos)
{
	char text[sizeof("inherit/0xfc")];

	if (tos == GREX_TOS_INHERIT || !(tos & GREX_TOS_INHERIT)) {
		json_or_inherit(json, "tos", tos, GREX_TOS_INHERIT);
		return;
	}
	snprintf(text, sizeof(text), "inherit/0x%02x",
		 tos & ~GREX_TOS_INHERIT & 0xff);
	json_string(json, "tos", text);
}

static void json_mss(struct json *json, uint32_t mss)
{
	switch (mss) {
	case GREX_MSS_OFF:
		json_null(json, "mss");
		break;
	case GREX_MSS_AUTO:
		json_string(json, "mss", "auto");
		break;
	default:
		json_number(json, "mss", mss);
	}
}

static void json_since(struct json *json, const char *name, bool known,
		       uint64_t since)
{
	if (known)
		json_number(json, name, since);
	else
		json_null(json, name);
}

static void json_path(struct json *json, const struct path *path)
{
	if (path->mtu) {
		json_object(json, "path_mtu");
		json_number(json, "bytes", path->mtu);
		json_string(json, "source", path_source_text(path));
		json_since(json, "age_ms", path->has_age, path->age);
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
		if (path->peer_mtu)
			json_number(json, "path", path->peer_mtu);
		else
			json_null(json, "path");
		json_number(json, "age_ms", path->peer_age);
		json_bool(json, "verified", path->peer_verified);
		json_object_end(json);
	} else {
		json_null(json, "peer_mtu");
	}
}

static void json_ends(struct json *json, const struct config *c)
{
	json_ip(json, "local", &c->local);
	json_ip(json, "remote", &c->remote);
}

static void json_options(struct json *json, const struct config *c)
{
	json_key(json, "ikey", &c->in);
	json_key(json, "okey", &c->out);
	json_bool(json, "icsum", c->in.csum);
	json_bool(json, "ocsum", c->out.csum);
	json_bool(json, "iseq", c->in.seq);
	json_bool(json, "oseq", c->out.seq);
	json_or_inherit(json, "ttl", c->ttl, GREX_TTL_INHERIT);
	if (c->ttl_min)
		json_number(json, "ttl_min", c->ttl_min);
	else
		json_null(json, "ttl_min");
	json_string(json, "decap_ttl", decap_ttl_text(c));
	json_tos(json, c->tos);
	json_string(json, "df", df_text(c));
	json_number(json, "fwmark", c->fwmark);
	json_bool(json, "icmp_relay", c->icmp_relay);
	json_string(json, "icmp_source", icmp_source_text(c));
	if (c->keepalive_interval) {
		json_object(json, "keepalive");
		json_number(json, "interval_ms", c->keepalive_interval);
		json_number(json, "retries", c->keepalive_retries);
		json_object_end(json);
	} else {
		json_null(json, "keepalive");
	}
	json_bool(json, "keepalive_reply", c->keepalive_reply);
	if (c->keepalive_secret.is_set)
		json_number(json, "keepalive_secret_id",
			    c->keepalive_secret.id);
	else
		json_null(json, "keepalive_secret_id");
	json_mss(json, c->mss);
	json_bool(json, "mtu_probe", c->mtu_probe);
	json_bool(json, "mtu_auto", c->mtu_auto);
}

void print_json_options(struct json *json, const struct config *c)
{
	json_ends(json, c);
	json_options(json, c);
}

static void json_peer(struct json *json, const struct tunnel *t)
{
	json_string(json, "peer", print_peer_text(t));
	json_path(json, &t->path);
	json_since(json, "last_rx_ms", t->path.has_rx, t->path.last_rx);
	json_since(json, "last_tx_ms", t->path.has_tx, t->path.last_tx);
}

void print_json(struct json *json, const struct tunnel *t)
{
	const struct config *c = &t->config;

	json_string(json, "ifname", c->name);
	json_number(json, "ifindex", (uint64_t)t->ifindex);
	json_ends(json, c);
	json_name(json, "dev", c->dev);
	json_name(json, "link_netns", c->link_netns);
	if (c->given & F_LINK_NETNS)
		json_number(json, "link_netnsid", (uint64_t)c->link_netnsid);
	else
		json_null(json, "link_netnsid");
	json_options(json, c);
	json_number(json, "mtu", c->mtu);
	json_bool(json, "multicast", c->multicast);
	json_bool(json, "up", c->up);
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
	for (i = 0; i < GREX_KEEPALIVE_HISTORY && i < p->sent; i++) {
		if (p->history[i])
			json_number(json, NULL, p->history[i]);
		else
			json_null(json, NULL);
	}
	json_array_end(json);
	json_object_end(json);
}

void print_json_addresses(struct json *json, const struct config *c)
{
	size_t i;

	json_array(json, "addresses");
	for (i = 0; i < c->naddrs; i++) {
		const struct address *a = &c->addrs[i];

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
