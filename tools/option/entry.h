/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses of a device and routes into it, which lists treat alike. */
#ifndef ENTRY_H
#define ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "option/ip.h"

/* Properties of a device or an address that no option can express, by name. */
struct properties {
	const char *names[6];
	size_t count;
};

/*
 * The protocol of the addresses and routes that gretool adds, by which it knows its own.
 * The number is that of GRE; iproute2, FRR and BIRD do not use it. Kernels before 5.18 do
 * not store it with addresses.
 */
#define ENTRY_PROTOCOL 47

/* An address as RTM_NEWADDR has it, or a route as RTM_NEWROUTE has it. */
struct entry {
	union {
		struct ip local; /* of an address */
		struct ip to; /* of a route */
	};
	union {
		struct ip peer; /* AF_UNSPEC: none */
		struct ip via; /* AF_UNSPEC: none */
	};
	unsigned int prefix; /* 0..32 or 0..128; of the peer if there is one */
	bool prefix_given;
	uint32_t metric; /* of a route, see config_default_metric() */
	uint32_t table; /* of a route: RT_TABLE_* or any other number */
	uint8_t protocol; /* IFA_PROTO, 0: unknown; RTPROT_* */
	struct properties properties; /* of an address */
	int ifindex; /* of an address that the kernel has */
	size_t word; /* the number of its word in struct source */
};

struct entries {
	struct entry *list;
	size_t count;
};

/* Add a property, if it is there. */
void property_add(struct properties *properties, bool is_there,
		  const char *name);

typedef bool(entry_same_fn)(const struct entry *a, const struct entry *b);

/* Whether they are equal. The protocol and the properties do not matter. */
entry_same_fn entry_equal;
/* Whether the destination, metric and table are equal, so that one excludes the other. */
entry_same_fn entry_same_place;
/* The same for addresses: they are equal, or have the same IPv6 address. */
entry_same_fn entry_same_address;

void entries_add(struct entries *entries, const struct entry *entry);
/* Returns the first entry that is the same, or NULL. */
const struct entry *entries_find(const struct entries *entries,
				 const struct entry *entry,
				 entry_same_fn *same);
/* entries_find() with entry_equal(). */
bool entries_have(const struct entries *entries, const struct entry *entry);
bool entries_have_family(const struct entries *entries, int family);

#endif /* ENTRY_H */
