/* Keys whose private half is elsewhere, security keys, and locked keys with a certificate, through the facade. */
#include <nacre/cert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "stage.h"

#define SK_TYPE "sk-ssh-ed25519@openssh.com"
#define APPLICATION "ssh:"

/* A device in software, with one key, which says what its flags are. */
struct device {
	nacre_key *key; /* the plain key inside */
	nacre_key *shown; /* what signs by asking it */
	uint8_t flags;
	uint32_t counter;
	int error; /* what it answers instead */
	unsigned asked;
};

static size_t
put_string(uint8_t *out, const void *p, size_t n)
{
	out[0] = out[1] = 0;
	out[2] = (uint8_t)(n >> 8);
	out[3] = (uint8_t)n;
	memcpy(out + 4, p, n);
	return 4 + n;
}

/* The 64 bytes that end a signature blob. */
static void
sign_plain(const nacre_key *key, const uint8_t *data, size_t n, uint8_t out[64])
{
	uint8_t *blob;
	size_t blob_n;

	assert_int_equal(nacre_key_sign(nacre_env_default(), key, NULL, data, n, &blob, &blob_n), NACRE_OK);
	memcpy(out, blob + blob_n - 64, 64);
	nacre_key_signature_free(nacre_env_default(), blob, blob_n);
}

/* OpenSSH PROTOCOL.u2f: what is signed is SHA256(application), flags, counter, SHA256(data). */
static size_t
sign_as_device(struct device *d, const uint8_t *data, size_t n, uint8_t *out)
{
	uint8_t text[32 + 5 + 32], signature[64];
	size_t at = put_string(out, SK_TYPE, sizeof(SK_TYPE) - 1);

	(void)crypto_hash_sha256(text, (const uint8_t *)APPLICATION, sizeof(APPLICATION) - 1);
	text[32] = d->flags;
	memset(text + 33, 0, 3);
	text[36] = (uint8_t)++d->counter;
	(void)crypto_hash_sha256(text + 37, data, n);
	sign_plain(d->key, text, sizeof(text), signature);
	at += put_string(out + at, signature, sizeof(signature));
	memcpy(out + at, text + 32, 5);
	return at + 5;
}

static int
ask_device(void *ctx, const nacre_key *key, const char *algorithm, const uint8_t *data, size_t n, uint8_t *signature,
    size_t size, size_t *signature_n)
{
	struct device *d = ctx;
	uint8_t plain[64];

	(void)key;
	assert_true(size >= 256);
	d->asked++;
	if (d->error != 0)
		return d->error;
	if (strcmp(algorithm, SK_TYPE) == 0) {
		*signature_n = sign_as_device(d, data, n, signature);
		return 0;
	}
	sign_plain(d->key, data, n, plain);
	*signature_n = put_string(signature, algorithm, strlen(algorithm));
	*signature_n += put_string(signature + *signature_n, plain, sizeof(plain));
	return 0;
}

/* The public half of a security key that has this key inside. */
static nacre_key *
make_sk(const nacre_key *inside)
{
	uint8_t blob[256];
	size_t n, at = put_string(blob, SK_TYPE, sizeof(SK_TYPE) - 1);
	const uint8_t *plain = nacre_key_blob(inside, &n);
	nacre_key *sk;

	at += put_string(blob + at, plain + n - 32, 32);
	at += put_string(blob + at, APPLICATION, sizeof(APPLICATION) - 1);
	assert_int_equal(nacre_key_from_blob(nacre_env_default(), blob, at, &sk), NACRE_OK);
	return sk;
}

static nacre_key *
certify(const nacre_key *subject, const struct nacre_cert_option *critical, size_t n_critical)
{
	static const char *const principals[] = {"diver"};
	const struct nacre_cert_fields fields = {.size = sizeof(fields),
	    .type = NACRE_CERT_USER,
	    .principals = principals,
	    .n_principals = 1,
	    .valid_before = NACRE_CERT_FOREVER,
	    .critical = critical,
	    .n_critical = n_critical};
	nacre_key *cert;

	assert_int_equal(
	    nacre_cert_issue(nacre_env_default(), &fields, subject, stage_keys[STAGE_HOST_OTHER], &cert), NACRE_OK);
	return cert;
}

static void
connect_by(struct stage *s, struct device *d, const nacre_key *public_half, int expected, const char *auth)
{
	assert_int_equal(nacre_key_with_signer(nacre_env_default(), public_half, ask_device, d, &d->shown), NACRE_OK);
	s->script.user_key = public_half;
	s->options.key = d->shown;
	d->asked = 0;
	assert_int_equal(stage_connect(s), expected);
	stage_close(s);
	assert_string_equal(s->peer.auth, auth);
	nacre_key_free(d->shown);
}

