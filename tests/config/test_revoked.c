/* Revoked keys: lists of keys, and KRLs whose sections are put together here, so that each can be wrong by itself.
 * OpenSSH PROTOCOL.krl. (What ssh-keygen makes is read in server/test_keygen.py.) */
#include "../keys/forge.h"
#include "hash.h"
#include "known.h"
#include <nacre/cert.h>
#include <nacre/revoked.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define SERIAL 300
#define S(text) SLICE_INIT(text)

static struct test_env t;
static nacre_key *subject, *other, *authority, *cert, *uncounted;

static int
setup(void **state)
{
	struct forge forge;

	(void)state;
	test_env_init(&t, 91);
	subject = keydata_private(&t, "ed25519");
	other = keydata_private(&t, "ecdsa256");
	authority = keydata_private(&t, "other");
	forge = forge_good(subject, authority);
	forge.serial = SERIAL;
	forge.key_id = SLICE_LIT("reef");
	if (forge_parse(&t, &forge, &cert) != 0)
		return -1;
	forge.serial = 0;
	return forge_parse(&t, &forge, &uncounted);
}

static int
teardown(void **state)
{
	(void)state;
	nacre_key_free(uncounted);
	nacre_key_free(cert);
	nacre_key_free(authority);
	nacre_key_free(other);
	nacre_key_free(subject);
	keydata_assert_clean(&t);
	return 0;
}

static void
begin(struct buf *b, uint32_t version)
{
	buf_init(b, &t.env, 1 << 20);
	buf_put(b, "SSHKRL\n", 8);
	buf_put_u32(b, version);
	buf_put_u64(b, 7); /* the list's own version */
	buf_put_u64(b, 1700000000);
	buf_put_u64(b, 0);
	buf_put_cstring(b, "");
	buf_put_cstring(b, "a comment");
}

static void
section(struct buf *b, uint8_t type, struct slice data)
{
	buf_put_u8(b, type);
	buf_put_string(b, data);
}

/* A section of certificates of `by` (NULL: of all authorities) with one section inside. */
static void
cert_section(struct buf *b, const nacre_key *by, uint8_t type, struct slice data)
{
	size_t mark;

	buf_put_u8(b, 1);
	mark = buf_begin_string(b);
	buf_put_string(b, by == NULL ? SLICE_NONE : key_blob(by));
	buf_put_cstring(b, "");
	section(b, type, data);
	buf_end_string(b, mark);
}

static int
parse(const struct buf *b, nacre_revoked **set, char why[200])
{
	int r = nacre_revoked_parse(&t.env, b->p, b->n, set, why, 200);

	assert_int_equal(*set == NULL, r != 0);
	assert_int_equal(why[0] == '\0', r == 0);
	return r;
}

/* Frees the list, too. */
static bool
revokes(struct buf *b, const nacre_key *key)
{
	nacre_revoked *set;
	char why[200];
	bool has;

	assert_int_equal(parse(b, &set, why), 0);
	has = nacre_revoked_has(set, key);
	nacre_revoked_free(set);
	buf_free(b);
	return has;
}

