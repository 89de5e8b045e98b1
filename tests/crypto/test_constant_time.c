/* Do branches or addresses depend on secrets? Under valgrind's memcheck, secrets are marked as undefined memory: each
 * jump or access that depends on them is an error, and errors are counted. What is public, though computed from
 * secrets, is declared so in the functions __wrap_*, which the linker puts before the real ones (meson.build lists
 * them). Built at the optimisation levels that the library is built at. */
#include "kex_hybrid.h"
#include "mldsa44.h"
#include "mldsa_poly.h"
#include "mlkem_fips203.h"
#include "mlkem_poly.h"
#include "sntrup_poly.h"
#include "test_env.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <valgrind/memcheck.h>

#include <cmocka.h>

static void
make_secret(void *p, size_t n)
{
	(void)VALGRIND_MAKE_MEM_UNDEFINED(p, n);
}

static void
make_public(void *p, size_t n)
{
	(void)VALGRIND_MAKE_MEM_DEFINED(p, n);
}

static unsigned
errors_so_far(void)
{
	return (unsigned)VALGRIND_COUNT_ERRORS;
}

void __real_mlkem_sample_ntt(struct mlkem_poly *p, const uint8_t *rho, size_t i, size_t j);
void __wrap_mlkem_sample_ntt(struct mlkem_poly *p, const uint8_t *rho, size_t i, size_t j);
bool __real_sntrup_r3_invert(struct sntrup_small *out, const struct sntrup_small *a);
bool __wrap_sntrup_r3_invert(struct sntrup_small *out, const struct sntrup_small *a);
int __real_crypto_scalarmult(uint8_t *q, const uint8_t *n, const uint8_t *p);
int __wrap_crypto_scalarmult(uint8_t *q, const uint8_t *n, const uint8_t *p);

/* rho is half of the encapsulation key's making and a part of it: all see it. */
void
__wrap_mlkem_sample_ntt(struct mlkem_poly *p, const uint8_t *rho, size_t i, size_t j)
{
	uint8_t seen[MLKEM_SEED_LEN];

	memcpy(seen, rho, sizeof(seen));
	make_public(seen, sizeof(seen));
	__real_mlkem_sample_ntt(p, seen, i, j);
}

/* Of ML-DSA-44 (FIPS 204): the matrix's seed is in the public key; the challenge says nothing where it is thrown away,
 * nor do the place of what is thrown away and the verdict that does so; the rest a signature shows. */
void __real_mldsa_sample_uniform(struct mldsa_poly *p, const uint8_t *rho, unsigned row, unsigned column);
void __wrap_mldsa_sample_uniform(struct mldsa_poly *p, const uint8_t *rho, unsigned row, unsigned column);
void __real_mldsa_sample_ball(struct mldsa_poly *p, const uint8_t *seed);
void __wrap_mldsa_sample_ball(struct mldsa_poly *p, const uint8_t *seed);
bool __real_mldsa_is_short(unsigned half);
bool __wrap_mldsa_is_short(unsigned half);
bool __real_mldsa_is_bounded(const struct mldsa_poly *p, int32_t bound);
bool __wrap_mldsa_is_bounded(const struct mldsa_poly *p, int32_t bound);
bool __real_mldsa_is_challenge(const uint8_t *a, const uint8_t *b);
bool __wrap_mldsa_is_challenge(const uint8_t *a, const uint8_t *b);
void __real_mldsa_use_hint(struct mldsa_poly *p, const struct mldsa_poly *hint);
void __wrap_mldsa_use_hint(struct mldsa_poly *p, const struct mldsa_poly *hint);
void __real_mldsa_hint_encode(const struct mldsa_poly *hint, uint8_t *out);
void __wrap_mldsa_hint_encode(const struct mldsa_poly *hint, uint8_t *out);

void
__wrap_mldsa_sample_uniform(struct mldsa_poly *p, const uint8_t *rho, unsigned row, unsigned column)
{
	uint8_t seen[MLDSA_SEED_LEN];

	memcpy(seen, rho, sizeof(seen));
	make_public(seen, sizeof(seen));
	__real_mldsa_sample_uniform(p, seen, row, column);
}

