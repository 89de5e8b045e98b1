/* dh: see dh.h. Knows: modular powers through mbedTLS. Must not know: which groups and values are good (dh_check.c).
 * RFC 4253 8, SP 800-56A 5.7.1.1. */
#include "dh.h"
#include "mbed_pk.h"
#include "mem.h"

#include <sodium.h>

_Static_assert(
    DH_EXPONENT_LEN <= KEX_STATE_MAX && DH_LEN_MAX <= KEX_PUBLIC_MAX && DH_LEN_MAX <= KEX_SECRET_MAX, "DH sizes");

/* result = base ^ exponent mod p, in a time that depends on the lengths alone. */
struct power {
	mbedtls_mpi base, exponent, p, result;
};

static void
power_begin(struct power *w)
{
	mbedtls_mpi_init(&w->base);
	mbedtls_mpi_init(&w->exponent);
	mbedtls_mpi_init(&w->p);
	mbedtls_mpi_init(&w->result);
}

static void
power_end(struct power *w)
{
	mbedtls_mpi_free(&w->result);
	mbedtls_mpi_free(&w->p);
	mbedtls_mpi_free(&w->exponent);
	mbedtls_mpi_free(&w->base);
}

static int
power_compute(struct power *w, struct slice base, const uint8_t *exponent, struct slice p, uint8_t *out)
{
	if (mbedtls_mpi_read_binary(&w->base, base.p, base.n) != 0 ||
	    mbedtls_mpi_read_binary(&w->exponent, exponent, DH_EXPONENT_LEN) != 0 ||
	    mbedtls_mpi_read_binary(&w->p, p.p, p.n) != 0 ||
	    mbedtls_mpi_exp_mod(&w->result, &w->base, &w->exponent, &w->p, NULL) != 0 ||
	    mbedtls_mpi_write_binary(&w->result, out, p.n) != 0)
		return NACRE_E_CRYPTO;
	return 0;
}

static int
power(struct slice base, const uint8_t *exponent, struct slice p, uint8_t *out)
{
	struct power w;
	int r;

	power_begin(&w);
	r = power_compute(&w, base, exponent, p, out);
	power_end(&w);
	return r;
}

/* The highest bit is set, so that every exponent is as long, and takes as long. */
static int
make_exponent(struct kex_state *st, const struct nacre_env *env)
{
	int r = mem_random(env, st->bytes, DH_EXPONENT_LEN);

	st->bytes[0] |= 0x80;
	return r;
}

int
dh_init(const struct dh_group *group, struct kex_state *st, const struct nacre_env *env, uint8_t *out)
{
	int r = make_exponent(st, env);

	if (r == 0)
		r = power(group->g, st->bytes, group->p, out);
	/* Only a generator of a small subgroup makes one that the peer would refuse. */
	if (r == 0 && dh_check_public(group, slice_of(out, group->p.n)) != NULL)
		r = NACRE_E_KEX;
	if (r != 0)
		sodium_memzero(st, sizeof(*st));
	return r;
}

/* SP 800-56A 5.7.1.1: no secret that a value of small order leads to. In constant time: the first bytes, then the
 * last. */
static bool
is_degenerate(const struct dh_group *group, const uint8_t *secret)
{
	size_t i, n = group->p.n;
	uint8_t like_0 = 0, like_p = 0, last = secret[n - 1], last_p = group->p.p[n - 1];

	for (i = 0; i < n - 1; i++) {
		like_0 |= secret[i];
		like_p |= (uint8_t)(secret[i] ^ group->p.p[i]);
	}
	return (like_0 | (last & 0xfe)) == 0 || (like_p | ((last ^ last_p) & 0xfe)) == 0;
}

int
dh_finish(const struct dh_group *group, struct kex_state *st, struct slice reply, uint8_t *secret)
{
	int r = dh_check_public(group, reply) == NULL ? 0 : NACRE_E_KEX;

	if (r == 0)
		r = power(reply, st->bytes, group->p, secret);
	if (r == 0 && is_degenerate(group, secret))
		r = NACRE_E_KEX;
	if (r != 0)
		sodium_memzero(secret, group->p.n);
	sodium_memzero(st, sizeof(*st));
	return r;
}

int
dh_respond(
    const struct dh_group *group, const struct nacre_env *env, struct slice init, uint8_t *reply, uint8_t *secret)
{
	struct kex_state st;
	int r = dh_check_public(group, init) == NULL ? 0 : NACRE_E_KEX;

	if (r == 0)
		r = dh_init(group, &st, env, reply);
	if (r == 0)
		r = dh_finish(group, &st, init, secret);
	sodium_memzero(&st, sizeof(st));
	return r;
}
