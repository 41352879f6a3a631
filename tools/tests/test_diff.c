// SPDX-License-Identifier: GPL-2.0
/* The difference between a tunnel in a file and the tunnel of the kernel. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/diff.h"
#include "lib/line.h"
#include "option/parse.h"
#include "tap.h"

#define SECRET "000102030405060708090a0b0c0d0e0f"

/* Make a config as in a section of a file. */
static void said_by(struct config *c, const char *line)
{
	char *argv[LINE_WORDS];
	char *copy = strdup(line);
	int argc;

	if (!copy || line_split(copy, argv, LINE_WORDS, &argc) ||
	    options_parse(c, OPTIONS_FILE, argc, argv, NULL))
		abort();
	free(copy);
}

/* Make a tunnel as the kernel reports it, with all values known. */
static void running_by(struct tunnel *t, const char *line)
{
	size_t i;

	memset(t, 0, sizeof(*t));
	said_by(&t->config, line);
	for (i = 0; i < t->config.addrs.count && *t->config.name != 'o'; i++)
		t->config.addrs.list[i].protocol = ENTRY_PROTOCOL;
	t->path.mtu = 1500;
	t->path.source = GREX_PATH_FROM_ROUTE;
	if (t->config.mtu_default)
		t->config.mtu = diff_default_mtu(t);
	t->config.given |= F_ALL & ~(F_LINK_NETNS | F_ADDR | F_ROUTE);
}

/* The running tunnel, the section of the file, and the printed difference. With --prune,
 * the name is p, or o if others have made the addresses.
 */
