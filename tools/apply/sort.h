/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The order in which sections are applied. The kernel refuses two tunnels with the same
 * endpoints, and two equal routes. So a section that takes over what another tunnel
 * has comes after the section of that tunnel.
 */
#ifndef SORT_H
#define SORT_H

#include "apply/conf.h"
#include "netlink/tunnels.h"

/*
 * Return the sections of conf, which keep the order of the files where possible. There is
 * no order for tunnels that swap what they have; the kernel refuses the first of them. The
 * caller frees the array.
 */
struct section **sort_sections(const struct conf *conf,
			       const struct tunnels *running);

#endif /* SORT_H */
