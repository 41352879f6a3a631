/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_DEMUX_H
#define GREX_DEMUX_H

int grex_demux_register(void);
void grex_demux_unregister(void);

#endif
