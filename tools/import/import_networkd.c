// SPDX-License-Identifier: GPL-2.0
/* systemd.netdev(5) and systemd.network(5). */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "import/import.h"
#include "lib/report.h"

struct unit {
	char section[32];
	char names[256]; /* the names in [NetDev] or [Match] */
	bool is_network;
	const struct import_kind *kind; /* NULL: not a GRE tunnel */
	bool has_match;
	bool is_other; /* [Match] excludes GRE tunnels */
	/* Options that belong together, and come in any order. */
	char local[80], peer[80], to[80], via[80], metric[16], table[16],
		type[16];
	char more[160]; /* attributes of a route that a file cannot express */
};

static bool is_yes(const char *value)
{
	return !strcasecmp(value, "yes") || !strcasecmp(value, "true") ||
	       !strcasecmp(value, "on") || !strcmp(value, "1");
}

static void copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
}

/* Whether one of the patterns matches; after an exclamation mark, none of them. */
static bool matches(const char *patterns, const char *name)
{
	bool inverted = *patterns == '!', found = false;
	char list[256], *pattern, *rest;

	copy(list, sizeof(list), patterns + inverted);
	for (pattern = strtok_r(list, " \t", &rest); pattern;
	     pattern = strtok_r(NULL, " \t", &rest))
		found |= !fnmatch(pattern, name, 0);
	return found != inverted;
}

/* Add an option or remark to each tunnel that [Match] names. All are known by now. */
static void say(struct import *im, const struct unit *u, bool is_remark,
		const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static void say(struct import *im, const struct unit *u, bool is_remark,
		const char *fmt, ...)
{
	size_t i, count = im->count;
	char text[256];
	va_list args;

	if (u->is_other)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	for (i = 0; i < count; i++) {
		if (!matches(u->names, im->tunnels[i].name))
			continue;
		if (is_remark)
			import_remark(im, im->tunnels[i].name, "%s", text);
		else
			import_option(im, im->tunnels[i].name, "%s", text);
	}
}

static void end_section(struct import *im, struct unit *u)
{
	const char *to = u->to;

	if (u->local[0])
		say(im, u, false, "addr %s%s%s", u->local,
		    u->peer[0] ? " peer " : "", u->peer);
	if (!to[0] && u->via[0])
		to = strchr(u->via, ':') ? "::/0" : "default";
	if (u->more[0])
		say(im, u, true, "[Route] Destination=%s, which has%s", to,
		    u->more);
	else if (to[0] && u->type[0] && strcmp(u->type, "unicast") != 0)
		say(im, u, true, "[Route] Type=%s Destination=%s", u->type, to);
	else if (to[0])
		say(im, u, false, "route %s%s%s%s%s%s%s", to,
		    u->via[0] ? " via " : "", u->via,
		    u->metric[0] ? " metric " : "", u->metric,
		    u->table[0] ? " table " : "", u->table);
	u->local[0] = '\0';
	u->peer[0] = '\0';
	u->to[0] = '\0';
	u->via[0] = '\0';
	u->metric[0] = '\0';
	u->table[0] = '\0';
	u->type[0] = '\0';
	u->more[0] = '\0';
}

static bool take_tunnel(struct import *im, const struct unit *u,
			const char *key, const char *value)
{
	static const struct {
		const char *key, *word;
	} same[] = {
		{ "Local", "local" },	{ "Remote", "remote" },
		{ "TTL", "ttl" },	{ "Key", "key" },
		{ "InputKey", "ikey" }, { "OutputKey", "okey" },
	};
	size_t i;

	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (!strcmp(key, same[i].key)) {
			say(im, u, false, "%s %s", same[i].word,
			    strcmp(key, "TTL") == 0 && !strcmp(value, "0")
				    ? "inherit"
				    : value);
			return true;
		}
	if (!strcmp(key, "TOS"))
		say(im, u, false, "tos %s",
		    strcmp(value, "1") ? value : "inherit");
	else if (!strcmp(key, "DiscoverPathMTU"))
		say(im, u, false, "df %s", is_yes(value) ? "set" : "inherit");
	else if (!strcmp(key, "IgnoreDontFragment") && is_yes(value))
		say(im, u, false, "df clear");
	else
		return !strcmp(key, "Independent") ||
		       !strcmp(key, "IgnoreDontFragment");
	return true;
}

static bool take_netdev(struct import *im, struct unit *u, const char *key,
			const char *value)
{
	if (!strcmp(u->section, "Tunnel"))
		return take_tunnel(im, u, key, value);
	if (strcmp(u->section, "NetDev") != 0)
		return false;
	if (!strcmp(key, "MTUBytes"))
		say(im, u, false, "mtu %s", value);
	else
		return !strcmp(key, "Name") || !strcmp(key, "Kind") ||
		       !strcmp(key, "Description");
	return true;
}

static bool take_network(struct import *im, struct unit *u, const char *key,
			 const char *value)
{
	static const struct {
		const char *section, *key;
		size_t at, size;
	} parts[] = {
#define PART(section, key, member)                     \
	{ section, key, offsetof(struct unit, member), \
	  sizeof(((struct unit *)NULL)->member) }
		PART("Address", "Address", local),
		PART("Address", "Peer", peer),
		PART("Route", "Destination", to),
		PART("Route", "Gateway", via),
		PART("Route", "Metric", metric),
		PART("Route", "Table", table),
		PART("Route", "Type", type),
#undef PART
	};
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!strcmp(u->section, parts[i].section) &&
		    !strcmp(key, parts[i].key)) {
			copy((char *)u + parts[i].at, parts[i].size, value);
			return true;
		}
	/* Without these attributes, the route would be another one. */
	if (!strcmp(u->section, "Route")) {
		size_t length = strlen(u->more);

		if (strcmp(key, "Scope") != 0 && strcmp(key, "Protocol") != 0)
			snprintf(u->more + length, sizeof(u->more) - length,
				 " %s=%s", key, value);
		return true;
	}
	if (!strcmp(u->section, "Match"))
		return !strcmp(key, "Name") || !strcmp(key, "Type") ||
		       !strcmp(key, "Kind");
	if (!strcmp(u->section, "Link") && !strcmp(key, "MTUBytes"))
		say(im, u, false, "mtu %s", value);
	else if (!strcmp(u->section, "Link") && !strcmp(key, "Multicast"))
		say(im, u, false, "multicast %s", is_yes(value) ? "on" : "off");
	else if (!strcmp(u->section, "Network") && !strcmp(key, "Address"))
		say(im, u, false, "addr %s", value);
	else if (!strcmp(u->section, "Network") && !strcmp(key, "Gateway"))
		say(im, u, false, "route %s via %s",
		    strchr(value, ':') ? "::/0" : "default", value);
	else
		return !strcmp(u->section, "Network") &&
		       !strcmp(key, "Description");
	return true;
}