static void
a_signer_of_the_callers_signs_once_the_server_would_take_the_key(void **state)
{
	struct device d = {.key = stage_keys[STAGE_USER]};
	nacre_key *public_half;
	struct stage s;

	(void)state;
	stage_init(&s);
	assert_int_equal(nacre_key_copy_public(nacre_env_default(), d.key, &public_half), NACRE_OK);
	connect_by(&s, &d, public_half, NACRE_OK, "publickey? publickey");
	assert_int_equal(d.asked, 1);

	d.error = NACRE_E_CANCELLED;
	connect_by(&s, &d, public_half, NACRE_E_CANCELLED, "publickey?");

	d.error = 0;
	d.key = stage_keys[STAGE_USER_2]; /* signs, but with another key */
	connect_by(&s, &d, public_half, NACRE_E_CRYPTO, "publickey?");
	assert_int_equal(d.asked, 1);
	nacre_key_free(public_half);
	stage_end(&s);
}

static void
a_security_key_enters_with_a_touch_alone(void **state)
{
	struct device d = {.key = stage_keys[STAGE_USER], .flags = NACRE_SK_TOUCHED};
	nacre_key *sk = make_sk(d.key);
	struct stage s;

	(void)state;
	stage_init(&s);
	connect_by(&s, &d, sk, NACRE_OK, "publickey? publickey");
	d.flags = 0;
	connect_by(&s, &d, sk, NACRE_E_AUTH, "publickey?"); /* the signature is bad: the script never hears of it */
	nacre_key_free(sk);
	stage_end(&s);
}

static void
a_certificate_may_require_that_the_user_was_verified(void **state)
{
	static const struct nacre_cert_option required = {.name = "verify-required"};
	struct device d = {.key = stage_keys[STAGE_USER], .flags = NACRE_SK_TOUCHED};
	nacre_key *sk = make_sk(d.key), *cert = certify(sk, &required, 1), *lax = certify(sk, NULL, 0);
	struct stage s;

	(void)state;
	stage_init(&s);
	connect_by(&s, &d, lax, NACRE_OK, "publickey? publickey");
	connect_by(&s, &d, cert, NACRE_E_AUTH, "publickey?");
	d.flags = NACRE_SK_TOUCHED | NACRE_SK_USER_VERIFIED;
	connect_by(&s, &d, cert, NACRE_OK, "publickey? publickey");
	nacre_key_free(sk);
	nacre_key_free(cert);
	nacre_key_free(lax);
	stage_end(&s);
}

static void
write_locked(const nacre_key *key, const nacre_key *cert)
{
	const struct nacre_key_write_options locked = {.size = sizeof(locked), .passphrase = "open", .rounds = 1};
	char *text;
	size_t n;

	assert_int_equal(nacre_key_write_private(nacre_env_default(), key, &locked, &text, &n, NULL, 0), NACRE_OK);
	(void)stage_file("locked", text, n, 0600);
	nacre_key_text_free(nacre_env_default(), text, n);
	assert_int_equal(nacre_key_write_public(nacre_env_default(), cert, NULL, &text, &n, NULL, 0), NACRE_OK);
	(void)stage_file("locked-cert.pub", text, n, 0644);
	nacre_key_text_free(nacre_env_default(), text, n);
}

static void
a_locked_key_is_opened_for_its_certificate(void **state)
{
	static const struct {
		const char *passphrase;
		bool takes_cert, takes_key;
		int result;
		const char *auth;
	} rows[] = {
	    {"open", true, false, NACRE_OK, "publickey? publickey"},
	    {"open", false, true, NACRE_OK, "publickey? publickey? publickey"},
	    {"open", false, false, NACRE_E_AUTH, "publickey? publickey?"},
	    {"shut", true, false, NACRE_E_KEY_PASSPHRASE_WRONG, "publickey? publickey?"},
	    {NULL, true, false, NACRE_E_KEY_PASSPHRASE, "publickey? publickey?"},
	};
	nacre_key *cert = certify(stage_keys[STAGE_USER], NULL, 0);
	struct stage s;

	(void)state;
	stage_init(&s);
	write_locked(stage_keys[STAGE_USER], cert);
	s.options.key = NULL;
	s.options.key_file = stage_path("locked");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		s.script.user_key = rows[i].takes_cert ? cert : NULL;
		s.script.user_key2 = rows[i].takes_key ? stage_keys[STAGE_USER] : NULL;
		s.script.password = NULL;
		s.options.passphrase = rows[i].passphrase;
		assert_int_equal(stage_connect(&s), rows[i].result);
		stage_close(&s);
		assert_string_equal(s.peer.auth, rows[i].auth);
	}
	nacre_key_free(cert);
	stage_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_signer_of_the_callers_signs_once_the_server_would_take_the_key),
	    cmocka_unit_test(a_security_key_enters_with_a_touch_alone),
	    cmocka_unit_test(a_certificate_may_require_that_the_user_was_verified),
	    cmocka_unit_test(a_locked_key_is_opened_for_its_certificate),
	};

	return cmocka_run_group_tests_name("client/plan_signers", tests, stage_setup, stage_teardown);
}
