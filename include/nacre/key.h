/* Keys: public keys, private keys, and the files they are kept in.
 *
 * A key is one of ssh-ed25519, ecdsa-sha2-nistp256, -384, -521, ssh-rsa (2048 to 8192 bits; env.h: rsa_bits_min),
 * ssh-dss (1024 bits, for old peers: it is never made, and signs only where the algorithm is asked for by name or
 * preset), ssh-mldsa44-ed25519@openssh.com (ML-DSA-44 and Ed25519 in one, against quantum computers; of OpenSSH 10.4),
 * sk-ssh-ed25519@openssh.com and sk-ecdsa-sha2-nistp256@openssh.com, or an OpenSSH certificate for one of these but
 * ssh-dss (cert.h). It may have its private half, or a signer where that half is elsewhere. It never changes after it
 * was made, so that any number of threads and connections may use one key at once. Private halves are kept in locked
 * memory behind guard pages where the system gives it, and are wiped when freed.
 *
 * No function here opens a file: see nacre_key_load in io.h. `why` arguments take a sentence about a failure (escaped,
 * NUL-terminated, cut to why_size); NULL and 0 where it is not wanted. */
#ifndef NACRE_KEY_H
#define NACRE_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <nacre/env.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nacre_key nacre_key;

/* Reads a private key from the n bytes of a file, whose format is found out: openssh-key-v1 (OpenSSH PROTOCOL.key;
 * every cipher of ssh-keygen's), PEM (PKCS#1, SEC 1 and PKCS#8, plain, encrypted by headers or by PBES2), PuTTY's
 * versions 2 and 3. The public half is computed where the file lacks it. passphrase: NULL or "" where there is none.
 * A security key's file (openssh-key-v1) has a handle where others have a private half: the key that comes of it can
 * not sign, and nacre_key_with_signer makes of it one that asks the device (nacre_key_sk_handle). *key is NULL on
 * failure, else the caller's, for nacre_key_free. What a file may cost is bounded: 65536 rounds of bcrypt, 10000000
 * iterations of PBKDF2, 256 MiB of scrypt, 1 GiB of Argon2; what asks for more is NACRE_E_UNSUPPORTED.
 *   NACRE_E_KEY_PASSPHRASE        it is encrypted, and no passphrase was given
 *   NACRE_E_KEY_PASSPHRASE_WRONG  it is encrypted with another one (or was altered: nobody can tell)
 *   NACRE_E_KEY_TYPE_UNKNOWN      a type that this build does not know; `why` says which
 *   NACRE_E_UNSUPPORTED           a format or cipher that this build does not read; `why` says which
 *   NACRE_E_KEY_FORMAT            malformed; `why` says what and where
 *   NACRE_E_KEY_TYPE              a size that is not allowed
 *   NACRE_E_NOMEM, NACRE_E_CRYPTO, NACRE_E_ARGUMENT */
NACRE_API int nacre_key_parse_private(const struct nacre_env *env, const uint8_t *p, size_t n, const char *passphrase,
    nacre_key **key, char *why, size_t why_size) NACRE_CHECK;

/* The public half of such a file. openssh-key-v1 and PuTTY's have it in clear even if the private half is encrypted;
 * of an encrypted PEM file it is NACRE_E_KEY_PASSPHRASE. */
NACRE_API int nacre_key_peek_public(
    const struct nacre_env *env, const uint8_t *p, size_t n, nacre_key **key, char *why, size_t why_size) NACRE_CHECK;

/* Reads a public key: a `.pub` line ("ssh-ed25519 AAAA... comment", of which the first is read, behind blank lines and
 * those that begin with '#'), RFC 4716, or PEM ("PUBLIC KEY", "RSA PUBLIC KEY"). */
NACRE_API int nacre_key_parse_public(
    const struct nacre_env *env, const char *text, size_t n, nacre_key **key, char *why, size_t why_size) NACRE_CHECK;

/* Reads a line as authorized_keys has it: options, if there are any, then a `.pub` line. *options: options_len bytes in
 * `line`, not interpreted; NULL where there are none. Whoever lets a key in must look at them. */
