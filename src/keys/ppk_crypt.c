/* ppk_crypt: encryption and MAC of PuTTY's files. Knows: both versions' derivations. Must not know: lines, numbers.
 * PuTTY's manual, appendix C. */
#include "blobcipher.h"
#include "pbkdf.h"
#include "ppk.h"

#define SHA1_LEN 20
#define AES_BLOCK 16
#define AES_KEY_LEN 32
#define MAC_KEY_MAX 32
#define MACED_MAX ((size_t)3 << 20)

/* In the order in which version 3 derives them. */
struct ppk_keys {
	uint8_t cipher_key[AES_KEY_LEN], iv[AES_BLOCK], mac_key[MAC_KEY_MAX];
	size_t mac_key_len;
};

size_t
ppk_mac_len(const struct ppk *p)
{
	return p->version == 2 ? SHA1_LEN : PPK_MAC_MAX;
}

static int
sha1_of(struct slice a, struct slice b, uint8_t out[SHA1_LEN])
{
	struct hash h = {.id = HASH_NONE};
	int r;

	if ((r = hash_init(&h, HASH_SHA1)) == 0 && (r = hash_update(&h, a)) == 0 && (r = hash_update(&h, b)) == 0)
		r = hash_final(&h, out);
	hash_wipe(&h);
	return r;
}

/* Version 2: SHA-1 of a counter and the passphrase, twice; the IV is zero. */
static int
derive_2(const char *passphrase, struct ppk_keys *keys)
{
	struct slice secret = slice_str(passphrase);
	uint8_t stream[2 * SHA1_LEN];
	int r = sha1_of(SLICE_LIT("putty-private-key-file-mac-key"), secret, keys->mac_key);

	keys->mac_key_len = SHA1_LEN;
	if (r == 0)
		r = sha1_of(SLICE_LIT("\0\0\0\0"), secret, stream);
	if (r == 0)
		r = sha1_of(SLICE_LIT("\0\0\0\1"), secret, stream + SHA1_LEN);
	if (r == 0)
		memcpy(keys->cipher_key, stream, AES_KEY_LEN);
	mem_wipe(stream, sizeof(stream));
	return r;
}

/* Version 3: one piece of Argon2; without a passphrase the MAC's key is empty. */
static int
derive_3(const struct ppk *p, const char *passphrase, struct ppk_keys *keys)
{
	uint8_t stream[AES_KEY_LEN + AES_BLOCK + MAC_KEY_MAX];
	int r;

	if (!p->is_encrypted)
		return 0;
	r = pbkdf_argon2(p->kdf == PPK_KDF_ARGON2I ? PBKDF_ARGON2I : PBKDF_ARGON2ID, slice_str(passphrase), p->salt,
	    p->memory, p->passes, stream, sizeof(stream));
	if (r == 0) {
		memcpy(keys->cipher_key, stream, AES_KEY_LEN);
		memcpy(keys->iv, stream + AES_KEY_LEN, AES_BLOCK);
		memcpy(keys->mac_key, stream + AES_KEY_LEN + AES_BLOCK, MAC_KEY_MAX);
		keys->mac_key_len = MAC_KEY_MAX;
	}
	mem_wipe(stream, sizeof(stream));
	return r;
}

static int
derive(const struct ppk *p, const char *passphrase, struct ppk_keys *keys)
{
	*keys = (struct ppk_keys){.mac_key_len = 0};
	return p->version == 2 ? derive_2(passphrase, keys) : derive_3(p, passphrase, keys);
}

static int
make_mac(const struct ppk *p, const struct ppk_keys *keys, uint8_t mac[PPK_MAC_MAX])
{
	struct buf b;
	int r;

	buf_init(&b, p->private_blob.env, MACED_MAX);
	buf_put_string(&b, p->type);
	buf_put_cstring(&b, p->is_encrypted ? "aes256-cbc" : "none");
	buf_put_string(&b, p->comment);
	buf_put_string(&b, buf_slice(&p->public_blob));
	buf_put_string(&b, buf_slice(&p->private_blob));
	r = b.bad;
	if (r == 0)
		r = pbkdf_hmac(p->version == 2 ? PBKDF_SHA1 : PBKDF_SHA256, slice_of(keys->mac_key, keys->mac_key_len),
		    buf_slice(&b), mac);
	buf_free(&b);
	return r;
}

static const struct blobcipher *
aes(void)
{
	return blobcipher_find(SLICE_LIT("aes256-cbc"));
}

int
ppk_open(struct ppk *p, const char *passphrase, uint8_t mac[PPK_MAC_MAX])
{
	struct ppk_keys keys;
	int r = derive(p, passphrase, &keys);

	if (r == 0 && p->is_encrypted)
		r = blobcipher_open(aes(), keys.cipher_key, keys.iv, p->private_blob.p, p->private_blob.n);
	if (r == 0)
		r = make_mac(p, &keys, mac);
	mem_wipe(&keys, sizeof(keys));
	return r;
}

/* The padding is the beginning of the blob's own SHA-1, as PuTTY does it. */
static int
pad(struct buf *blob)
{
	size_t n = (AES_BLOCK - blob->n % AES_BLOCK) % AES_BLOCK;
	uint8_t digest[SHA1_LEN];
	int r = sha1_of(buf_slice(blob), SLICE_NONE, digest);

	if (r == 0)
		buf_put(blob, digest, n);
	mem_wipe(digest, sizeof(digest));
	return r != 0 ? r : blob->bad;
}

int
ppk_seal(struct ppk *p, const char *passphrase)
{
	struct ppk_keys keys;
	int r = derive(p, passphrase, &keys);

	if (r == 0 && p->is_encrypted)
		r = pad(&p->private_blob);
	if (r == 0)
		r = make_mac(p, &keys, p->mac);
	if (r == 0 && p->is_encrypted)
		r = blobcipher_seal(aes(), keys.cipher_key, keys.iv, p->private_blob.p, p->private_blob.n);
	mem_wipe(&keys, sizeof(keys));
	return r;
}
