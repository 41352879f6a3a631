/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of options. Everything that gretool knows about an option is in its
 * entry, and parsing, help and completion are made from it.
 *
 * An option that is a number, a choice or on/off needs a member of struct config
 * and an entry. Others have a type of their own, with functions for what is
 * irregular.
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
 * Returns NULL, or what is wrong with the value; UNEXPECTED: it is not what the
 * entry expects.
 */
typedef const char *(*option_parse_fn)(const struct option *o, struct config *c,
				       const char *value);

#define UNEXPECTED ""

struct json;

/*
 * The functions of a type. What is NULL does nothing, or for equal and copy what
 * the member needs.
 */
struct option_type {
	option_parse_fn parse;
	/* The default of a new tunnel, see also option->initial. */
	void (*init)(struct config *c);
	bool (*equal)(const struct option *o, const struct config *a,
		      const struct config *b);
	/* Those of the option's fields that src->given has. */
	void (*copy)(const struct option *o, struct config *dst,
		     const struct config *src);
	/* " NAME VALUE", for those of the option's fields that are asked for. */
	void (*print)(const struct option *o, FILE *out, const struct config *c,
		      uint64_t fields);
	void (*json)(const struct option *o, struct json *json,
		     const struct config *c);
	/* The option's attributes in IFLA_INFO_DATA. */
	void (*put)(const struct option *o, struct nlmsghdr *nlh,
		    const struct config *c, uint64_t fields);
	/* One of the option's attributes. False: it is malformed. */
	bool (*read)(const struct option *o, const struct nlattr *attr,
		     struct config *c);
};

struct option {
	const char *name;
	uint64_t fields; /* what it says something about; only once each */
	const struct option_type *type; /* NULL: another keyword for it */
	option_parse_fn parse; /* instead of the type's */
	option_parse_fn parse_ip; /* where ip(8) reads a value in another way */

	/* The member of struct config, see MEMBER(). */
	size_t offset, size;
	uint32_t initial; /* what a new tunnel has, a number */
	uint32_t min, max; /* of a number; max 0: it has only names */
	const struct option_name *names; /* ends with one without text */

	uint16_t attr, attr2; /* IFLA_GRE_*, IFLA_GREX_*; 0: none */
	const char *attr_name; /* what attr is about, if not only this option */
	uint64_t sent_with; /* more fields that attr is about */

	bool is_hex; /* a number, in text */
	const char *json; /* the member of an object */

	const char *value; /* what follows, for help; NULL: nothing does */
	/*
	 * How many values may follow, 0: one must. They begin with a digit or
	 * are "off"; the parser gets them with a space between, or NULL.
	 */
	unsigned int optional;
	const char *expected; /* "is not ..." of a wrong value */
	/* Values for completion; "@dev" and "@netns" are names of those. */
	const char *complete;
	const char *help; /* NULL: an alias */
	/* What it means; with neither type nor parse: the option that it is. */
	const char *alias_of;
	const char *ip_has; /* what ip(8) has in its place, or NULL */
	bool add_only; /* `set` refuses it */
	bool file_only; /* `add` and `set` refuse it */
	bool repeats; /* may be given many times */
	bool is_secret; /* its value is in no message */
};

#define MEMBER(member)                             \
	.offset = offsetof(struct config, member), \
	.size = sizeof(((struct config *)0)->member)

static inline void *option_member(const struct option *o,
				  const struct config *c)
{
	return (char *)c + o->offset;
}

/* In the order of help; ends with an entry without a name. */
extern const struct option option_table[];

/* NULL: there is none of this name. */
const struct option *option_find(const char *name);
/* An alias without a parser of its own is another option, which is returned. */
const struct option *option_meant(const struct option *option);

/* number.c */
extern const struct option_type option_number, option_on_off;
void option_set_number(const struct option *o, struct config *c,
		       uint32_t number);
void option_json_bool(const struct option *o, struct json *json,
		      const struct config *c);
/* An attribute as wide as the member. */
void option_put_number(const struct option *o, struct nlmsghdr *nlh,
		       const struct config *c, uint64_t fields);
bool option_read_number(const struct option *o, const struct nlattr *attr,
			struct config *c);
/* Decimal or 0x hexadecimal. */
bool option_parse_number(const char *text, uint32_t max, uint32_t *number);
/* Hexadecimal, with 0x or without. */
bool option_parse_hex(const char *text, uint32_t max, uint32_t *number);

/* underlay.c */
extern const struct option_type option_outer, option_dev, option_link_netns;
const char *option_parse_nodev(const struct option *o, struct config *c,
			       const char *value);
const char *option_parse_link_netnsid(const struct option *o, struct config *c,
				      const char *value);

/* gre_header.c */
extern const struct option_type option_keys, option_key, option_flags,
	option_flag;
/* Each of them with "no" before it. */
const char *option_parse_flag(const struct option *o, struct config *c,
			      const char *value);
const char *option_parse_encap(const struct option *o, struct config *c,
			       const char *value);

/* outer_header.c */
extern const struct option_type option_tos, option_df;
const char *option_parse_ttl(const struct option *o, struct config *c,
			     const char *value);
const char *option_parse_tos_ip(const struct option *o, struct config *c,
				const char *value);
const char *option_parse_pmtudisc(const struct option *o, struct config *c,
				  const char *value);
const char *option_parse_ignore_df(const struct option *o, struct config *c,
				   const char *value);

/* keepalive.c */
extern const struct option_type option_keepalive, option_secret;

/* device.c */
extern const struct option_type option_mtu, option_up;
const char *option_parse_mtu_ip(const struct option *o, struct config *c,
				const char *value);
const char *option_parse_down(const struct option *o, struct config *c,
			      const char *value);

/* address.c */
extern const struct option_type option_addr, option_route;
const char *option_parse_peer(const struct option *o, struct config *c,
			      const char *value);
const char *option_parse_via(const struct option *o, struct config *c,
			     const char *value);
const char *option_parse_metric(const struct option *o, struct config *c,
				const char *value);
const char *option_parse_table(const struct option *o, struct config *c,
			       const char *value);

#endif /* OPTION_H */
