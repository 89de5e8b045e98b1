/* mbed_block: mbedTLS's block ciphers: one block of AES, and CBC with AES or triple DES. Knows: keys and blocks. Must
 * not know: packets, padding. SP 800-38A 6.1-6.2, SP 800-67. Secrets are wiped by the library's own free calls. */
#ifndef CRYPTO_MBED_BLOCK_H
#define CRYPTO_MBED_BLOCK_H

#include "slice.h"
#include <nacre/status.h>

/* One block of AES, encrypted. */
#define MBED_AES_STATE 320
int mbed_aes_init(void *state, const uint8_t *key, size_t key_len) NACRE_CHECK;
int mbed_aes_block(void *state, const uint8_t in[16], uint8_t out[16]) NACRE_CHECK;
void mbed_aes_free(void *state);

/* CBC in place, in one direction; the last block goes on into the next call. n is a multiple of the block. */
#define MBED_CBC_STATE 432
int mbed_aes_cbc_init(void *state, const uint8_t *key, size_t key_len, const uint8_t iv[16], bool encrypt) NACRE_CHECK;
int mbed_aes_cbc_crypt(void *state, uint8_t *p, size_t n) NACRE_CHECK;
void mbed_aes_cbc_free(void *state);
/* Three keys of 8 bytes (encrypt, decrypt, encrypt), their parity bits not looked at. */
int mbed_des3_cbc_init(void *state, const uint8_t key[24], const uint8_t iv[8], bool encrypt) NACRE_CHECK;
int mbed_des3_cbc_crypt(void *state, uint8_t *p, size_t n) NACRE_CHECK;
void mbed_des3_cbc_free(void *state);

#endif
