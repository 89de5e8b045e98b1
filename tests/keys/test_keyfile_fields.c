/* openssh-key-v1 files made field by field, each with one thing wrong. OpenSSH PROTOCOL.key. */
#include "armor.h"
#include "keydata.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* What is written, in this order. */
struct fields {
	struct slice magic, cipher, kdf, kdf_options;
	uint32_t count;
	struct slice blob;
	uint32_t check1, check2;
	struct slice type, point, secret, comment;
	struct slice padding;
	struct slice private_tail; /* behind the padding, inside the private part */
	struct slice file_tail; /* behind the private part */
};

static uint8_t other_point[ED25519_PUBLIC_LEN], other_blob[51], half_secret[64];

static void
break_nothing(struct fields *f)
{
	(void)f;
}

static void
break_magic(struct fields *f)
{
	f->magic = SLICE_LIT("openssh-key-v2\0");
}

static void
break_kdf(struct fields *f)
{
	f->kdf = SLICE_LIT("bcrypt");
}

static void
break_kdf_options(struct fields *f)
{
	f->kdf_options = SLICE_LIT("x");
}

static void
break_cipher(struct fields *f)
{
	f->cipher = SLICE_LIT("aes256-ctr");
}

static void
break_count_up(struct fields *f)
{
	f->count = 2;
}

static void
break_count_down(struct fields *f)
{
	f->count = 0;
}

static void
break_check(struct fields *f)
{
	f->check2 = f->check1 + 1;
}

static void
break_type(struct fields *f)
{
	f->type = SLICE_LIT("ssh-rsa");
}

static void
break_point(struct fields *f)
{
	f->point = slice_of(other_point, sizeof(other_point));
}

/* Both public halves agree with each other, and not with the private one. */
static void
break_pair(struct fields *f)
{
	f->point = slice_of(other_point, sizeof(other_point));
	f->blob = slice_of(other_blob, sizeof(other_blob));
}

/* The seed is right; the public half behind it is another. */
static void
break_secret(struct fields *f)
{
	memcpy(half_secret, f->secret.p, 32);
	memcpy(half_secret + 32, other_point, 32);
	f->secret = slice_of(half_secret, sizeof(half_secret));
}

static void
break_secret_short(struct fields *f)
{
	f->secret.n = 63;
}

static void
break_secret_empty(struct fields *f)
{
	f->secret = SLICE_NONE;
}

static void
break_padding_order(struct fields *f)
{
	f->padding = SLICE_LIT("\1\2\4");
}

static void
break_padding_short(struct fields *f)
{
	f->padding = SLICE_LIT("\1\2");
}

static void
break_padding_long(struct fields *f)
{
	f->padding = SLICE_LIT("\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13");
}

/* As PuTTY writes it. */
static void
pad_to_16(struct fields *f)
{
	f->padding = SLICE_LIT("\1\2\3\4\5\6\7\x08\x09\x0a\x0b");
}

static void
break_private_tail(struct fields *f)
{
	f->private_tail = SLICE_LIT("\4\5\6\7\0\0\0\0");
}

static void
break_file_tail(struct fields *f)
{
	f->file_tail = SLICE_LIT("x");
}

static void
break_blob_tail(struct fields *f)
{
	f->blob.n--;
}

static const struct {
	const char *title;
	void (*breaks)(struct fields *f);
	int code;
	const char *why;
} rows[] = {
    {"nothing", break_nothing, 0, ""},
    {"magic", break_magic, NACRE_E_KEY_FORMAT, "openssh-key-v1"},
    {"kdf", break_kdf, NACRE_E_KEY_FORMAT, "key derivation"},
    {"kdf options", break_kdf_options, NACRE_E_KEY_FORMAT, "key derivation"},
    {"cipher", break_cipher, NACRE_E_KEY_FORMAT, "no key derivation"},
    {"two keys", break_count_up, NACRE_E_UNSUPPORTED, "more than one"},
    {"no key", break_count_down, NACRE_E_KEY_FORMAT, "no key"},
    {"check numbers", break_check, NACRE_E_KEY_FORMAT, "check numbers"},
    {"type", break_type, NACRE_E_KEY_FORMAT, "another key"},
    {"point", break_point, NACRE_E_KEY_FORMAT, "another key"},
    {"pair", break_pair, NACRE_E_KEY_FORMAT, "does not fit"},
    {"secret", break_secret, NACRE_E_KEY_FORMAT, "does not fit"},
    {"short secret", break_secret_short, NACRE_E_KEY_FORMAT, ""},
    {"empty secret", break_secret_empty, NACRE_E_KEY_FORMAT, ""},
    {"padding order", break_padding_order, NACRE_E_KEY_FORMAT, "padding"},
    {"padding short", break_padding_short, NACRE_E_KEY_FORMAT, "padding"},
    {"padding long", break_padding_long, NACRE_E_KEY_FORMAT, "padding"},
    {"padding to 16 bytes", pad_to_16, 0, ""},
    {"private tail", break_private_tail, NACRE_E_KEY_FORMAT, "padding"},
    {"file tail", break_file_tail, NACRE_E_KEY_FORMAT, "fields"},
    {"blob", break_blob_tail, NACRE_E_KEY_FORMAT, "public half"},
};

