// SPDX-License-Identifier: GPL-2.0
#include "lib/list.h"
#include "option/entry.h"

void property_add(struct properties *properties, bool is_there,
		  const char *name)
{
	if (is_there)
		properties->names[properties->count++] = name;
}

bool entry_same_place(const struct entry *a, const struct entry *b)
{
	return ip_equal(&a->to, &b->to) && a->prefix == b->prefix &&
	       a->metric == b->metric && a->table == b->table;
}

bool entry_equal(const struct entry *a, const struct entry *b)
{
	return entry_same_place(a, b) && ip_equal(&a->via, &b->via);
}

bool entry_same_address(const struct entry *a, const struct entry *b)
{
	return entry_equal(a, b) ||
	       (a->local.family == AF_INET6 && ip_equal(&a->local, &b->local));
}

void entries_add(struct entries *entries, const struct entry *entry)
{
	list_add(&entries->list, &entries->count, entry, sizeof(*entry));
}

const struct entry *entries_find(const struct entries *entries,
				 const struct entry *entry, entry_same_fn *same)
{
	size_t i;

	for (i = 0; i < entries->count; i++)
		if (same(&entries->list[i], entry))
			return &entries->list[i];
	return NULL;
}

bool entries_have(const struct entries *entries, const struct entry *entry)
{
	return entries_find(entries, entry, entry_equal);
}

bool entries_have_family(const struct entries *entries, int family)
{
	size_t i;

	for (i = 0; i < entries->count; i++)
		if (entries->list[i].to.family == family)
			return true;
	return false;
}
