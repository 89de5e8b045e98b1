/* signer_time: moments as ssh-keygen writes them. Knows: digits, the calendar. Must not know: time zones, clocks.
 * ssh-keygen(1), ALLOWED SIGNERS (valid-after). */
#ifndef CONFIG_SIGNER_TIME_H
#define CONFIG_SIGNER_TIME_H

#include "slice.h"
#include <nacre/allowed_signers.h>

/* YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS with Z (or UTC) behind it, or without one, which `local` then places (NULL:
 * nobody does). False where it is none; 1970's first second is none. */
bool signer_time_parse(struct slice text, nacre_local_time_fn *local, void *ctx, uint64_t *seconds);

#endif
