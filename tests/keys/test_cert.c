/* Certificates: those of ssh-keygen are read, each rule of their form refuses what breaks it, and ours are read by
 * ssh-keygen. OpenSSH PROTOCOL.certkeys. */
#include "cert_parse.h"
#include "forge.h"
#include "keygen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define NOW 1700000000u /* in 2023 */

static bool
is(struct nacre_bytes b, const char *text)
{
	return slice_is(slice_of(b.p, b.n), text);
}

static void
certificates_of_ssh_keygen_are_read(void **state)
{
	static const char *const names[] = {"ecdsa256", "ecdsa384", "ecdsa521", "rsa2048"};
	struct nacre_cert_info info;
	struct nacre_bytes name, value;
	struct test_env t;
	char file[64];
	size_t i;

	(void)state;
	test_env_init(&t, 1);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		nacre_key *key = keydata_public(&t, names[i]), *authority = keydata_public(&t, "ed25519");
		nacre_key *cert, *plain;

		snprintf(file, sizeof(file), "cert_%s", names[i]);
		cert = keydata_public(&t, file);
		assert_true(nacre_key_is_certificate(cert));
		assert_false(nacre_key_is_certificate(key));
		assert_int_equal(nacre_cert_get_info(cert, &info), 0);
		assert_int_equal(info.type, NACRE_CERT_USER);
		assert_int_equal(info.serial, 7);
		assert_int_equal(info.valid_after, 1577836800);
		assert_int_equal(info.valid_before, 1893456000);
		assert_int_equal(slice_starts(slice_of(info.key_id.p, info.key_id.n), SLICE_LIT("id of ")), 1);
		assert_true(nacre_key_equal(info.authority, authority));
		assert_true(is(info.signature_algorithm, "ssh-ed25519"));
		assert_int_equal(info.n_principals, 2);
		assert_true(nacre_cert_principal(cert, 0, &name) && is(name, "alice"));
		assert_true(nacre_cert_principal(cert, 1, &name) && is(name, "bob"));
		assert_false(nacre_cert_principal(cert, 2, &name));
		assert_int_equal(info.n_critical, 2);
		assert_true(nacre_cert_option(cert, NACRE_CERT_CRITICAL, 0, &name, &value));
		assert_true(is(name, "force-command") && is(value, "echo pearl"));
		assert_true(nacre_cert_find_option(cert, NACRE_CERT_CRITICAL, "source-address", &value));
		assert_true(is(value, "10.0.0.0/8,2001:db8::/32"));
		assert_false(nacre_cert_find_option(cert, NACRE_CERT_CRITICAL, "permit-pty", NULL));
		assert_int_equal(info.n_extensions, 6);
		assert_true(nacre_cert_find_option(cert, NACRE_CERT_EXTENSIONS, "permit-pty", &value));
		assert_int_equal(value.n, 0);
		assert_int_equal(nacre_cert_plain(&t.env, cert, &plain), 0);
		assert_true(nacre_key_equal(plain, key));
		nacre_key_free(plain);
		nacre_key_free(cert);
		nacre_key_free(authority);
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

static void
a_signature_by_sha1_is_refused_where_that_by_sha2_is_read(void **state)
{
	struct keydata file;
	struct test_env t;
	nacre_key *cert;

	(void)state;
	test_env_init(&t, 2);
	keydata_read("cert_sha1", ".pub", &file);
	assert_int_equal(nacre_key_parse_public(&t.env, file.p, file.n, &cert, NULL, 0), NACRE_E_CRYPTO);
	assert_null(cert);
	keydata_read("cert_nobody", ".pub", &file);
	assert_int_equal(nacre_key_parse_public(&t.env, file.p, file.n, &cert, NULL, 0), 0);
	nacre_key_free(cert);
	keydata_assert_clean(&t);
}

/* An authority smaller than the floor is refused, and policy moves the floor. */
static void
a_small_authority_is_refused(void **state)
{
	struct keydata file;
	struct test_env t;
	nacre_key *cert;

	(void)state;
	test_env_init(&t, 3);
	keydata_read("cert_nobody", ".pub", &file); /* by rsa2048 */
	t.env.rsa_bits_min = 3072;
	assert_int_equal(nacre_key_parse_public(&t.env, file.p, file.n, &cert, NULL, 0), NACRE_E_KEY_TYPE);
	t.env.rsa_bits_min = 2048;
	assert_int_equal(nacre_key_parse_public(&t.env, file.p, file.n, &cert, NULL, 0), 0);
	nacre_key_free(cert);
	keydata_assert_clean(&t);
}

/* What a field may be and may not be; all else is as forge_good has it. */
enum field { CRITICAL, EXTENSIONS, PRINCIPALS, KEY_ID, RESERVED, TAIL };

#define S(text) SLICE_INIT(text)

static const struct {
	enum field field;
	struct slice value;
	int wanted;
} forms[] = {
    {CRITICAL, S(""), 0},
    {CRITICAL,
	S("\0\0\0\xd"
	  "force-command\0\0\0\6\0\0\0\2ls"),
	0},
    {CRITICAL,
	S("\0\0\0\xd"
	  "force-command\0\0\0\2ls"),
	NACRE_E_KEY_FORMAT}, /* wrapped once */
    {CRITICAL,
	S("\0\0\0\xd"
	  "force-command\0\0\0\7\0\0\0\2lsx"),
	NACRE_E_KEY_FORMAT}, /* a byte behind the value */
    {CRITICAL,
	S("\0\0\0\xd"
	  "force-command\0\0\0\6\0\0\0\2l\0"),
	NACRE_E_KEY_FORMAT}, /* a NUL */
    {CRITICAL,
	S("\0\0\0\xf"
	  "verify-required\0\0\0\0"),
	0},
    {CRITICAL,
	S("\0\0\0\xf"
	  "verify-required\0\0\0\4\0\0\0\0"),
	NACRE_E_KEY_FORMAT}, /* a value where none belongs */
    {CRITICAL, S("\0\0\0\1a\0\0\0\0\0\0\0\1b\0\0\0\0"), 0},
    {CRITICAL, S("\0\0\0\1b\0\0\0\0\0\0\0\1a\0\0\0\0"), NACRE_E_KEY_FORMAT}, /* out of order */
    {CRITICAL, S("\0\0\0\1a\0\0\0\0\0\0\0\1a\0\0\0\0"), NACRE_E_KEY_FORMAT}, /* twice */
    {CRITICAL, S("\0\0\0\2ab\0\0\0\0\0\0\0\1a\0\0\0\0"), NACRE_E_KEY_FORMAT}, /* the shorter comes first */
    {CRITICAL, S("\0\0\0\1a\0\0\0\0\0\0\0\2ab\0\0\0\0"), 0},
    {CRITICAL, S("\0\0\0\0\0\0\0\0"), NACRE_E_KEY_FORMAT}, /* no name */
    {CRITICAL, S("\0\0\0\1a\0\0\0\0\0"), NACRE_E_KEY_FORMAT}, /* cut */
    {CRITICAL, S("\0\0\0\1a"), NACRE_E_KEY_FORMAT},
    {EXTENSIONS,
	S("\0\0\0\xa"
	  "permit-pty\0\0\0\0"),
	0},
    {EXTENSIONS,
	S("\0\0\0\xa"
	  "permit-pty\0\0\0\1x"),
	NACRE_E_KEY_FORMAT},
    {EXTENSIONS, S("\0\0\0\1z\0\0\0\1x"), 0}, /* unknown: any data */
    {EXTENSIONS, S("\0\0\0\1z\0\0\0\0\0\0\0\1a\0\0\0\0"), NACRE_E_KEY_FORMAT},
    {PRINCIPALS, S(""), 0}, /* read; and good for nobody */
    {PRINCIPALS, S("\0\0\0\1a\0\0\0\1b"), 0},
    {PRINCIPALS, S("\0\0\0\3a,b"), 0},
    {PRINCIPALS, S("\0\0\0\0"), NACRE_E_KEY_FORMAT},
    {PRINCIPALS, S("\0\0\0\3a\0b"), NACRE_E_KEY_FORMAT},
    {PRINCIPALS, S("\0\0\0\4a"), NACRE_E_KEY_FORMAT},
    {PRINCIPALS, S("\0\0\0\1a\0"), NACRE_E_KEY_FORMAT},
    {KEY_ID, S(""), 0},
    {KEY_ID, S("a\0b"), NACRE_E_KEY_FORMAT},
    {RESERVED, S("x"), 0}, /* "is ignored in this version of the protocol" */
    {TAIL, S("\0"), NACRE_E_KEY_FORMAT},
};

static struct slice *
field_of(struct forge *f, enum field field)
{
	struct slice *const fields[] = {
	    &f->critical, &f->extensions, &f->principals, &f->key_id, &f->reserved, &f->tail};

	return fields[field];
}

static void
each_field_is_held_to_its_form(void **state)
{
	struct test_env t;
	nacre_key *subject, *authority, *cert;
	size_t i;

	(void)state;
	test_env_init(&t, 4);
	subject = keydata_public(&t, "ecdsa256");
	authority = keydata_private(&t, "ed25519");
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct forge f = forge_good(subject, authority);
		int r;

		*field_of(&f, forms[i].field) = forms[i].value;
		if ((r = forge_parse(&t, &f, &cert)) != forms[i].wanted)
			fail_msg("row %zu: %d", i, r);
		nacre_key_free(cert);
	}
	nacre_key_free(subject);
	nacre_key_free(authority);
	keydata_assert_clean(&t);
}