void
__wrap_mldsa_sample_ball(struct mldsa_poly *p, const uint8_t *seed)
{
	uint8_t seen[MLDSA_SEED_LEN];

	memcpy(seen, seed, sizeof(seen));
	make_public(seen, sizeof(seen));
	__real_mldsa_sample_ball(p, seen);
}

static bool
shown(bool verdict)
{
	make_public(&verdict, sizeof(verdict));
	return verdict;
}

bool
__wrap_mldsa_is_short(unsigned half)
{
	return shown(__real_mldsa_is_short(half));
}

bool
__wrap_mldsa_is_bounded(const struct mldsa_poly *p, int32_t bound)
{
	return shown(__real_mldsa_is_bounded(p, bound));
}

bool
__wrap_mldsa_is_challenge(const uint8_t *a, const uint8_t *b)
{
	return shown(__real_mldsa_is_challenge(a, b));
}

void
__wrap_mldsa_use_hint(struct mldsa_poly *p, const struct mldsa_poly *hint)
{
	make_public(p, sizeof(*p));
	__real_mldsa_use_hint(p, hint);
}

void
__wrap_mldsa_hint_encode(const struct mldsa_poly *hint, uint8_t *out)
{
	struct mldsa_poly seen[MLDSA_K];

	memcpy(seen, hint, sizeof(seen));
	make_public(seen, sizeof(seen));
	__real_mldsa_hint_encode(seen, out);
}

/* Whether a candidate for g has an inverse: one that has none is thrown away. */
bool
__wrap_sntrup_r3_invert(struct sntrup_small *out, const struct sntrup_small *a)
{
	bool has_inverse = __real_sntrup_r3_invert(out, a);

	make_public(&has_inverse, sizeof(has_inverse));
	return has_inverse;
}

/* Whether the peer's point is refused: the peer chose it. */
int
__wrap_crypto_scalarmult(uint8_t *q, const uint8_t *n, const uint8_t *p)
{
	int r = __real_crypto_scalarmult(q, n, p);

	make_public(&r, sizeof(r));
	return r;
}

#ifdef crypto_kem_mlkem768_PUBLICKEYBYTES

/* libsodium's ML-KEM (from 1.0.22 on) is not what is measured here; it sees its secrets as public ones, and what it
 * gives back is secret again. */
int __real_crypto_kem_mlkem768_seed_keypair(uint8_t *ek, uint8_t *dk, const uint8_t *seed);
int __wrap_crypto_kem_mlkem768_seed_keypair(uint8_t *ek, uint8_t *dk, const uint8_t *seed);
int __real_crypto_kem_mlkem768_enc_deterministic(uint8_t *ct, uint8_t *secret, const uint8_t *ek, const uint8_t *m);
int __wrap_crypto_kem_mlkem768_enc_deterministic(uint8_t *ct, uint8_t *secret, const uint8_t *ek, const uint8_t *m);
int __real_crypto_kem_mlkem768_dec(uint8_t *secret, const uint8_t *ct, const uint8_t *dk);
int __wrap_crypto_kem_mlkem768_dec(uint8_t *secret, const uint8_t *ct, const uint8_t *dk);

int
__wrap_crypto_kem_mlkem768_seed_keypair(uint8_t *ek, uint8_t *dk, const uint8_t *seed)
{
	uint8_t seen[MLKEM768_SEED_LEN];
	int r;

	memcpy(seen, seed, sizeof(seen));
	make_public(seen, sizeof(seen));
	r = __real_crypto_kem_mlkem768_seed_keypair(ek, dk, seen);
	make_secret(dk, MLKEM768_DK_LEN);
	return r;
}

int
__wrap_crypto_kem_mlkem768_enc_deterministic(uint8_t *ct, uint8_t *secret, const uint8_t *ek, const uint8_t *m)
{
	uint8_t seen[MLKEM768_M_LEN];
	int r;

	memcpy(seen, m, sizeof(seen));
	make_public(seen, sizeof(seen));
	r = __real_crypto_kem_mlkem768_enc_deterministic(ct, secret, ek, seen);
	make_secret(secret, MLKEM768_SECRET_LEN);
	return r;
}

