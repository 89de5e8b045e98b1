/* make_keyfile_corpus: writes the seeds of fuzz_keyfile: a key of each type in each form, plain and encrypted, with the
 * target's own cheap derivations.
 *
 *   make_keyfile_corpus DIR */
#include "armor.h"
#include "corpus_file.h"
#include "derkey.h"
#include "fuzz.h"
#include "fuzz_keyfile.h"
#include "keyfile.h"
#include "pbes2.h"
#include "test_env.h"

#include <sodium.h>

struct maker {
	const char *dir;
	struct test_env t;
	const nacre_key *key;
};

static void
seed(struct maker *m, enum keyfile_form form, const char *what, struct slice bytes)
{
	char name[120];
	struct buf b;

	buf_init(&b, &m->t.env, 65536);
	buf_put_u8(&b, (uint8_t)form);
	buf_put_slice(&b, bytes);
	FUZZ_CHECK(b.bad == 0);
	snprintf(name, sizeof(name), "%s-%s", what, nacre_key_type(m->key));
	corpus_file(m->dir, "keyfile", name, buf_slice(&b));
	buf_free(&b);
}

static void
text_seed(struct maker *m, enum keyfile_form form, const char *what, const struct nacre_key_write_options *options)
{
	bool is_private = form == FORM_PRIVATE_TEXT;
	char *text;
	size_t n;
	int r = is_private ? nacre_key_write_private(&m->t.env, m->key, options, &text, &n, NULL, 0)
			   : nacre_key_write_public(&m->t.env, m->key, options, &text, &n, NULL, 0);

	if (r == NACRE_E_UNSUPPORTED)
		return;
	FUZZ_CHECK(r == 0);
	seed(m, form, what, slice_of(text, n));
	nacre_key_text_free(&m->t.env, text, n);
}

static void
private_seeds(struct maker *m)
{
	static const struct {
		const char *what;
		enum nacre_key_format format;
		bool is_encrypted;
	} rows[] = {
	    {"pem-encrypted", NACRE_KEY_FORMAT_PEM, true},
	    {"ppk2", NACRE_KEY_FORMAT_PPK2, false},
	    {"ppk2-encrypted", NACRE_KEY_FORMAT_PPK2, true},
	    {"ppk3", NACRE_KEY_FORMAT_PPK3, false},
	    {"ppk3-encrypted", NACRE_KEY_FORMAT_PPK3, true},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct nacre_key_write_options options = {.size = sizeof(options),
		    .format = rows[i].format,
		    .comment = "a comment",
		    .passphrase = rows[i].is_encrypted ? KEYFILE_PASSPHRASE : NULL};

		text_seed(m, FORM_PRIVATE_TEXT, rows[i].what, &options);
	}
}

static void
public_seeds(struct maker *m)
{
	static const struct nacre_key_write_options rfc4716 = {.size = sizeof(rfc4716),
	    .format = NACRE_KEY_FORMAT_RFC4716,
	    .comment = "a comment that is longer than a line of seventy-two bytes, so that it goes on in the next"};

	text_seed(m, FORM_PUBLIC_TEXT, "rfc4716", &rfc4716);
}

static void
line_seed(struct maker *m)
{
	struct buf b;
	char *text;
	size_t n;

	FUZZ_CHECK(nacre_key_write_public(&m->t.env, m->key, NULL, &text, &n, NULL, 0) == 0);
	buf_init(&b, &m->t.env, 8192);
	buf_put_slice(&b, SLICE_LIT("restrict,command=\"echo \\\"a b\\\"\" "));
	buf_put(&b, text, n);
	FUZZ_CHECK(b.bad == 0);
	seed(m, FORM_LINE, "line", buf_slice(&b));
	buf_free(&b);
	nacre_key_text_free(&m->t.env, text, n);
}

