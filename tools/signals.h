/* signals: what comes asynchronously, as a descriptor to poll for. Knows: sigaction and a pipe. Must not know: what is
 * done about a signal. signal-safety(7). */
#ifndef TOOL_SIGNALS_H
#define TOOL_SIGNALS_H

#include <stdbool.h>

/* From now on SIGWINCH, SIGCONT, SIGTSTP, SIGINT, SIGTERM, SIGHUP and SIGQUIT only leave a note. Those of them that are
 * ignored stay so. False without a pipe. */
bool signals_begin(void);
/* Readable once a note is there. */
int signals_fd(void);
/* The next signal that came, or 0. Several of one kind may count as one. */
int signals_take(void);
/* Stops this process as SIGTSTP does without a handler, and returns when it goes on. */
void signals_stop_here(void);
/* Signals act as before. */
void signals_end(void);

#endif
