/* SPDX-License-Identifier: GPL-2.0 */
/* Reads the filters of the current network namespace from their tools. */
#ifndef FILTER_TEXT_H
#define FILTER_TEXT_H

#include "check/underlay.h"

void filter_text_read(struct filter_text *t);
void filter_text_free(struct filter_text *t);

#endif /* FILTER_TEXT_H */
