/* SPDX-License-Identifier: GPL-2.0 */
/* A JSON reader (RFC 8259), for what other programs print. */
#ifndef JSON_READ_H
#define JSON_READ_H

#include <stdbool.h>
#include <stdint.h>

enum json_type {
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

struct json_value {
	enum json_type type;
	const char *name; /* of a member, else NULL */
	const char *text; /* of a string */
	uint64_t number; /* of true: 1; of a number that is none: UINT64_MAX */
	struct json_value *first; /* of an array or object, in order */
	struct json_value *next;
};

/*
 * NULL: it is not JSON, or nested too deep, or there is no memory. The strings
 * stay in text, which is overwritten and must live as long.
 */
struct json_value *json_read(char *text);
void json_free(struct json_value *value);

/* NULL if there is none, also where value is no object or is NULL. */
const struct json_value *json_member(const struct json_value *value,
				     const char *name);
/* The text of a string member, or "". */
const char *json_text(const struct json_value *value, const char *name);
bool json_is(const struct json_value *value, const char *text);

#endif /* JSON_READ_H */