static void
types_and_sizes_are_held_to_their_bounds(void **state)
{
	static char long_name[CERT_PRINCIPAL_MAX + 2];
	const char *names[NACRE_CERT_PRINCIPALS_MAX + 2] = {NULL}, *one[] = {long_name, NULL};
	struct test_env t;
	nacre_key *subject, *authority, *cert;
	struct buf room;
	size_t n;

	(void)state;
	test_env_init(&t, 5);
	subject = keydata_public(&t, "ecdsa256");
	authority = keydata_private(&t, "ed25519");
	for (n = 0; n <= 3; n++) {
		struct forge f = forge_good(subject, authority);

		f.kind = (uint32_t)n;
		assert_int_equal(forge_parse(&t, &f, &cert), n == 1 || n == 2 ? 0 : NACRE_E_KEY_FORMAT);
		nacre_key_free(cert);
	}
	for (n = 0; n < NACRE_CERT_PRINCIPALS_MAX; n++)
		names[n] = "a";
	for (n = 0; n <= 1; n++) {
		struct forge f = forge_good(subject, authority);

		f.principals = forge_strings(&t, &room, names);
		assert_int_equal(forge_parse(&t, &f, &cert), n == 0 ? 0 : NACRE_E_KEY_FORMAT);
		nacre_key_free(cert);
		buf_free(&room);
		names[NACRE_CERT_PRINCIPALS_MAX] = "a";
	}
	memset(long_name, 'x', CERT_PRINCIPAL_MAX);
	for (n = 0; n <= 1; n++) {
		struct forge f = forge_good(subject, authority);

		f.principals = forge_strings(&t, &room, one);
		assert_int_equal(forge_parse(&t, &f, &cert), n == 0 ? 0 : NACRE_E_KEY_FORMAT);
		nacre_key_free(cert);
		buf_free(&room);
		long_name[CERT_PRINCIPAL_MAX] = 'x';
	}
	nacre_key_free(subject);
	nacre_key_free(authority);
	keydata_assert_clean(&t);
}

