/* der: ASN.1 in its one encoding. Knows: tags, lengths, integers. Must not know: keys. X.690 10. Reading is over a
 * struct reader: the first thing that is not DER, or not what was asked for, sets `bad`. */
#ifndef KEYS_DER_H
#define KEYS_DER_H

#include "buf.h"
#include "reader.h"

#define DER_INTEGER 0x02
#define DER_BITS 0x03
#define DER_OCTETS 0x04
#define DER_NULL 0x05
#define DER_OID 0x06
#define DER_SEQUENCE 0x30
#define DER_TAG0 0xa0 /* [0], constructed */
#define DER_TAG1 0xa1
#define DER_TAG1_PRIMITIVE 0x81 /* [1] IMPLICIT BIT STRING */

/* Is the next value there, and of this tag? */
bool der_is_next(const struct reader *r, uint8_t tag);
/* The contents of the next value, which must have this tag. */
struct slice der_value(struct reader *r, uint8_t tag);
/* The same, to read on in. What is bad in one is not seen by the other: ask both. */
struct reader der_enter(struct reader *r, uint8_t tag);
/* A non-negative integer in its shortest form, as its magnitude; zero is empty. */
struct slice der_integer(struct reader *r);
/* The same, at most 2^32 - 1. */
uint32_t der_number(struct reader *r);
/* A bit string of whole octets. */
struct slice der_bits(struct reader *r, uint8_t tag);

/* A value whose length is not yet known: begin returns a mark, end puts the length in. */
size_t der_begin(struct buf *b, uint8_t tag);
void der_end(struct buf *b, size_t mark);
void der_put(struct buf *b, uint8_t tag, struct slice contents);
/* A big-endian magnitude. */
void der_put_integer(struct buf *b, struct slice magnitude);
void der_put_number(struct buf *b, uint32_t n);
void der_put_bits(struct buf *b, struct slice octets);

#endif
