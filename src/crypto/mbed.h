/* mbed: mbedTLS's symmetric half behind a few calls. Knows (in mbed.c, with mbed_pk.h): every difference between
 * mbedTLS 2.28 and 3.6. Must not know: SSH. SP 800-38A, SP 800-38D. Secrets are wiped by the library's own free
 * calls. */
#ifndef CRYPTO_MBED_H
#define CRYPTO_MBED_H

#include "hash.h"

/* MD5, SHA-1 and SHA-384, in the state of a struct hash. */
int mbed_hash_init(struct hash *h) NACRE_CHECK;
int mbed_hash_update(struct hash *h, struct slice s) NACRE_CHECK;
int mbed_hash_final(struct hash *h, uint8_t *out) NACRE_CHECK;
void mbed_hash_free(struct hash *h);

/* AES-GCM with a 12-byte nonce and a 16-byte tag; to out, which may be p. */
#define MBED_GCM_STATE 512
int mbed_gcm_init(void *state, const uint8_t *key, size_t key_len) NACRE_CHECK;
int mbed_gcm_seal(void *state, const uint8_t nonce[12], struct slice ad, const uint8_t *p, size_t n, uint8_t *out,
    uint8_t tag[16]) NACRE_CHECK;
/* NACRE_E_MAC, and nothing decrypted, where the tag is wrong. */
int mbed_gcm_open(void *state, const uint8_t nonce[12], struct slice ad, const uint8_t *p, size_t n,
    const uint8_t tag[16], uint8_t *out) NACRE_CHECK;
void mbed_gcm_free(void *state);

/* AES in counter mode: a 128-bit big-endian counter that runs on across calls. */
#define MBED_CTR_STATE 400
int mbed_ctr_init(void *state, const uint8_t *key, size_t key_len, const uint8_t iv[16]) NACRE_CHECK;
int mbed_ctr_crypt(void *state, uint8_t *p, size_t n) NACRE_CHECK;
void mbed_ctr_free(void *state);

/* PBKDF2 (RFC 8018 5.2) with HMAC over the hash that mbedTLS numbers `md` (an mbedtls_md_type_t), n bytes to key. */
int mbed_pbkdf2(
    int md, struct slice password, struct slice salt, uint32_t iterations, uint8_t *key, size_t n) NACRE_CHECK;

#endif