static void
the_authority_is_a_plain_key_that_signed_this(void **state)
{
	struct test_env t;
	nacre_key *subject, *authority, *other, *dsa, *cert, *nested = NULL;
	struct forge f;

	(void)state;
	test_env_init(&t, 6);
	dsa = keydata_private(&t, "dsa1024");
	subject = keydata_public(&t, "ecdsa256");
	authority = keydata_private(&t, "ed25519");
	other = keydata_private(&t, "rsa2048");
	f = forge_good(subject, authority);
	assert_int_equal(forge_parse(&t, &f, &nested), 0);
	f.spoil = true;
	assert_int_equal(forge_parse(&t, &f, &cert), NACRE_E_CRYPTO);
	f.spoil = false;
	f.authority_blob = key_blob(subject);
	assert_int_equal(forge_parse(&t, &f, &cert), NACRE_E_CRYPTO);
	f.authority_blob = key_blob(nested);
	assert_int_equal(forge_parse(&t, &f, &cert), NACRE_E_KEY_TYPE);
	f.authority_blob = SLICE_LIT("\0\0\0\7ssh-xyz");
	assert_int_equal(forge_parse(&t, &f, &cert), NACRE_E_KEY_TYPE);
	f = forge_good(subject, other);
	f.signature = "ssh-rsa";
	assert_int_equal(forge_parse(&t, &f, &cert), NACRE_E_CRYPTO);
	f = forge_good(subject, dsa);
	f.signature = "ssh-dss";
	assert_int_equal(forge_parse(&t, &f, &cert), NACRE_E_CRYPTO);
	f = forge_good(subject, other);
	f.signature = "rsa-sha2-256";
	assert_int_equal(forge_parse(&t, &f, &cert), 0);
	nacre_key_free(cert);
	f.type = "ecdsa-sha2-nistp384-cert-v01@openssh.com";
	assert_int_equal(forge_parse(&t, &f, &cert), NACRE_E_KEY_FORMAT);
	nacre_key_free(nested);
	nacre_key_free(subject);
	nacre_key_free(authority);
	nacre_key_free(other);
	nacre_key_free(dsa);
	keydata_assert_clean(&t);
}