NACRE_API int nacre_key_parse_line(const struct nacre_env *env, const char *line, size_t n, const char **options,
    size_t *options_len, nacre_key **key, char *why, size_t why_size) NACRE_CHECK;

/* A public key from its blob (RFC 4253 6.6). NACRE_E_KEY_FORMAT, NACRE_E_KEY_TYPE, NACRE_E_KEY_TYPE_UNKNOWN. */
NACRE_API int nacre_key_from_blob(
    const struct nacre_env *env, const uint8_t *blob, size_t n, nacre_key **key) NACRE_CHECK;

/* Makes a new key. type: as nacre_key_type gives it. bits: for ssh-rsa an even number from 2048 to 8192, or 0: 3072;
 * for the others 0.
 *   NACRE_E_KEY_TYPE_UNKNOWN  the type
 *   NACRE_E_UNSUPPORTED       one that is made elsewhere: a security key's, a certificate's
 *   NACRE_E_KEY_TYPE          a size that is not allowed
 *   NACRE_E_NOMEM, NACRE_E_RANDOM, NACRE_E_CRYPTO, NACRE_E_ARGUMENT */
NACRE_API int nacre_key_generate(
    const struct nacre_env *env, const char *type, unsigned bits, nacre_key **key) NACRE_CHECK;

/* A new key with the public half and the comment only. */
NACRE_API int nacre_key_copy_public(const struct nacre_env *env, const nacre_key *key, nacre_key **copy) NACRE_CHECK;

/* Wipes and frees. NULL is fine. The environment that made it must still be there. */
NACRE_API void nacre_key_free(nacre_key *key);

/* "ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"; a certificate's ends in "-cert-v01@openssh.com". Static. */
NACRE_API const char *nacre_key_type(const nacre_key *key);
/* 256, 384, 521, or the bits of an RSA modulus. */
NACRE_API unsigned nacre_key_bits(const nacre_key *key);
NACRE_API bool nacre_key_has_private(const nacre_key *key);
/* Has it a private half, or a signer? */
NACRE_API bool nacre_key_can_sign(const nacre_key *key);
/* Is the private half in locked memory (mlock, guard pages)? */
NACRE_API bool nacre_key_is_locked(const nacre_key *key);
/* The comment of the file or line it came from; "" where there was none. Raw bytes of the file, up to
 * the first NUL or end of a line. */
NACRE_API const char *nacre_key_comment(const nacre_key *key);
/* The public blob: *n bytes, borrowed from the key. */
NACRE_API const uint8_t *nacre_key_blob(const nacre_key *key, size_t *n);
/* Are the public halves the same? */
NACRE_API bool nacre_key_equal(const nacre_key *a, const nacre_key *b);

/* --- signatures --- */

/* Makes a signature for a key whose private half is elsewhere: a security key, a hardware module, an agent. algorithm:
 * the name that stands in the signature blob ("ssh-ed25519", "rsa-sha2-512", "sk-ssh-ed25519@openssh.com"), for a
 * certificate, too. data: n bytes to sign. The blob (RFC 4253 6.6: string algorithm, string signature; for a security
 * key a byte of flags and a uint32 counter behind it) is written to signature, which has room for `size` bytes, and its
 * length to *signature_n. Returns 0 or a negative NACRE_E_*. It may be called from several threads at once where the
 * key is used so. */
typedef int nacre_signer_fn(void *ctx, const nacre_key *key, const char *algorithm, const uint8_t *data, size_t n,
    uint8_t *signature, size_t size, size_t *signature_n);

/* A new key with the public half (or the certificate) and the comment of `key`, which signs by calling `sign`. What it
 * gives is verified before it is used: a wrong signature is NACRE_E_CRYPTO. ctx is borrowed until nacre_key_free.
 * NACRE_E_ARGUMENT (a NULL but for ctx), NACRE_E_NOMEM. */
