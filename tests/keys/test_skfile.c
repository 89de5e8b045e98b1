/* Files of security keys: what stands in the place of the private half is read, kept, written, and shown to signers.
 * The files are put together here, field by field. OpenSSH PROTOCOL.key, PROTOCOL.u2f. */
#include "armor.h"
#include "forge.h"
#include "keyfile.h"
#include "keygen.h"
#include "reader.h"
#include <nacre/cert.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define HANDLE SLICE_LIT("a handle\0with any \xff byte")
#define FLAGS (NACRE_SK_WANTS_TOUCH | NACRE_SK_RESIDENT | 0x40)

static const struct {
	const char *file, *type, *curve;
} devices[] = {
    {"ed25519", "sk-ssh-ed25519@openssh.com", NULL},
    {"ecdsa256", "sk-ecdsa-sha2-nistp256@openssh.com", "nistp256"},
};

#define DEVICES (sizeof(devices) / sizeof(devices[0]))

/* What a test wants otherwise; zeros for a good file. */
struct file {
	size_t device;
	struct slice application, handle, reserved, tail;
	const char *curve;
	size_t other_point; /* the point of a key of this number + 1 */
};

static struct file
good(size_t device)
{
	return (struct file){
	    .device = device, .application = SLICE_LIT("ssh:nacre"), .handle = HANDLE, .curve = devices[device].curve};
}

static void
put_public(struct buf *b, const struct file *f, const nacre_key *plain, struct slice application)
{
	buf_put_cstring(b, devices[f->device].type);
	buf_put_slice(b, plain->fields);
	buf_put_string(b, application);
}

static void
put_private(struct buf *b, const struct file *f, const nacre_key *plain)
{
	size_t start = b->n, mark = buf_begin_string(b);
	uint8_t pad = 1;

	buf_put_u32(b, 0x01020304);
	buf_put_u32(b, 0x01020304);
	buf_put_cstring(b, devices[f->device].type);
	if (f->curve != NULL)
		buf_put_cstring(b, f->curve);
	buf_put_string(b, plain->point);
	if (f->other_point)
		b->p[b->n - 1] ^= 1;
	buf_put_string(b, f->application);
	buf_put_u8(b, FLAGS);
	buf_put_string(b, f->handle);
	buf_put_string(b, f->reserved);
	buf_put_slice(b, f->tail);
	buf_put_cstring(b, "a comment");
	while ((b->n - start - 4) % 8 != 0)
		buf_put_u8(b, pad++);
	buf_end_string(b, mark);
}

/* The text of a file that is not encrypted. */
static void
make(struct test_env *t, const struct file *f, struct buf *text)
{
	nacre_key *plain = keydata_public(t, devices[f->device].file);
	struct buf b;
	size_t mark;

	buf_init(&b, &t->env, 65536);
	buf_init(text, &t->env, 65536);
	buf_put(&b, "openssh-key-v1\0\0\0\0\4none\0\0\0\4none\0\0\0\0\0\0\0\1", 39);
	mark = buf_begin_string(&b);
	put_public(&b, f, plain, SLICE_LIT("ssh:nacre"));
	buf_end_string(&b, mark);
	put_private(&b, f, plain);
	assert_int_equal(b.bad, 0);
	buf_put_slice(text, SLICE_LIT(KEYFILE_BEGIN "\n"));
	armor_encode(text, buf_slice(&b), 70);
	buf_put_slice(text, SLICE_LIT(KEYFILE_END "\n"));
	assert_int_equal(text->bad, 0);
	buf_free(&b);
	nacre_key_free(plain);
}

static int
parse(struct test_env *t, const struct file *f, nacre_key **key)
{
	struct buf text;
	int r;

	make(t, f, &text);
	r = nacre_key_parse_private(&t->env, text.p, text.n, NULL, key, NULL, 0);
	buf_free(&text);
	return r;
}