/* Tunnel=NAME binds the tunnel to the interface of this unit. */
static void take_binding(struct import *im, const struct unit *u,
			 const char *value)
{
	struct import_tunnel *t = import_tunnel(im, value);

	if (!t || !t->is_gre)
		return;
	if (u->names[0] && !strpbrk(u->names, "*?[! \t"))
		import_option(im, value, "dev %s", u->names);
	else
		import_remark(im, value,
			      "Tunnel=%s, because the unit does not name one interface",
			      value);
}

typedef void (*line_fn)(struct import *im, struct unit *u, const char *key,
			const char *value);

/* Whether a match excludes GRE tunnels. */
static bool is_about_others(const char *key, const char *value)
{
	static const char *const hardware[] = {
		"MACAddress", "PermanentMACAddress",
		"Path",	      "WLANInterfaceType",
		"SSID",	      "BSSID"
	};
	size_t i;

	for (i = 0; i < sizeof(hardware) / sizeof(hardware[0]); i++)
		if (!strcmp(key, hardware[i]))
			return true;
	return (!strcmp(key, "Type") && !matches(value, "ipgre") &&
		!matches(value, "ip6gre")) ||
	       (!strcmp(key, "Kind") && !matches(value, "gre") &&
		!matches(value, "gretap") && !matches(value, "ip6gre") &&
		!matches(value, "ip6gretap"));
}

/* Names are read first, because they may be below the options. */
static void take_names(struct import *im, struct unit *u, const char *key,
		       const char *value)
{
	size_t length = strlen(u->names);

	if (!strcmp(key, "Name") && !strcmp(u->section, "NetDev"))
		copy(u->names, sizeof(u->names), value);
	if (!strcmp(key, "Kind") && !strcmp(u->section, "NetDev"))
		u->kind = import_kind(value);
	if (strcmp(u->section, "Match") != 0)
		return;
	u->has_match = true;
	if (!strcmp(key, "Name"))
		snprintf(u->names + length, sizeof(u->names) - length, "%s%s",
			 length ? " " : "", value);
	else if (is_about_others(key, value))
		u->is_other = true;
}

