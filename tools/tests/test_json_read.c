// SPDX-License-Identifier: GPL-2.0
/* The JSON reader: what is JSON, what is not, and what is in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/json_read.h"
#include "tap.h"

static void test_good(void)
{
	static const char *const good[] = {
		"{}",
		"[]",
		" [ ] ",
		"null",
		"true",
		"false",
		"0",
		"-1",
		"1.5e+3",
		"\"\"",
		"{\"a\":[1,2,{\"b\":null}],\"c\":\"d\"}",
		"\t{\n\"a\" : 1 ,\r\"a\" : 2 }\n",
		"\"\\u00e9\\ud83d\\ude00\\n\\\\\\\"\\/\"",
	};
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		char *copy = strdup(good[i]);
		struct json_value *v = json_read(copy);

		check(v, "taken: %zu", i);
		json_free(v);
		free(copy);
	}
}

static void test_bad(void)
{
	static const char *const bad[] = {
		"",
		" ",
		"{",
		"[",
		"[1",
		"[1,",
		"[1,]",
		"{\"a\"}",
		"{\"a\":}",
		"{\"a\":1,}",
		"{a:1}",
		"{1:1}",
		"nul",
		"tru",
		"-",
		"+1",
		".5",
		"\"",
		"\"a",
		"\"\\",
		"\"\\x\"",
		"\"\\u12\"",
		"\"\\u0000\"",
		"\"\\ud800\"",
		"\"\\ud800\\u0041\"",
		"\"\\udc00\"",
		"\"a\nb\"",
		"[] []",
		"{} x",
		"]",
		"}",
		"'a'",
	};
	struct json_value *v;
	char deep[1001];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *copy = strdup(bad[i]);

		v = json_read(copy);
		check(!v, "refused: %zu", i);
		json_free(v);
		free(copy);
	}
	memset(deep, '[', 500);
	memset(deep + 500, ']', 500);
	deep[1000] = '\0';
	check(!json_read(deep), "refused: too deep");
	memset(deep, '[', 100);
	memset(deep + 100, ']', 100);
	deep[200] = '\0';
	v = json_read(deep);
	check(v, "taken: deep");
	json_free(v);
}

static void test_values(void)
{
	char text[] = "{\"s\":\"a\\tb\\u20ac\",\"n\":18446744073709551614,"
		      "\"x\":-5,\"f\":1.5,\"t\":true,\"l\":[1,\"2\",null],"
		      "\"o\":{\"s\":\"inner\"}}";
	struct json_value *v = json_read(text);
	const struct json_value *list = json_member(v, "l");

	check_text(json_text(v, "s"), "a\tb\xe2\x82\xac", "a string");
	check_text(json_text(json_member(v, "o"), "s"), "inner", "a nest");
	check_text(json_text(v, "n"), "", "a number is no string");
	check_text(json_text(v, "none"), "", "no such member");
	check_text(json_text(NULL, "s"), "", "of nothing");
	check(!json_member(list, "s"), "an array has no members");
	check(json_member(v, "n")->number == UINT64_MAX - 1, "a large number");
	check(json_member(v, "x")->number == UINT64_MAX, "a negative one");
	check(json_member(v, "f")->number == UINT64_MAX, "a broken one");
	check(json_member(v, "t")->number == 1, "true");
	check(list && list->first->number == 1, "the first element");
	check(json_is(list->first->next, "2"), "the second");
	check(list->first->next->next->type == JSON_NULL, "the third");
	check(!list->first->next->next->next, "and no more");
	check(!json_is(NULL, ""), "nothing is no text");
	json_free(v);
}

int main(void)
{
	test_good();
	test_bad();
	test_values();
	return finish();
}
