// SPDX-License-Identifier: GPL-2.0
/* Files of tunnels become configs, and errors in them are reported with their position. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/conf.h"
#include "option/options.h"
#include "tap.h"

/* The mode of the files. */
static mode_t mode = 0600;

/* Returns all messages without the name of the file, for a text that is parsed. */
static const char *read_text(const char *text, size_t size, const char **said)
{
	static char messages[4096], *parsed;
	char path[] = "/tmp/test_conf.XXXXXX";
	FILE *file = fdopen(mkstemp(path), "w");
	struct conf conf;
	size_t length, i;
	char *at;
	FILE *out;
	int status;

	if (!file)
		abort();
	fwrite(text, 1, size, file);
	fchmod(fileno(file), mode);
	fclose(file);
	memset(messages, 0, sizeof(messages));
	report_origin.stream = fmemopen(messages, sizeof(messages) - 1, "w");
	free(parsed);
	parsed = NULL;
	out = open_memstream(&parsed, &length);
	if (!report_origin.stream || !out)
		abort();
	status = conf_read(&conf, path);
	for (i = 0; !status && i < conf.count; i++) {
		const struct config *c = &conf.sections[i].config;

		fprintf(out, "%s%s", i ? "; " : "", c->name);
		options_print(out, c, c->given);
	}
	conf_free(&conf);
	fclose(out);
	fclose(report_origin.stream);
	report_origin.stream = NULL;
	unlink(path);
	while ((at = strstr(messages, path)) != NULL)
		memmove(at, at + sizeof(path), strlen(at + sizeof(path)) + 1);
	*said = messages;
	return parsed;
}

static const struct {
	const char *text, *parsed;
} rights[] = {
	{ "", "" },
	{ "# nothing\n\n", "" },
	{ "[g]\nremote any", "g remote any" },
	{ "  [g]\r\n\tremote any # x\r\n", "g remote any" },
	{ "[g]\nremote any\nup\n[h]\nremote 192.0.2.1\n",
	  "g remote any up; h remote 192.0.2.1" },
	{ "[\"a#b\"]\nremote any", "a#b remote any" },
	{ "[a]b]\nremote any", "a]b remote any" },
	/* A tunnel may have the name of an option. */
	{ "[up]\nremote any", "up remote any" },
	/* A section continues over the ends of lines. */
	{ "[g]\nremote\nany key\n5 up", "g remote any key 5 up" },
	{ "[g]\nremote 192.0.2.1\nkeepalive\n300ms 5",
	  "g remote 192.0.2.1 keepalive 300ms 5" },
	{ "[g]\nremote any up\n"
	  "route 10.8.0.0/16 via 10.0.0.2 metric 10 table 100\n"
	  "route default\nroute 0.0.0.0/0 metric 5\nroute ::/0 table main\n"
	  "route 10.9.9.9\nroute 0.0.0.0/1\nroute fd00::/8 metric 0\n"
	  "route fd00::/8 metric 1 via fd01::1\n",
	  "g remote any route 10.8.0.0/16 via 10.0.0.2 metric 10 table 100 "
	  "route default route default metric 5 route ::/0 route 10.9.9.9/32 route "
	  "0.0.0.0/1 "
	  "route fd00::/8 route fd00::/8 via fd01::1 metric 1 up" },
};