static void
assert_is_good(const nacre_key *key, size_t device)
{
	const uint8_t *p;
	size_t n;

	assert_string_equal(nacre_key_type(key), devices[device].type);
	assert_false(nacre_key_has_private(key));
	assert_false(nacre_key_can_sign(key));
	assert_string_equal(nacre_key_comment(key), "a comment");
	p = nacre_key_sk_application(key, &n);
	assert_true(slice_is(slice_of(p, n), "ssh:nacre"));
	p = nacre_key_sk_handle(key, &n);
	assert_true(slice_eq(slice_of(p, n), HANDLE));
	assert_int_equal(nacre_key_sk_flags(key), FLAGS);
}

static void
flags_and_handle_are_read(void **state)
{
	struct test_env t;
	nacre_key *key, *copy, *plain;
	struct file f;
	size_t i, n;

	(void)state;
	test_env_init(&t, 1);
	for (i = 0; i < DEVICES; i++) {
		f = good(i);
		assert_int_equal(parse(&t, &f, &key), 0);
		assert_is_good(key, i);
		/* A copy is of the public half. */
		assert_int_equal(nacre_key_copy_public(&t.env, key, &copy), 0);
		assert_true(nacre_key_equal(key, copy));
		assert_non_null(nacre_key_sk_application(copy, &n));
		assert_null(nacre_key_sk_handle(copy, &n));
		assert_int_equal(n, 0);
		assert_int_equal(nacre_key_sk_flags(copy), 0);
		nacre_key_free(copy);
		nacre_key_free(key);
	}
	plain = keydata_private(&t, "ed25519");
	assert_null(nacre_key_sk_application(plain, &n));
	assert_null(nacre_key_sk_handle(plain, &n));
	nacre_key_free(plain);
	keydata_assert_clean(&t);
}

static void
a_field_that_does_not_fit_is_refused(void **state)
{
	struct file files[8];
	struct test_env t;
	nacre_key *key;
	size_t i, k;

	(void)state;
	test_env_init(&t, 2);
	for (k = 0; k < DEVICES; k++) {
		for (i = 0; i < 7; i++)
			files[i] = good(k);
		files[0].application = SLICE_LIT("ssh:");
		files[1].handle = SLICE_NONE;
		files[2].tail = SLICE_LIT("\0\0\0\1x");
		files[3].tail = SLICE_LIT("\xff");
		files[4].curve = k == 0 ? "nistp256" : "nistp384";
		files[5].other_point = 1;
		files[6].reserved = SLICE_LIT("new"); /* may hold anything */
		for (i = 0; i < 7; i++) {
			assert_int_equal(parse(&t, &files[i], &key), i == 6 ? 0 : NACRE_E_KEY_FORMAT);
			assert_true((key != NULL) == (i == 6));
			nacre_key_free(key);
		}
	}
	keydata_assert_clean(&t);
}

