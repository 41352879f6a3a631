// SPDX-License-Identifier: GPL-2.0
#include "histogram.h"

/**
 * grex_histogram_bucket - which bucket does a value belong to
 * @bounds: the upper bound of each bucket but the last, each higher than the one
 *	before; a value that is a bound belongs to its bucket
 * @count: how many bounds
 * @value: to be counted
 *
 * Return: 0..@count, @count for what is above all bounds
 */
unsigned int grex_histogram_bucket(const u64 *bounds, unsigned int count,
				   u64 value)
{
	unsigned int low = 0, high = count;

	while (low < high) {
		const unsigned int middle = low + (high - low) / 2;

		if (bounds[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
