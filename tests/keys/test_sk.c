/* Security keys and signers: a software authenticator signs as a device would; what it says of its user must be enough;
 * what a signer gives is checked. OpenSSH PROTOCOL.u2f. */
#include "forge.h"
#include "reader.h"
#include <nacre/cert.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define APPLICATION "ssh:nacre"

/* A device: a plain key, whose public half is shown as a security key's. */
struct device {
	const struct nacre_env *env;
	nacre_key *key; /* the plain key */
	nacre_key *shown;
	uint8_t flags;
	uint32_t counter;
	unsigned signatures; /* made so far */
	bool spoil, refuse;
};

static void
device_make(struct test_env *t, struct device *d, const char *file, const char *type)
{
	struct reader r;
	struct buf blob;

	*d = (struct device){.env = &t->env, .flags = NACRE_SK_TOUCHED, .counter = 7};
	d->key = keydata_private(t, file);
	r = reader_of(key_blob(d->key));
	(void)reader_string(&r);
	buf_init(&blob, &t->env, 4096);
	buf_put_cstring(&blob, type);
	buf_put_slice(&blob, reader_rest(&r));
	buf_put_cstring(&blob, APPLICATION);
	assert_int_equal(key_parse_blob(&t->env, buf_slice(&blob), &d->shown), 0);
	buf_free(&blob);
}

static void
device_free(struct device *d)
{
	nacre_key_free(d->key);
	nacre_key_free(d->shown);
}

/* The plain key signs what PROTOCOL.u2f says; its signature is told under the other name, with flags and counter. */
static void
device_sign(struct device *d, struct slice data, struct buf *out)
{
	const struct nacre_sk_details said = {.flags = d->flags, .counter = d->counter};
	uint8_t covered[SK_SIGNED_LEN];
	struct buf plain;
	struct reader r;

	assert_int_equal(sk_signed_data(SLICE_LIT(APPLICATION), &said, data, covered), 0);
	buf_init(&plain, d->env, 4096);
	assert_int_equal(
	    key_sign(d->key, d->env, sigalg_for_key(d->key, NULL), slice_of(covered, sizeof(covered)), &plain), 0);
	r = reader_of(buf_slice(&plain));
	(void)reader_string(&r);
	buf_init(out, d->env, 4096);
	buf_put_cstring(out, sigalg_signature(sigalg_for_key(d->shown, NULL)));
	buf_put_string(out, reader_string(&r));
	buf_put_u8(out, d->flags);
	buf_put_u32(out, d->counter);
	assert_int_equal(out->bad, 0);
	buf_free(&plain);
}

static int
device_callback(void *ctx, const nacre_key *key, const char *algorithm, const uint8_t *data, size_t n,
    uint8_t *signature, size_t size, size_t *signature_n)
{
	struct device *d = ctx;
	struct buf out;

	assert_string_equal(algorithm, sigalg_signature(sigalg_for_key(key, NULL)));
	if (d->refuse)
		return NACRE_E_CANCELLED;
	device_sign(d, slice_of(data, n), &out);
	assert_true(out.n <= size);
	memcpy(signature, out.p, out.n);
	if (d->spoil)
		signature[out.n - 6] ^= 1; /* the signature's last byte */
	*signature_n = out.n;
	d->signatures++;
	buf_free(&out);
	return 0;
}

static const struct {
	const char *file, *type;
} devices[] = {
    {"ed25519", "sk-ssh-ed25519@openssh.com"},
    {"ecdsa256", "sk-ecdsa-sha2-nistp256@openssh.com"},
};

#define DEVICES (sizeof(devices) / sizeof(devices[0]))
#define DATA ((const uint8_t *)"what is signed")
#define DATA_LEN 14

static void
what_the_device_says_of_its_user_must_be_enough(void **state)
{
	static const struct {
		uint8_t said;
		unsigned asked;
		int wanted;
	} rows[] = {
	    {0, 0, NACRE_E_CRYPTO}, {1, 0, 0}, {0, NACRE_VERIFY_NO_TOUCH, 0}, {1, NACRE_VERIFY_NO_TOUCH, 0},
	    {1, NACRE_VERIFY_USER, NACRE_E_CRYPTO}, {5, NACRE_VERIFY_USER, 0},
	    {4, NACRE_VERIFY_USER, NACRE_E_CRYPTO}, /* and not touched */
	    {4, NACRE_VERIFY_USER | NACRE_VERIFY_NO_TOUCH, 0}, {0xc1, 0, 0}, /* flags that are not known */
	};
	struct nacre_sk_details details;
	struct test_env t;
	struct device d;
	struct buf sig;
	size_t i, k;

	(void)state;
	test_env_init(&t, 1);
	for (k = 0; k < DEVICES; k++) {
		device_make(&t, &d, devices[k].file, devices[k].type);
		for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			d.flags = rows[i].said;
			d.counter = (uint32_t)(i * 0x01020304u);
			device_sign(&d, slice_of(DATA, DATA_LEN), &sig);
			assert_int_equal(
			    nacre_key_verify(d.shown, NULL, DATA, DATA_LEN, sig.p, sig.n, rows[i].asked, &details),
			    rows[i].wanted);
			assert_int_equal(details.flags, rows[i].wanted == 0 ? rows[i].said : 0);
			assert_int_equal(details.counter, rows[i].wanted == 0 ? d.counter : 0);
			buf_free(&sig);
		}
		device_free(&d);
	}
	keydata_assert_clean(&t);
}