static void
refused(struct buf *b, int wanted, const char *part)
{
	nacre_revoked *set;
	char why[200];

	assert_int_equal(parse(b, &set, why), wanted);
	if (strstr(why, part) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", part, why);
	buf_free(b);
}

/* What stands in a section of certificates, and whether it revokes one with the serial number 300 and the id "reef". */
static const struct {
	const char *title;
	uint8_t type;
	struct slice data;
	bool revokes;
} cert_rows[] = {
    {"the serial number", 0x20, S("\0\0\0\0\0\0\0\1\0\0\0\0\0\0\1\x2c"), true},
    {"other serial numbers", 0x20, S("\0\0\0\0\0\0\0\1\0\0\0\0\0\0\1\x2d"), false},
    {"no serial number", 0x20, S(""), false},
    {"a range up to it", 0x21, S("\0\0\0\0\0\0\0\1\0\0\0\0\0\0\1\x2c"), true},
    {"a range from it", 0x21, S("\0\0\0\0\0\0\1\x2c\xff\xff\xff\xff\xff\xff\xff\xff"), true},
    {"a range before it", 0x21, S("\0\0\0\0\0\0\0\1\0\0\0\0\0\0\1\x2b"), false},
    {"a range behind it", 0x21, S("\0\0\0\0\0\0\1\x2d\0\0\0\0\0\0\2\0"), false},
    {"a bitmap from it", 0x22, S("\0\0\0\0\0\0\1\x2c\0\0\0\1\1"), true},
    {"a bitmap whose tenth bit it is", 0x22, S("\0\0\0\0\0\0\1\x22\0\0\0\2\4\0"), true},
    {"a bitmap whose eighth bit it is", 0x22, S("\0\0\0\0\0\0\1\x25\0\0\0\2\0\x80"), true},
    {"a bitmap that has its neighbours", 0x22, S("\0\0\0\0\0\0\1\x22\0\0\0\2\x0b\xff"), false},
    {"a bitmap behind it", 0x22, S("\0\0\0\0\0\0\1\x2d\0\0\0\1\x7f"), false},
    {"an empty bitmap", 0x22, S("\0\0\0\0\0\0\1\x2c\0\0\0\0"), false},
    {"its key id", 0x23, S("\0\0\0\3sea\0\0\0\4reef"), true},
    {"other key ids", 0x23, S("\0\0\0\5reefs\0\0\0\4Reef\0\0\0\0"), false},
    {"an extension that need not be known", 0x39, S("\0\0\0\1x\0\0\0\0\4reef"), false},
};

#define N_ROWS (sizeof(cert_rows) / sizeof(cert_rows[0]))

static void
certificates_are_revoked_by_number_and_id(void **state)
{
	const nacre_key *const by[] = {authority, NULL, other, subject};
	struct buf b;
	size_t i, j;

	(void)state;
	for (i = 0; i < N_ROWS; i++)
		for (j = 0; j < sizeof(by) / sizeof(by[0]); j++) {
			begin(&b, 1);
			cert_section(&b, by[j], cert_rows[i].type, cert_rows[i].data);
			if (revokes(&b, cert) != (cert_rows[i].revokes && j < 2))
				fail_msg("%s, authority %zu", cert_rows[i].title, j);
			begin(&b, 1);
			cert_section(&b, by[j], cert_rows[i].type, cert_rows[i].data);
			assert_false(revokes(&b, subject)); /* the plain key */
		}
}

/* Serial number 0 says that nobody counted. */
static void
a_certificate_without_a_number_is_revoked_by_id_alone(void **state)
{
	struct buf b;

	(void)state;
	begin(&b, 1);
	cert_section(&b, NULL, 0x21, SLICE_LIT("\0\0\0\0\0\0\0\1\xff\xff\xff\xff\xff\xff\xff\xff"));
	assert_false(revokes(&b, uncounted));
	begin(&b, 1);
	cert_section(&b, NULL, 0x23, SLICE_LIT("\0\0\0\4reef"));
	assert_true(revokes(&b, uncounted));
}

static void
put_key(struct buf *list, const nacre_key *key, enum hash_id hash)
{
	uint8_t digest[HASH_MAX_LEN];

	if (hash == HASH_NONE) {
		buf_put_string(list, key_blob(key));
		return;
	}
	assert_int_equal(hash_once(hash, key_blob(key), digest), 0);
	buf_put_string(list, slice_of(digest, hash_len(hash)));
}

/* A certificate is revoked with its key and with its authority, and neither of them with it. */
static void
keys_are_revoked_by_themselves_and_by_their_hashes(void **state)
{
	static const struct {
		uint8_t type;
		enum hash_id hash;
	} kinds[] = {{2, HASH_NONE}, {3, HASH_SHA1}, {5, HASH_SHA256}};
	const nacre_key *const listed[] = {subject, authority, other}, *const asked[] = {
									   subject, authority, other, cert};
	struct buf b, list;
	size_t i, j, k;

	(void)state;
	for (i = 0; i < 3; i++)
		for (j = 0; j < 3; j++)
			for (k = 0; k < 4; k++) {
				buf_init(&list, &t.env, 4096);
				put_key(&list, listed[j], kinds[i].hash);
				begin(&b, 1);
				section(&b, kinds[i].type, buf_slice(&list));
				buf_free(&list);
				assert_int_equal(revokes(&b, asked[k]), j == k || (k == 3 && j < 2));
			}
}

static const struct {
	const char *why;
	int code;
	uint8_t outer, type; /* type: inside of a section of certificates; 0: there is none */
	struct slice data;
} bad_rows[] = {
    {"serial numbers", NACRE_E_KEY_FORMAT, 1, 0x20, S("\0\0\0\0\0\0\1")},
    {"serial numbers", NACRE_E_KEY_FORMAT, 1, 0x20, S("\0\0\0\0\0\0\0\0")},
    {"range", NACRE_E_KEY_FORMAT, 1, 0x21, S("\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\1")},
    {"range", NACRE_E_KEY_FORMAT, 1, 0x21, S("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1")},
    {"range", NACRE_E_KEY_FORMAT, 1, 0x21, S("\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\2\0")},
    {"bitmap", NACRE_E_KEY_FORMAT, 1, 0x22, S("\0\0\0\0\0\0\0\0\0\0\0\1\1")},
    {"bitmap", NACRE_E_KEY_FORMAT, 1, 0x22, S("\0\0\0\0\0\0\0\1\0\0\0\1\xff")},
    {"bitmap", NACRE_E_KEY_FORMAT, 1, 0x22, S("\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\1\3")},
    {"key ids", NACRE_E_KEY_FORMAT, 1, 0x23, S("\0\0\0\4ree")},
    {"key ids", NACRE_E_KEY_FORMAT, 1, 0x23, S("\0\0\0\4re\0f")},
    {"extension", NACRE_E_KEY_FORMAT, 1, 0x39, S("\0\0\0\1x\0\0\0\0\4reef.")},
    {"critical", NACRE_E_UNSUPPORTED, 1, 0x39, S("\0\0\0\1x\1\0\0\0\4reef")},
    {"not known", NACRE_E_UNSUPPORTED, 1, 0x24, S("")},
    {"certificates", NACRE_E_KEY_FORMAT, 1, 0, S("\0\0\0\0\0\0\0\1")},
    {"list of keys", NACRE_E_KEY_FORMAT, 2, 0, S("\0\0\0\2\0\0")},
    {"list of keys", NACRE_E_KEY_FORMAT, 2, 0, S("\0\0\0\x24\0\0\0\x20ssh-ed25519-cert-v01@openssh.com")},
    {"SHA-1", NACRE_E_KEY_FORMAT, 3, 0, S("\0\0\0\4abcd")},
    {"SHA-256", NACRE_E_KEY_FORMAT, 5, 0,
	S("\0\0\0\x14"
	  "aaaaaaaaaaaaaaaaaaaa")},
    {"signature", NACRE_E_UNSUPPORTED, 4, 0, S("\0\0\0\1a")},
    {"not known", NACRE_E_UNSUPPORTED, 6, 0, S("")},
    {"critical", NACRE_E_UNSUPPORTED, 255, 0, S("\0\0\0\1x\1\0\0\0\4reef")},
};

static void
what_is_not_understood_whole_is_refused(void **state)
{
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad_rows) / sizeof(bad_rows[0]); i++) {
		begin(&b, 1);
		if (bad_rows[i].type != 0)
			cert_section(&b, NULL, bad_rows[i].type, bad_rows[i].data);
		else
			section(&b, bad_rows[i].outer, bad_rows[i].data);
		refused(&b, bad_rows[i].code, bad_rows[i].why);
	}
	begin(&b, 2);
	refused(&b, NACRE_E_UNSUPPORTED, "version");
	begin(&b, 1);
	section(&b, 255, SLICE_LIT("\0\0\0\1x\0\0\0\0\4reef"));
	assert_false(revokes(&b, cert));
}

