/* Signature blobs: ours verify, ssh-keygen's verify, and nothing else does. RFC 4253 6.6, RFC 5656 3.1.2, RFC 8332,
 * 8709. */
#include "armor.h"
#include "keydata.h"
#include "reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define MESSAGE SLICE_LIT("the message")

static const struct {
	const char *file, *algorithm;
} pairs[] = {
    {"ed25519", "ssh-ed25519"},
    {"ecdsa256", "ecdsa-sha2-nistp256"},
    {"ecdsa384", "ecdsa-sha2-nistp384"},
    {"ecdsa521", "ecdsa-sha2-nistp521"},
    {"rsa2048", "rsa-sha2-512"},
    {"rsa2048", "rsa-sha2-256"},
    {"rsa3072", "rsa-sha2-512"},
    {"dsa1024", "ssh-dss"},
    {"mldsa44", "ssh-mldsa44-ed25519@openssh.com"},
};

#define PAIRS (sizeof(pairs) / sizeof(pairs[0]))

static void
the_table_is_in_the_default_order(void **state)
{
	static const char *const names[] = {"ssh-ed25519-cert-v01@openssh.com",
	    "ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp384-cert-v01@openssh.com",
	    "ecdsa-sha2-nistp521-cert-v01@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com",
	    "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "rsa-sha2-512-cert-v01@openssh.com",
	    "rsa-sha2-256-cert-v01@openssh.com", "ssh-mldsa44-ed25519-cert-v01@openssh.com",
	    "ssh-rsa-cert-v01@openssh.com", "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
	    "ecdsa-sha2-nistp521", "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com", "rsa-sha2-512",
	    "rsa-sha2-256", "ssh-mldsa44-ed25519@openssh.com", "ssh-rsa", "ssh-dss"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_string_equal(sigalg_table[i].name, names[i]);
		assert_ptr_equal(sigalg_find(slice_str(names[i])), &sigalg_table[i]);
		assert_non_null(key_type_find(slice_str(sigalg_table[i].key_type)));
		/* SHA-1 is off, and so is DSA. */
		assert_int_equal(
		    sigalg_table[i].legacy, sigalg_table[i].hash == HASH_SHA1 || strcmp(names[i], "ssh-dss") == 0);
	}
	assert_null(sigalg_table[i].name);
	assert_null(sigalg_find(SLICE_LIT("ssh-dss-cert-v01@openssh.com")));
	assert_null(sigalg_find(SLICE_LIT("")));
	assert_null(sigalg_find(SLICE_LIT("ssh-ed25519,")));
}

static const struct sigalg *
algorithm(const char *name)
{
	const struct sigalg *a = sigalg_find(slice_str(name));

	assert_non_null(a);
	return a;
}

static void
sign(struct test_env *t, const nacre_key *key, const char *name, struct buf *out)
{
	buf_init(out, &t->env, 4096);
	assert_int_equal(key_sign(key, &t->env, algorithm(name), MESSAGE, out), 0);
}

/* In a block of its exact size, so that a sanitizer sees one byte too many. */
static int
verify(struct test_env *t, const nacre_key *key, const char *name, struct slice data, const uint8_t *p, size_t n)
{
	uint8_t *copy = malloc(n == 0 ? 1 : n);
	int r;

	assert_non_null(copy);
	memcpy(copy, p, n);
	r = key_verify(key, &t->env, algorithm(name), data, slice_of(copy, n));
	free(copy);
	assert_true(r == 0 || r == NACRE_E_CRYPTO);
	return r;
}

static void
a_signature_holds_for_its_message_and_key(void **state)
{
	nacre_key *key, *public_key, *other;
	struct test_env t;
	struct reader r;
	struct buf sig;
	size_t i;

	(void)state;
	test_env_init(&t, 1);
	other = keydata_public(&t, "other");
	for (i = 0; i < PAIRS; i++) {
		key = keydata_private(&t, pairs[i].file);
		public_key = keydata_public(&t, pairs[i].file);
		sign(&t, key, pairs[i].algorithm, &sig);
		r = reader_of(buf_slice(&sig));
		assert_true(slice_is(reader_string(&r), pairs[i].algorithm));
		(void)reader_string(&r);
		assert_true(reader_end(&r));
		assert_int_equal(verify(&t, public_key, pairs[i].algorithm, MESSAGE, sig.p, sig.n), 0);
		assert_int_equal(
		    verify(&t, public_key, pairs[i].algorithm, SLICE_LIT("the messagf"), sig.p, sig.n), NACRE_E_CRYPTO);
		assert_int_equal(
		    verify(&t, public_key, pairs[i].algorithm, SLICE_LIT("the messag"), sig.p, sig.n), NACRE_E_CRYPTO);
		assert_int_equal(verify(&t, other, pairs[i].algorithm, MESSAGE, sig.p, sig.n), NACRE_E_CRYPTO);
		buf_free(&sig);
		nacre_key_free(public_key);
		nacre_key_free(key);
	}
	nacre_key_free(other);
	keydata_assert_clean(&t);
}

