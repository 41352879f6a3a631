/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_LINUX_KTHREAD_H
#define COMPAT_LINUX_KTHREAD_H

#include_next <linux/kthread.h>

#ifndef COMPAT_HAS_KTHREAD_EXIT
#define kthread_complete_and_exit complete_and_exit
#endif

#endif