static void
put_private(struct buf *b, const struct fields *f)
{
	size_t mark = buf_begin_string(b);

	buf_put_u32(b, f->check1);
	buf_put_u32(b, f->check2);
	buf_put_string(b, f->type);
	buf_put_string(b, f->point);
	buf_put_string(b, f->secret);
	buf_put_string(b, f->comment);
	buf_put_slice(b, f->padding);
	buf_put_slice(b, f->private_tail);
	buf_end_string(b, mark);
}

static void
put_file(struct buf *text, const struct fields *f)
{
	struct buf b;

	buf_init(&b, text->env, 4096);
	buf_put_slice(&b, f->magic);
	buf_put_string(&b, f->cipher);
	buf_put_string(&b, f->kdf);
	buf_put_string(&b, f->kdf_options);
	buf_put_u32(&b, f->count);
	buf_put_string(&b, f->blob);
	put_private(&b, f);
	buf_put_slice(&b, f->file_tail);
	buf_put_slice(text, SLICE_LIT("-----BEGIN OPENSSH PRIVATE KEY-----\n"));
	armor_encode(text, buf_slice(&b), 70);
	buf_put_slice(text, SLICE_LIT("-----END OPENSSH PRIVATE KEY-----\n"));
	assert_int_equal(b.bad, 0);
	assert_int_equal(text->bad, 0);
	buf_free(&b);
}

static struct fields
good_fields(const nacre_key *key)
{
	/* check numbers 8, type 15, point 36, secret 68, comment 6: 133 bytes, and 3 to the next multiple of 8 */
	return (struct fields){
	    .magic = SLICE_LIT("openssh-key-v1\0"),
	    .cipher = SLICE_LIT("none"),
	    .kdf = SLICE_LIT("none"),
	    .count = 1,
	    .blob = key_blob(key),
	    .check1 = 7,
	    .check2 = 7,
	    .type = SLICE_LIT("ssh-ed25519"),
	    .point = key->point,
	    .secret = key->numbers[0],
	    .comment = SLICE_LIT("me"),
	    .padding = SLICE_LIT("\1\2\3"),
	};
}

static void
each_field_is_checked(void **state)
{
	nacre_key *key, *other, *parsed;
	struct fields f;
	struct test_env t;
	struct buf text;
	char why[200];
	size_t i;
	int r;

	(void)state;
	test_env_init(&t, 1);
	key = keydata_private(&t, "ed25519");
	other = keydata_public(&t, "other");
	assert_int_equal(other->blob_len, sizeof(other_blob));
	memcpy(other_blob, other->blob, sizeof(other_blob));
	memcpy(other_point, other->point.p, sizeof(other_point));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_init(&text, &t.env, 8192);
		f = good_fields(key);
		rows[i].breaks(&f);
		put_file(&text, &f);
		r = nacre_key_parse_private(&t.env, text.p, text.n, NULL, &parsed, why, sizeof(why));
		if (r != rows[i].code || strstr(why, rows[i].why) == NULL)
			fail_msg("%s: %s: %s", rows[i].title, nacre_status_name(r), why);
		assert_int_equal(r == 0, parsed != NULL);
		if (r == 0)
			assert_string_equal(nacre_key_comment(parsed), "me");
		nacre_key_free(parsed);
		buf_free(&text);
	}
	nacre_key_free(other);
	nacre_key_free(key);
	keydata_assert_clean(&t);
}

static void
a_nul_in_a_comment_ends_it(void **state)
{
	nacre_key *key, *parsed;
	struct fields f;
	struct test_env t;
	struct buf text;

	(void)state;
	test_env_init(&t, 2);
	key = keydata_private(&t, "ed25519");
	f = good_fields(key);
	f.comment = SLICE_LIT("m\0");
	buf_init(&text, &t.env, 8192);
	put_file(&text, &f);
	assert_int_equal(nacre_key_parse_private(&t.env, text.p, text.n, NULL, &parsed, NULL, 0), 0);
	assert_string_equal(nacre_key_comment(parsed), "m");
	nacre_key_free(parsed);
	nacre_key_free(key);
	buf_free(&text);
	keydata_assert_clean(&t);
}

/* A type's name may steer no terminal through `why`. */
static void
an_unknown_type_is_told_escaped(void **state)
{
	static const char blob[] = "\0\0\0\5a\x1b[1m\0\0\0\0";
	nacre_key *key, *parsed;
	struct fields f;
	struct test_env t;
	struct buf text;
	char why[200];

	(void)state;
	test_env_init(&t, 3);
	key = keydata_private(&t, "ed25519");
	f = good_fields(key);
	f.blob = slice_of(blob, sizeof(blob) - 1);
	buf_init(&text, &t.env, 8192);
	put_file(&text, &f);
	assert_int_equal(
	    nacre_key_parse_private(&t.env, text.p, text.n, NULL, &parsed, why, sizeof(why)), NACRE_E_KEY_TYPE_UNKNOWN);
	assert_non_null(strstr(why, "a\\x1b[1m"));
	assert_null(strchr(why, 0x1b));
	assert_int_equal(
	    nacre_key_parse_private(&t.env, text.p, text.n, NULL, &parsed, why, 10), NACRE_E_KEY_TYPE_UNKNOWN);
	assert_int_equal(strlen(why), 9);
	nacre_key_free(key);
	buf_free(&text);
	keydata_assert_clean(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_field_is_checked),
	    cmocka_unit_test(a_nul_in_a_comment_ends_it),
	    cmocka_unit_test(an_unknown_type_is_told_escaped),
	};

	return cmocka_run_group_tests_name("key file fields", tests, NULL, NULL);
}
