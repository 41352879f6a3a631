// SPDX-License-Identifier: GPL-2.0
/* Import of command lines of ip(8), and of damaged files of other tools. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import/import.h"
#include "lib/line.h"
#include "lib/report.h"
#include "tap.h"

static const struct {
	const char *line, *section;
} lines[] = {
	{ "tunnel add g mode gre remote 192.0.2.2",
	  "[g] remote 192.0.2.2 ttl inherit tos 0x00" },
	{ "tun add mode gre name g remote 192.0.2.2 ttl 9 dev eth0",
	  "[g] remote 192.0.2.2 dev eth0 ttl 9 tos 0x00" },
	{ "tunnel add g mode gre local 192.0.2.1 key 5",
	  "[g] local 192.0.2.1 remote any key 5 ttl inherit tos 0x00" },
	{ "link add g type ip6gre remote fd00::1 flowlabel inherit",
	  "[g] remote fd00::1 tos 0x00 flowlabel inherit" },
	{ "link add g type ip6gre remote fd00::1 flowlabel 12",
	  "[g] remote fd00::1 tos 0x00 flowlabel 0x12" },
	{ "link add g type ip6gre remote fd00::1 encaplimit none",
	  "[g] remote fd00::1 tos 0x00 encaplimit none" },
	{ "link add g type ip6gre key 3", "[g] remote :: key 3 tos 0x00" },
	{ "link add g type ip6gre remote fd00::1 encaplimit 010",
	  "[g] remote fd00::1 tos 0x00 encaplimit 8" },
	{ "tunnel add g mode ip6gre local fd00::1 remote fd00::2 hoplimit 9",
	  "[g] local fd00::1 remote fd00::2 ttl 9 tos 0x00" },
	{ "link add g type gretap remote 192.0.2.2 key 5",
	  "[g] ether remote 192.0.2.2 key 5 ttl inherit tos 0x00" },
	{ "link add g type ip6gretap remote fd00::1",
	  "[g] ether remote fd00::1 tos 0x00" },
	{ "link add g type gre remote fd00::1",
	  "# not taken over: g: ttl inherit tos 0  "
	  "# not taken over: remote fd00::1" },
	{ "tunnel add g mode gre ttl 0 tos 0x20 remote 192.0.2.2",
	  "[g] remote 192.0.2.2 ttl inherit tos 0x20" },
	{ "tunnel add g mode gre tos 1 remote 192.0.2.2",
	  "[g] remote 192.0.2.2 ttl inherit tos inherit" },
	{ "tunnel add g mode gre tos EF remote 192.0.2.2",
	  "[g] remote 192.0.2.2 ttl inherit tos 0xb8" },
	{ "tunnel add g mode gre dsfield AF11 remote 192.0.2.2",
	  "[g] remote 192.0.2.2 ttl inherit tos 0x28" },
	{ "tunnel add g mode gre tclass 20 remote 192.0.2.2",
	  "[g] remote 192.0.2.2 ttl inherit tos 0x20" },
	{ "tunnel add g mode gre tos 40 remote 192.0.2.2",
	  "[g] remote 192.0.2.2 ttl inherit tos 0x40" },
	{ "tunnel add g mode gre tos inherit/40 remote 192.0.2.2",
	  "[g] remote 192.0.2.2 ttl inherit tos inherit/0x40" },
	{ "tunnel add g mode gre tos inherit/AF11 remote 192.0.2.2",
	  "[g] remote 192.0.2.2 ttl inherit tos inherit/0x28" },
	{ "link add g type gre remote 192.0.2.2 tos 0x41",
	  "[g] remote 192.0.2.2 ttl inherit tos inherit/0x40" },
	/* ip(8) reads the lower-case name as a number. */
	{ "link add g type gre remote 192.0.2.2 tos ef",
	  "[g] remote 192.0.2.2 ttl inherit # not taken over: tos "
	  "inherit/0xee" },
	{ "link add g type gre remote 192.0.2.2 key 010 ttl 0100 fwmark 010",
	  "[g] remote 192.0.2.2 key 8 ttl 64 tos 0x00 fwmark 0x8" },
	{ "tunnel add g mode gre tos CS6 remote 192.0.2.2 okey 1.2.3.4",
	  "[g] remote 192.0.2.2 okey 16909060 ttl inherit tos 0xc0" },
	{ "l a g type gre remote 192.0.2.2 iseq nopmtudisc",
	  "[g] remote 192.0.2.2 iseq ttl inherit tos 0x00 df inherit" },
	{ "-4 link add name g mtu 1300 type gre remote 192.0.2.2 fwmark 3",
	  "[g] remote 192.0.2.2 ttl inherit tos 0x00 fwmark 0x3 mtu 1300" },
	{ "link add g type gre remote 192.0.2.2 encap fou",
	  "[g] remote 192.0.2.2 ttl inherit tos 0x00 "
	  "# not taken over: encap fou" },
	{ "tunnel add g mode ipip remote 192.0.2.2", "" },
	{ "tunnel add g remote 192.0.2.2", "" },
	{ "link add g type dummy", "" },
	{ "link add g type", "" },
	{ "link", "" },
	{ "", "" },
};

