/* sign_ecdsa: ECDSA on the NIST curves through mbedTLS. Knows: points, scalars, r and s. Must not know: SSH framing.
 * FIPS 186-4 6, RFC 6979 (nonces), RFC 5656 6.2.1 (hashes). */
#include "mbed_pk.h"
#include "sign.h"

#include <sodium.h>

static const struct {
	size_t scalar_len;
	enum hash_id hash;
} curves[] = {
    [CURVE_P256] = {32, HASH_SHA256},
    [CURVE_P384] = {48, HASH_SHA384},
    [CURVE_P521] = {66, HASH_SHA512},
};

/* A curve with a key on it, and a signature: what one call works with. */
struct work {
	enum curve_id curve;
	mbedtls_ecp_group group;
	mbedtls_ecp_point q;
	mbedtls_mpi d, r, s;
	uint8_t digest[HASH_MAX_LEN];
};

size_t
curve_scalar_len(enum curve_id c)
{
	return curves[c].scalar_len;
}

size_t
curve_point_len(enum curve_id c)
{
	return 1 + 2 * curves[c].scalar_len;
}

static int
work_begin(struct work *w, enum curve_id c)
{
	w->curve = c;
	mbedtls_ecp_group_init(&w->group);
	mbedtls_ecp_point_init(&w->q);
	mbedtls_mpi_init(&w->d);
	mbedtls_mpi_init(&w->r);
	mbedtls_mpi_init(&w->s);
	return mbedtls_ecp_group_load(&w->group, mbed_curve(c)) == 0 ? 0 : NACRE_E_CRYPTO;
}

static void
work_end(struct work *w)
{
	mbedtls_mpi_free(&w->s);
	mbedtls_mpi_free(&w->r);
	mbedtls_mpi_free(&w->d);
	mbedtls_ecp_point_free(&w->q);
	mbedtls_ecp_group_free(&w->group);
	sodium_memzero(w->digest, sizeof(w->digest));
}

static int
read_point(struct work *w, struct slice q)
{
	if (q.n != curve_point_len(w->curve) || q.p[0] != 0x04)
		return NACRE_E_CRYPTO;
	if (mbedtls_ecp_point_read_binary(&w->group, &w->q, q.p, q.n) != 0 ||
	    mbedtls_ecp_check_pubkey(&w->group, &w->q) != 0)
		return NACRE_E_CRYPTO;
	return 0;
}

static int
read_scalar(struct work *w, struct slice d)
{
	if (d.n > curves[w->curve].scalar_len || mbedtls_mpi_read_binary(&w->d, d.p, d.n) != 0 ||
	    mbedtls_ecp_check_privkey(&w->group, &w->d) != 0)
		return NACRE_E_CRYPTO;
	return 0;
}

static int
digest(struct work *w, struct slice data)
{
	return hash_once(curves[w->curve].hash, data, w->digest);
}

int
ecdsa_check_public(enum curve_id c, struct slice q)
{
	struct work w;
	int r = work_begin(&w, c);

	if (r == 0)
		r = read_point(&w, q);
	work_end(&w);
	return r;
}

static int
multiply_base(struct work *w, mbedtls_ecp_point *out, const struct nacre_env *env)
{
	struct mbed_rng rng = {.env = env};

	return mbed_status(&rng, mbedtls_ecp_mul(&w->group, out, &w->d, &w->group.G, mbed_random, &rng));
}

static int
check_pair(struct work *w, struct slice d, struct slice q, const struct nacre_env *env)
{
	mbedtls_ecp_point expected;
	int r;

	mbedtls_ecp_point_init(&expected);
	if ((r = read_point(w, q)) == 0 && (r = read_scalar(w, d)) == 0 && (r = multiply_base(w, &expected, env)) == 0)
		r = mbedtls_ecp_point_cmp(&expected, &w->q) == 0 ? 0 : NACRE_E_CRYPTO;
	mbedtls_ecp_point_free(&expected);
	return r;
}

int
ecdsa_check_pair(enum curve_id c, struct slice d, struct slice q, const struct nacre_env *env)
{
	struct work w;
	int r = work_begin(&w, c);

	if (r == 0)
		r = check_pair(&w, d, q, env);
	work_end(&w);
	return r;
}