static const struct {
	const char *running, *said, *printed;
} cases[] = {
	{ "g remote 192.0.2.1", "g remote 192.0.2.1", "" },
	{ "g remote 192.0.2.1 ttl 9", "g remote 192.0.2.1",
	  "~ [g]\n-     ttl 9\n+     ttl 64\n" },
	{ "g remote 2001:db8::1 flowlabel inherit", "g remote 2001:db8::1",
	  "~ [g]\n-     flowlabel inherit\n+     flowlabel auto\n" },
	{ "g remote 2001:db8::1", "g remote 2001:db8::1 encaplimit 4",
	  "~ [g]\n-     encaplimit none\n+     encaplimit 4\n" },
	{ "g remote 192.0.2.1 ttl-min 254", "g remote 192.0.2.1",
	  "~ [g]\n-     ttl-min 254\n+     ttl-min off\n" },
	/* Secrets are compared by their ids, and not printed. */
	{ "g remote 192.0.2.1 keepalive-secret " SECRET,
	  "g remote 192.0.2.1 keepalive-secret " SECRET, "" },
	{ "g remote 192.0.2.1 keepalive-secret " SECRET, "g remote 192.0.2.1",
	  "~ [g]\n-     keepalive-secret (id 0xdd0e0e31)\n"
	  "+     keepalive-secret off\n" },
	{ "g remote 192.0.2.1 keepalive-secret "
	  "0123456789abcdef0123456789abcdef",
	  "g remote 192.0.2.1 keepalive-secret " SECRET,
	  "~ [g]\n-     keepalive-secret (id 0x6c36e73f)\n"
	  "+     keepalive-secret (id 0xdd0e0e31)\n" },
	{ NULL, "g remote 192.0.2.1 keepalive-secret " SECRET,
	  "+ [g]\n+     remote 192.0.2.1\n"
	  "+     keepalive-secret (id 0xdd0e0e31)\n" },
	{ "g remote 192.0.2.1 key 5 csum", "g remote 192.0.2.1 okey 6 csum",
	  "~ [g]\n-     key 5\n+     noikey okey 6\n" },
	{ "g remote 192.0.2.1", "g remote 192.0.2.1 up multicast on",
	  "~ [g]\n-     multicast off\n"
	  "+     multicast on\n-     down\n+     up\n" },
	/* The MTU and mtu-probe, with and without a value in the file. */
	{ "g remote 192.0.2.1 mtu 1300", "g remote 192.0.2.1",
	  "~ [g]\n-     mtu 1300\n+     mtu 1476\n" },
	{ "g remote 192.0.2.1 mtu 1300", "g remote 192.0.2.1 mtu 1300", "" },
	{ "g remote 192.0.2.1 mtu 1300", "g remote 192.0.2.1 key 5",
	  "~ [g]\n-     nokey\n+     key 5\n-     mtu 1300\n+     mtu 1472\n" },
	{ "g remote 192.0.2.1", "g remote 192.0.2.1 seq",
	  "~ [g]\n-     noseq\n+     seq\n" },
	/* mtu-probe is on by default with mtu auto. */
	{ "g remote 192.0.2.1 mtu-probe on mtu auto", "g remote 192.0.2.1",
	  "~ [g]\n-     mtu-probe on\n+     mtu-probe off\n-     mtu auto\n"
	  "+     mtu 1476\n" },
	{ "g remote 192.0.2.1", "g remote 192.0.2.1 mtu auto",
	  "~ [g]\n-     mtu-probe off\n+     mtu-probe on\n-     mtu 1476\n"
	  "+     mtu auto\n" },
	{ "g remote 192.0.2.1 mtu-probe on mtu auto",
	  "g remote 192.0.2.1 mtu auto", "" },
	{ "g remote 192.0.2.1 mtu-probe off mtu auto",
	  "g remote 192.0.2.1 mtu auto",
	  "~ [g]\n-     mtu-probe off\n+     mtu-probe on\n" },
	{ "g remote 192.0.2.1 mtu-probe on mtu auto",
	  "g remote 192.0.2.1 mtu auto mtu-probe off",
	  "~ [g]\n-     mtu-probe on\n+     mtu-probe off\n" },
	{ "g remote 192.0.2.1 mtu-probe off mtu auto",
	  "g remote 192.0.2.1 mtu auto mtu-probe off", "" },
	{ "g remote 192.0.2.1 mtu-probe on", "g remote 192.0.2.1",
	  "~ [g]\n-     mtu-probe on\n+     mtu-probe off\n" },
	/* Addresses that others have added stay. */
	{ "g remote any addr 10.0.0.1/24", "g remote any addr 10.0.1.1/24",
	  "~ [g]\n+     addr 10.0.1.1/24\n" },
	{ "p remote any addr 10.0.0.1/24", "g remote any addr 10.0.1.1/24",
	  "~ [g]\n-     addr 10.0.0.1/24\n+     addr 10.0.1.1/24\n" },
	{ "o remote any addr 10.0.0.1/24", "g remote any addr 10.0.1.1/24",
	  "~ [g]\n+     addr 10.0.1.1/24\n" },
	{ "g remote any addr 10.0.0.1/24 addr 10.0.1.1/24",
	  "g remote any addr 10.0.1.1/24 addr 10.0.0.1/24", "" },
	{ "g remote any addr fd00::1/64 addr 10.0.0.1/24",
	  "g remote any addr fd00::1/48 addr 10.0.0.1/16",
	  "~ [g]\n-     addr fd00::1/64\n+     addr fd00::1/48\n"
	  "+     addr 10.0.0.1/16\n" },
	/* A route to the same prefix is replaced. */
	{ "g remote any up route 10.0.0.0/8",
	  "g remote any up route 10.0.0.0/8 via 10.1.1.1",
	  "~ [g]\n-     route 10.0.0.0/8\n+     route 10.0.0.0/8 via 10.1.1.1\n" },
	{ "g remote any up route 10.0.0.0/8",
	  "g remote any up route 10.0.0.0/8 metric 5",
	  "~ [g]\n+     route 10.0.0.0/8 metric 5\n" },
	{ "p remote any up route 10.0.0.0/8",
	  "g remote any up route 10.0.0.0/8 table 5",
	  "~ [g]\n-     route 10.0.0.0/8\n+     route 10.0.0.0/8 table 5\n" },
	{ "g remote any up route 10.0.0.0/8", "g remote any",
	  "~ [g]\n-     route 10.0.0.0/8\n-     up\n+     down\n" },
	{ "g remote any link-netnsid 5", "g remote any link-netnsid 6 ttl 9",
	  "~ [g] made again: link-netns cannot be changed while the tunnel is "
	  "there\n-     link-netnsid 5\n+     link-netnsid 6\n-     ttl 64\n"
	  "+     ttl 9\n" },
	{ "g remote any link-netnsid 5", "g remote any",
	  "~ [g] made again: link-netns cannot be changed while the tunnel is "
	  "there\n-     link-netnsid 5\n" },
	{ NULL, "g remote any ttl 64 up",
	  "+ [g]\n+     remote any\n+     ttl 64\n+     up\n" },
	{ "g remote any mtu 1400 up", NULL,
	  "- [g]\n-     remote any\n-     mtu 1400\n-     up\n" },
	{ NULL, NULL, "" },
};