static void take_line(struct import *im, struct unit *u, const char *key,
		      const char *value)
{
	bool taken;

	if (u->is_network && !strcmp(u->section, "Network") &&
	    !strcmp(key, "Tunnel")) {
		take_binding(im, u, value);
		return;
	}
	taken = u->is_network ? take_network(im, u, key, value)
			      : take_netdev(im, u, key, value);
	if (!taken)
		say(im, u, true, "[%s] %s=%s", u->section, key, value);
}

static char *trim(char *text)
{
	char *end;

	text += strspn(text, " \t\r\n");
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text;
}

static int read_lines(struct import *im, struct unit *u, const char *path,
		      line_fn fn)
{
	char *line = NULL, *key, *value;
	size_t size = 0;
	FILE *file;

	file = fopen(path, "re");
	if (!file)
		return refused("%s: %s", path, strerror(errno));
	import_file(im, path);
	u->section[0] = '\0';
	while (getline(&line, &size, file) >= 0) {
		im->line++;
		key = trim(line);
		if (!*key || *key == '#' || *key == ';')
			continue;
		if (*key == '[') {
			if (fn == take_line)
				end_section(im, u);
			key[strcspn(key, "]")] = '\0';
			copy(u->section, sizeof(u->section), key + 1);
			continue;
		}
		value = strchr(key, '=');
		if (!value) {
			if (fn == take_line)
				say(im, u, true, "[%s] %s", u->section, key);
			continue;
		}
		*value++ = '\0';
		fn(im, u, trim(key), trim(value));
	}
	if (fn == take_line)
		end_section(im, u);
	free(line);
	fclose(file);
	return STATUS_OK;
}

static int ends_with(const char *name, const char *end)
{
	size_t length = strlen(name), of_end = strlen(end);

	return length > of_end && !strcmp(name + length - of_end, end);
}

static int is_netdev(const struct dirent *entry)
{
	return ends_with(entry->d_name, ".netdev");
}

static int is_network(const struct dirent *entry)
{
	return ends_with(entry->d_name, ".network");
}

static int is_drop_in(const struct dirent *entry)
{
	return ends_with(entry->d_name, ".conf");
}

static int read_drop_ins(struct import *im, struct unit *u, const char *path,
			 line_fn fn)
{
	char directory[1024], name[2048];
	struct dirent **list;
	int status = STATUS_OK, i, n;

	snprintf(directory, sizeof(directory), "%s.d", path);
	n = scandir(directory, &list, is_drop_in, alphasort);
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s/%s", directory,
			 list[i]->d_name);
		if (!status)
			status = read_lines(im, u, name, fn);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return status;
}

static int read_unit(struct import *im, const char *path, bool network)
{
	struct unit u = { .is_network = network };
	int status;

	status = read_lines(im, &u, path, take_names);
	if (!status)
		status = read_drop_ins(im, &u, path, take_names);
	if (status || (!network && !u.kind))
		return status;
	/* A [Match] without names is about all interfaces that fit the rest of it. */
	if (u.has_match && !u.names[0])
		copy(u.names, sizeof(u.names), "*");
	if (!network) {
		import_file(im, path);
		im->line = 1;
		import_create(im, u.names, u.kind);
		/* The defaults of networkd are those of the kernel. */
		import_defaults(im, u.names);
		import_option(im, u.names, "up");
	}
	status = read_lines(im, &u, path, take_line);
	return status ? status : read_drop_ins(im, &u, path, take_line);
}

static int read_units(struct import *im, const char *directory,
		      int (*filter)(const struct dirent *), bool network)
{
	struct dirent **list;
	int status = STATUS_OK, err, i, n;
	char path[1024];

	n = scandir(directory, &list, filter, alphasort);
	if (n < 0)
		return refused("%s: %s", directory, strerror(errno));
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory,
			 list[i]->d_name);
		err = read_unit(im, path, network);
		status = status ? status : err;
		free(list[i]);
	}
	free(list);
	return status;
}

int import_networkd(struct import *im, const char *directory)
{
	int status = read_units(im, directory, is_netdev, false);
	int err = read_units(im, directory, is_network, true);

	return status ? status : err;
}
