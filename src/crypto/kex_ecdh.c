/* kex_ecdh: see kex_ecdh.h. Knows: mbedTLS's ECDH. Must not know: messages. RFC 5656 4, SEC 1 3.2.2 and 3.3.1. */
#include "kex_ecdh.h"
#include "mbed_pk.h"
#include "sign.h"

#include <mbedtls/ecdh.h>
#include <sodium.h>

/* The initiator's half: its scalar, and whose randomness blinds the multiplication. */
struct half {
	const struct nacre_env *env;
	uint8_t scalar[ECDSA_SCALAR_MAX];
};

_Static_assert(
    sizeof(struct half) <= KEX_STATE_MAX && ECDSA_POINT_MAX <= KEX_PUBLIC_MAX && ECDSA_SCALAR_MAX <= KEX_SECRET_MAX,
    "ECDH sizes");

struct work {
	mbedtls_ecp_group group;
	mbedtls_ecp_point theirs;
	mbedtls_mpi scalar, x;
};

static void
work_begin(struct work *w)
{
	mbedtls_ecp_group_init(&w->group);
	mbedtls_ecp_point_init(&w->theirs);
	mbedtls_mpi_init(&w->scalar);
	mbedtls_mpi_init(&w->x);
}

static void
work_end(struct work *w)
{
	mbedtls_mpi_free(&w->x);
	mbedtls_mpi_free(&w->scalar);
	mbedtls_ecp_point_free(&w->theirs);
	mbedtls_ecp_group_free(&w->group);
}

/* mbedTLS reads compressed points, too, in some versions: RFC 5656 4 lets us refuse them. */
static int
read_theirs(struct work *w, enum curve_id c, const uint8_t *point)
{
	if (mbedtls_ecp_group_load(&w->group, mbed_curve(c)) != 0)
		return NACRE_E_CRYPTO;
	if (point[0] != 0x04 || mbedtls_ecp_point_read_binary(&w->group, &w->theirs, point, curve_point_len(c)) != 0 ||
	    mbedtls_ecp_check_pubkey(&w->group, &w->theirs) != 0)
		return NACRE_E_KEX;
	return 0;
}

static int
multiply(struct work *w, enum curve_id c, const struct half *half, uint8_t *secret)
{
	struct mbed_rng rng = {.env = half->env};
	size_t n = curve_scalar_len(c);
	int r;

	if (mbedtls_mpi_read_binary(&w->scalar, half->scalar, n) != 0)
		return NACRE_E_CRYPTO;
	r = mbedtls_ecdh_compute_shared(&w->group, &w->x, &w->theirs, &w->scalar, mbed_random, &rng);
	if (r != 0)
		return mbed_status(&rng, r);
	return mbedtls_mpi_write_binary(&w->x, secret, n) == 0 ? 0 : NACRE_E_CRYPTO;
}

static int
agree(enum curve_id c, const struct half *half, const uint8_t *point, uint8_t *secret)
{
	struct work w;
	int r;

	work_begin(&w);
	if ((r = read_theirs(&w, c, point)) == 0)
		r = multiply(&w, c, half, secret);
	work_end(&w);
	if (r != 0)
		sodium_memzero(secret, curve_scalar_len(c));
	return r;
}

static int
init(enum curve_id c, struct kex_state *st, const struct nacre_env *env, uint8_t *out)
{
	struct half *half = (struct half *)(void *)st->bytes;

	half->env = env;
	return ecdsa_generate(c, env, half->scalar, out);
}

static int
finish(enum curve_id c, struct kex_state *st, const uint8_t *reply, uint8_t *secret)
{
	int r = agree(c, (const struct half *)(const void *)st->bytes, reply, secret);

	sodium_memzero(st, sizeof(*st));
	return r;
}

/* Their point is looked at before we make a key pair of our own. */
static int
respond(enum curve_id c, const struct nacre_env *env, const uint8_t *theirs, uint8_t *reply, uint8_t *secret)
{
	struct half half = {.env = env};
	int r = ecdsa_check_public(c, slice_of(theirs, curve_point_len(c))) == 0 ? 0 : NACRE_E_KEX;

	if (r == 0)
		r = ecdsa_generate(c, env, half.scalar, reply);
	if (r == 0)
		r = agree(c, &half, theirs, secret);
	sodium_memzero(&half, sizeof(half));
	return r;
}

#define CURVE(name, id)                                                                                                \
	int name##_init(struct kex_state *st, const struct nacre_env *env, uint8_t *out)                               \
	{                                                                                                              \
		return init(id, st, env, out);                                                                         \
	}                                                                                                              \
	int name##_respond(const struct nacre_env *env, const uint8_t *theirs, uint8_t *reply, uint8_t *secret)        \
	{                                                                                                              \
		return respond(id, env, theirs, reply, secret);                                                        \
	}                                                                                                              \
	int name##_finish(struct kex_state *st, const uint8_t *reply, uint8_t *secret)                                 \
	{                                                                                                              \
		return finish(id, st, reply, secret);                                                                  \
	}

CURVE(nistp256, CURVE_P256)
CURVE(nistp384, CURVE_P384)
CURVE(nistp521, CURVE_P521)
