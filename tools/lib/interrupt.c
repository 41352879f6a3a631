// SPDX-License-Identifier: GPL-2.0
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "lib/interrupt.h"

/* Without a lock, as a signal handler needs it. */
static atomic_uint count;
static struct sigaction before[2];
static sigset_t mask;

static void interrupt(int signal)
{
	count++;
}

void interrupt_catch(void)
{
	struct sigaction action = { .sa_handler = interrupt };
	sigset_t caught;

	count = 0;
	/* They wait for the next sleep: one that came just before it would not
	 * end it.
	 */
	sigemptyset(&caught);
	sigaddset(&caught, SIGINT);
	sigaddset(&caught, SIGTERM);
	sigprocmask(SIG_BLOCK, &caught, &mask);
	sigaction(SIGINT, &action, &before[0]);
	sigaction(SIGTERM, &action, &before[1]);
}

void interrupt_release(void)
{
	/* What waits was for us, too. */
	sigprocmask(SIG_SETMASK, &mask, NULL);
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

	ppoll(NULL, 0, &time, &mask);
}
