/* sign_rsa: RSA PKCS#1 v1.5 through mbedTLS. Knows: numbers and signatures. Must not know: SSH framing.
 * RFC 8017 8.2, RFC 8332 3. */
#include "mbed_pk.h"
#include "sign.h"

#include <sodium.h>

static struct slice
without_zeros(struct slice s)
{
	while (s.n > 0 && s.p[0] == 0)
		s = slice_from(s, 1);
	return s;
}

static size_t
bit_len(struct slice s)
{
	size_t bits;
	uint8_t top;

	s = without_zeros(s);
	if (s.n == 0)
		return 0;
	bits = (s.n - 1) * 8;
	for (top = s.p[0]; top != 0; top >>= 1)
		bits++;
	return bits;
}

unsigned
rsa_bits_min(const struct nacre_env *env)
{
	if (env->rsa_bits_min == 0)
		return RSA_BITS_MIN;
	return env->rsa_bits_min < RSA_BITS_FLOOR ? RSA_BITS_FLOOR : env->rsa_bits_min;
}

/* CVE-2026-39829: an oversized number costs nothing, it is refused before any mathematics. */
int
rsa_check_public(const struct rsa_public *key, unsigned bits_min)
{
	struct slice e = without_zeros(key->e);
	size_t bits = bit_len(key->n);

	if (bits < bits_min || bits > RSA_BITS_MAX)
		return NACRE_E_KEY_TYPE;
	if (e.n == 0 || e.n > 4 || (e.p[e.n - 1] & 1) == 0 || (e.n == 1 && e.p[0] == 1))
		return NACRE_E_KEY_TYPE;
	return (key->n.p[key->n.n - 1] & 1) != 0 ? 0 : NACRE_E_KEY_TYPE;
}

static int
load_public(mbedtls_rsa_context *rsa, const struct rsa_public *key)
{
	int r = rsa_check_public(key, RSA_BITS_FLOOR);

	if (r != 0)
		return r;
	if (mbedtls_rsa_import_raw(rsa, key->n.p, key->n.n, NULL, 0, NULL, 0, NULL, 0, key->e.p, key->e.n) != 0 ||
	    mbedtls_rsa_complete(rsa) != 0 || mbedtls_rsa_check_pubkey(rsa) != 0)
		return NACRE_E_CRYPTO;
	return 0;
}

/* The library would find an absent factor by itself; a key that lacks one is not what openssh-key-v1 promises. */
static bool
has_private_sizes(const struct rsa_private *key)
{
	size_t n = bit_len(key->n), p = bit_len(key->p), q = bit_len(key->q), d = bit_len(key->d);

	return p > 1 && q > 1 && (p + q == n || p + q == n + 1) && d > 1 && d <= n;
}

static int
load_private(mbedtls_rsa_context *rsa, const struct rsa_private *key)
{
	struct rsa_public pub = {key->n, key->e};
	int r = rsa_check_public(&pub, RSA_BITS_FLOOR);

	if (r != 0)
		return r;
	if (!has_private_sizes(key))
		return NACRE_E_CRYPTO;
	if (mbedtls_rsa_import_raw(rsa, key->n.p, key->n.n, key->p.p, key->p.n, key->q.p, key->q.n, key->d.p, key->d.n,
		key->e.p, key->e.n) != 0 ||
	    mbedtls_rsa_complete(rsa) != 0)
		return NACRE_E_CRYPTO;
	return 0;
}

/* iqmp is q^-1 mod p in openssh-key-v1 and in PKCS#1 alike. */
static int
check_iqmp(const mbedtls_rsa_context *rsa, struct slice iqmp)
{
	mbedtls_mpi expected, given;
	int r = NACRE_E_CRYPTO;

	mbedtls_mpi_init(&expected);
	mbedtls_mpi_init(&given);
	if (mbedtls_rsa_export_crt(rsa, NULL, NULL, &expected) == 0 &&
	    mbedtls_mpi_read_binary(&given, iqmp.p, iqmp.n) == 0 && mbedtls_mpi_cmp_mpi(&expected, &given) == 0)
		r = 0;
	mbedtls_mpi_free(&given);
	mbedtls_mpi_free(&expected);
	return r;
}

int
rsa_check_private(const struct rsa_private *key, const struct nacre_env *env)
{
	mbedtls_rsa_context rsa;
	int r;

	(void)env;
	mbed_rsa_init(&rsa);
	if ((r = load_private(&rsa, key)) == 0 && mbedtls_rsa_check_privkey(&rsa) != 0)
		r = NACRE_E_CRYPTO;
	if (r == 0)
		r = check_iqmp(&rsa, key->iqmp);
	mbedtls_rsa_free(&rsa);
	return r;
}

static int
put_number(const mbedtls_mpi *number, uint8_t out[RSA_SIG_MAX], size_t *n)
{
	*n = mbedtls_mpi_size(number);
	return *n > RSA_SIG_MAX || mbedtls_mpi_write_binary(number, out, *n) != 0 ? NACRE_E_CRYPTO : 0;
}

