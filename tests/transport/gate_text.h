/* gate_text: the gate's verdict for every number in every state, as text. */
#ifndef TESTS_GATE_TEXT_H
#define TESTS_GATE_TEXT_H

#include <stddef.h>

/* The whole text, in memory of malloc's; *n is its length. */
char *gate_text(size_t *n);

#endif
