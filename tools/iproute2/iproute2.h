/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a plugin of ip(8) and ip itself know of each other. iproute2 installs no
 * header for it; this is so since 4.11.
 */
#ifndef IPROUTE2_H
#define IPROUTE2_H

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* ip looks for a symbol KIND_link_util in link_KIND.so. */
struct link_util {
	struct link_util *next; /* ip's list of those it has found */
	const char *id;
	int maxattr; /* of IFLA_INFO_DATA */
	/* Arguments behind "type KIND" to attributes; not 0: they are wrong. */
	int (*parse_opt)(struct link_util *util, int argc, char **argv,
			 struct nlmsghdr *request);
	/* Attributes by their type, NULL: there are none. */
	void (*print_opt)(struct link_util *util, FILE *out,
			  struct rtattr *attrs[]);
	void (*print_xstats)(struct link_util *util, FILE *out,
			     struct rtattr *xstats);
	void (*print_help)(struct link_util *util, int argc, char **argv,
			   FILE *out);
	/* For "ip link xstats": other types in other versions, so not for us. */
	void (*parse_ifla_xstats)(void);
	void (*print_ifla_xstats)(void);
};

/*
 * What ip exports. Weak, so that the plugin can be loaded where something of it
 * is missing, and the linker finds everything else that is.
 */
#define FROM_IP __attribute__((weak, visibility("default")))

struct json_writer;

FROM_IP extern int show_stats; /* how many times -s was given */
FROM_IP extern const char *_SL_; /* ends a line: "\n", with -oneline "\\" */

FROM_IP bool is_json_context(void);
FROM_IP struct json_writer *get_json_writer(void);
FROM_IP void jsonw_name(struct json_writer *writer, const char *name);
FROM_IP void jsonw_start_object(struct json_writer *writer);
FROM_IP void jsonw_end_object(struct json_writer *writer);
FROM_IP void jsonw_start_array(struct json_writer *writer);
FROM_IP void jsonw_end_array(struct json_writer *writer);
FROM_IP void jsonw_string(struct json_writer *writer, const char *value);
FROM_IP void jsonw_u64(struct json_writer *writer, uint64_t value);
FROM_IP void jsonw_bool(struct json_writer *writer, bool value);
FROM_IP void jsonw_null(struct json_writer *writer);

#endif /* IPROUTE2_H */
