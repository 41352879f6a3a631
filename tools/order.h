/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In which order sections are applied: the kernel takes no two tunnels with the
 * same ends, so that one which is to have the ends of another comes after that.
 */
#ifndef ORDER_H
#define ORDER_H

#include <stdbool.h>

#include "conf.h"
#include "tunnels.h"

/*
 * Sorts the sections of conf, otherwise as they are in the files. Tunnels that
 * exchange their ends have no order, and the kernel refuses the first of them.
 * False: no memory.
 */
bool order_sections(struct conf *conf, const struct tunnels *running);

#endif /* ORDER_H */