/* Each byte is covered: the flags and the counter too. */
static void
a_changed_byte_of_the_signature_breaks_it(void **state)
{
	struct test_env t;
	struct device d;
	struct buf sig;
	size_t i, k;

	(void)state;
	test_env_init(&t, 2);
	for (k = 0; k < DEVICES; k++) {
		device_make(&t, &d, devices[k].file, devices[k].type);
		device_sign(&d, slice_of(DATA, DATA_LEN), &sig);
		for (i = 0; i < sig.n; i++) {
			sig.p[i] ^= 2;
			assert_int_equal(
			    nacre_key_verify(d.shown, NULL, DATA, DATA_LEN, sig.p, sig.n, 0, NULL), NACRE_E_CRYPTO);
			sig.p[i] ^= 2;
		}
		for (i = 0; i < sig.n; i++)
			assert_int_equal(
			    nacre_key_verify(d.shown, NULL, DATA, DATA_LEN, sig.p, i, 0, NULL), NACRE_E_CRYPTO);
		buf_put_u8(&sig, 0);
		assert_int_equal(
		    nacre_key_verify(d.shown, NULL, DATA, DATA_LEN, sig.p, sig.n, 0, NULL), NACRE_E_CRYPTO);
		assert_int_equal(nacre_key_verify(d.shown, NULL, DATA, DATA_LEN, sig.p, sig.n - 1, 0, NULL), 0);
		/* A plain key's signature has no such tail, and a security key's is no plain key's. */
		assert_int_equal(
		    nacre_key_verify(d.key, NULL, DATA, DATA_LEN, sig.p, sig.n - 1, 0, NULL), NACRE_E_CRYPTO);
		buf_free(&sig);
		device_free(&d);
	}
	keydata_assert_clean(&t);
}

static void
the_blob_is_held_to_its_form(void **state)
{
	static const struct {
		struct slice application, tail;
		int wanted;
	} rows[] = {
	    {SLICE_INIT("ssh:"), SLICE_INIT(""), 0},
	    {SLICE_INIT(""), SLICE_INIT(""), 0},
	    {SLICE_INIT("ssh:"), SLICE_INIT("x"), NACRE_E_KEY_FORMAT},
	    {SLICE_INIT("ssh:\0x"), SLICE_INIT(""), NACRE_E_KEY_FORMAT},
	};
	static uint8_t long_name[1025];
	struct test_env t;
	nacre_key *plain, *key;
	struct buf blob;
	size_t i;

	(void)state;
	test_env_init(&t, 3);
	plain = keydata_public(&t, "ed25519");
	memset(long_name, 'x', sizeof(long_name));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]) + 3; i++) {
		size_t j = i - sizeof(rows) / sizeof(rows[0]);
		bool is_row = i < sizeof(rows) / sizeof(rows[0]);
		int wanted = is_row ? rows[i].wanted : j == 1 ? 0 : NACRE_E_KEY_FORMAT;

		buf_init(&blob, &t.env, 4096);
		buf_put_cstring(&blob, "sk-ssh-ed25519@openssh.com");
		buf_put_string(&blob, plain->point);
		if (is_row) {
			buf_put_string(&blob, rows[i].application);
			buf_put_slice(&blob, rows[i].tail);
		} else if (j > 0) { /* 0: none at all; 1: the longest; 2: one more */
			buf_put_string(&blob, slice_of(long_name, sizeof(long_name) - (2 - j)));
		}
		assert_int_equal(key_parse_blob(&t.env, buf_slice(&blob), &key), wanted);
		assert_true(key == NULL || !nacre_key_can_sign(key));
		nacre_key_free(key);
		buf_free(&blob);
	}
	nacre_key_free(plain);
	keydata_assert_clean(&t);
}

