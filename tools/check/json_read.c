// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check/json_read.h"

/* More than any ruleset needs, less than our stack has. */
#define DEPTH_MAX 200

struct reader {
	char *at;
	unsigned int depth;
};

static struct json_value *read_value(struct reader *r);

static void skip_space(struct reader *r)
{
	r->at += strspn(r->at, " \t\r\n");
}

static bool take(struct reader *r, char c)
{
	skip_space(r);
	if (*r->at != c)
		return false;
	r->at++;
	return true;
}

static bool take_word(struct reader *r, const char *word)
{
	const size_t length = strlen(word);

	if (strncmp(r->at, word, length) != 0)
		return false;
	r->at += length;
	return true;
}

static bool read_hex(const char *at, unsigned int *code)
{
	char digits[5] = "";
	char *end;

	memcpy(digits, at, strnlen(at, 4));
	if (strspn(digits, "0123456789abcdefABCDEF") != 4)
		return false;
	*code = (unsigned int)strtoul(digits, &end, 16);
	return true;
}

/* What \u means, as UTF-8; never longer than it was. */
static bool read_unicode(char **from, char **to)
{
	unsigned int code, low;
	char *out = *to;

	if (!read_hex(*from, &code) || !code)
		return false;
	*from += 4;
	if (code >= 0xd800 && code < 0xdc00) {
		if ((*from)[0] != '\\' || (*from)[1] != 'u' ||
		    !read_hex(*from + 2, &low) || low < 0xdc00 || low > 0xdfff)
			return false;
		*from += 6;
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
	} else if (code >= 0xdc00 && code < 0xe000) {
		return false;
	}
	if (code < 0x80) {
		*out++ = (char)code;
	} else if (code < 0x800) {
		*out++ = (char)(0xc0 | code >> 6);
		*out++ = (char)(0x80 | (code & 0x3f));
	} else if (code < 0x10000) {
		*out++ = (char)(0xe0 | code >> 12);
		*out++ = (char)(0x80 | (code >> 6 & 0x3f));
		*out++ = (char)(0x80 | (code & 0x3f));
	} else {
		*out++ = (char)(0xf0 | code >> 18);
		*out++ = (char)(0x80 | (code >> 12 & 0x3f));
		*out++ = (char)(0x80 | (code >> 6 & 0x3f));
		*out++ = (char)(0x80 | (code & 0x3f));
	}
	*to = out;
	return true;
}

static bool read_escape(char **from, char **to)
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	const char letter = *(*from)++;
	const char *found;

	if (letter == 'u')
		return read_unicode(from, to);
	found = letter ? strchr(letters, letter) : NULL;
	if (!found)
		return false;
	*(*to)++ = meant[found - letters];
	return true;
}

/* After the quote. In place: the text gets no longer. */
static const char *read_string(struct reader *r)
{
	char *start = r->at, *from = start, *to = start;

	while (*from != '"') {
		if ((unsigned char)*from < 0x20)
			return NULL;
		if (*from != '\\') {
			*to++ = *from++;
			continue;
		}
		from++;
		if (!read_escape(&from, &to))
			return NULL;
	}
	*to = '\0';
	r->at = from + 1;
	return start;
}

static bool read_number(struct reader *r, uint64_t *number)
{
	const char *const start = r->at;
	char *end;

	*number = UINT64_MAX;
	if (*r->at == '-')
		r->at++;
	if (*r->at < '0' || *r->at > '9')
		return false;
	errno = 0;
	if (*start != '-') {
		*number = strtoull(start, &end, 10);
		if (errno || strspn(end, ".eE"))
			*number = UINT64_MAX;
	}
	r->at += strspn(r->at, "0123456789.eE+-");
	return true;
}

/* The elements of an array, or the members of an object. */
static bool read_nest(struct reader *r, struct json_value *nest, char end)
{
	struct json_value **last = &nest->first;
	const char *name = NULL;

	if (take(r, end))
		return true;
	do {
		if (nest->type == JSON_OBJECT) {
			if (!take(r, '"'))
				return false;
			name = read_string(r);
			if (!name || !take(r, ':'))
				return false;
		}
		*last = read_value(r);
		if (!*last)
			return false;
		(*last)->name = name;
		last = &(*last)->next;
	} while (take(r, ','));
	return take(r, end);
}

static bool fill_value(struct reader *r, struct json_value *value)
{
	if (take(r, '{')) {
		value->type = JSON_OBJECT;
		return read_nest(r, value, '}');
	}
	if (take(r, '[')) {
		value->type = JSON_ARRAY;
		return read_nest(r, value, ']');
	}
	if (take(r, '"')) {
		value->type = JSON_STRING;
		value->text = read_string(r);
		return value->text;
	}
	if (take_word(r, "null"))
		return true;
	value->type = JSON_BOOL;
	value->number = 1;
	if (take_word(r, "true"))
		return true;
	value->number = 0;
	if (take_word(r, "false"))
		return true;
	value->type = JSON_NUMBER;
	return read_number(r, &value->number);
}

static struct json_value *read_value(struct reader *r)
{
	struct json_value *value;
	bool good;

	if (r->depth == DEPTH_MAX)
		return NULL;
	value = calloc(1, sizeof(*value));
	if (!value)
		return NULL;
	r->depth++;
	good = fill_value(r, value);
	r->depth--;
	if (good)
		return value;
	json_free(value);
	return NULL;
}

struct json_value *json_read(char *text)
{
	struct reader r = { .at = text };
	struct json_value *value = read_value(&r);

	skip_space(&r);
	if (!*r.at)
		return value;
	json_free(value);
	return NULL;
}

void json_free(struct json_value *value)
{
	struct json_value *next;

	for (; value; value = next) {
		next = value->next;
		json_free(value->first);
		free(value);
	}
}

const struct json_value *json_member(const struct json_value *value,
				     const char *name)
{
	const struct json_value *member;

	if (!value || value->type != JSON_OBJECT)
		return NULL;
	for (member = value->first; member; member = member->next)
		if (!strcmp(member->name, name))
			return member;
	return NULL;
}

const char *json_text(const struct json_value *value, const char *name)
{
	const struct json_value *member = json_member(value, name);

	return member && member->type == JSON_STRING ? member->text : "";
}

bool json_is(const struct json_value *value, const char *text)
{
	return value && value->type == JSON_STRING &&
	       !strcmp(value->text, text);
}