static void import_line(struct import *im, const char *line)
{
	char *argv[LINE_WORDS], *copy = strdup(line);
	int argc;

	if (!copy || line_split(copy, argv, LINE_WORDS, &argc))
		abort();
	import_ip(im, "g", argc, argv);
	free(copy);
}

/* Returns the import on a single line. */
static const char *printed(struct import *im)
{
	static char *text;
	size_t size, i;
	FILE *out;

	free(text);
	out = open_memstream(&text, &size);
	report_origin.stream = fopen("/dev/null", "w");
	if (!out || !report_origin.stream)
		abort();
	import_print(out, im);
	fclose(out);
	fclose(report_origin.stream);
	report_origin.stream = NULL;
	for (i = 0; i < size; i++)
		if (text[i] == '\n')
			text[i] = i + 1 < size ? ' ' : '\0';
	return text;
}

typedef int (*read_fn)(struct import *im, const char *path);

static int read_unit(struct import *im, const char *path)
{
	char copy[64];

	snprintf(copy, sizeof(copy), "%s", path);
	*strrchr(copy, '/') = '\0';
	return import_networkd(im, copy);
}

static void test_damaged(const char *what, read_fn fn, const char *path,
			 const char *text)
{
	struct import im;
	char noise[1024];
	size_t length = strlen(text), i, j;
	FILE *file;

	for (i = 0; i < 3000; i++) {
		memcpy(noise, text, length);
		for (j = draw(6); j; j--)
			noise[draw((unsigned int)length)] = (char)draw(256);
		file = fopen(path, "w");
		if (!file)
			abort();
		fwrite(noise, 1, i < length ? i : length, file);
		fclose(file);
		memset(&im, 0, sizeof(im));
		report_origin.stream = fopen("/dev/null", "w");
		fn(&im, path);
		fclose(report_origin.stream);
		printed(&im);
		import_free(&im);
	}
	check(true, "damaged: %s", what);
	unlink(path);
}

/* Test import_ifupdown() with a text. FILE stands for its name in expected. */
static void check_interfaces(const char *path, const char *text,
			     const char *expected, const char *what)
{
	char *whole = NULL;
	struct import im = { 0 };
	FILE *file = fopen(path, "w"), *out;
	size_t size;

	out = open_memstream(&whole, &size);
	if (!file || !out)
		abort();
	fputs(text, file);
	fclose(file);
	for (; *expected; expected++)
		if (*expected == '%')
			fputs(path, out);
		else
			fputc(*expected, out);
	fclose(out);
	import_ifupdown(&im, path);
	check_text(printed(&im), whole, "%s", what);
	import_free(&im);
	free(whole);
}

static void write_file(const char *directory, const char *name,
		       const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "w");
	if (!file)
		abort();
	fputs(text, file);
	fclose(file);
}

