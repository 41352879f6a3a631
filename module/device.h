/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_DEVICE_H
#define GREX_DEVICE_H

struct net_device;

void grex_device_setup(struct net_device *dev);

#endif