static int
put_point(struct work *w, uint8_t *q)
{
	size_t n, point_len = curve_point_len(w->curve);

	if (mbedtls_ecp_point_write_binary(&w->group, &w->q, MBEDTLS_ECP_PF_UNCOMPRESSED, &n, q, point_len) != 0 ||
	    n != point_len)
		return NACRE_E_CRYPTO;
	return 0;
}

int
ecdsa_public(enum curve_id c, struct slice d, const struct nacre_env *env, uint8_t *q)
{
	struct work w;
	int r = work_begin(&w, c);

	if (r == 0 && (r = read_scalar(&w, d)) == 0 && (r = multiply_base(&w, &w.q, env)) == 0)
		r = put_point(&w, q);
	work_end(&w);
	return r;
}

static int
generate(struct work *w, const struct nacre_env *env, uint8_t *d, uint8_t *q)
{
	struct mbed_rng rng = {.env = env};
	int r = mbed_status(&rng, mbedtls_ecp_gen_keypair(&w->group, &w->d, &w->q, mbed_random, &rng));

	if (r != 0)
		return r;
	if (mbedtls_mpi_write_binary(&w->d, d, curves[w->curve].scalar_len) != 0)
		return NACRE_E_CRYPTO;
	return put_point(w, q);
}

int
ecdsa_generate(enum curve_id c, const struct nacre_env *env, uint8_t *d, uint8_t *q)
{
	struct work w;
	int r = work_begin(&w, c);

	if (r == 0)
		r = generate(&w, env, d, q);
	if (r != 0)
		sodium_memzero(d, curve_scalar_len(c));
	work_end(&w);
	return r;
}

static int
verify(struct work *w)
{
	size_t n = hash_len(curves[w->curve].hash);

	return mbedtls_ecdsa_verify(&w->group, w->digest, n, &w->q, &w->r, &w->s) == 0 ? 0 : NACRE_E_CRYPTO;
}

/* A fault while signing would give the key away: what does not verify does not leave. */
static int
sign(struct work *w, const struct nacre_env *env)
{
	enum hash_id hash = curves[w->curve].hash;
	struct mbed_rng rng = {.env = env};
	int r = mbed_status(&rng, mbedtls_ecdsa_sign_det_ext(&w->group, &w->r, &w->s, &w->d, w->digest, hash_len(hash),
				      mbed_md(hash), mbed_random, &rng));

	return r != 0 ? r : verify(w);
}

int
ecdsa_sign(enum curve_id c, const struct nacre_env *env, struct slice d, struct slice q, struct slice data, uint8_t *r,
    uint8_t *s)
{
	struct work w;
	size_t n = curves[c].scalar_len;
	int e = work_begin(&w, c);

	if (e == 0 && (e = read_point(&w, q)) == 0 && (e = read_scalar(&w, d)) == 0 && (e = digest(&w, data)) == 0)
		e = sign(&w, env);
	if (e == 0 && (mbedtls_mpi_write_binary(&w.r, r, n) != 0 || mbedtls_mpi_write_binary(&w.s, s, n) != 0))
		e = NACRE_E_CRYPTO;
	work_end(&w);
	return e;
}

static int
read_signature(struct work *w, struct slice r, struct slice s)
{
	size_t n = curves[w->curve].scalar_len;

	if (r.n > n || s.n > n)
		return NACRE_E_CRYPTO;
	if (mbedtls_mpi_read_binary(&w->r, r.p, r.n) != 0 || mbedtls_mpi_read_binary(&w->s, s.p, s.n) != 0)
		return NACRE_E_CRYPTO;
	return 0;
}

int
ecdsa_verify(enum curve_id c, struct slice q, struct slice data, struct slice r, struct slice s)
{
	struct work w;
	int e = work_begin(&w, c);

	if (e == 0 && (e = read_signature(&w, r, s)) == 0 && (e = read_point(&w, q)) == 0 &&
	    (e = digest(&w, data)) == 0)
		e = verify(&w);
	work_end(&w);
	return e;
}
