/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_DELIVER_H
#define GREX_DELIVER_H

struct grex_tunnel;
struct sk_buff;

void grex_deliver(struct grex_tunnel *tunnel, struct sk_buff *skb);

#endif
