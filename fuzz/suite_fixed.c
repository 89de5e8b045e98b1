/* suite_fixed: the fuzz targets' key exchange and Ed25519: values that are always the same, so that an input can hold
 * them. A signature is 64 bytes of 5a and nothing else. Linked into fuzz targets only. */
#include "dh.h"
#include "sign.h"

#define FIXED_LEN 4
#define FIXED_BYTE 0x5a

static int
fixed_init(struct kex_state *st, const struct nacre_env *env, uint8_t *out)
{
	(void)st;
	(void)env;
	memset(out, FIXED_BYTE, FIXED_LEN);
	return 0;
}

/* A value of zeros is not acceptable: the path of a refused value stays reachable. */
static int
fixed_secret(const uint8_t *value, uint8_t *secret)
{
	static const uint8_t zeros[FIXED_LEN];

	if (memcmp(value, zeros, FIXED_LEN) == 0)
		return NACRE_E_KEX;
	memset(secret, FIXED_BYTE, FIXED_LEN);
	return 0;
}

static int
fixed_respond(const struct nacre_env *env, const uint8_t *init, uint8_t *reply, uint8_t *secret)
{
	(void)env;
	memset(reply, FIXED_BYTE, FIXED_LEN);
	return fixed_secret(init, secret);
}

static int
fixed_finish(struct kex_state *st, const uint8_t *reply, uint8_t *secret)
{
	(void)st;
	return fixed_secret(reply, secret);
}

const struct kex kex_table[] = {
    {
	.name = "fuzz-fixed",
	.hash = HASH_SHA256,
	.secret_form = KEX_SECRET_MPINT,
	.init_len = FIXED_LEN,
	.reply_len = FIXED_LEN,
	.secret_len = FIXED_LEN,
	.init = fixed_init,
	.respond = fixed_respond,
	.finish = fixed_finish,
    },
    {
	.name = "fuzz-fixed-dh",
	.hash = HASH_SHA256,
	.secret_form = KEX_SECRET_MPINT,
	.shape = KEX_SHAPE_DH,
	.group = &dh_group14,
    },
    {.name = "fuzz-fixed-gex", .hash = HASH_SHA256, .secret_form = KEX_SECRET_MPINT, .shape = KEX_SHAPE_GEX},
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

/* The powers alone: which groups and values are good is the library's own affair. Less than any p that is as long. */
static int
fixed_power(const struct dh_group *group, uint8_t *out)
{
	memset(out, FIXED_BYTE, group->p.n);
	out[0] = 0;
	return 0;
}

int
dh_init(const struct dh_group *group, struct kex_state *st, const struct nacre_env *env, uint8_t *out)
{
	(void)st;
	(void)env;
	return fixed_power(group, out);
}

int
dh_respond(
    const struct dh_group *group, const struct nacre_env *env, struct slice init, uint8_t *reply, uint8_t *secret)
{
	(void)env;
	(void)init;
	return fixed_power(group, reply) + fixed_power(group, secret);
}

int
dh_finish(const struct dh_group *group, struct kex_state *st, struct slice reply, uint8_t *secret)
{
	(void)st;
	(void)reply;
	return fixed_power(group, secret);
}

int
ed25519_public(const uint8_t seed[32], uint8_t public_key[32])
{
	memcpy(public_key, seed, ED25519_PUBLIC_LEN);
	return 0;
}

int
ed25519_sign(const uint8_t secret[64], struct slice data, uint8_t sig[64])
{
	(void)secret;
	(void)data;
	memset(sig, FIXED_BYTE, ED25519_SIG_LEN);
	return 0;
}

int
ed25519_verify(const uint8_t public_key[32], struct slice data, struct slice sig)
{
	uint8_t want[ED25519_SIG_LEN];

	(void)public_key;
	(void)data;
	memset(want, FIXED_BYTE, sizeof(want));
	return slice_eq(sig, slice_of(want, sizeof(want))) ? 0 : NACRE_E_CRYPTO;
}