static void
a_signature_cut_or_longer_does_not_hold(void **state)
{
	struct test_env t;
	nacre_key *key;
	struct buf sig;
	size_t i, n;

	(void)state;
	test_env_init(&t, 2);
	for (i = 0; i < PAIRS; i++) {
		key = keydata_private(&t, pairs[i].file);
		sign(&t, key, pairs[i].algorithm, &sig);
		for (n = 0; n < sig.n; n++)
			assert_int_equal(verify(&t, key, pairs[i].algorithm, MESSAGE, sig.p, n), NACRE_E_CRYPTO);
		buf_put_u8(&sig, 0);
		assert_int_equal(verify(&t, key, pairs[i].algorithm, MESSAGE, sig.p, sig.n), NACRE_E_CRYPTO);
		buf_free(&sig);
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

static void
a_flipped_bit_breaks_the_signature(void **state)
{
	struct test_env t;
	nacre_key *key;
	struct buf sig;
	size_t i, n;

	(void)state;
	test_env_init(&t, 3);
	for (i = 0; i < PAIRS; i++) {
		key = keydata_private(&t, pairs[i].file);
		sign(&t, key, pairs[i].algorithm, &sig);
		for (n = 0; n < sig.n; n += n < 80 ? 1 : 5) { /* the names and lengths in full */
			sig.p[n] = (uint8_t)(sig.p[n] ^ (1 << n % 8));
			assert_int_equal(verify(&t, key, pairs[i].algorithm, MESSAGE, sig.p, sig.n), NACRE_E_CRYPTO);
			sig.p[n] = (uint8_t)(sig.p[n] ^ (1 << n % 8));
		}
		assert_int_equal(verify(&t, key, pairs[i].algorithm, MESSAGE, sig.p, sig.n), 0);
		buf_free(&sig);
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

/* The name in the blob must be the algorithm that was agreed upon, even where the bytes would verify. */
static void
another_algorithms_name_does_not_hold(void **state)
{
	struct test_env t;
	struct buf sig, renamed;
	struct reader r;
	struct slice bytes;
	nacre_key *key;

	(void)state;
	test_env_init(&t, 4);
	key = keydata_private(&t, "rsa2048");
	sign(&t, key, "rsa-sha2-256", &sig);
	assert_int_equal(verify(&t, key, "rsa-sha2-256", MESSAGE, sig.p, sig.n), 0);
	assert_int_equal(verify(&t, key, "rsa-sha2-512", MESSAGE, sig.p, sig.n), NACRE_E_CRYPTO);
	assert_int_equal(verify(&t, key, "ssh-ed25519", MESSAGE, sig.p, sig.n), NACRE_E_CRYPTO);
	r = reader_of(buf_slice(&sig));
	(void)reader_string(&r);
	bytes = reader_string(&r);
	buf_init(&renamed, &t.env, 4096);
	buf_put_cstring(&renamed, "ssh-rsa");
	buf_put_string(&renamed, bytes);
	assert_int_equal(verify(&t, key, "rsa-sha2-256", MESSAGE, renamed.p, renamed.n), NACRE_E_CRYPTO);
	buf_reset(&renamed);
	buf_put_cstring(&renamed, "rsa-sha2-512");
	buf_put_string(&renamed, bytes);
	assert_int_equal(verify(&t, key, "rsa-sha2-512", MESSAGE, renamed.p, renamed.n), NACRE_E_CRYPTO);
	buf_free(&renamed);
	buf_free(&sig);
	nacre_key_free(key);
	keydata_assert_clean(&t);
}

/* Two mpints, r and s, or whatever stands in their place. */
static int
verify_ecdsa(struct test_env *t, const nacre_key *key, struct slice numbers)
{
	struct buf sig;
	int r;

	buf_init(&sig, &t->env, 1024);
	buf_put_cstring(&sig, "ecdsa-sha2-nistp256");
	buf_put_string(&sig, numbers);
	r = verify(t, key, "ecdsa-sha2-nistp256", MESSAGE, sig.p, sig.n);
	buf_free(&sig);
	return r;
}

static void
ecdsa_numbers_are_in_their_range_and_form(void **state)
{
	static const struct slice numbers[] = {
	    SLICE_INIT(""), SLICE_INIT("\0\0\0\0\0\0\0\0"), /* r = s = 0 */
	    SLICE_INIT("\0\0\0\1\1\0\0\0\0"), /* s = 0 */
	    SLICE_INIT("\0\0\0\0\0\0\0\1\1"), /* r = 0 */
	    SLICE_INIT("\0\0\0\1\1\0\0\0\1\1"), /* both 1: well formed, and wrong */
	    SLICE_INIT("\0\0\0\2\0\1\0\0\0\1\1"), /* a zero too many */
	    SLICE_INIT("\0\0\0\1\xff\0\0\0\1\1"), /* negative */
	    SLICE_INIT("\0\0\0\1\1\0\0\0\1\1\0\0\0\0"), /* a third */
	};
	struct test_env t;
	nacre_key *key;
	size_t i;

	(void)state;
	test_env_init(&t, 5);
	key = keydata_public(&t, "ecdsa256");
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		assert_int_equal(verify_ecdsa(&t, key, numbers[i]), NACRE_E_CRYPTO);
	nacre_key_free(key);
	keydata_assert_clean(&t);
}

static void
a_key_signs_only_with_its_private_half_and_its_algorithm(void **state)
{
	nacre_key *key, *public_key;
	struct test_env t;
	struct buf sig;

	(void)state;
	test_env_init(&t, 6);
	key = keydata_private(&t, "ed25519");
	public_key = keydata_public(&t, "ed25519");
	buf_init(&sig, &t.env, 4096);
	assert_int_equal(key_sign(public_key, &t.env, algorithm("ssh-ed25519"), MESSAGE, &sig), NACRE_E_MISUSE);
	assert_int_equal(key_sign(key, &t.env, algorithm("rsa-sha2-256"), MESSAGE, &sig), NACRE_E_KEY_TYPE);
	assert_int_equal(key_sign(key, &t.env, algorithm("ecdsa-sha2-nistp256"), MESSAGE, &sig), NACRE_E_KEY_TYPE);
	assert_int_equal(sig.n, 0);
	assert_int_equal(key_sign(key, &t.env, algorithm("ssh-ed25519"), MESSAGE, &sig), 0);
	buf_free(&sig);
	buf_init(&sig, &t.env, 50); /* too small for the signature */
	assert_int_equal(key_sign(key, &t.env, algorithm("ssh-ed25519"), MESSAGE, &sig), NACRE_E_LIMIT);
	buf_free(&sig);
	nacre_key_free(public_key);
	nacre_key_free(key);
	keydata_assert_clean(&t);
}

/* "SSHSIG", version 1, public key, namespace, reserved, hash, signature (OpenSSH PROTOCOL.sshsig). */
static struct slice
sshsig_signature(struct test_env *t, const char *name, struct buf *bytes)
{
	struct slice text, line, body;
	struct keydata file;
	struct reader r;

	keydata_read(name, ".sig", &file);
	text = slice_of(file.p, file.n);
	assert_true(armor_next_line(&text, &line));
	body = text;
	while (armor_next_line(&text, &line) && !slice_is(line, "-----END SSH SIGNATURE-----"))
		;
	body.n = (size_t)(line.p - body.p);
	buf_init(bytes, &t->env, KEYDATA_MAX);
	assert_int_equal(armor_decode(bytes, body), 0);
	r = reader_of(buf_slice(bytes));
	assert_true(slice_is(reader_bytes(&r, 6), "SSHSIG"));
	assert_int_equal(reader_u32(&r), 1);
	(void)reader_string(&r);
	assert_true(slice_is(reader_string(&r), "test"));
	(void)reader_string(&r);
	assert_true(slice_is(reader_string(&r), "sha512"));
	body = reader_string(&r);
	assert_true(reader_end(&r));
	return body;
}

/* What such a signature is over. */
static void
put_sshsig_data(struct buf *data)
{
	uint8_t digest[HASH_MAX_LEN];

	assert_int_equal(hash_once(HASH_SHA512, MESSAGE, digest), 0);
	buf_put_slice(data, SLICE_LIT("SSHSIG"));
	buf_put_cstring(data, "test");
	buf_put_cstring(data, "");
	buf_put_cstring(data, "sha512");
	buf_put_string(data, slice_of(digest, sizeof(digest)));
}

static void
signatures_of_ssh_keygen_hold(void **state)
{
	struct buf bytes, data;
	struct test_env t;
	struct slice sig;
	nacre_key *key;
	size_t i;

	(void)state;
	test_env_init(&t, 7);
	buf_init(&data, &t.env, 1024);
	put_sshsig_data(&data);
	for (i = 0; i <= 4; i++) {
		key = keydata_public(&t, pairs[i].file);
		sig = sshsig_signature(&t, pairs[i].file, &bytes);
		assert_int_equal(verify(&t, key, pairs[i].algorithm, buf_slice(&data), sig.p, sig.n), 0);
		data.p[0] ^= 1;
		assert_int_equal(verify(&t, key, pairs[i].algorithm, buf_slice(&data), sig.p, sig.n), NACRE_E_CRYPTO);
		data.p[0] ^= 1;
		buf_free(&bytes);
		nacre_key_free(key);
	}
	buf_free(&data);
	keydata_assert_clean(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_table_is_in_the_default_order),
	    cmocka_unit_test(a_signature_holds_for_its_message_and_key),
	    cmocka_unit_test(a_signature_cut_or_longer_does_not_hold),
	    cmocka_unit_test(a_flipped_bit_breaks_the_signature),
	    cmocka_unit_test(another_algorithms_name_does_not_hold),
	    cmocka_unit_test(ecdsa_numbers_are_in_their_range_and_form),
	    cmocka_unit_test(a_key_signs_only_with_its_private_half_and_its_algorithm),
	    cmocka_unit_test(signatures_of_ssh_keygen_hold),
	};

	return cmocka_run_group_tests_name("signatures", tests, NULL, NULL);
}
