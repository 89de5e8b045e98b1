/* kex: the table of key agreement methods. Knows: X25519 through libsodium. Must not know: messages. RFC 7748, RFC
 * 8731; the other rows' are named in kex_hybrid.c, kex_ecdh.c and dh.c. */
#include "kex.h"
#include "dh.h"
#include "kex_ecdh.h"
#include "kex_hybrid.h"
#include "mem.h"

#include <sodium.h>

#define X25519_LEN 32

_Static_assert(
    X25519_LEN <= KEX_STATE_MAX && X25519_LEN <= KEX_PUBLIC_MAX && X25519_LEN <= KEX_SECRET_MAX, "X25519 sizes");

static int
x25519_init(struct kex_state *st, const struct nacre_env *env, uint8_t *out)
{
	int r = mem_random(env, st->bytes, X25519_LEN);

	if (r != 0)
		return r;
	if (crypto_scalarmult_base(out, st->bytes) == 0)
		return 0;
	sodium_memzero(st, sizeof(*st));
	return NACRE_E_CRYPTO;
}

/* RFC 8731 3: an all-zero result ends the exchange; libsodium says so. */
static int
x25519_finish(struct kex_state *st, const uint8_t *reply, uint8_t *secret)
{
	int r = crypto_scalarmult(secret, st->bytes, reply);

	sodium_memzero(st, sizeof(*st));
	if (r == 0)
		return 0;
	sodium_memzero(secret, X25519_LEN);
	return NACRE_E_KEX;
}

static int
x25519_respond(const struct nacre_env *env, const uint8_t *init, uint8_t *reply, uint8_t *secret)
{
	struct kex_state st;
	int r = x25519_init(&st, env, reply);

	if (r == 0)
		r = x25519_finish(&st, init, secret);
	sodium_memzero(&st, sizeof(st));
	return r;
}

#define X25519(kex_name)                                                                                               \
	{                                                                                                              \
		.name = kex_name, .hash = HASH_SHA256, .secret_form = KEX_SECRET_MPINT, .init_len = X25519_LEN,        \
		.reply_len = X25519_LEN, .secret_len = X25519_LEN, .init = x25519_init, .respond = x25519_respond,     \
		.finish = x25519_finish,                                                                               \
	}

#define SNTRUP(kex_name)                                                                                               \
	{                                                                                                              \
		.name = kex_name, .post_quantum = true, .hash = HASH_SHA512, .secret_form = KEX_SECRET_STRING,         \
		.init_len = SNTRUP761_PK_LEN + X25519_LEN, .reply_len = SNTRUP761_CT_LEN + X25519_LEN,                 \
		.secret_len = 64, .init = kex_sntrup_init, .respond = kex_sntrup_respond, .finish = kex_sntrup_finish, \
	}

#define NISTP(curve, bits, kex_hash)                                                                                   \
	{                                                                                                              \
		.name = "ecdh-sha2-" #curve, .hash = kex_hash, .secret_form = KEX_SECRET_MPINT,                        \
		.init_len = 1 + 2 * (((bits) + 7) / 8), .reply_len = 1 + 2 * (((bits) + 7) / 8),                       \
		.secret_len = ((bits) + 7) / 8, .init = curve##_init, .respond = curve##_respond,                      \
		.finish = curve##_finish,                                                                              \
	}

#define DH(number, kex_hash, hash_name)                                                                                \
	{                                                                                                              \
		.name = "diffie-hellman-group" #number "-" hash_name, .hash = kex_hash,                                \
		.secret_form = KEX_SECRET_MPINT, .shape = KEX_SHAPE_DH, .group = &dh_group##number,                    \
	}

#define LEGACY_DH(number)                                                                                              \
	{                                                                                                              \
		.name = "diffie-hellman-group" #number "-sha1", .legacy = true, .hash = HASH_SHA1,                     \
		.secret_form = KEX_SECRET_MPINT, .shape = KEX_SHAPE_DH, .group = &dh_group##number,                    \
	}

const struct kex kex_table[] = {
    {
	.name = "mlkem768x25519-sha256",
	.post_quantum = true,
	.hash = HASH_SHA256,
	.secret_form = KEX_SECRET_STRING,
	.init_len = MLKEM768_EK_LEN + X25519_LEN,
	.reply_len = MLKEM768_CT_LEN + X25519_LEN,
	.secret_len = 32,
	.init = kex_mlkem_init,
	.respond = kex_mlkem_respond,
	.finish = kex_mlkem_finish,
    },
    SNTRUP("sntrup761x25519-sha512"),
    SNTRUP("sntrup761x25519-sha512@openssh.com"),
    X25519("curve25519-sha256"),
    X25519("curve25519-sha256@libssh.org"),
    NISTP(nistp256, 256, HASH_SHA256),
    NISTP(nistp384, 384, HASH_SHA384),
    NISTP(nistp521, 521, HASH_SHA512),
    DH(16, HASH_SHA512, "sha512"),
    DH(18, HASH_SHA512, "sha512"),
    DH(14, HASH_SHA256, "sha256"),
    {
	.name = "diffie-hellman-group-exchange-sha256",
	.hash = HASH_SHA256,
	.secret_form = KEX_SECRET_MPINT,
	.shape = KEX_SHAPE_GEX,
    },
    DH(15, HASH_SHA512, "sha512"),
    DH(17, HASH_SHA512, "sha512"),
    LEGACY_DH(14),
    {
	.name = "diffie-hellman-group-exchange-sha1",
	.legacy = true,
	.hash = HASH_SHA1,
	.secret_form = KEX_SECRET_MPINT,
	.shape = KEX_SHAPE_GEX,
    },
    LEGACY_DH(1),
    {.name = NULL},
};

const struct kex *
kex_find(struct slice name)
{
	const struct kex *k;

	for (k = kex_table; k->name != NULL; k++)
		if (slice_is(name, k->name))
			return k;
	return NULL;
}