/* What was reserved is kept, as is everything else; an encrypted file shows the public half only. */
static void
it_is_written_and_reads_back(void **state)
{
	static const char *const passphrases[] = {NULL, "a passphrase"};
	struct nacre_key_write_options options = {.size = sizeof(options), .rounds = 1};
	struct test_env t;
	nacre_key *key, *again;
	struct file f;
	size_t i, n, k;
	char *text;

	(void)state;
	test_env_init(&t, 3);
	for (k = 0; k < 2 * DEVICES; k++) {
		f = good(k / 2);
		f.reserved = SLICE_LIT("reserved");
		assert_int_equal(parse(&t, &f, &key), 0);
		options.passphrase = passphrases[k % 2];
		assert_int_equal(nacre_key_write_private(&t.env, key, &options, &text, &n, NULL, 0), 0);
		assert_int_equal(
		    nacre_key_parse_private(&t.env, (const uint8_t *)text, n, options.passphrase, &again, NULL, 0), 0);
		assert_is_good(again, k / 2);
		assert_true(slice_is(again->sk_reserved, "reserved") && nacre_key_equal(key, again));
		nacre_key_free(again);
		for (i = 0; i < 2; i++) {
			assert_int_equal(nacre_key_parse_private(&t.env, (const uint8_t *)text, n,
					     i == 0 ? NULL : "another", &again, NULL, 0),
			    k % 2 == 0 ? 0
			    : i == 0   ? NACRE_E_KEY_PASSPHRASE
				       : NACRE_E_KEY_PASSPHRASE_WRONG);
			nacre_key_free(again);
		}
		assert_int_equal(nacre_key_peek_public(&t.env, (const uint8_t *)text, n, &again, NULL, 0), 0);
		assert_true(nacre_key_equal(key, again));
		nacre_key_free(again);
		nacre_key_text_free(&t.env, text, n);
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

/* Its public half without the application would be a plain key: no format drops it. */
static void
other_formats_do_not_hold_it(void **state)
{
	struct nacre_key_write_options options = {.size = sizeof(options)};
	struct test_env t;
	nacre_key *key, *copy;
	struct file f;
	unsigned format;
	char *text;
	size_t i, n;

	(void)state;
	test_env_init(&t, 4);
	for (i = 0; i < DEVICES; i++) {
		f = good(i);
		assert_int_equal(parse(&t, &f, &key), 0);
		assert_int_equal(nacre_key_copy_public(&t.env, key, &copy), 0);
		for (format = NACRE_KEY_FORMAT_OPENSSH; format <= NACRE_KEY_FORMAT_PPK2; format++) {
			bool is_held = format == NACRE_KEY_FORMAT_OPENSSH, is_text = format == NACRE_KEY_FORMAT_RFC4716;

			options.format = (enum nacre_key_format)format;
			assert_int_equal(nacre_key_write_private(&t.env, key, &options, &text, &n, NULL, 0),
			    is_held ? 0 : NACRE_E_UNSUPPORTED);
			assert_true(is_held == (text != NULL));
			if (is_held)
				nacre_key_text_free(&t.env, text, n);
			assert_int_equal(nacre_key_write_public(&t.env, key, &options, &text, &n, NULL, 0),
			    is_held || is_text ? 0 : NACRE_E_UNSUPPORTED);
			if (is_held || is_text)
				nacre_key_text_free(&t.env, text, n);
			/* Without a handle there is nothing to write. */
			assert_int_equal(
			    nacre_key_write_private(&t.env, copy, &options, &text, &n, NULL, 0), NACRE_E_ARGUMENT);
		}
		nacre_key_free(copy);
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

static int
remember(void *ctx, const nacre_key *key, const char *algorithm, const uint8_t *data, size_t n, uint8_t *signature,
    size_t size, size_t *signature_n)
{
	const uint8_t *handle;
	size_t handle_n;

	(void)algorithm, (void)data, (void)n, (void)signature, (void)size, (void)signature_n;
	handle = nacre_key_sk_handle(key, &handle_n);
	*(bool *)ctx = slice_eq(slice_of(handle, handle_n), HANDLE) && nacre_key_sk_flags(key) == FLAGS;
	return NACRE_E_CANCELLED;
}

static void
a_signer_sees_handle_and_flags_and_so_does_a_certificates(void **state)
{
	static const char *const names[] = {"alice"};
	const struct nacre_cert_fields fields = {.size = sizeof(fields),
	    .type = NACRE_CERT_USER,
	    .principals = names,
	    .n_principals = 1,
	    .valid_before = NACRE_CERT_FOREVER};
	struct test_env t;
	nacre_key *key, *asking, *authority, *cert, *both;
	uint8_t *sig;
	struct file f;
	size_t i, n;
	bool seen;

	(void)state;
	test_env_init(&t, 5);
	authority = keydata_private(&t, "ed25519");
	for (i = 0; i < DEVICES; i++) {
		f = good(i);
		assert_int_equal(parse(&t, &f, &key), 0);
		assert_int_equal(nacre_key_sign(&t.env, key, NULL, (const uint8_t *)"x", 1, &sig, &n), NACRE_E_MISUSE);
		assert_int_equal(nacre_key_with_signer(&t.env, key, remember, &seen, &asking), 0);
		assert_int_equal(nacre_cert_issue(&t.env, &fields, key, authority, &cert), 0);
		assert_int_equal(nacre_cert_with_key(&t.env, cert, asking, &both), 0);
		seen = false;
		assert_int_equal(
		    nacre_key_sign(&t.env, asking, NULL, (const uint8_t *)"x", 1, &sig, &n), NACRE_E_CANCELLED);
		assert_true(seen);
		seen = false;
		assert_int_equal(
		    nacre_key_sign(&t.env, both, NULL, (const uint8_t *)"x", 1, &sig, &n), NACRE_E_CANCELLED);
		assert_true(seen);
		nacre_key_free(both);
		nacre_key_free(cert);
		nacre_key_free(asking);
		nacre_key_free(key);
	}
	nacre_key_free(authority);
	keydata_assert_clean(&t);
}

/* No memory at any point: a failure, and nothing is lost. */
static void
memory_may_run_out_anywhere(void **state)
{
	struct test_env t;
	nacre_key *key = NULL, *asking;
	uint64_t start, at;
	struct buf text;
	struct file f = good(0);
	bool seen;
	int r;

	(void)state;
	test_env_init(&t, 6);
	make(&t, &f, &text);
	for (at = 1, r = NACRE_E_NOMEM; r == NACRE_E_NOMEM && at < 100; at++) {
		start = t.allocations;
		t.fail_at = start + at;
		if ((r = nacre_key_parse_private(&t.env, text.p, text.n, NULL, &key, NULL, 0)) == 0 &&
		    (r = nacre_key_with_signer(&t.env, key, remember, &seen, &asking)) == 0)
			nacre_key_free(asking);
		nacre_key_free(key);
	}
	assert_int_equal(r, 0);
	assert_true(at > 5);
	t.fail_at = 0;
	buf_free(&text);
	keydata_assert_clean(&t);
}

/* ssh-keygen shows the same public half, and what it writes anew, encrypted, we read. */
static void
ssh_keygen_reads_ours_and_we_read_its(void **state)
{
	struct test_env t;
	char path[64], out[1024], *text;
	nacre_key *key, *shown;
	struct keydata file;
	struct file f;
	size_t i, n;

	(void)state;
	if (!keygen_is_here())
		skip();
	test_env_init(&t, 7);
	for (i = 0; i < DEVICES; i++) {
		const char *show[] = {"ssh-keygen", "-y", "-f", path, NULL},
			   *list[] = {"ssh-keygen", "-l", "-f", path, NULL};
		const char *change[] = {"ssh-keygen", "-p", "-P", "", "-N", "another one", "-a", "1", "-f", path, NULL};

		f = good(i);
		assert_int_equal(parse(&t, &f, &key), 0);
		assert_int_equal(nacre_key_write_private(&t.env, key, NULL, &text, &n, NULL, 0), 0);
		keygen_file(text, n, path);
		assert_int_equal(keygen_run(show, out, sizeof(out)), 0);
		assert_int_equal(nacre_key_parse_public(&t.env, out, strlen(out), &shown, NULL, 0), 0);
		assert_true(nacre_key_equal(key, shown));
		nacre_key_free(shown);
		assert_int_equal(keygen_run(list, out, sizeof(out)), 0);
		assert_non_null(strstr(out, "-SK)"));
		assert_int_equal(keygen_run(change, out, sizeof(out)), 0);
		keydata_read_path(path, &file);
		assert_int_equal(
		    nacre_key_parse_private(&t.env, (const uint8_t *)file.p, file.n, "another one", &shown, NULL, 0),
		    0);
		assert_is_good(shown, i);
		nacre_key_free(shown);
		nacre_key_text_free(&t.env, text, n);
		nacre_key_free(key);
		keygen_remove(path);
	}
	keydata_assert_clean(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(flags_and_handle_are_read),
	    cmocka_unit_test(a_field_that_does_not_fit_is_refused),
	    cmocka_unit_test(it_is_written_and_reads_back),
	    cmocka_unit_test(other_formats_do_not_hold_it),
	    cmocka_unit_test(a_signer_sees_handle_and_flags_and_so_does_a_certificates),
	    cmocka_unit_test(memory_may_run_out_anywhere),
	    cmocka_unit_test(ssh_keygen_reads_ours_and_we_read_its),
	};

	return cmocka_run_group_tests_name("files of security keys", tests, NULL, NULL);
}
