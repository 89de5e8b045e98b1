/* reached: which rows of messages.def a corpus has reached, counted while its inputs run. */
#ifndef FUZZ_REACHED_H
#define FUZZ_REACHED_H

#include "message.h"
#include <nacre/trace.h>

void reached_reset(void);
/* A row was parsed. */
void reached_row(enum msg_id id);
/* A line of the trace: a packet that arrived and parsed reaches its row, and its tail's. */
void reached_line(const struct nacre_trace *line);
/* Prints the rows that were not reached, one a line, each behind `prefix`; how many. */
unsigned reached_print_missing(const char *prefix);

#endif
