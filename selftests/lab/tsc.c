// SPDX-License-Identifier: GPL-2.0
/*
 * tsc: print the frequency of this machine's time stamp counter in kHz. A guest under
 * emulation has the same counter. If a guest measures it on a busy machine, the result can
 * be wrong by a factor of six, and its clock runs too fast by that factor.
 */
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

int main(void)
{
	const struct timespec pause = { .tv_nsec = 50000000 };
	unsigned long long ticks = __rdtsc();
	long long ns = now();

	nanosleep(&pause, NULL);
	ns = now() - ns;
	ticks = __rdtsc() - ticks;
	printf("%.0f\n", ticks * 1e6 / ns);
	return 0;
}