NACRE_API int nacre_key_with_signer(const struct nacre_env *env, const nacre_key *key, nacre_signer_fn *sign, void *ctx,
    nacre_key **signer) NACRE_CHECK;

/* What the device must be asked with, for a security key and for its certificate; borrowed from the key. A key from a
 * security key's file has them, as has the key that nacre_key_with_signer made of it, and a certificate joined to
 * either of these. */

/* The relying party, *n bytes without a NUL, often "ssh:"; of the public half, so that it is always there. NULL where
 * the key is no security key's. */
NACRE_API const uint8_t *nacre_key_sk_application(const nacre_key *key, size_t *n);
/* The handle by which the device knows the key: *n bytes, at least 1. NULL and 0 where the key came from no such file.
 * Some devices keep in it, wrapped, the private half itself: it is no secret of SSH's, but nobody else's business. */
NACRE_API const uint8_t *nacre_key_sk_handle(const nacre_key *key, size_t *n);

#define NACRE_SK_WANTS_TOUCH 0x01u /* the device must ask for a touch */
#define NACRE_SK_WANTS_USER 0x04u /* the device must verify its user, by PIN or finger */
#define NACRE_SK_RESIDENT 0x20u /* the device keeps the key itself */

/* The file's NACRE_SK_WANTS_*, NACRE_SK_RESIDENT and bits that may be new; 0 where there is no handle. */
NACRE_API uint8_t nacre_key_sk_flags(const nacre_key *key);

/* Signs the n bytes at data. algorithm: a signature algorithm for keys of this type, for a certificate also the plain
 * key's; NULL: its best ("rsa-sha2-512" for RSA). SHA-1's "ssh-rsa" must be named. *signature is the caller's,
 * *signature_n bytes, for nacre_key_signature_free.
 *   NACRE_E_MISUSE       neither a private half nor a signer
 *   NACRE_E_UNSUPPORTED  an unknown algorithm
 *   NACRE_E_KEY_TYPE     an algorithm for other keys
 *   NACRE_E_CRYPTO       it could not be made, or did not hold
 *   NACRE_E_NOMEM, NACRE_E_RANDOM, NACRE_E_ARGUMENT, or what a signer returned */
NACRE_API int nacre_key_sign(const struct nacre_env *env, const nacre_key *key, const char *algorithm,
    const uint8_t *data, size_t n, uint8_t **signature, size_t *signature_n) NACRE_CHECK;
NACRE_API void nacre_key_signature_free(const struct nacre_env *env, uint8_t *signature, size_t n);

#define NACRE_VERIFY_NO_TOUCH 1u /* a security key's signature is good without its user's touch (no-touch-required) */
#define NACRE_VERIFY_USER 2u /* the security key must have verified its user, by PIN or finger (verify-required) */

#define NACRE_SK_TOUCHED 0x01u
#define NACRE_SK_USER_VERIFIED 0x04u

/* What a security key says, signed, about a signature (OpenSSH PROTOCOL.u2f). Zero for other keys. */
struct nacre_sk_details {
	uint8_t flags; /* NACRE_SK_*, and bits that may be new */
	uint32_t counter; /* grows with each signature of a device, where the device counts */
};

/* Does the signature hold? algorithm: as above; NULL: any that is not SHA-1's. flags: NACRE_VERIFY_*. details: takes
 * what a security key says where 0 is returned; NULL: not wanted. Only 0 means yes:
 *   NACRE_E_CRYPTO       it does not hold, is malformed, of another algorithm, or the user's part is missing
 *   NACRE_E_UNSUPPORTED  an unknown algorithm
 *   NACRE_E_ARGUMENT */
NACRE_API int nacre_key_verify(const nacre_key *key, const char *algorithm, const uint8_t *data, size_t n,
    const uint8_t *signature, size_t signature_n, unsigned flags, struct nacre_sk_details *details) NACRE_CHECK;

/* Writes "SHA256:<base64>" (50 characters) or "MD5:aa:bb:..." (51) and a NUL. hash: "SHA256" or "MD5".
 * NACRE_E_ARGUMENT where the name is another or size is too small. */
