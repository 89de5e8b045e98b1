/* Target: key files of every format, with cheap key derivations. What is read is written in each format that holds it,
 * plain and encrypted, and reads back as the same key. */
#include "fuzz_keyfile.h"
#include "armor.h"
#include "fuzz.h"
#include "key.h"
#include "keyfile.h"
#include "pem.h"
#include "test_env.h"

#include <sodium.h>

static const char *const labels[FORMS] = {
    [FORM_PKCS1] = "RSA PRIVATE KEY",
    [FORM_SEC1] = "EC PRIVATE KEY",
    [FORM_PKCS8] = "PRIVATE KEY",
    [FORM_PBES2] = "ENCRYPTED PRIVATE KEY",
    [FORM_SPKI] = "PUBLIC KEY",
    [FORM_PKCS1_PUBLIC] = "RSA PUBLIC KEY",
};

static bool
is_public(unsigned form)
{
	return form == FORM_SPKI || form == FORM_PKCS1_PUBLIC || form == FORM_PUBLIC_TEXT;
}

static void
put_text(struct buf *text, unsigned form, struct slice bytes)
{
	if (labels[form] != NULL) {
		pem_put(text, labels[form], NULL, bytes);
	} else if (form == FORM_OPENSSH) {
		buf_put_slice(text, SLICE_LIT(KEYFILE_BEGIN "\n"));
		armor_encode(text, bytes, 70);
		buf_put_slice(text, SLICE_LIT(KEYFILE_END "\n"));
	} else {
		buf_put_slice(text, bytes);
	}
}

static void
writes_and_reads_back(struct test_env *t, const nacre_key *key, unsigned format, const char *passphrase)
{
	const struct nacre_key_write_options options = {
	    .size = sizeof(options), .format = (enum nacre_key_format)format, .passphrase = passphrase};
	nacre_key *again = NULL;
	char *text = NULL;
	size_t n = 0;
	int r = nacre_key_write_private(&t->env, key, &options, &text, &n, NULL, 0);

	FUZZ_CHECK(r == 0 || r == NACRE_E_UNSUPPORTED || r == NACRE_E_ARGUMENT);
	if (r != 0)
		return;
	FUZZ_CHECK(nacre_key_parse_private(&t->env, (const uint8_t *)text, n, passphrase, &again, NULL, 0) == 0);
	FUZZ_CHECK(nacre_key_equal(key, again) && key->secret_len == again->secret_len);
	FUZZ_CHECK(slice_eq(key->sk_handle, again->sk_handle) && key->sk_flags == again->sk_flags);
	nacre_key_free(again);
	nacre_key_text_free(&t->env, text, n);
}

static void
check_key(struct test_env *t, const nacre_key *key)
{
	unsigned format;

	if (!nacre_key_has_private(key) && key->sk_file == NULL)
		return;
	for (format = 0; format <= NACRE_KEY_FORMAT_PPK2; format++) {
		writes_and_reads_back(t, key, format, NULL);
		writes_and_reads_back(t, key, format, KEYFILE_PASSPHRASE);
	}
}

static int
read_line(struct test_env *t, struct slice text, nacre_key **key)
{
	const char *options;
	size_t n;
	int r = nacre_key_parse_line(&t->env, (const char *)text.p, text.n, &options, &n, key, NULL, 0);

	FUZZ_CHECK((options == NULL) == (n == 0));
	FUZZ_CHECK(options == NULL || ((const uint8_t *)options >= text.p && n < text.n));
	return r;
}

static int
read_key(struct test_env *t, unsigned form, struct slice text, nacre_key **key)
{
	nacre_key *peeked = NULL;
	int r;

	if (form == FORM_LINE)
		return text.n == 0 ? NACRE_E_KEY_FORMAT : read_line(t, text, key);
	if (is_public(form))
		return text.n == 0 ? NACRE_E_KEY_FORMAT
				   : nacre_key_parse_public(&t->env, (const char *)text.p, text.n, key, NULL, 0);
	r = nacre_key_parse_private(&t->env, text.p, text.n, KEYFILE_PASSPHRASE, key, NULL, 0);
	if (nacre_key_peek_public(&t->env, text.p, text.n, &peeked, NULL, 0) == 0 && r == 0)
		FUZZ_CHECK(nacre_key_equal(peeked, *key));
	nacre_key_free(peeked);
	return r;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	nacre_key *key = NULL;
	struct test_env t;
	struct buf text;
	int r;

	if (size == 0 || sodium_init() < 0)
		return 0;
	test_env_init(&t, 1);
	buf_init(&text, &t.env, (size_t)4 << 20);
	put_text(&text, data[0] % FORMS, slice_of(data + 1, size - 1));
	FUZZ_CHECK(text.bad == 0);
	r = read_key(&t, data[0] % FORMS, buf_slice(&text), &key);
	FUZZ_CHECK((r == 0) == (key != NULL));
	if (r == 0)
		check_key(&t, key);
	nacre_key_free(key);
	buf_free(&text);
	FUZZ_CHECK(t.live_blocks == 0 && t.wrong_sizes == 0);
	return 0;
}