static const struct {
	const char *text, *said;
} wrongs[] = {
	{ "[g]\nremote x",
	  "2:8: remote: \"x\" is not a unicast address or any\n" },
	{ "\n\n  [g]\n",
	  "3:4: remote: missing, expected \"remote ADDRESS\" or \"remote any\"\n" },
	{ "x", "1:1: \"x\" is before the first [NAME] of the file\n" },
	{ "[g", "1:1: \"[g\" has no bracket at the end, expected [NAME]\n" },
	{ "[ g ]", "1:1: \"[\" is not alone on its line, expected [NAME]\n" },
	{ "[]\nremote any", "1:2: name: \"\" is empty\n" },
	/* The lines below a wrong header are not reported as well. */
	{ "[g] up\nremote x\nfoo",
	  "1:1: \"[g]\" is not alone on its line, expected [NAME]\n" },
	{ "[g]\n'x\nremote y", "2:1: the line has a quote that does not end\n" },
	{ "[g]\nremote any x\\",
	  "2:12: the line ends in a backslash, which joins no lines here\n" },
	{ "[g]\nremote any \\\nkey 5\n",
	  "2:12: the line ends in a backslash, which joins no lines here\n" },
	{ "\xef\xbb\xbf[g]\nremote any\n",
	  "1:1: the line begins with a byte order mark (U+FEFF), expected UTF-8 "
	  "without one\n" },
	{ "\xff\xfe[", "1:1: the line is UTF-16, expected UTF-8\n" },
	{ "[g]\nremote any\n[g]\nremote any",
	  "3:2: name: \"g\" is given twice, first at 1\n" },
	{ "[g]\nttl\nremote any",
	  "3:1: ttl: \"remote\" is not 1..255 or inherit\n" },
	{ "[g]\nremote any\nmtu 1000\naddr fd00::1/64",
	  "3:1: mtu: \"1000\" leaves no room for IPv6, expected 1280 or more\n" },
	{ "[g]\nremote any up route 10.0.0.0/33",
	  "2:21: route: \"10.0.0.0/33\" is not an IPv4 or IPv6 network with "
	  "/PREFIX, or default\n" },
	{ "[g]\nremote any up route 10.0.0.0/4",
	  "2:21: route: \"10.0.0.0/4\" has bits beyond its prefix length, expected "
	  "the network alone\n" },
	{ "[g]\nremote any up route fd00::1/64",
	  "2:21: route: \"fd00::1/64\" has bits beyond its prefix length, expected "
	  "the network alone\n" },
	{ "[g]\nremote any up route fd00::/64 via 10.0.0.1",
	  "2:35: via: \"10.0.0.1\" is IPv4, but its route is IPv6\n" },
	{ "[g]\nremote any up route 10.0.0.0/8 via 0.0.0.0",
	  "2:36: via: \"0.0.0.0\" is not a unicast IPv4 or IPv6 address\n" },
	{ "[g]\nremote any up route 10.0.0.0/8 via 1.1.1.1 via 1.1.1.2",
	  "2:48: via: \"1.1.1.2\" is the second via of the same route\n" },
	{ "[g]\nremote any up metric 5",
	  "2:22: metric: \"5\" has no route before it: it says something about a route\n" },
	{ "[g]\nremote any up table 5",
	  "2:21: table: \"5\" has no route before it: it says something about a route\n" },
	{ "[g]\nremote any up route 10.0.0.0/8\nroute 10.0.0.0/8 metric 0",
	  "3:1: route: \"10.0.0.0/8\" is given twice, expected another metric or table\n" },
	{ "[g]\nremote any\nttl 9 mtu auto",
	  "3:7: mtu: auto needs a path to follow, expected a \"remote\" that is "
	  "not \"any\"\n" },
	{ "[g]\nremote any\nroute 10.0.0.0/8",
	  "3:1: route: needs \"up\", or \"down\" to wait: an interface that is "
	  "down has no routes\n" },
	{ "[g]\nremote any up route 10.0.0.0/8 metric 7 dev eth0",
	  "2:41: route: \"dev\" is not part of a route, which leads into the "
	  "tunnel; expected \"dev\" before it, if it is for the outer packets\n" },
	{ "[g]\nremote any dev g",
	  "2:12: dev: \"g\" is the tunnel itself, expected an interface that its "
	  "outer packets leave by\n" },
};

#define SECRET "keepalive-secret 000102030405060708090a0b0c0d0e0f"

/* A file with a secret that everybody can read gets a warning. */
static void test_secrets(void)
{
	static const char text[] = "[g]\nremote 192.0.2.1\nttl 5 " SECRET
				   "\n[h]\nremote 192.0.2.2 " SECRET "\n";
	static const char warning[] =
		"3:7: keepalive-secret: everybody can read this file, expected "
		"mode 0600\n";
	static const char without[] =
		"[g]\nremote 192.0.2.1 keepalive-secret off\n";
	static const char wrong[] =
		"[g]\nremote 192.0.2.1\nkeepalive-secret 0001\n";
	const char *said, *parsed;

	parsed = read_text(text, strlen(text), &said);
	check_text(said, "", "root's alone");
	check_text(parsed,
		   "g remote 192.0.2.1 ttl 5 keepalive-secret (id 0xdd0e0e31); "
		   "h remote 192.0.2.2 keepalive-secret (id 0xdd0e0e31)",
		   "what it says");
	mode = 0640;
	read_text(text, strlen(text), &said);
	check_text(said, "", "a group's");
	mode = 0604;
	parsed = read_text(text, strlen(text), &said);
	check_text(said, warning, "everybody's: one warning for a file");
	check(parsed[0], "which is no error");
	read_text(without, strlen(without), &said);
	check_text(said, "", "without a secret");
	mode = 0600;
	read_text(wrong, strlen(wrong), &said);
	check_text(said,
		   "3:18: keepalive-secret: the value is not off or 32 "
		   "hexadecimal digits (16 bytes)\n",
		   "a wrong one has a place, and is not shown");
}

/* Every prefix of a file, and files of noise, give a message and do not crash. */
static void test_damaged(void)
{
	static const char text[] =
		"[\"g\"]\nremote 192.0.2.1 key 5 addr fd00::1/64\n"
		"route default via 10.0.0.1 metric 5 table 7 up\n[h]\n";
	char noise[sizeof(text)];
	const char *said, *parsed;
	bool ok = true;
	size_t i, j;

	for (i = 0; i < sizeof(text); i++)
		read_text(text, i, &said);
	for (i = 0; i < 3000; i++) {
		memcpy(noise, text, sizeof(text));
		for (j = draw(6) + 1; j; j--)
			noise[draw(sizeof(noise))] = (char)draw(256);
		parsed = read_text(noise, sizeof(noise), &said);
		ok &= said[0] || parsed[0];
	}
	check(ok, "a damaged file has a message");
}

int main(void)
{
	const char *said, *parsed;
	size_t i;

	for (i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
		parsed = read_text(rights[i].text, strlen(rights[i].text),
				   &said);
		check_text(said[0] ? said : parsed, rights[i].parsed,
			   "right %zu", i);
	}
	for (i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		read_text(wrongs[i].text, strlen(wrongs[i].text), &said);
		check_text(said, wrongs[i].said, "wrong %zu", i);
	}
	read_text("[g]\nremote any \0 x", 18, &said);
	check_text(said, "2:1: the line has a NUL byte\n", "NUL");
	test_secrets();
	test_damaged();
	return finish();
}