/* Test the .netdev of a tunnel g and a .network, whose name is % in expected. */
static void check_network(const char *directory, const char *text,
			  const char *expected, const char *what)
{
	struct import im = { 0 };
	char whole[2048], path[128];
	size_t used = 0;

	snprintf(path, sizeof(path), "%s/b.network", directory);
	write_file(directory, "a.netdev",
		   "[NetDev]\nName=g\nKind=gre\n[Tunnel]\nRemote=192.0.2.2\n");
	write_file(directory, "b.network", text);
	for (; *expected && used + sizeof(path) < sizeof(whole); expected++)
		used += (size_t)snprintf(whole + used, sizeof(whole) - used,
					 *expected == '%' ? "%s" : "%.1s",
					 *expected == '%' ? path : expected);
	import_networkd(&im, directory);
	check_text(printed(&im), whole, "%s", what);
	import_free(&im);
	unlink(path);
	snprintf(path, sizeof(path), "%s/a.netdev", directory);
	unlink(path);
}

#define PLAIN "[g] remote 192.0.2.2 ttl inherit tos 0x00 "

static void test_match(const char *directory)
{
	check_network(directory,
		      "[Match]\nType=ipgre sit\n[Network]\nAddress="
		      "10.0.0.1/30\n",
		      PLAIN "addr 10.0.0.1/30 up", "a type without a name");
	check_network(directory,
		      "[Match]\nKind=gre\nHost=a\n[Network]\nAddress="
		      "10.0.0.1/30\n",
		      PLAIN "addr 10.0.0.1/30 up "
			    "# not taken over: %:3: [Match] Host=a",
		      "what else a match says");
	check_network(directory,
		      "[Match]\nName=*\nType=ether wlan\n[Network]\nAddress="
		      "10.0.0.1/30\n",
		      PLAIN "up", "another type of all names");
	check_network(directory,
		      "[Match]\nPermanentMACAddress=02:00:00:00:00:01\n"
		      "[Network]\nDNS=10.0.0.2\nTunnel=g\n",
		      PLAIN "up # not taken over: %:5: Tunnel=g, because the "
			    "unit does not name one interface",
		      "hardware");
	check_network(directory,
		      "[Match]\nName=!eth*\n[Network]\nAddress=10.0.0.1/30\n",
		      PLAIN "addr 10.0.0.1/30 up", "all but some names");
	check_network(directory,
		      "[Match]\nName=g\nName=a\n[Network]\nAddress="
		      "10.0.0.1/30\n",
		      PLAIN "addr 10.0.0.1/30 up", "names in two lines");
}

static void test_routes(const char *directory)
{
	check_network(directory,
		      "[Match]\nName=g\n[Route]\nDestination=10.8.0.0/16\n"
		      "PreferredSource=10.0.0.1\nScope=link\nMTUBytes=1300\n"
		      "[Route]\nDestination=10.9.0.0/16\nScope=link\n",
		      PLAIN "route 10.9.0.0/16 up "
			    "# not taken over: %:8: [Route] Destination="
			    "10.8.0.0/16, which has PreferredSource=10.0.0.1 "
			    "MTUBytes=1300",
		      "a route with a source");
	check_network(directory,
		      "[Match]\nName=g\n[Network]\nAddress 10.0.0.1/30\n",
		      PLAIN "up "
			    "# not taken over: %:4: [Network] Address "
			    "10.0.0.1/30",
		      "a line that says nothing");
}