int
__wrap_crypto_kem_mlkem768_dec(uint8_t *secret, const uint8_t *ct, const uint8_t *dk)
{
	uint8_t seen[MLKEM768_DK_LEN];
	int r;

	memcpy(seen, dk, sizeof(seen));
	make_public(seen, sizeof(seen));
	r = __real_crypto_kem_mlkem768_dec(secret, ct, seen);
	make_secret(secret, MLKEM768_SECRET_LEN);
	return r;
}

#endif

/* All randomness is secret. */
static int
give_secrets(void *ctx, void *out, size_t n)
{
	struct test_env *t = ctx;
	int r = t->env.random(t, out, n);

	make_secret(out, n);
	return r;
}

struct world {
	struct test_env t;
	struct nacre_env env;
};

static void
world_begin(struct world *w)
{
	test_env_init(&w->t, 81);
	w->env = w->t.env; /* its ctx is &w->t */
	w->env.random = give_secrets;
}

typedef void job(struct world *w);

static uint8_t mlkem_ek[MLKEM768_EK_LEN], mlkem_dk[MLKEM768_DK_LEN], mlkem_ct[MLKEM768_CT_LEN], secret[KEX_SECRET_MAX];
static uint8_t sntrup_pk[SNTRUP761_PK_LEN], sntrup_sk[SNTRUP761_SK_LEN], sntrup_ct[SNTRUP761_CT_LEN];

/* The public halves become public as they leave, and where they are kept beside the secret ones. */
static void
mlkem_keygen(struct world *w)
{
	uint8_t *dk_ek = mlkem_dk + sizeof(mlkem_dk) - sizeof(mlkem_ek) - 64;

	assert_int_equal(mlkem768_keygen(&w->env, mlkem_ek, mlkem_dk), 0);
	make_public(mlkem_ek, sizeof(mlkem_ek));
	make_public(dk_ek, sizeof(mlkem_ek) + 32); /* and its hash */
}

static void
mlkem_encaps(struct world *w)
{
	assert_int_equal(mlkem768_encaps(&w->env, mlkem_ek, mlkem_ct, secret), 0);
	make_public(mlkem_ct, sizeof(mlkem_ct));
}

static void
mlkem_decaps(struct world *w)
{
	(void)w;
	assert_int_equal(mlkem768_decaps(mlkem_dk, mlkem_ct, secret), 0);
	mlkem_ct[100] ^= 1;
	assert_int_equal(mlkem768_decaps(mlkem_dk, mlkem_ct, secret), 0);
	mlkem_ct[100] ^= 1;
}

/* Ours, also where libsodium's is used. */
static void
mlkem_own(struct world *w)
{
	uint8_t seed[MLKEM768_SEED_LEN];

	assert_int_equal(w->env.random(w->env.ctx, seed, sizeof(seed)), 0);
	mlkem_keygen_internal(seed, seed + 32, mlkem_ek, mlkem_dk);
	make_public(mlkem_ek, sizeof(mlkem_ek));
	mlkem_encaps_internal(mlkem_ek, seed, mlkem_ct, secret);
	make_public(mlkem_ct, sizeof(mlkem_ct));
	mlkem_decaps_internal(mlkem_dk, mlkem_ct, secret);
}

static void
mldsa(struct world *w)
{
	static uint8_t public_key[MLDSA44_PUBLIC_LEN], sig[MLDSA44_SIG_LEN];
	uint8_t seed[MLDSA44_SEED_LEN], rnd[32];
	struct slice message = SLICE_LIT("the message");

	assert_int_equal(w->env.random(w->env.ctx, seed, sizeof(seed)), 0);
	assert_int_equal(w->env.random(w->env.ctx, rnd, sizeof(rnd)), 0);
	assert_int_equal(mldsa44_public(&w->env, seed, public_key), 0);
	make_public(public_key, sizeof(public_key));
	assert_int_equal(mldsa44_sign(&w->env, seed, rnd, message, SLICE_NONE, sig), 0);
	make_public(sig, sizeof(sig));
	assert_int_equal(mldsa44_verify(&w->env, public_key, message, SLICE_NONE, slice_of(sig, sizeof(sig))), 0);
}

