/* mlkem_fips203: ML-KEM-768 without its randomness. Knows: the algorithms of FIPS 203. Must not know: where the random
 * bytes come from, whether libsodium has it too. Serves FIPS 203 5 and 6 (algorithms 13 to 18). Time and memory
 * accesses do not depend on secrets. */
#ifndef CRYPTO_MLKEM_FIPS203_H
#define CRYPTO_MLKEM_FIPS203_H

#include "mlkem768.h"

/* Algorithm 16, ML-KEM.KeyGen_internal: 32 bytes of d, 32 of z. */
void mlkem_keygen_internal(const uint8_t *d, const uint8_t *z, uint8_t *ek, uint8_t *dk);
/* Algorithm 17, ML-KEM.Encaps_internal: ek was checked, m is 32 random bytes. */
void mlkem_encaps_internal(const uint8_t *ek, const uint8_t *m, uint8_t *ct, uint8_t *secret);
/* Algorithm 18, ML-KEM.Decaps_internal: another ciphertext than encaps makes gives a secret that nobody else knows. */
void mlkem_decaps_internal(const uint8_t *dk, const uint8_t *ct, uint8_t *secret);

#endif