static void test_case(size_t i)
{
	struct config said = { 0 }, target = { 0 }, *to = NULL, *from = NULL;
	struct diff d;
	struct tunnel t = { 0 };
	bool prune = false;

	if (cases[i].running) {
		running_by(&t, cases[i].running);
		prune = *t.config.name != 'g';
		strcpy(t.config.name, "g");
		from = &t.config;
	}
	if (cases[i].said) {
		said_by(&said, cases[i].said);
		to = &said;
	}
	if (from && to) {
		diff_target(&target, to, &t, prune);
		to = &target;
	}
	diff_find(&d, from, to);
	output_catch();
	diff_print(&d, false);
	check_text(output_caught(), cases[i].printed, "difference %zu", i);
	config_free(&said);
	config_free(&target);
	config_free(&t.config);
}

/* Only routes and addresses that gretool has made are deleted. */
static void test_owners(void)
{
	struct config said, target;
	struct diff d;
	struct tunnel t;

	running_by(&t, "g remote any up route 10.0.0.0/8 route 11.0.0.0/8");
	t.config.routes.list[0].protocol = 3; /* boot */
	said_by(&said, "g remote any up");
	diff_target(&target, &said, &t, true);
	diff_find(&d, &t.config, &target);
	check(d.fields == F_ROUTE && target.routes.count == 1,
	      "one of its own goes");
	check(entry_equal(&target.routes.list[0], &t.config.routes.list[0]),
	      "a route of somebody else stays");
	config_free(&target);
	/* The route of boot satisfies a route of the file. */
	config_free(&said);
	said_by(&said, "g remote any up route 10.0.0.0/8 route 11.0.0.0/8");
	diff_target(&target, &said, &t, true);
	diff_find(&d, &t.config, &target);
	check(d.action == ACTION_NONE, "and is as good as one of our own");
	config_free(&target);
	config_free(&said);
	config_free(&t.config);
}

static void test_default_mtu(void)
{
	struct tunnel t;

	running_by(&t, "g remote 192.0.2.1 key 5 seq");
	check(diff_default_mtu(&t) == 1468, "the route's, less overhead");
	t.path.source = GREX_PATH_FROM_ICMP;
	check(!diff_default_mtu(&t), "more is known than the route says");
	t.path.source = GREX_PATH_FROM_ROUTE;
	t.path.mtu = 0;
	check(diff_default_mtu(&t) == 1468, "no route: that of Ethernet");
	t.config.link = 7;
	check(!diff_default_mtu(&t), "no route: that of dev");
	t.path.mtu = 65535;
	check(diff_default_mtu(&t) == 65499, "not more than there can be");
	t.path.mtu = 68;
	check(diff_default_mtu(&t) == 68, "nor less");
	config_free(&t.config);
}

int main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_case(i);
	test_owners();
	test_default_mtu();
	return finish();
}
