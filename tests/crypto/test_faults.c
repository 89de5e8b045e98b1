/* Every call into libsodium or mbedTLS fails once, and never is that failure taken for success (CVE-2025-5987,
 * CVE-2025-5372, CVE-2023-2283); a signature with a wrong bit does not leave. */
#include "backend.h"
#include "dh.h"
#include "sign.h"
#include "suite.h"
#include "test_env.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct {
	struct test_env t;
	struct suite_keys keys;
	uint8_t d[3][ECDSA_SCALAR_MAX], q[3][ECDSA_POINT_MAX];
	struct rsa_private rsa;
	struct dsa_public dsa;
	struct slice x;
	struct vectors v, dsa_v;
} world;

#define MESSAGE SLICE_LIT("what is signed")

/* A job gives 0 where all of it went well. i says which row. */
typedef int job(size_t i);

static int
hash_something(size_t i)
{
	static const enum hash_id ids[] = {HASH_SHA256, HASH_SHA384, HASH_SHA512, HASH_SHA1, HASH_MD5};
	uint8_t digest[HASH_MAX_LEN];

	return hash_once(ids[i], MESSAGE, digest);
}

static int
send_packet(struct suite *out, struct suite *in)
{
	uint8_t pkt[36 + CIPHER_TAG_MAX] = {0, 0, 0, 32, 4};
	size_t n = suite_length_is_apart(out) ? 36 : 32;
	uint32_t length;
	int r;

	if ((r = suite_seal(out, 1, pkt, n)) != 0 || (r = suite_open_length(in, 1, pkt, &length)) != 0)
		return r;
	return suite_open(in, 1, pkt, n);
}

static int
protect_with(const struct cipher *cipher, const struct mac *mac)
{
	struct suite out, in;
	int r;

	suite_init_null(&out);
	suite_init_null(&in);
	r = suite_init(&out, &world.t.env, cipher, mac, &world.keys, true);
	if (r == 0)
		r = suite_init(&in, &world.t.env, cipher, mac, &world.keys, false);
	if (r == 0)
		r = send_packet(&out, &in);
	suite_wipe(&out);
	suite_wipe(&in);
	return r;
}

/* The first three rows are AEADs, after them comes aes256-ctr with each MAC. */
static int
protect_a_packet(size_t i)
{
	return i < 3 ? protect_with(&cipher_table[i], NULL) : protect_with(&cipher_table[3], &mac_table[i - 3]);
}

static int
protect_by_cbc(size_t i)
{
	static const char *const names[] = {"aes256-cbc", "aes192-cbc", "aes128-cbc", "3des-cbc"};

	return protect_with(cipher_find(slice_str(names[i / 2])), &mac_table[i % 2]);
}

static int
protect_without_aes(size_t i)
{
	int r;

	world.t.env.cpu = 0;
	r = protect_with(&cipher_table[i], NULL);
	world.t.env.cpu = NACRE_CPU_AES;
	return r;
}

static int
agree(size_t i)
{
	uint8_t init[KEX_PUBLIC_MAX], reply[KEX_PUBLIC_MAX], ours[KEX_SECRET_MAX], theirs[KEX_SECRET_MAX];
	struct kex_state st;
	int r;

	if ((r = kex_table[i].init(&st, &world.t.env, init)) != 0 ||
	    (r = kex_table[i].respond(&world.t.env, init, reply, theirs)) != 0)
		return r;
	return kex_table[i].finish(&st, reply, ours);
}

/* All groups go the same way. */
static int
agree_by_dh(size_t i)
{
	const struct dh_group *g = &dh_group14;
	uint8_t init[DH_LEN_MAX], reply[DH_LEN_MAX], ours[DH_LEN_MAX], theirs[DH_LEN_MAX];
	struct kex_state st;
	int r;

	(void)i;
	if ((r = dh_init(g, &st, &world.t.env, init)) != 0 ||
	    (r = dh_respond(g, &world.t.env, slice_of(init, g->p.n), reply, theirs)) != 0)
		return r;
	return dh_finish(g, &st, slice_of(reply, g->p.n), ours);
}

static int
use_ed25519(size_t i)
{
	uint8_t secret[64] = {7}, sig[ED25519_SIG_LEN];
	int r;

	(void)i;
	if ((r = ed25519_public(secret, secret + 32)) != 0 || (r = ed25519_sign(secret, MESSAGE, sig)) != 0)
		return r;
	return ed25519_verify(secret + 32, MESSAGE, slice_of(sig, sizeof(sig)));
}

static int
use_ecdsa(size_t i)
{
	uint8_t r[ECDSA_SCALAR_MAX], s[ECDSA_SCALAR_MAX];
	enum curve_id c = (enum curve_id)i;
	size_t n = curve_scalar_len(c);
	struct slice d = slice_of(world.d[i], n), q = slice_of(world.q[i], curve_point_len(c));
	int e;

	if ((e = ecdsa_check_public(c, q)) != 0 || (e = ecdsa_check_pair(c, d, q, &world.t.env)) != 0 ||
	    (e = ecdsa_sign(c, &world.t.env, d, q, MESSAGE, r, s)) != 0)
		return e;
	return ecdsa_verify(c, q, MESSAGE, slice_of(r, n), slice_of(s, n));
}

static int
make_ecdsa(size_t i)
{
	uint8_t d[ECDSA_SCALAR_MAX], q[ECDSA_POINT_MAX];

	return ecdsa_generate((enum curve_id)i, &world.t.env, d, q);
}