NACRE_API int nacre_key_fingerprint(const nacre_key *key, const char *hash, char *out, size_t size) NACRE_CHECK;
/* Is that the key's fingerprint? text: as above; SHA256's may end in '=', and MD5's stand without its name, in letters
 * of any case. *answer is set where 0 is returned. NACRE_E_ARGUMENT (it is no fingerprint), NACRE_E_CRYPTO. */
NACRE_API int nacre_key_has_fingerprint(const nacre_key *key, const char *text, bool *answer) NACRE_CHECK;

/* The fingerprint as a picture, as ssh-keygen -lv draws it: 11 lines, with their newlines and a NUL. hash: as above.
 * size: at least NACRE_KEY_RANDOMART_SIZE. NACRE_E_ARGUMENT where the name is another or size is too small. */
#define NACRE_KEY_RANDOMART_SIZE 221
NACRE_API int nacre_key_randomart(const nacre_key *key, const char *hash, char *out, size_t size) NACRE_CHECK;

/* "ED25519", "ECDSA", "RSA", "ED25519-SK", "ECDSA-SK": as ssh-keygen -l says it. Static. */
NACRE_API const char *nacre_key_short_type(const nacre_key *key);

/* How a key is written. */
enum nacre_key_format {
	NACRE_KEY_FORMAT_OPENSSH, /* openssh-key-v1; a public key: a `.pub` line */
	NACRE_KEY_FORMAT_PEM, /* PKCS#1 for RSA, SEC 1 for ECDSA; a public key: PKCS#1 for RSA, else as PKCS8 */
	NACRE_KEY_FORMAT_PKCS8, /* encrypted: PBES2, PBKDF2-HMAC-SHA-256, AES-256-CBC; a public key: "PUBLIC KEY" */
	NACRE_KEY_FORMAT_RFC4716, /* of public keys only */
	NACRE_KEY_FORMAT_PPK3, /* PuTTY's, of private keys only; encrypted: Argon2id with 8 MiB, AES-256-CBC */
	NACRE_KEY_FORMAT_PPK2 /* what PuTTY before 0.75 reads: SHA-1 and no real key derivation */
};

struct nacre_key_write_options {
	size_t size; /* sizeof(struct nacre_key_write_options) */
	enum nacre_key_format format;
	const char *comment; /* NULL: the key's own */
	const char *passphrase; /* NULL or "": not encrypted */
	const char *cipher; /* of openssh-key-v1, as `ssh-keygen -Z` names it; NULL: aes256-ctr */
	/* Of the key derivation; 0: the format's usual. OPENSSH: bcrypt's, to 65536 (24). PKCS8: PBKDF2's iterations,
	 * to 10000000 (200000). PPK3: Argon2's passes, to 2048 (13). PEM has none. */
	unsigned rounds;
};

/* The text of a private key's file, or of a public key's with its newline. options: NULL for the format OPENSSH, the
 * key's own comment, no encryption. *text is the caller's, n bytes and a NUL, for nacre_key_text_free, which wipes it.
 *   NACRE_E_ARGUMENT     neither a private half nor a security key's handle; a comment of more than one line where the
 *                        format cannot hold it; more rounds than above
 *   NACRE_E_UNSUPPORTED  the cipher, or the format cannot hold this key; `why` says which
 *   NACRE_E_NOMEM, NACRE_E_RANDOM, NACRE_E_CRYPTO */
NACRE_API int nacre_key_write_private(const struct nacre_env *env, const nacre_key *key,
    const struct nacre_key_write_options *options, char **text, size_t *n, char *why, size_t why_size) NACRE_CHECK;
NACRE_API int nacre_key_write_public(const struct nacre_env *env, const nacre_key *key,
    const struct nacre_key_write_options *options, char **text, size_t *n, char *why, size_t why_size) NACRE_CHECK;
NACRE_API void nacre_key_text_free(const struct nacre_env *env, char *text, size_t n);

#ifdef __cplusplus
}
#endif
#endif