int
rsa_crt(const struct rsa_private *key, uint8_t dp[RSA_SIG_MAX], size_t *dp_len, uint8_t dq[RSA_SIG_MAX], size_t *dq_len)
{
	mbedtls_rsa_context rsa;
	mbedtls_mpi p, q;
	int r;

	*dp_len = 0;
	*dq_len = 0;
	mbed_rsa_init(&rsa);
	mbedtls_mpi_init(&p);
	mbedtls_mpi_init(&q);
	if ((r = load_private(&rsa, key)) == 0 && mbedtls_rsa_export_crt(&rsa, &p, &q, NULL) != 0)
		r = NACRE_E_CRYPTO;
	if (r == 0 && (r = put_number(&p, dp, dp_len)) == 0)
		r = put_number(&q, dq, dq_len);
	mbedtls_mpi_free(&q);
	mbedtls_mpi_free(&p);
	mbedtls_rsa_free(&rsa);
	return r;
}

int
rsa_sign(const struct rsa_private *key, const struct nacre_env *env, enum hash_id hash, struct slice data,
    uint8_t sig[RSA_SIG_MAX], size_t *sig_len)
{
	struct mbed_rng rng = {.env = env};
	uint8_t digest[HASH_MAX_LEN];
	mbedtls_rsa_context rsa;
	int r;

	*sig_len = 0;
	mbed_rsa_init(&rsa);
	if ((r = hash_once(hash, data, digest)) != 0 || (r = load_private(&rsa, key)) != 0)
		goto out;
	r = mbed_status(&rng, mbed_rsa_sign(&rsa, &rng, hash, digest, sig));
	/* A fault while signing would give the key away: what does not verify does not leave. */
	if (r == 0 && mbed_rsa_verify(&rsa, hash, digest, sig) != 0)
		r = NACRE_E_CRYPTO;
	if (r == 0)
		*sig_len = mbedtls_rsa_get_len(&rsa);
	else
		sodium_memzero(sig, mbedtls_rsa_get_len(&rsa));
out:
	mbedtls_rsa_free(&rsa);
	sodium_memzero(digest, sizeof(digest));
	return r;
}

int
rsa_verify(const struct rsa_public *key, enum hash_id hash, struct slice data, struct slice sig)
{
	uint8_t digest[HASH_MAX_LEN], padded[RSA_SIG_MAX];
	mbedtls_rsa_context rsa;
	size_t n;
	int r;

	mbed_rsa_init(&rsa);
	if ((r = load_public(&rsa, key)) != 0 || (r = hash_once(hash, data, digest)) != 0)
		goto out;
	r = NACRE_E_CRYPTO;
	n = mbedtls_rsa_get_len(&rsa);
	if (sig.n == 0 || sig.n > n || n > sizeof(padded))
		goto out;
	memset(padded, 0, n - sig.n);
	memcpy(padded + (n - sig.n), sig.p, sig.n);
	if (mbed_rsa_verify(&rsa, hash, digest, padded) == 0)
		r = 0;
out:
	mbedtls_rsa_free(&rsa);
	return r;
}

static int
export_number(const mbedtls_mpi *m, struct rsa_numbers *out, size_t i)
{
	out->len[i] = mbedtls_mpi_size(m);
	if (out->len[i] > RSA_SIG_MAX)
		return NACRE_E_CRYPTO;
	return mbedtls_mpi_write_binary(m, out->value[i], out->len[i]) == 0 ? 0 : NACRE_E_CRYPTO;
}

static int
export_all(const mbedtls_rsa_context *rsa, struct rsa_numbers *out)
{
	mbedtls_mpi m[6]; /* n, e, d, p, q, iqmp */
	size_t i;
	int r = NACRE_E_CRYPTO;

	for (i = 0; i < 6; i++)
		mbedtls_mpi_init(&m[i]);
	if (mbedtls_rsa_export(rsa, &m[0], &m[3], &m[4], &m[2], &m[1]) == 0 &&
	    mbedtls_rsa_export_crt(rsa, NULL, NULL, &m[5]) == 0)
		r = 0;
	for (i = 0; i < 6 && r == 0; i++)
		r = export_number(&m[i], out, i);
	for (i = 0; i < 6; i++)
		mbedtls_mpi_free(&m[i]);
	return r;
}

int
rsa_generate(const struct nacre_env *env, unsigned bits, struct rsa_numbers *out)
{
	struct mbed_rng rng = {.env = env};
	mbedtls_rsa_context rsa;
	int r;

	/* FIPS 186-4 B.3.1: both primes have half the bits. */
	if (bits < rsa_bits_min(env) || bits > RSA_BITS_MAX || bits % 2 != 0)
		return NACRE_E_KEY_TYPE;
	mbed_rsa_init(&rsa);
	r = mbed_status(&rng, mbedtls_rsa_gen_key(&rsa, mbed_random, &rng, bits, 65537));
	if (r == 0)
		r = export_all(&rsa, out);
	if (r != 0)
		sodium_memzero(out, sizeof(*out));
	mbedtls_rsa_free(&rsa);
	return r;
}
