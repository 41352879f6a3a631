// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "interrupt.h"

/* Without a lock, as a signal handler needs it. */
static atomic_uint count;
static struct sigaction before[2];

static void interrupt(int signal)
{
	(void)signal;
	count++;
}

void interrupt_catch(void)
{
	struct sigaction action = { .sa_handler = interrupt };

	count = 0;
	sigaction(SIGINT, &action, &before[0]);
	sigaction(SIGTERM, &action, &before[1]);
}

void interrupt_release(void)
{
	sigaction(SIGINT, &before[0], NULL);
	sigaction(SIGTERM, &before[1], NULL);
}

unsigned int interrupts(void)
{
	return count;
}

void interrupt_sleep(uint32_t ms)
{
	struct timespec time = { .tv_sec = (time_t)(ms / 1000),
				 .tv_nsec = (long)(ms % 1000) * 1000000 };

	nanosleep(&time, NULL);
}
