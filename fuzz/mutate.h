/* mutate: changes to a payload that follow the rows of messages.def: one field at a time, and still a message. */
#ifndef FUZZ_MUTATE_H
#define FUZZ_MUTATE_H

#include "message.h"

/* Changes one field of the payload at p (n bytes; it may grow to max). The new length; 0: it does not parse, or the
 * result does not fit, and p is as it was. */
size_t mutate_payload(uint8_t *p, size_t n, size_t max, uint32_t *seed);
/* A payload of a random row, its fields small, written at p. 0: it does not fit. */
size_t mutate_new_payload(uint8_t *p, size_t max, uint32_t *seed);
/* The next number of the sequence that *seed is. */
uint32_t mutate_random(uint32_t *seed);

#endif
