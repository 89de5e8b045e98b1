/* DER: what is not the one encoding is refused; and the keys in it, each altered everywhere, and encrypted at costs
 * beyond the bounds. X.690, RFC 8018, RFC 7914. */
#include "der.h"
#include "derkey.h"
#include "keydata.h"
#include "pbes2.h"
#include "pem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const struct {
	const char *title;
	struct slice der;
	bool is_good;
	uint32_t value;
} integers[] = {
    {"0", SLICE_INIT("\x02\x01\x00"), true, 0},
    {"127", SLICE_INIT("\x02\x01\x7f"), true, 127},
    {"128", SLICE_INIT("\x02\x02\x00\x80"), true, 128},
    {"2^32 - 1", SLICE_INIT("\x02\x05\x00\xff\xff\xff\xff"), true, UINT32_MAX},
    {"2^32", SLICE_INIT("\x02\x05\x01\x00\x00\x00\x00"), false, 0},
    {"another tag", SLICE_INIT("\x04\x01\x01"), false, 0},
    {"empty", SLICE_INIT("\x02\x00"), false, 0},
    {"negative", SLICE_INIT("\x02\x01\x80"), false, 0},
    {"a needless zero", SLICE_INIT("\x02\x02\x00\x7f"), false, 0},
    {"cut", SLICE_INIT("\x02\x02\x01"), false, 0},
    {"more behind it", SLICE_INIT("\x02\x01\x01\x00"), false, 0},
    {"long form for a short length", SLICE_INIT("\x02\x81\x01\x01"), false, 0},
    {"the indefinite form", SLICE_INIT("\x02\x80\x01\x00\x00"), false, 0},
    {"a length in five octets", SLICE_INIT("\x02\x85\x00\x00\x00\x00\x01\x01"), false, 0},
    {"a length of 4 GiB", SLICE_INIT("\x02\x84\xff\xff\xff\xff\x01"), false, 0},
    {"no length", SLICE_INIT("\x02"), false, 0},
    {"nothing", SLICE_INIT(""), false, 0},
};

static void
integers_have_one_encoding(void **state)
{
	struct reader r;
	uint32_t value;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(integers) / sizeof(integers[0]); i++) {
		r = reader_of(integers[i].der);
		value = der_number(&r);
		if (reader_end(&r) != integers[i].is_good || (integers[i].is_good && value != integers[i].value))
			fail_msg("%s", integers[i].title);
	}
}

/* 127, 128, 255, 256 and 65536 octets: each has a length of its own form. */
static void
what_is_written_reads_back_at_each_form_of_length(void **state)
{
	static const size_t sizes[] = {0, 1, 127, 128, 255, 256, 65535, 65536};
	static const size_t heads[] = {2, 2, 2, 3, 3, 4, 4, 5};
	static const uint8_t bytes[65536] = {7};
	struct test_env t;
	struct reader r;
	struct buf b;
	size_t i;

	(void)state;
	test_env_init(&t, 1);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		buf_init(&b, &t.env, 70000);
		der_put(&b, DER_OCTETS, slice_of(bytes, sizes[i]));
		assert_int_equal(b.n, heads[i] + sizes[i]);
		r = reader_of(buf_slice(&b));
		assert_true(slice_eq(der_value(&r, DER_OCTETS), slice_of(bytes, sizes[i])));
		assert_true(reader_end(&r));
		buf_free(&b);
	}
	keydata_assert_clean(&t);
}

static const struct {
	const char *name;
	int (*put)(struct buf *b, const nacre_key *key);
	derkey_read_fn *read;
	size_t stride; /* of the bits that are flipped: RSA costs more */
} forms[] = {
    {"rsa2048", derkey_put_pkcs1, derkey_pkcs1, 61},
    {"rsa2048", derkey_put_pkcs8, derkey_pkcs8, 61},
    {"rsa2048", derkey_put_spki, derkey_spki, 7},
    {"rsa2048", derkey_put_pkcs1_public, derkey_pkcs1_public, 7},
    {"ecdsa256", derkey_put_sec1, derkey_sec1, 3},
    {"ecdsa256", derkey_put_pkcs8, derkey_pkcs8, 3},
    {"ecdsa256", derkey_put_spki, derkey_spki, 1},
    {"dsa1024", derkey_put_dsa, derkey_dsa, 7},
    {"dsa1024", derkey_put_pkcs8, derkey_pkcs8, 7},
    {"dsa1024", derkey_put_spki, derkey_spki, 7},
    {"ed25519", derkey_put_pkcs8, derkey_pkcs8, 1},
    {"ed25519", derkey_put_spki, derkey_spki, 1},
};