static void
a_certificate_cut_anywhere_is_refused(void **state)
{
	struct test_env t;
	nacre_key *cert, *cut;
	size_t n;

	(void)state;
	test_env_init(&t, 7);
	cert = keydata_public(&t, "cert_ecdsa256");
	for (n = 0; n < cert->blob_len; n++) {
		uint8_t *copy = malloc(n == 0 ? 1 : n);

		assert_non_null(copy);
		memcpy(copy, cert->blob, n);
		assert_int_not_equal(key_parse_blob(&t.env, slice_of(copy, n), &cut), 0);
		assert_null(cut);
		free(copy);
	}
	nacre_key_free(cert);
	keydata_assert_clean(&t);
}

static void
every_bit_of_a_certificate_counts(void **state)
{
	struct test_env t;
	nacre_key *cert, *turned;
	size_t i;

	(void)state;
	test_env_init(&t, 8);
	cert = keydata_public(&t, "cert_ecdsa256");
	for (i = 0; i < cert->blob_len; i++) {
		cert->blob[i] ^= (uint8_t)(1u << (i % 8));
		assert_int_not_equal(key_parse_blob(&t.env, key_blob(cert), &turned), 0);
		cert->blob[i] ^= (uint8_t)(1u << (i % 8));
	}
	assert_int_equal(key_parse_blob(&t.env, key_blob(cert), &turned), 0);
	nacre_key_free(turned);
	nacre_key_free(cert);
	keydata_assert_clean(&t);
}