static void
a_signer_signs_and_what_it_gives_is_checked(void **state)
{
	struct test_env t;
	struct device d;
	nacre_key *key, *none;
	uint8_t *sig;
	size_t n, k;

	(void)state;
	test_env_init(&t, 4);
	for (k = 0; k < DEVICES; k++) {
		device_make(&t, &d, devices[k].file, devices[k].type);
		assert_int_equal(nacre_key_sign(&t.env, d.shown, NULL, DATA, DATA_LEN, &sig, &n), NACRE_E_MISUSE);
		assert_int_equal(nacre_key_with_signer(&t.env, d.shown, NULL, &d, &none), NACRE_E_ARGUMENT);
		assert_int_equal(nacre_key_with_signer(&t.env, d.shown, device_callback, &d, &key), 0);
		assert_true(nacre_key_can_sign(key) && !nacre_key_has_private(key));
		assert_int_equal(nacre_key_sign(&t.env, key, NULL, DATA, DATA_LEN, &sig, &n), 0);
		assert_int_equal(nacre_key_verify(d.shown, NULL, DATA, DATA_LEN, sig, n, 0, NULL), 0);
		nacre_key_signature_free(&t.env, sig, n);
		assert_int_equal(d.signatures, 1);
		assert_int_equal(nacre_key_sign(&t.env, key, "ssh-rsa", DATA, DATA_LEN, &sig, &n), NACRE_E_KEY_TYPE);
		assert_int_equal(nacre_key_sign(&t.env, key, "rot13", DATA, DATA_LEN, &sig, &n), NACRE_E_UNSUPPORTED);
		assert_int_equal(d.signatures, 1);
		d.spoil = true;
		assert_int_equal(nacre_key_sign(&t.env, key, NULL, DATA, DATA_LEN, &sig, &n), NACRE_E_CRYPTO);
		assert_null(sig);
		d.refuse = true;
		assert_int_equal(nacre_key_sign(&t.env, key, NULL, DATA, DATA_LEN, &sig, &n), NACRE_E_CANCELLED);
		nacre_key_free(key);
		device_free(&d);
	}
	keydata_assert_clean(&t);
}

/* A certificate for a security key, by an authority that is one: issued, read, joined and used. */
static void
security_keys_certify_and_are_certified(void **state)
{
	static const char *const names[] = {"alice"};
	struct nacre_cert_fields fields = {.size = sizeof(fields),
	    .type = NACRE_CERT_USER,
	    .principals = names,
	    .n_principals = 1,
	    .valid_before = NACRE_CERT_FOREVER};
	struct test_env t;
	struct device d, authority;
	nacre_key *key, *signer, *cert, *both, *plain;
	uint8_t *sig;
	size_t n, k;

	(void)state;
	test_env_init(&t, 5);
	for (k = 0; k < DEVICES; k++) {
		device_make(&t, &d, devices[k].file, devices[k].type);
		device_make(&t, &authority, devices[1 - k].file, devices[1 - k].type);
		assert_int_equal(nacre_key_with_signer(&t.env, d.shown, device_callback, &d, &key), 0);
		assert_int_equal(
		    nacre_key_with_signer(&t.env, authority.shown, device_callback, &authority, &signer), 0);
		assert_int_equal(nacre_cert_issue(&t.env, &fields, d.shown, signer, &cert), 0);
		assert_int_equal(nacre_cert_with_key(&t.env, cert, key, &both), 0);
		assert_int_equal(nacre_cert_plain(&t.env, both, &plain), 0);
		assert_true(nacre_key_equal(plain, d.shown));
		nacre_key_free(plain);
		assert_int_equal(nacre_key_sign(&t.env, both, NULL, DATA, DATA_LEN, &sig, &n), 0);
		assert_int_equal(nacre_key_verify(cert, NULL, DATA, DATA_LEN, sig, n, 0, NULL), 0);
		nacre_key_signature_free(&t.env, sig, n);
		/* An authority that nobody touched has said nothing. */
		authority.flags = 0;
		assert_int_equal(nacre_cert_issue(&t.env, &fields, d.shown, signer, &plain), NACRE_E_CRYPTO);
		assert_null(plain);
		nacre_key_free(key);
		nacre_key_free(signer);
		nacre_key_free(cert);
		nacre_key_free(both);
		device_free(&d);
		device_free(&authority);
	}
	keydata_assert_clean(&t);
}

static void
security_keys_are_not_made_here(void **state)
{
	struct test_env t;
	nacre_key *key;

	(void)state;
	test_env_init(&t, 6);
	assert_int_equal(nacre_key_generate(&t.env, "sk-ssh-ed25519@openssh.com", 0, &key), NACRE_E_UNSUPPORTED);
	assert_int_equal(nacre_key_generate(&t.env, "ssh-ed25519-cert-v01@openssh.com", 0, &key), NACRE_E_UNSUPPORTED);
	assert_int_equal(nacre_key_generate(&t.env, "ssh-ed25519", 0, &key), 0);
	nacre_key_free(key);
	keydata_assert_clean(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_the_device_says_of_its_user_must_be_enough),
	    cmocka_unit_test(a_changed_byte_of_the_signature_breaks_it),
	    cmocka_unit_test(the_blob_is_held_to_its_form),
	    cmocka_unit_test(a_signer_signs_and_what_it_gives_is_checked),
	    cmocka_unit_test(security_keys_certify_and_are_certified),
	    cmocka_unit_test(security_keys_are_not_made_here),
	};

	return cmocka_run_group_tests_name("security keys", tests, NULL, NULL);
}
