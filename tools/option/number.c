// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/attr.h"
#include "lib/json.h"
#include "option/option.h"

/* strtoull() alone would accept signs, white space and trailing text. */
bool option_parse_digits(const char *text, int base, uint32_t max,
			 uint32_t *number)
{
	const bool is_0x = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	unsigned long long value;
	char *end;

	if (!base)
		base = is_0x ? 16 : 10;
	if (is_0x && base == 16)
		text += 2;
	if (base == 16 ? !isxdigit((unsigned char)*text)
		       : !isdigit((unsigned char)*text))
		return false;
	errno = 0;
	value = strtoull(text, &end, base);
	if (errno || *end || value > max)
		return false;
	*number = (uint32_t)value;
	return true;
}

bool option_parse_number(const char *text, uint32_t max, uint32_t *number)
{
	return option_parse_digits(text, 0, max, number);
}

void option_set_number(const struct option *o, struct config *c,
		       uint32_t number)
{
	void *member = option_member(o, c);

	if (o->is_on_off)
		*(bool *)member = number;
	else if (o->size == sizeof(uint8_t))
		*(uint8_t *)member = (uint8_t)number;
	else
		*(uint32_t *)member = number;
}

static uint32_t get_number(const struct option *o, const struct config *c)
{
	const void *member = option_member(o, c);

	return o->size == sizeof(uint8_t) ? *(const uint8_t *)member
					  : *(const uint32_t *)member;
}

static const char *parse_number(const struct option *o, struct config *c,
				const char *value)
{
	const struct option_name *name = o->names;
	uint32_t number;

	for (; name && name->text; name++)
		if (!strcmp(value, name->text)) {
			option_set_number(o, c, name->number);
			return NULL;
		}
	if (!o->max || !option_parse_number(value, o->max, &number) ||
	    number < o->min)
		return UNEXPECTED;
	option_set_number(o, c, number);
	return NULL;
}

/* Returns NULL if the number has no name. */
static const char *name_of(const struct option *o, uint32_t number)
{
	const struct option_name *name;

	for (name = o->names; name && name->text; name++)
		if (name->number == number)
			return name->text;
	/* A newer kernel may have more. `add` does not accept "unknown". */
	return o->max ? NULL : "unknown";
}

static void print_number(const struct option *o, FILE *out,
			 const struct config *c, uint64_t fields)
{
	uint32_t number = get_number(o, c);
	const char *name = name_of(o, number);

	if (name)
		fprintf(out, " %s %s", o->name, name);
	else
		fprintf(out, o->is_hex ? " %s 0x%" PRIx32 : " %s %" PRIu32,
			o->name, number);
}

void option_json_number(const struct option *o, struct json *json,
			const struct config *c)
{
	uint32_t number = get_number(o, c);
	const char *name = name_of(o, number);

	if (o->is_on_off)
		json_bool(json, o->json, number);
	else if (!name)
		json_number(json, o->json, number);
	else
		json_string(json, o->json, strcmp(name, "off") ? name : NULL);
}

void option_put_number(const struct option *o, struct nlmsghdr *nlh,
		       const struct config *c, uint64_t fields)
{
	if (o->is_on_off)
		mnl_attr_put_u32(nlh, o->attr, get_number(o, c));
	else
		mnl_attr_put(nlh, o->attr, o->size, option_member(o, c));
}

bool option_read_number(const struct option *o, const struct nlattr *attr,
			struct config *c)
{
	uint32_t on = 0;
	bool ok;

	if (!o->is_on_off)
		return attr_read(attr, option_member(o, c), o->size);
	ok = ATTR_READ(attr, on);
	option_set_number(o, c, on);
	return ok;
}

const struct option_type option_number = {
	.parse = parse_number,
	.print = print_number,
	.json = option_json_number,
	.put = option_put_number,
	.read = option_read_number,
};