/* At the end of a section the list that is left is a whole one. */
static void
a_list_that_was_cut_off_is_refused(void **state)
{
	size_t ends[N_ROWS + 1], n = 0, i;
	struct buf b, cut;

	(void)state;
	begin(&b, 1);
	for (i = 0; i <= N_ROWS; i++) {
		ends[i] = b.n;
		if (i < N_ROWS)
			cert_section(&b, authority, cert_rows[i].type, cert_rows[i].data);
	}
	for (i = 0; i < b.n; i++) {
		buf_init(&cut, &t.env, 1 << 20);
		buf_put(&cut, b.p, i);
		while (ends[n] < i)
			n++;
		if (i == ends[n])
			(void)revokes(&cut, cert);
		else if (i > 0)
			refused(&cut, NACRE_E_KEY_FORMAT, "");
		buf_free(&cut);
	}
	buf_free(&b);
}

static struct buf
lines(const char *text)
{
	struct buf b;

	buf_init(&b, &t.env, 1 << 20);
	buf_put(&b, text, strlen(text));
	return b;
}

static void
put_line(struct buf *b, const nacre_key *key)
{
	char *text;
	size_t n;

	assert_int_equal(nacre_key_write_public(&t.env, key, NULL, &text, &n, NULL, 0), 0);
	buf_put(b, text, n);
	nacre_key_text_free(&t.env, text, n);
}

static void
lists_of_keys_revoke_as_krls_do(void **state)
{
	const nacre_key *const listed[] = {subject, authority, other, cert}, *const asked[] = {
										 subject, authority, other, cert};
	struct buf b;
	size_t j, k;

	(void)state;
	for (j = 0; j < 4; j++)
		for (k = 0; k < 4; k++) {
			b = lines("# nobody\r\n\n \t" KEY_A " a comment\n  #\n");
			put_line(&b, listed[j]);
			/* A certificate in the list is there for its key. */
			assert_int_equal(revokes(&b, asked[k]), j == k || (k == 3 && j < 2) || (j == 3 && k == 0));
		}
	b = lines("");
	assert_false(revokes(&b, subject));
}