static int
use_rsa(size_t i)
{
	struct rsa_public pub = {world.rsa.n, world.rsa.e};
	uint8_t sig[RSA_SIG_MAX];
	size_t n;
	int r;

	(void)i;
	if ((r = rsa_check_private(&world.rsa, &world.t.env)) != 0 ||
	    (r = rsa_sign(&world.rsa, &world.t.env, HASH_SHA512, MESSAGE, sig, &n)) != 0)
		return r;
	return rsa_verify(&pub, HASH_SHA512, MESSAGE, slice_of(sig, n));
}

static int
use_dsa(size_t i)
{
	uint8_t sig[DSA_SIG_LEN];
	int r;

	(void)i;
	if ((r = dsa_check_public(&world.dsa)) != 0 || (r = dsa_check_pair(&world.dsa, world.x)) != 0 ||
	    (r = dsa_sign(&world.dsa, &world.t.env, world.x, MESSAGE, sig)) != 0)
		return r;
	return dsa_verify(&world.dsa, MESSAGE, slice_of(sig, sizeof(sig)));
}

static const struct {
	const char *name;
	job *run;
	size_t rows;
	unsigned least_calls; /* of the first row: shows that the calls really come by here */
} jobs[] = {
    {"hash", hash_something, 5, 3},
    {"packet", protect_a_packet, 19, 4},
    {"packet by CBC", protect_by_cbc, 8, 4},
    {"packet without AES in the CPU", protect_without_aes, 1, 4},
    {"key agreement", agree, 8, 10},
    {"key agreement by Diffie-Hellman", agree_by_dh, 1, 20},
    {"Ed25519", use_ed25519, 1, 3},
    {"ECDSA", use_ecdsa, 3, 20},
    {"ECDSA key", make_ecdsa, 3, 4},
    {"RSA", use_rsa, 1, 12},
    {"DSA", use_dsa, 1, 60},
};

static int
run_with_fault(size_t j, size_t i, unsigned fail_at)
{
	int r;

	backend_calls = 0;
	backend_fail_at = fail_at;
	r = jobs[j].run(i);
	backend_fail_at = 0;
	return r;
}

static void
every_failing_call_fails_the_job(void **state)
{
	size_t j, i;

	(void)state;
	for (j = 0; j < sizeof(jobs) / sizeof(jobs[0]); j++)
		for (i = 0; i < jobs[j].rows; i++) {
			unsigned calls, k;

			assert_int_equal(run_with_fault(j, i, 0), 0);
			calls = backend_calls;
			assert_true(i > 0 || calls >= jobs[j].least_calls);
			for (k = 1; k <= calls; k++)
				if (run_with_fault(j, i, k) == 0)
					fail_msg("%s, row %zu: the failure of call %u of %u went unseen", jobs[j].name,
					    i, k, calls);
			assert_int_equal(run_with_fault(j, i, 0), 0);
		}
}

static void
a_faulty_signature_does_not_leave(void **state)
{
	uint8_t r[ECDSA_SCALAR_MAX] = {0}, s[ECDSA_SCALAR_MAX] = {0}, sig[RSA_SIG_MAX] = {0};
	static const uint8_t nothing[RSA_SIG_MAX] = {0};
	size_t i, n;

	(void)state;
	backend_is_faulty = true;
	for (i = 0; i < 3; i++) {
		enum curve_id c = (enum curve_id)i;
		struct slice d = slice_of(world.d[i], curve_scalar_len(c)),
			     q = slice_of(world.q[i], curve_point_len(c));

		assert_int_equal(ecdsa_sign(c, &world.t.env, d, q, MESSAGE, r, s), NACRE_E_CRYPTO);
		assert_memory_equal(r, nothing, sizeof(r));
		assert_memory_equal(s, nothing, sizeof(s));
	}
	assert_int_equal(rsa_sign(&world.rsa, &world.t.env, HASH_SHA256, MESSAGE, sig, &n), NACRE_E_CRYPTO);
	assert_int_equal(n, 0);
	assert_memory_equal(sig, nothing, sizeof(sig));
	backend_is_faulty = false;
	assert_int_equal(rsa_sign(&world.rsa, &world.t.env, HASH_SHA256, MESSAGE, sig, &n), 0);
}

static int
begin(void **state)
{
	size_t i;

	(void)state;
	test_env_init(&world.t, 51);
	for (i = 0; i < 3; i++)
		assert_int_equal(ecdsa_generate((enum curve_id)i, &world.t.env, world.d[i], world.q[i]), 0);
	vectors_open(&world.v, "rsa_sign.txt");
	assert_true(vectors_next(&world.v) && vectors_is(&world.v, "key"));
	world.rsa =
	    (struct rsa_private){vectors_field(&world.v, 1), vectors_field(&world.v, 2), vectors_field(&world.v, 3),
		vectors_field(&world.v, 4), vectors_field(&world.v, 5), vectors_field(&world.v, 6)};
	vectors_open(&world.dsa_v, "rfc6979_dsa.txt");
	assert_true(vectors_next(&world.dsa_v) && vectors_is(&world.dsa_v, "key"));
	world.dsa = (struct dsa_public){vectors_field(&world.dsa_v, 1), vectors_field(&world.dsa_v, 2),
	    vectors_field(&world.dsa_v, 3), vectors_field(&world.dsa_v, 5)};
	world.x = vectors_field(&world.dsa_v, 4);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	vectors_close(&world.dsa_v);
	vectors_close(&world.v);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_failing_call_fails_the_job),
	    cmocka_unit_test(a_faulty_signature_does_not_leave),
	};

	return cmocka_run_group_tests_name("crypto/faults", tests, begin, end);
}
