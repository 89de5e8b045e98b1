/* ppk: PuTTY's private key files, versions 2 and 3. Knows: their fields, MAC and encryption. Must not know: where files
 * are. PuTTY's manual, appendix C "PPK file format". What a file may ask for is bounded. */
#ifndef KEYS_PPK_H
#define KEYS_PPK_H

#include "format.h"

#define PPK_START "PuTTY-User-Key-File-"
#define PPK_MEMORY_MAX ((uint32_t)1 << 20) /* KiB of Argon2: 1 GiB */
#define PPK_WORK_MAX ((uint64_t)1 << 24) /* KiB times passes: some ten seconds */
#define PPK_MAC_MAX 32
#define PPK_SALT_LEN 16

enum ppk_kdf { PPK_KDF_NONE, PPK_KDF_ARGON2I, PPK_KDF_ARGON2ID };

struct ppk {
	unsigned version; /* 2 or 3 */
	bool is_encrypted; /* aes256-cbc */
	struct slice type, comment; /* in the text, or the key's own */
	struct buf public_blob, private_blob;
	enum ppk_kdf kdf; /* version 3, encrypted */
	uint32_t memory, passes;
	uint8_t salt[PPK_SALT_LEN];
	uint8_t mac[PPK_MAC_MAX];
};

size_t ppk_mac_len(const struct ppk *p);
/* Encrypts or decrypts the private blob in place, and gives the MAC over everything, in clear. passphrase: NULL where
 * the file is not encrypted. */
int ppk_open(struct ppk *p, const char *passphrase, uint8_t mac[PPK_MAC_MAX]) NACRE_CHECK;
int ppk_seal(struct ppk *p, const char *passphrase) NACRE_CHECK; /* the MAC into p->mac */

int ppk_read(const struct nacre_env *env, struct slice text, const char *passphrase, nacre_key **key,
    struct why *why) NACRE_CHECK;
int ppk_peek(const struct nacre_env *env, struct slice text, nacre_key **key, struct why *why) NACRE_CHECK;
format_write_fn ppk_write_2, ppk_write_3;

#endif