static void
a_certificate_signs_with_the_key_it_certifies(void **state)
{
	static const struct {
		const char *key, *algorithm;
	} rows[] = {
	    {"ecdsa256", "ecdsa-sha2-nistp256-cert-v01@openssh.com"},
	    {"ecdsa384", "ecdsa-sha2-nistp384-cert-v01@openssh.com"},
	    {"ecdsa521", "ecdsa-sha2-nistp521-cert-v01@openssh.com"},
	    {"rsa2048", "rsa-sha2-512-cert-v01@openssh.com"},
	    {"rsa2048", "rsa-sha2-256-cert-v01@openssh.com"},
	    {"rsa2048", "ssh-rsa-cert-v01@openssh.com"},
	    {"ed25519", "ssh-ed25519-cert-v01@openssh.com"},
	};
	const uint8_t *data = (const uint8_t *)"data";
	struct test_env t;
	char file[64];
	size_t i, n, again_n;

	(void)state;
	test_env_init(&t, 9);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		nacre_key *key = keydata_private(&t, rows[i].key), *cert, *both, *wrong = keydata_private(&t, "other");
		const struct sigalg *a = sigalg_find(slice_str(rows[i].algorithm));
		uint8_t *sig, *again;
		struct reader r;

		snprintf(file, sizeof(file), "cert_%s", rows[i].key);
		cert = keydata_public(&t, file);
		assert_int_equal(nacre_cert_with_key(&t.env, cert, wrong, &both), NACRE_E_KEY_TYPE);
		assert_int_equal(nacre_cert_with_key(&t.env, key, key, &both), NACRE_E_ARGUMENT);
		assert_int_equal(nacre_cert_with_key(&t.env, cert, cert, &both), NACRE_E_ARGUMENT);
		assert_int_equal(nacre_cert_with_key(&t.env, cert, key, &both), 0);
		assert_true(nacre_key_has_private(both) && nacre_key_equal(both, cert));
		assert_int_equal(nacre_key_sign(&t.env, both, rows[i].algorithm, data, 4, &sig, &n), 0);
		r = reader_of(slice_of(sig, n));
		assert_true(slice_is(reader_string(&r), sigalg_signature(a)));
		assert_int_equal(nacre_key_verify(cert, rows[i].algorithm, data, 4, sig, n, 0, NULL), 0);
		assert_int_equal(nacre_key_verify(key, sigalg_signature(a), data, 4, sig, n, 0, NULL), 0);
		/* The name in the blob means the same for the certificate, to verify and to sign. */
		assert_int_equal(nacre_key_verify(cert, sigalg_signature(a), data, 4, sig, n, 0, NULL), 0);
		assert_int_equal(nacre_key_sign(&t.env, both, sigalg_signature(a), data, 4, &again, &again_n), 0);
		assert_int_equal(nacre_key_verify(cert, rows[i].algorithm, data, 4, again, again_n, 0, NULL), 0);
		nacre_key_signature_free(&t.env, again, again_n);
		assert_int_equal(nacre_key_verify(cert, rows[i].algorithm, data, 3, sig, n, 0, NULL), NACRE_E_CRYPTO);
		assert_int_equal(
		    nacre_key_verify(cert, NULL, data, 4, sig, n, 0, NULL), a->legacy ? NACRE_E_CRYPTO : 0);
		nacre_key_signature_free(&t.env, sig, n);
		nacre_key_free(both);
		nacre_key_free(cert);
		nacre_key_free(key);
		nacre_key_free(wrong);
	}
	keydata_assert_clean(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(certificates_of_ssh_keygen_are_read),
	    cmocka_unit_test(a_signature_by_sha1_is_refused_where_that_by_sha2_is_read),
	    cmocka_unit_test(a_small_authority_is_refused),
	    cmocka_unit_test(each_field_is_held_to_its_form),
	    cmocka_unit_test(types_and_sizes_are_held_to_their_bounds),
	    cmocka_unit_test(the_authority_is_a_plain_key_that_signed_this),
	    cmocka_unit_test(a_certificate_cut_anywhere_is_refused),
	    cmocka_unit_test(every_bit_of_a_certificate_counts),
	    cmocka_unit_test(a_certificate_signs_with_the_key_it_certifies),
	};

	return cmocka_run_group_tests_name("certificates", tests, NULL, NULL);
}