/* Whoever allows such keys is told that they are revoked. */
static void
keys_that_are_not_served_may_be_listed(void **state)
{
	struct test_env small;
	nacre_key *rsa;
	struct buf b;

	(void)state;
	test_env_init(&small, 1);
	small.env.rsa_bits_min = 1024;
	rsa = keydata_public(&small, "rsa1024");
	b = lines("ssh-strange AAAAC3NzaC1zdHJhbmdlAAAABHh4eHg=\n");
	put_line(&b, rsa);
	assert_true(revokes(&b, rsa));
	nacre_key_free(rsa);
	keydata_assert_clean(&small);
}

static void
a_line_that_is_no_key_spoils_the_list(void **state)
{
	static const char *const bad[] = {"ssh-ed25519", "ssh-ed25519 AAAA", "AAAA", "ssh-ed25519 $$$$",
	    "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "cert-authority " KEY_A,
	    "@revoked * " KEY_A};
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		b = lines(KEY_A "\n\n");
		buf_put(&b, bad[i], strlen(bad[i]));
		refused(&b, NACRE_E_KEY_FORMAT, "line 3");
	}
	b = lines(KEY_A "\n");
	buf_put(&b, KEY_A "\0x", sizeof(KEY_A "\0x") - 1);
	refused(&b, NACRE_E_KEY_FORMAT, "line 2");
}

static void
without_memory_nothing_is_said_to_be_good(void **state)
{
	nacre_revoked *set;
	struct buf b;
	uint64_t i;
	int kind, r = -1;

	(void)state;
	for (kind = 0; kind < 2; kind++) {
		b = lines(KEY_A "\n");
		if (kind == 1) {
			buf_free(&b);
			begin(&b, 1);
			cert_section(&b, NULL, 0x23, SLICE_LIT("\0\0\0\3sea"));
		}
		for (i = 1; (r = nacre_revoked_parse(&t.env, b.p, b.n, &set, NULL, 0)) != 0 || i == 1; i++) {
			nacre_revoked_free(set);
			t.fail_at = t.allocations + i;
		}
		assert_false(i < 3);
		t.fail_at = t.allocations + 1;
		assert_true(nacre_revoked_has(set, cert));
		t.fail_at = 0;
		assert_false(nacre_revoked_has(set, cert));
		nacre_revoked_free(set);
		buf_free(&b);
	}
}

static void
misuse_is_told(void **state)
{
	nacre_revoked *set = (void *)&t;
	char why[8];

	(void)state;
	assert_int_equal(nacre_revoked_parse(NULL, (const uint8_t *)"", 0, &set, why, sizeof(why)), NACRE_E_ARGUMENT);
	assert_null(set);
	assert_int_equal(nacre_revoked_parse(&t.env, NULL, 1, &set, NULL, 0), NACRE_E_ARGUMENT);
	assert_int_equal(
	    nacre_revoked_parse(&t.env, (const uint8_t *)"", NACRE_REVOKED_MAX + 1, &set, why, sizeof(why)),
	    NACRE_E_LIMIT);
	assert_true(nacre_revoked_has(NULL, subject));
	assert_int_equal(nacre_revoked_parse(&t.env, NULL, 0, &set, NULL, 0), 0);
	assert_true(nacre_revoked_has(set, NULL));
	assert_false(nacre_revoked_has(set, subject));
	nacre_revoked_free(set);
	nacre_revoked_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(certificates_are_revoked_by_number_and_id),
	    cmocka_unit_test(a_certificate_without_a_number_is_revoked_by_id_alone),
	    cmocka_unit_test(keys_are_revoked_by_themselves_and_by_their_hashes),
	    cmocka_unit_test(what_is_not_understood_whole_is_refused),
	    cmocka_unit_test(a_list_that_was_cut_off_is_refused),
	    cmocka_unit_test(lists_of_keys_revoke_as_krls_do),
	    cmocka_unit_test(keys_that_are_not_served_may_be_listed),
	    cmocka_unit_test(a_line_that_is_no_key_spoils_the_list),
	    cmocka_unit_test(without_memory_nothing_is_said_to_be_good),
	    cmocka_unit_test(misuse_is_told),
	};

	return cmocka_run_group_tests_name("config/revoked", tests, setup, teardown);
}
