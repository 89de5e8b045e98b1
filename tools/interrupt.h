/* interrupt: Ctrl-C as a wish and not as an end. Knows: SIGINT. Must not know: what is interrupted. Serves: nothing on
 * the wire. */
#ifndef TOOL_INTERRUPT_H
#define TOOL_INTERRUPT_H

#include <stdbool.h>

/* From now on the first Ctrl-C is a wish; a second one before it is forgotten ends the program. A read ends with
 * EINTR. */
void interrupt_begin(void);
bool interrupt_came(void);
/* Waits for something to read. False where Ctrl-C came first. */
bool interrupt_wait(int fd);
void interrupt_forget(void);

#endif
