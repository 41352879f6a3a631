/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of options. Everything that gretool knows about an option is in its
 * entry: parsing, netlink, text, JSON, difference, help and completion go through
 * the table.
 *
 * A new option that is a number, a choice or on/off needs an F_* and a member of
 * struct config in config.h, and an entry in table.c. For an option that is not so
 * regular, add a type with functions of its own.
 */
#ifndef OPTION_H
#define OPTION_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "option/config.h"

struct option;

/* A number that is written as a keyword. */
struct option_name {
	const char *text;
	uint32_t number;
};

/*
 * Parses a value into the option's members. Returns NULL, or what is wrong with
 * the value; UNEXPECTED is short for "is not " and what the entry expects.
 */
typedef const char *(option_parse_fn)(const struct option *o, struct config *c,
				      const char *value);

#define UNEXPECTED ""

struct json;

/*
 * The functions of a type. A type may leave out what does not apply to it. Without
 * equal and copy, the option's member is compared and copied.
 */
struct option_type {
	option_parse_fn *parse;
	bool (*equal)(const struct option *o, const struct config *a,
		      const struct config *b);
	/* Copies those of the option's fields that src->given has. */
	void (*copy)(const struct option *o, struct config *dst,
		     const struct config *src);
	/* Prints " NAME VALUE" for those of the option's fields. */
	void (*print)(const struct option *o, FILE *out, const struct config *c,
		      uint64_t fields);
	void (*json)(const struct option *o, struct json *json,
		     const struct config *c);
	/* Puts the option's attributes into IFLA_INFO_DATA. */
	void (*put)(const struct option *o, struct nlmsghdr *nlh,
		    const struct config *c, uint64_t fields);
	/* Reads one of the option's attributes. False: it is malformed. */
	bool (*read)(const struct option *o, const struct nlattr *attr,
		     struct config *c);
};

struct option {
	const char *name;
	uint64_t fields; /* F_*, what the option sets */
	/* NULL: a keyword that sets members of other options. */
	const struct option_type *type;
	option_parse_fn *parse; /* overrides the type's */
	option_parse_fn *parse_ip; /* for the plugin, if ip(8) differs */

	/* The members of struct config, see MEMBER() and MEMBERS(). */
	size_t offset, size;
	/* A number: its default and its range; max 0: only names are valid. */
	uint32_t initial, min, max;
	bool is_hex; /* printed as 0x */
	bool is_on_off; /* the member is a bool */
	const struct option_name *names; /* ends with a NULL text */

	uint16_t attr, attr2; /* IFLA_GRE_* or IFLA_GREX_*; 0: none */
	uint64_t sent_with; /* other fields that share attr */
	const char *attr_name; /* for errors, if other options share attr */
	const char *json; /* the member of an object */

	const char *value; /* syntax for help; NULL: the option has no value */
	/*
	 * The number of values, if all of them may be omitted. Each begins with
	 * a digit or is "off". The parser gets them with a space between, or
	 * NULL.
	 */
	unsigned int optional;
	const char *expected; /* completes "is not" in errors */
	/* For completion: values, "@dev" or "@netns". */
	const char *complete;
	const char *help; /* NULL: an alias */
	/* An alias: the name of an option, or with a parser what it means. */
	const char *alias_of;
	const char *ip_has; /* the plugin refuses it: what ip(8) has instead */
	bool add_only; /* `set` refuses it */
	bool file_only; /* `add` and `set` refuse it */
	bool repeats; /* may be given many times */
	bool is_secret; /* errors do not print the value */
};

#define MEMBER(member)                             \
	.offset = offsetof(struct config, member), \
	.size = sizeof(((struct config *)0)->member)

/* All from first to last. */
#define MEMBERS(first, last)                         \
	.offset = offsetof(struct config, first),    \
	.size = offsetof(struct config, last) +      \
		sizeof(((struct config *)0)->last) - \
		offsetof(struct config, first)

/* Points to the member; like strchr(), it drops the const. */
static inline void *option_member(const struct option *o,
				  const struct config *c)
{
	return (char *)c + o->offset;
}

/* In the order of output and help; ends with a NULL name. */
extern const struct option option_table[];

/* Returns NULL if no option has this name. */
const struct option *option_find(const char *name);
/* Follows an alias that is just another name. */
const struct option *option_meant(const struct option *option);

/* number.c */
extern const struct option_type option_number;
void option_set_number(const struct option *o, struct config *c,
		       uint32_t number);
void option_json_number(const struct option *o, struct json *json,
			const struct config *c);
/* The attribute is as wide as the member, or an u32 for on and off. */
void option_put_number(const struct option *o, struct nlmsghdr *nlh,
		       const struct config *c, uint64_t fields);
bool option_read_number(const struct option *o, const struct nlattr *attr,
			struct config *c);
/* Reads a number: of base 10, of base 16 with or without 0x; 0: with 0x of base 16. */
bool option_parse_digits(const char *text, int base, uint32_t max,
			 uint32_t *number);
/* The same with base 0. */
bool option_parse_number(const char *text, uint32_t max, uint32_t *number);

/* underlay.c */
extern const struct option_type option_outer, option_dev, option_link_netns;
extern const struct option_type option_ether;
option_parse_fn option_parse_nodev, option_parse_link_netnsid;

/* gre_header.c */
extern const struct option_type option_keys, option_key, option_flags,
	option_flag;
/* Turns a flag off by "no..." and "down", and on by other names. */
option_parse_fn option_parse_flag, option_parse_encap;

/* outer_header.c */
extern const struct option_type option_tos, option_df;
option_parse_fn option_parse_ttl, option_parse_tos_ip;

/* keepalive.c */
extern const struct option_type option_keepalive, option_secret;

/* device.c */
extern const struct option_type option_mtu, option_up;
option_parse_fn option_parse_mtu_ip;

/* address.c */
extern const struct option_type option_entries;
option_parse_fn option_parse_addr, option_parse_peer, option_parse_route,
	option_parse_via, option_parse_metric, option_parse_table;

#endif /* OPTION_H */
