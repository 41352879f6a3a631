/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In which order sections are applied: the kernel takes no two tunnels with the
 * same ends, nor two routes to the same place; so one that is to have what another
 * has comes after that.
 */
#ifndef SORT_H
#define SORT_H

#include "apply/conf.h"
#include "netlink/tunnels.h"

/*
 * Return the sections of conf, which otherwise keep their order, or NULL if there is no
 * memory. Tunnels that exchange what they have are in no order, and the kernel refuses
 * the first of them. The caller frees the array.
 */
struct section **sort_sections(const struct conf *conf,
			       const struct tunnels *running);

#endif /* SORT_H */
