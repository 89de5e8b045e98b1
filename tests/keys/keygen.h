/* keygen: ssh-keygen as a witness. A test that wants it says so and is skipped where it is not installed. */
#ifndef TESTS_KEYGEN_H
#define TESTS_KEYGEN_H

#include <stdbool.h>
#include <stddef.h>

bool keygen_is_here(void);

/* Runs a program (argv[0] is looked up in PATH, argv ends in NULL) with no input. Its standard output goes to out, cut
 * to size and NUL-terminated. Returns its exit status, -1 where it could not be run. */
int keygen_run(const char *const argv[], char *out, size_t size);

/* Writes n bytes to a new file of mode 0600 in a directory of its own; path (64 bytes) gets its name. */
void keygen_file(const void *p, size_t n, char path[64]);
/* Removes such a file and its directory. */
void keygen_remove(const char *path);

#endif