static void
sntrup_keygen(struct world *w)
{
	assert_int_equal(sntrup761_keygen(&w->env, sntrup_pk, sntrup_sk), 0);
	make_public(sntrup_pk, sizeof(sntrup_pk));
	make_public(sntrup_sk + 382, sizeof(sntrup_pk));
}

static void
sntrup_encaps(struct world *w)
{
	assert_int_equal(sntrup761_encaps(&w->env, sntrup_pk, sntrup_ct, secret), 0);
	make_public(sntrup_ct, sizeof(sntrup_ct));
}

static void
sntrup_decaps(struct world *w)
{
	(void)w;
	assert_int_equal(sntrup761_decaps(sntrup_sk, sntrup_ct, secret), 0);
	sntrup_ct[100] ^= 1;
	assert_int_equal(sntrup761_decaps(sntrup_sk, sntrup_ct, secret), 0);
	sntrup_ct[100] ^= 1;
}

static void
mlkem_hybrid(struct world *w)
{
	uint8_t init[KEX_PUBLIC_MAX], reply[KEX_PUBLIC_MAX];
	struct kex_state st;

	assert_int_equal(kex_mlkem_init(&st, &w->env, init), 0);
	make_public(init, sizeof(init));
	make_public(st.bytes + 32 + 1152, MLKEM768_EK_LEN + 32);
	assert_int_equal(kex_mlkem_respond(&w->env, init, reply, secret), 0);
	make_public(reply, sizeof(reply));
	assert_int_equal(kex_mlkem_finish(&st, reply, secret), 0);
}

static void
sntrup_hybrid(struct world *w)
{
	uint8_t init[KEX_PUBLIC_MAX], reply[KEX_PUBLIC_MAX];
	struct kex_state st;

	assert_int_equal(kex_sntrup_init(&st, &w->env, init), 0);
	make_public(init, sizeof(init));
	make_public(st.bytes + 32 + 382, SNTRUP761_PK_LEN);
	assert_int_equal(kex_sntrup_respond(&w->env, init, reply, secret), 0);
	make_public(reply, sizeof(reply));
	assert_int_equal(kex_sntrup_finish(&st, reply, secret), 0);
}

/* In the order in which they leave keys for each other. */
static const struct {
	const char *name;
	job *run;
} jobs[] = {
    {"ML-KEM keygen", mlkem_keygen},
    {"ML-KEM encaps", mlkem_encaps},
    {"ML-KEM decaps", mlkem_decaps},
    {"ML-KEM of ours", mlkem_own},
    {"ML-DSA", mldsa},
    {"sntrup761 keygen", sntrup_keygen},
    {"sntrup761 encaps", sntrup_encaps},
    {"sntrup761 decaps", sntrup_decaps},
    {"mlkem768x25519", mlkem_hybrid},
    {"sntrup761x25519", sntrup_hybrid},
};

static void
nothing_depends_on_secrets(void **state)
{
	struct world w;
	unsigned before;
	size_t i;

	(void)state;
	world_begin(&w);
	for (i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		before = errors_so_far();
		jobs[i].run(&w);
		if (errors_so_far() != before)
			fail_msg("%s: %u jumps or accesses depend on secrets", jobs[i].name, errors_so_far() - before);
	}
}

/* What makes the check worth something: these are seen. */
static const uint8_t *volatile table;
static volatile unsigned sink;

static void
branch_on(uint8_t byte)
{
	if ((byte & 1) != 0)
		sink++;
}

static void
planted_dependences_are_seen(void **state)
{
	static const uint8_t bytes[256] = {1};
	uint8_t key = 7;
	unsigned before;

	(void)state;
	before = errors_so_far();
	branch_on(key);
	table = bytes;
	sink += table[key];
	assert_int_equal(errors_so_far(), before); /* not secret */

	make_secret(&key, sizeof(key));
	branch_on(key);
	assert_true(errors_so_far() > before);
	before = errors_so_far();
	sink += table[key];
	assert_true(errors_so_far() > before);
}

static int
needs_valgrind(void **state)
{
	(void)state;
	return RUNNING_ON_VALGRIND != 0 ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(planted_dependences_are_seen),
	    cmocka_unit_test(nothing_depends_on_secrets),
	};

	return cmocka_run_group_tests_name("crypto/constant_time", tests, needs_valgrind, NULL);
}