int main(void)
{
	char directory[] = "/tmp/test_import.XXXXXX", path[64];
	char expected[1024];
	struct import im;
	FILE *file;
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		memset(&im, 0, sizeof(im));
		import_line(&im, lines[i].line);
		check_text(printed(&im), lines[i].section, "ip %s",
			   lines[i].line);
		import_free(&im);
	}
	memset(&im, 0, sizeof(im));
	import_line(&im, "link add g type gre remote 192.0.2.2");
	import_line(&im, "addr add 10.0.0.1/30 broadcast 10.0.0.3 dev g");
	import_line(&im, "a a 10.1.0.1 peer 10.1.0.2");
	import_line(&im, "link set up mtu 1300 dev g");
	import_line(&im, "link set g up mtu 1400 txqueuelen 5 multicast on");
	import_line(&im, "r a 10.8.0.0/16 via 10.0.0.2");
	import_line(&im, "-6 route replace default dev g metric 5 table 7");
	import_line(&im, "route add 10.9.0.0/16 dev g onlink");
	import_line(&im, "link del g");
	check_text(printed(&im),
		   "[g] remote 192.0.2.2 ttl inherit tos 0x00 mtu 1400 "
		   "multicast on addr 10.0.0.1/30 addr 10.1.0.1/32 peer "
		   "10.1.0.2 route 10.8.0.0/16 via 10.0.0.2 route ::/0 metric "
		   "5 table 7 up # not taken over: \"broadcast\" of the address "
		   "10.0.0.1/30 # not taken over: ip link set txqueuelen 5 "
		   "# not taken over: route 10.9.0.0/16, which has \"onlink\"",
		   "all of ip");
	import_free(&im);

	if (!mkdtemp(directory))
		abort();
	snprintf(path, sizeof(path), "%s/interfaces", directory);
	file = fopen(path, "w");
	if (!file)
		abort();
	fputs("iface g inet static\n address 10.0.0.1/30\n gre-remote "
	      "192.0.2.2\n gre-csum on\n gre-keepalive 1 3\n gre-mtu-probe "
	      "on\n gre-addr 10.1.0.1 peer 10.1.0.2 fd00::1/64\n"
	      "iface plain inet static\n gre-key 5\n"
	      "iface h inet manual\n gre-remote any\n gre-peer 10.4.0.2\n "
	      "gre-keepalive-secret 0001\n "
	      "gre-addr 10.4.0.1\n"
	      "iface i inet static\n address 10.5.0.1\n netmask 0xfffffffc\n "
	      "pre-up ip tunnel add i mode gre remote 192.0.2.3\n "
	      "up [ -x /bin/foo ] && ip route add 10.9.0.0/16 dev i\n "
	      "post-down ip link set i mtu 1300\n down ip link set i down\n"
	      "iface lost inet manual\n pre-up ip tunnel add lost mode gre "
	      "remote $(cat x)\n"
	      "iface eth0 inet manual\n up sysctl -w "
	      "net.ipv4.conf.i.rp_filter=0\n up ifconfig eth0 mtu 1400\n",
	      file);
	fclose(file);
	memset(&im, 0, sizeof(im));
	import_ifupdown(&im, path);
	snprintf(expected, sizeof(expected),
		 "[g] remote 192.0.2.2 csum keepalive 1 3 mtu-probe on addr "
		 "10.0.0.1/30 addr 10.1.0.1/32 peer 10.1.0.2 addr fd00::1/64 "
		 "up  [h] remote any addr 10.4.0.1/32 peer 10.4.0.2 up "
		 "# not taken over: %1$s:13: keepalive-secret, add it yourself  "
		 "[i] remote 192.0.2.3 ttl inherit tos 0x00 addr 10.5.0.1/30 "
		 "up # not taken over: %1$s:19: up [ -x /bin/foo ]   "
		 "# not taken over: %1$s:19: up ip route add 10.9.0.0/16 dev i "
		 "# not taken over: %1$s:20: post-down ip link set i mtu 1300 "
		 "# not taken over: %1$s:23: pre-up ip tunnel add lost mode "
		 "gre remote $(cat x) "
		 "# not taken over: %1$s:25: up sysctl -w "
		 "net.ipv4.conf.i.rp_filter=0",
		 path);
	check_text(printed(&im), expected, "stanzas of all kinds");
	import_free(&im);
	check_interfaces(path,
			 "iface g inet manual\n pre-up iptunnel add g mode gre "
			 "remote 192.0.2.2 ttl 255\n up ifconfig g 10.0.0.1 "
			 "pointopoint 10.0.0.2\n up route add -net 10.8.0.0 "
			 "netmask 255.255.0.0 dev g\n"
			 "iface eth0 inet static\n address 192.0.2.1/24\n up "
			 "iptunnel add h mode gre remote 192.0.2.3\n up route "
			 "add -net 10.9.0.0/16 gw 10.1.0.2\n up ip route add "
			 "10.7.0.0/16 via 10.1.0.2\n"
			 "iface eth1 inet manual\n up route add default gw "
			 "192.0.2.9\n",
			 "[g] remote 192.0.2.2 ttl 255 tos 0x00 up "
			 "# not taken over: %:3: up ifconfig g 10.0.0.1 "
			 "pointopoint 10.0.0.2 "
			 "# not taken over: %:4: up route add -net 10.8.0.0 "
			 "netmask 255.255.0.0 dev g "
			 " [h] remote 192.0.2.3 ttl inherit tos 0x00 "
			 "# not taken over: %:8: up route add -net 10.9.0.0/16 "
			 "gw 10.1.0.2 "
			 "# not taken over: %:9: route 10.7.0.0/16 via 10.1.0.2",
			 "net-tools");
	check_interfaces(path,
			 "iface g inet tunnel\n mode gre\n address 10.0.0.1/24\n",
			 "[g] remote any ttl inherit tos 0x00 addr 10.0.0.1/24 "
			 "up",
			 "a tunnel without an endpoint");
	check_interfaces(path,
			 "auto g h i\n"
			 "iface a-template-of-tunnels inet tunnel\n mode gre\n "
			 "local 192.0.2.1\n foo bar\n"
			 "iface far inet tunnel inherits a-template-of-tunnels\n "
			 "ttl 255\n"
			 "iface g inherits far\n endpoint 192.0.2.2\n ttl 9\n"
			 "iface h inherits far\n "
			 "endpoint 192.0.2.3\n"
			 "iface i inet tunnel inherits nothing\n mode gre\n "
			 "endpoint 192.0.2.4\n"
			 "mapping i\n script x\n"
			 "iface j inherits i\n endpoint 192.0.2.5\n",
			 "[g] local 192.0.2.1 remote 192.0.2.2 ttl 9 tos 0x00 "
			 "up # not taken over: %:5: foo bar "
			 " [h] local 192.0.2.1 remote 192.0.2.3 ttl 255 "
			 "tos 0x00 up # not taken over: %:5: foo bar "
			 " [i] remote 192.0.2.4 ttl inherit tos 0x00 up "
			 "# not taken over: %:13: inherits nothing "
			 "# not taken over: %:16: mapping i "
			 " [j] remote 192.0.2.5 ttl inherit tos 0x00 up",
			 "stanzas that inherit");
	check_interfaces(path,
			 "iface g inet manual\n address 10.0.0.1/30\n up ip "
			 "tunnel add g mode gre remote $(cat x)\n up ifconfig "
			 "g up\n up ip route add 10.8.0.0/16 via 10.0.0.2\n",
			 "# not taken over: %:3: up ip tunnel add g mode gre "
			 "remote $(cat x) # not taken over: %:4: up ifconfig g "
			 "up # not taken over: %:5: route 10.8.0.0/16 via "
			 "10.0.0.2 # not taken over: %:1: addr 10.0.0.1/30",
			 "all of a tunnel that is not taken over is named");
	test_damaged("interfaces", import_ifupdown, path,
		     "source x/*\niface g inet tunnel\n mode gre\n endpoint "
		     "192.0.2.2\n address 10.0.0.1\n netmask 255.255.255.0\n "
		     "dstaddr 10.0.0.2\n ttl 5\n up ip route add 10.8.0.0/16 "
		     "dev $IFACE \\\n metric 5; ip link set g mtu 1300 || "
		     "true\niface h inet static\n pre-up ip tunnel add h mode "
		     "gre remote 192.0.2.3 && ip l set h up\n"
		     "iface g inherits h\niface h inherits g\n");
	snprintf(path, sizeof(path), "%s/a.netdev", directory);
	test_damaged("netdev", read_unit, path,
		     "[NetDev]\nName=g\nKind=gre\nMTUBytes=1400\n[Tunnel]\n"
		     "Local=any\nRemote=192.0.2.2\nTTL=5\nKey=5\nTOS=1\n");
	test_match(directory);
	test_routes(directory);
	rmdir(directory);
	return finish();
}
