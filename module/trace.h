/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM grex

#if !defined(GREX_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define GREX_TRACE_H

#include <linux/netdevice.h>
#include <linux/tracepoint.h>

#include "keepalive_fsm.h"

TRACE_DEFINE_ENUM(GREX_FSM_OFF);
TRACE_DEFINE_ENUM(GREX_FSM_DOWN);
TRACE_DEFINE_ENUM(GREX_FSM_HOLD);
TRACE_DEFINE_ENUM(GREX_FSM_UP);

/* Tools would format the macros as calls. This is the layout of all such events. */
/* clang-format off */
#define grex_trace_state(state)					\
	__print_symbolic(state, { GREX_FSM_OFF, "off" },	\
				{ GREX_FSM_DOWN, "down" },	\
				{ GREX_FSM_HOLD, "hold" },	\
				{ GREX_FSM_UP, "up" })

/* The state of a tunnel's peer has changed. */
TRACE_EVENT(grex_keepalive,

	TP_PROTO(const struct net_device *dev, u8 old,
		 const struct grex_fsm *fsm),

	TP_ARGS(dev, old, fsm),

	TP_STRUCT__entry(
		__array(char, name, IFNAMSIZ)
		__field(int, ifindex)
		__field(u8, old)
		__field(u8, state)
		__field(u8, misses)
		__field(u64, flaps)
	),

	TP_fast_assign(
		memcpy(__entry->name, dev->name, IFNAMSIZ);
		__entry->ifindex = dev->ifindex;
		__entry->old = old;
		__entry->state = fsm->state;
		__entry->misses = fsm->misses;
		__entry->flaps = fsm->flaps;
	),

	TP_printk("dev=%s ifindex=%d old=%s state=%s misses=%u flaps=%llu",
		  __entry->name, __entry->ifindex,
		  grex_trace_state(__entry->old),
		  grex_trace_state(__entry->state), __entry->misses,
		  (unsigned long long)__entry->flaps)
);
/* clang-format on */

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
