/* backend: libsodium's and mbedTLS's calls, made to fail on purpose. Each call that src/crypto makes into those of
 * meson.build's list is counted. */
#ifndef TESTS_BACKEND_H
#define TESTS_BACKEND_H

#include <stdbool.h>

extern unsigned backend_calls; /* so far */
extern unsigned backend_fail_at; /* the call of this number (from 1) fails; 0: none does */
extern bool backend_is_faulty; /* signing succeeds, and gives a signature with one wrong bit */

#endif
