/* mac: the table of MACs. Knows: HMAC over SHA-2, with the keyed state made once. Must not know: when it is checked.
 * RFC 2104, RFC 4253 6.4, RFC 6668; OpenSSH PROTOCOL 1.5 (-etm). */
#include "buf.h"
#include "cipher.h"

#include <sodium.h>

_Static_assert(sizeof(crypto_auth_hmacsha256_state) <= MAC_STATE_MAX, "HMAC-SHA-256 state");
_Static_assert(sizeof(crypto_auth_hmacsha512_state) <= MAC_STATE_MAX, "HMAC-SHA-512 state");

static int
sha256_init(struct mac_state *st, const uint8_t *key)
{
	return crypto_auth_hmacsha256_init((void *)st->bytes, key, 32) == 0 ? 0 : NACRE_E_CRYPTO;
}

static int
sha512_init(struct mac_state *st, const uint8_t *key)
{
	return crypto_auth_hmacsha512_init((void *)st->bytes, key, 64) == 0 ? 0 : NACRE_E_CRYPTO;
}

/* The keyed state is copied for each packet: two hash blocks less than keying anew. */
static int
sha256_tag(struct mac_state *st, uint32_t seq, const uint8_t *p, size_t n, uint8_t *tag)
{
	crypto_auth_hmacsha256_state h;
	uint8_t be[4];

	memcpy(&h, st->bytes, sizeof(h));
	put_be32(be, seq);
	if (crypto_auth_hmacsha256_update(&h, be, sizeof(be)) != 0 || crypto_auth_hmacsha256_update(&h, p, n) != 0 ||
	    crypto_auth_hmacsha256_final(&h, tag) != 0)
		return NACRE_E_CRYPTO;
	return 0;
}

static int
sha512_tag(struct mac_state *st, uint32_t seq, const uint8_t *p, size_t n, uint8_t *tag)
{
	crypto_auth_hmacsha512_state h;
	uint8_t be[4];

	memcpy(&h, st->bytes, sizeof(h));
	put_be32(be, seq);
	if (crypto_auth_hmacsha512_update(&h, be, sizeof(be)) != 0 || crypto_auth_hmacsha512_update(&h, p, n) != 0 ||
	    crypto_auth_hmacsha512_final(&h, tag) != 0)
		return NACRE_E_CRYPTO;
	return 0;
}

static void
wipe(struct mac_state *st)
{
	sodium_memzero(st, sizeof(*st));
}

const struct mac mac_table[] = {
    {.name = "hmac-sha2-512-etm@openssh.com", .key_len = 64, .tag_len = 64, .etm = true, sha512_init, sha512_tag, wipe},
    {.name = "hmac-sha2-256-etm@openssh.com", .key_len = 32, .tag_len = 32, .etm = true, sha256_init, sha256_tag, wipe},
    {.name = "hmac-sha2-256", .key_len = 32, .tag_len = 32, .etm = false, sha256_init, sha256_tag, wipe},
    {.name = "hmac-sha2-512", .key_len = 64, .tag_len = 64, .etm = false, sha512_init, sha512_tag, wipe},
    {.name = NULL},
};

const struct mac *
mac_find(struct slice name)
{
	const struct mac *m;

	for (m = mac_table; m->name != NULL; m++)
		if (slice_is(name, m->name))
			return m;
	return NULL;
}
