/* SPDX-License-Identifier: GPL-2.0 */
/* The filters of the network namespace that we are in, as their tools print. */
#ifndef FILTER_TEXT_H
#define FILTER_TEXT_H

#include "check/underlay.h"

void filter_text_read(struct filter_text *t);
void filter_text_free(struct filter_text *t);

#endif /* FILTER_TEXT_H */
