/* quiet: writing to a pipe whose reader may be gone. Knows: SIGPIPE, and how a library keeps it from its program.
 * Must not know: what is written. Serves: nothing on the wire. */
#ifndef SERVER_QUIET_H
#define SERVER_QUIET_H

#include <sys/types.h>

/* As write, without waiting where fd is non-blocking, and without SIGPIPE: EPIPE in errno is all that happens. */
ssize_t quiet_write(int fd, const void *p, size_t n);

#endif