#define FORMS (sizeof(forms) / sizeof(forms[0]))

static int
read_copy(struct test_env *t, derkey_read_fn *read, struct slice der, nacre_key **key)
{
	uint8_t *copy = malloc(der.n == 0 ? 1 : der.n);
	struct why why = {NULL, 0};
	int r;

	*key = NULL;
	assert_non_null(copy);
	memcpy(copy, der.p, der.n);
	r = read(&t->env, slice_of(copy, der.n), key, &why);
	assert_int_equal(r == 0, *key != NULL);
	free(copy);
	return r;
}

/* A private key proves itself: it is refused or the same, unless its public half is computed (Ed25519 and DSA in
 * PKCS#8). */
static bool
proves_itself(size_t i, const nacre_key *key)
{
	return key->type->kind != KEY_ED25519_KIND &&
	       (key->type->kind != KEY_DSA_KIND || forms[i].put != derkey_put_pkcs8);
}

static void
a_flipped_bit_is_refused_or_changes_the_whole_key(void **state)
{
	struct test_env t;
	nacre_key *key, *again;
	struct buf der;
	size_t i, bit;

	(void)state;
	test_env_init(&t, 2);
	for (i = 0; i < FORMS; i++) {
		key = keydata_private(&t, forms[i].name);
		buf_init(&der, &t.env, 8192);
		assert_int_equal(forms[i].put(&der, key), 0);
		for (bit = 0; bit < der.n * 8; bit += forms[i].stride) {
			der.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
			if (read_copy(&t, forms[i].read, buf_slice(&der), &again) == 0 &&
			    nacre_key_has_private(again) && proves_itself(i, key))
				assert_true(nacre_key_equal(key, again));
			nacre_key_free(again);
			der.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		assert_int_equal(read_copy(&t, forms[i].read, buf_slice(&der), &again), 0);
		assert_true(nacre_key_equal(key, again));
		nacre_key_free(again);
		buf_free(&der);
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

static void
der_cut_at_any_byte_or_longer_is_refused(void **state)
{
	struct test_env t;
	nacre_key *key, *again;
	struct buf der;
	size_t i, n;

	(void)state;
	test_env_init(&t, 3);
	for (i = 0; i < FORMS; i++) {
		key = keydata_private(&t, forms[i].name);
		buf_init(&der, &t.env, 8192);
		assert_int_equal(forms[i].put(&der, key), 0);
		for (n = 0; n < der.n; n++)
			assert_int_equal(read_copy(&t, forms[i].read, slice_of(der.p, n), &again), NACRE_E_KEY_FORMAT);
		buf_put_u8(&der, 0);
		assert_int_equal(read_copy(&t, forms[i].read, buf_slice(&der), &again), NACRE_E_KEY_FORMAT);
		buf_free(&der);
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

/* RFC 5915: without the public half, and with the curve's name only where there must be one. */
static void
a_public_point_that_is_missing_is_computed(void **state)
{
	static const char *const names[] = {"ecdsa256", "ecdsa384", "ecdsa521"};
	struct test_env t;
	nacre_key *key, *again;
	size_t i, mark, inner;
	struct buf der;

	(void)state;
	test_env_init(&t, 4);
	for (i = 0; i < 3; i++) {
		key = keydata_private(&t, names[i]);
		buf_init(&der, &t.env, 1024);
		mark = der_begin(&der, DER_SEQUENCE);
		der_put_number(&der, 1);
		der_put(&der, DER_OCTETS, key->numbers[0]);
		inner = der_begin(&der, DER_TAG0);
		der_put(&der, DER_OID, derkey_curve_oid(key->type->curve));
		der_end(&der, inner);
		der_end(&der, mark);
		assert_int_equal(read_copy(&t, derkey_sec1, buf_slice(&der), &again), 0);
		assert_true(nacre_key_equal(key, again));
		nacre_key_free(again);
		buf_reset(&der);
		mark = der_begin(&der, DER_SEQUENCE);
		der_put_number(&der, 1);
		der_put(&der, DER_OCTETS, key->numbers[0]);
		der_end(&der, mark);
		assert_int_equal(read_copy(&t, derkey_sec1, buf_slice(&der), &again), NACRE_E_KEY_FORMAT);
		buf_free(&der);
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

/* What PBES2 says of its costs, field by field. */
struct costs {
	bool is_scrypt;
	uint32_t iterations, cost, r, p;
	uint8_t scheme, kdf, prf, cipher; /* the last octet of each identifier */
	size_t iv_len, text_len;
};

static const struct {
	const char *title;
	struct costs costs;
	int code;
	const char *why;
} costs[] = {
    {"one iteration", {false, 1, 0, 0, 0, 13, 12, 9, 42, 16, 32}, NACRE_E_KEY_PASSPHRASE_WRONG, "wrong"},
    {"no iteration", {false, 0, 0, 0, 0, 13, 12, 9, 42, 16, 32}, NACRE_E_KEY_FORMAT, "parameters"},
    {"10000001 iterations", {false, 10000001, 0, 0, 0, 13, 12, 9, 42, 16, 32}, NACRE_E_UNSUPPORTED, "iterations"},
    {"another scheme", {false, 1, 0, 0, 0, 10, 12, 9, 42, 16, 32}, NACRE_E_UNSUPPORTED, "PBES2"},
    {"another derivation", {false, 1, 0, 0, 0, 13, 99, 9, 42, 16, 32}, NACRE_E_UNSUPPORTED, "derivation"},
    {"another hash", {false, 1, 0, 0, 0, 13, 12, 99, 42, 16, 32}, NACRE_E_UNSUPPORTED, "hash"},
    {"another cipher", {false, 1, 0, 0, 0, 13, 12, 9, 99, 16, 32}, NACRE_E_UNSUPPORTED, "cipher"},
    {"short IV", {false, 1, 0, 0, 0, 13, 12, 9, 42, 15, 32}, NACRE_E_KEY_FORMAT, "parameters"},
    {"half a block", {false, 1, 0, 0, 0, 13, 12, 9, 42, 16, 24}, NACRE_E_KEY_FORMAT, "encrypted part"},
    {"no text", {false, 1, 0, 0, 0, 13, 12, 9, 42, 16, 0}, NACRE_E_KEY_FORMAT, "encrypted part"},
    {"small scrypt", {true, 0, 16, 1, 1, 13, 0, 0, 42, 16, 32}, NACRE_E_KEY_PASSPHRASE_WRONG, "wrong"},
    {"N is no power of two", {true, 0, 15, 1, 1, 13, 0, 0, 42, 16, 32}, NACRE_E_KEY_FORMAT, "parameters"},
    {"N is 1", {true, 0, 1, 1, 1, 13, 0, 0, 42, 16, 32}, NACRE_E_KEY_FORMAT, "parameters"},
    {"r is 0", {true, 0, 16, 0, 1, 13, 0, 0, 42, 16, 32}, NACRE_E_KEY_FORMAT, "parameters"},
    {"p is 0", {true, 0, 16, 1, 0, 13, 0, 0, 42, 16, 32}, NACRE_E_KEY_FORMAT, "parameters"},
    {"512 MiB", {true, 0, 1u << 19, 8, 1, 13, 0, 0, 42, 16, 32}, NACRE_E_UNSUPPORTED, "256 MiB"},
    {"r of 2^31", {true, 0, 16, 1u << 31, 1, 13, 0, 0, 42, 16, 32}, NACRE_E_UNSUPPORTED, "256 MiB"},
    {"two rows, 1 GiB in 8 lanes", {true, 0, 2, 1u << 20, 8, 13, 0, 0, 42, 16, 32}, NACRE_E_UNSUPPORTED, "256 MiB"},
    {"17 lanes", {true, 0, 16, 1, 17, 13, 0, 0, 42, 16, 32}, NACRE_E_UNSUPPORTED, "lanes"},
};

static void
put_oid(struct buf *b, struct slice front, uint8_t last)
{
	size_t mark = der_begin(b, DER_OID);

	buf_put_slice(b, front);
	buf_put_u8(b, last);
	der_end(b, mark);
}

static void
put_kdf(struct buf *b, const struct costs *c)
{
	size_t mark = der_begin(b, DER_SEQUENCE), inner, prf;

	if (c->is_scrypt)
		der_put(b, DER_OID, SLICE_LIT("\x2b\x06\x01\x04\x01\xda\x47\x04\x0b"));
	else
		put_oid(b, SLICE_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x05"), c->kdf);
	inner = der_begin(b, DER_SEQUENCE);
	der_put(b, DER_OCTETS, SLICE_LIT("saltsalt"));
	if (c->is_scrypt) {
		der_put_number(b, c->cost);
		der_put_number(b, c->r);
		der_put_number(b, c->p);
	} else {
		der_put_number(b, c->iterations);
		prf = der_begin(b, DER_SEQUENCE);
		put_oid(b, SLICE_LIT("\x2a\x86\x48\x86\xf7\x0d\x02"), c->prf);
		der_put(b, DER_NULL, SLICE_NONE);
		der_end(b, prf);
	}
	der_end(b, inner);
	der_end(b, mark);
}

static void
put_encrypted(struct buf *b, const struct costs *c)
{
	static const uint8_t zeros[64];
	size_t mark = der_begin(b, DER_SEQUENCE), algorithm = der_begin(b, DER_SEQUENCE), parameters, cipher;

	put_oid(b, SLICE_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x05"), c->scheme);
	parameters = der_begin(b, DER_SEQUENCE);
	put_kdf(b, c);
	cipher = der_begin(b, DER_SEQUENCE);
	put_oid(b, SLICE_LIT("\x60\x86\x48\x01\x65\x03\x04\x01"), c->cipher);
	der_put(b, DER_OCTETS, slice_of(zeros, c->iv_len));
	der_end(b, cipher);
	der_end(b, parameters);
	der_end(b, algorithm);
	der_put(b, DER_OCTETS, slice_of(zeros, c->text_len));
	der_end(b, mark);
}

static void
what_encryption_may_cost_is_bounded(void **state)
{
	struct buf der, text;
	struct test_env t;
	nacre_key *key;
	char why[200];
	size_t i;
	int r;

	(void)state;
	test_env_init(&t, 5);
	for (i = 0; i < sizeof(costs) / sizeof(costs[0]); i++) {
		buf_init(&der, &t.env, 1024);
		buf_init(&text, &t.env, 4096);
		put_encrypted(&der, &costs[i].costs);
		pem_put(&text, "ENCRYPTED PRIVATE KEY", NULL, buf_slice(&der));
		r = nacre_key_parse_private(&t.env, text.p, text.n, "x", &key, why, sizeof(why));
		if (r != costs[i].code || strstr(why, costs[i].why) == NULL)
			fail_msg("%s: %s, %s", costs[i].title, nacre_status_name(r), why);
		assert_null(key);
		buf_free(&text);
		buf_free(&der);
	}
	keydata_assert_clean(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(integers_have_one_encoding),
	    cmocka_unit_test(what_is_written_reads_back_at_each_form_of_length),
	    cmocka_unit_test(a_flipped_bit_is_refused_or_changes_the_whole_key),
	    cmocka_unit_test(der_cut_at_any_byte_or_longer_is_refused),
	    cmocka_unit_test(a_public_point_that_is_missing_is_computed),
	    cmocka_unit_test(what_encryption_may_cost_is_bounded),
	};

	return cmocka_run_group_tests_name("DER", tests, NULL, NULL);
}
