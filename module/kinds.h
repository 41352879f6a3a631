/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_KINDS_H
#define GREX_KINDS_H

int grex_kinds_register(void);
void grex_kinds_unregister(void);

#endif
