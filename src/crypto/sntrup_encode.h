/* sntrup_encode: polynomials of sntrup761 as bytes. Knows: the lengths. Must not know: what the polynomials are for.
 * Serves "NTRU Prime: round 3" (2020) 3.1. Encoding takes a time that does not depend on values; decoding is for public
 * bytes, but for that of small polynomials. */
#ifndef CRYPTO_SNTRUP_ENCODE_H
#define CRYPTO_SNTRUP_ENCODE_H

#include "sntrup_poly.h"

#define SNTRUP_SMALL_LEN 191
#define SNTRUP_RQ_LEN 1158
#define SNTRUP_ROUNDED_LEN 1007

void sntrup_small_encode(const struct sntrup_small *a, uint8_t *out);
void sntrup_small_decode(struct sntrup_small *a, const uint8_t *in);
void sntrup_rq_encode(const struct sntrup_rq *a, uint8_t *out);
void sntrup_rq_decode(struct sntrup_rq *a, const uint8_t *in);
/* Every coefficient is a multiple of 3. */
void sntrup_rounded_encode(const struct sntrup_rq *a, uint8_t *out);
void sntrup_rounded_decode(struct sntrup_rq *a, const uint8_t *in);

#endif
