/* SPDX-License-Identifier: GPL-2.0 */
/* Commands that run until somebody ends them, and have something to say then. */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>

/* From now on SIGINT and SIGTERM end nothing; each sleep counts those that came. */
void interrupt_catch(void);
unsigned int interrupts(void);
/* They end the program again: the next command of a batch may know nothing. */
void interrupt_release(void);

/* Wait; a signal ends it early, even one from before. */
void interrupt_sleep(uint32_t ms);

#endif /* INTERRUPT_H */