static void
openssh_seed(struct maker *m, const struct blobcipher *c)
{
	const char *cipher = c == NULL ? "plain" : c->name;
	struct why why = {NULL, 0};
	struct keyfile f;
	struct buf text;
	char what[60];

	buf_init(&text, &m->t.env, 65536);
	FUZZ_CHECK(keyfile_write(&text, m->key, "a comment", c, KEYFILE_PASSPHRASE, 1) == 0);
	FUZZ_CHECK(keyfile_open(&f, &m->t.env, buf_slice(&text), &why) == 0);
	snprintf(what, sizeof(what), "openssh-%.*s", (int)strcspn(cipher, "@"), cipher);
	seed(m, FORM_OPENSSH, what, buf_slice(&f.bytes));
	keyfile_free(&f);
	buf_free(&text);
}

static void
openssh_seeds(struct maker *m)
{
	const struct blobcipher *c;

	for (c = blobcipher_table; c->name != NULL; c++)
		openssh_seed(m, c);
}

/* The file of a security key that has the numbers of this one. */
static void
sk_seeds(struct maker *m, const char *type)
{
	const nacre_key *plain = m->key;
	nacre_key *key;
	struct buf blob;

	buf_init(&blob, &m->t.env, 4096);
	buf_put_cstring(&blob, type);
	buf_put_slice(&blob, plain->fields);
	buf_put_cstring(&blob, "ssh:");
	FUZZ_CHECK(key_parse_blob(&m->t.env, buf_slice(&blob), &key) == 0);
	FUZZ_CHECK(key_set_sk_file(key, NACRE_SK_WANTS_TOUCH, SLICE_LIT("a handle"), SLICE_NONE) == 0);
	m->key = key;
	openssh_seed(m, NULL);
	openssh_seed(m, blobcipher_find(SLICE_LIT("aes256-ctr")));
	m->key = plain;
	nacre_key_free(key);
	buf_free(&blob);
}

static void
der_seeds(struct maker *m)
{
	static const struct {
		const char *what;
		enum keyfile_form form;
		int (*put)(struct buf *b, const nacre_key *key);
	} rows[] = {
	    {"pkcs1", FORM_PKCS1, derkey_put_pkcs1},
	    {"sec1", FORM_SEC1, derkey_put_sec1},
	    {"pkcs8", FORM_PKCS8, derkey_put_pkcs8},
	    {"spki", FORM_SPKI, derkey_put_spki},
	    {"pkcs1-public", FORM_PKCS1_PUBLIC, derkey_put_pkcs1_public},
	};
	struct buf der;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_init(&der, &m->t.env, 65536);
		if (rows[i].put(&der, m->key) == 0)
			seed(m, rows[i].form, rows[i].what, buf_slice(&der));
		buf_free(&der);
	}
	buf_init(&der, &m->t.env, 65536);
	FUZZ_CHECK(derkey_put_pkcs8(&der, m->key) == 0 && pbes2_encrypt(&der, KEYFILE_PASSPHRASE, 1) == 0);
	seed(m, FORM_PBES2, "pbes2", buf_slice(&der));
	buf_free(&der);
}

int
main(int argc, char **argv)
{
	static const char *const types[] = {
	    "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"};
	static const char *const sk_types[sizeof(types) / sizeof(types[0])] = {
	    "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"};
	struct maker m;
	nacre_key *key;
	size_t i;

	if (argc != 2 || sodium_init() < 0) {
		fprintf(stderr, "usage: make_keyfile_corpus DIR\n");
		return 1;
	}
	m.dir = argv[1];
	test_env_init(&m.t, 72);
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		FUZZ_CHECK(nacre_key_generate(&m.t.env, types[i], i == 4 ? 2048 : 0, &key) == 0);
		m.key = key;
		private_seeds(&m);
		public_seeds(&m);
		line_seed(&m);
		if (i == 0)
			openssh_seeds(&m);
		der_seeds(&m);
		if (sk_types[i] != NULL)
			sk_seeds(&m, sk_types[i]);
		nacre_key_free(key);
	}
	FUZZ_CHECK(m.t.live_blocks == 0);
	return 0;
}
