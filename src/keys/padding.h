/* padding: PKCS#7's, which CBC in PEM and PKCS#8 wants. Knows: bytes. Must not know: keys. RFC 8018 6.1.1. */
#ifndef KEYS_PADDING_H
#define KEYS_PADDING_H

#include "buf.h"

/* Appends 1 to block bytes. */
void padding_put(struct buf *b, size_t block);
/* Drops them; false where they are not what they must be, or what is left is not one DER sequence to its end: the
 * passphrase was wrong. (Padding alone is right once in 256.) */
bool padding_drop(struct buf *b, size_t block);

#endif
