/* Target: certificates, SSHSIG and the signatures of security keys. What is read says the same by every function, is
 * written to what reads the same, and is good only for what it says. */
#include "armor.h"
#include "cert_forge.h"
#include "fuzz.h"
#include "reader.h"
#include "test_env.h"
#include <nacre/cert.h>
#include <nacre/sshsig.h>

#include <sodium.h>

#define INPUT_MAX ((size_t)4 << 20)

static void
walk_options(const nacre_key *cert, enum nacre_cert_options kind, size_t count)
{
	struct nacre_bytes name, value, found;
	char text[NACRE_CERT_OPTIONS_MAX + 1];
	size_t i;

	for (i = 0; nacre_cert_option(cert, kind, i, &name, &value); i++) {
		FUZZ_CHECK(name.n > 0 && name.n < sizeof(text));
		memcpy(text, name.p, name.n);
		text[name.n] = '\0';
		FUZZ_CHECK(nacre_cert_find_option(cert, kind, text, &found));
		FUZZ_CHECK(found.p == value.p && found.n == value.n); /* each name stands once */
	}
	FUZZ_CHECK(i == count);
}

static void
walk(const nacre_key *cert, const struct nacre_cert_info *info)
{
	struct nacre_bytes name;
	size_t i;

	for (i = 0; nacre_cert_principal(cert, i, &name); i++)
		FUZZ_CHECK(name.n > 0 && memchr(name.p, 0, name.n) == NULL);
	FUZZ_CHECK(i == info->n_principals);
	walk_options(cert, NACRE_CERT_CRITICAL, info->n_critical);
	walk_options(cert, NACRE_CERT_EXTENSIONS, info->n_extensions);
	FUZZ_CHECK(!nacre_key_is_certificate(info->authority) && !nacre_key_has_private(cert));
	FUZZ_CHECK(!slice_is(slice_of(info->signature_algorithm.p, info->signature_algorithm.n), "ssh-rsa"));
}

static bool
has_principal(const nacre_key *cert, const char *wanted)
{
	struct nacre_bytes name;
	size_t i;

	for (i = 0; nacre_cert_principal(cert, i, &name); i++)
		if (slice_is(slice_of(name.p, name.n), wanted))
			return true;
	return false;
}

/* Good means at least this, whoever asks. */
static void
check_policy(const nacre_key *cert, const struct nacre_cert_info *info, const struct nacre_cert_policy *policy)
{
	bool is_user = policy->type == NACRE_CERT_USER;
	char why[96];
	int r = nacre_cert_check(cert, policy, why, sizeof(why));

	FUZZ_CHECK(r == 0 || r == NACRE_E_CERTIFICATE);
	FUZZ_CHECK((r == 0) == (why[0] == '\0'));
	if (r != 0)
		return;
	FUZZ_CHECK(nacre_key_equal(policy->authorities[0], info->authority) && policy->type == info->type);
	FUZZ_CHECK(info->valid_after <= policy->now_s && policy->now_s < info->valid_before);
	FUZZ_CHECK(is_user ? has_principal(cert, policy->principal) : info->n_principals > 0);
	FUZZ_CHECK(is_user || info->n_critical == 0);
	FUZZ_CHECK(policy->source_address != NULL ||
		   !nacre_cert_find_option(cert, NACRE_CERT_CRITICAL, "source-address", NULL));
}

static void
check_policies(const nacre_key *cert, const struct nacre_cert_info *info)
{
	static const char *const addresses[] = {NULL, "10.1.2.3", "2001:db8::1", "::ffff:10.1.2.3"};
	const nacre_key *stranger = forge_key(FORGE_ECDSA), *trusted = info->authority;
	struct nacre_cert_policy policy = {.size = sizeof(policy), .authorities = &trusted, .n_authorities = 1};
	size_t i;

	for (i = 0; i < 2 * sizeof(addresses) / sizeof(addresses[0]); i++) {
		policy.type = i % 2 == 0 ? NACRE_CERT_USER : NACRE_CERT_HOST;
		policy.principal = i % 2 == 0 ? "alice" : "www.example.org";
		policy.source_address = addresses[i / 2];
		for (policy.now_s = 0; policy.now_s < 4u << 29; policy.now_s += 1u << 29)
			check_policy(cert, info, &policy);
		policy.now_s = info->valid_after;
		check_policy(cert, info, &policy);
		policy.authorities = &stranger;
		FUZZ_CHECK(nacre_key_equal(stranger, trusted) || nacre_cert_check(cert, &policy, NULL, 0) != 0);
		policy.authorities = &trusted;
	}
}

static void
check_text(const struct nacre_env *env, const nacre_key *cert)
{
	nacre_key *again = NULL;
	char *text = NULL;
	size_t n = 0;

	FUZZ_CHECK(nacre_key_write_public(env, cert, NULL, &text, &n, NULL, 0) == 0);
	FUZZ_CHECK(nacre_key_parse_public(env, text, n, &again, NULL, 0) == 0 && nacre_key_equal(cert, again));
	nacre_key_free(again);
	nacre_key_text_free(env, text, n);
}

/* With its private half it signs, and every format keeps the plain key. */
static void
check_joined(const struct nacre_env *env, const nacre_key *cert, const nacre_key *plain)
{
	const nacre_key *subject = forge_key(FORGE_SUBJECT);
	struct nacre_key_write_options options = {.size = sizeof(options)};
	nacre_key *both = NULL, *again = NULL;
	unsigned format;
	char *text;
	size_t n;

	FUZZ_CHECK((nacre_cert_with_key(env, cert, subject, &both) == 0) == nacre_key_equal(plain, subject));
	for (format = 0; format <= NACRE_KEY_FORMAT_PPK2 && both != NULL; format++) {
		options.format = (enum nacre_key_format)format;
		if (nacre_key_write_private(env, both, &options, &text, &n, NULL, 0) != 0)
			continue;
		FUZZ_CHECK(nacre_key_parse_private(env, (const uint8_t *)text, n, NULL, &again, NULL, 0) == 0);
		FUZZ_CHECK(nacre_key_equal(again, subject) && nacre_key_has_private(again));
		nacre_key_free(again);
		nacre_key_text_free(env, text, n);
	}
	nacre_key_free(both);
}

static void
read_cert(const struct nacre_env *env, struct slice blob)
{
	struct nacre_cert_info info;
	nacre_key *cert, *plain;
	int r = nacre_key_from_blob(env, blob.p, blob.n, &cert);

	FUZZ_CHECK((r == 0) == (cert != NULL));
	if (r == 0 && nacre_key_is_certificate(cert)) {
		FUZZ_CHECK(blob.n <= NACRE_CERT_BLOB_MAX && nacre_cert_get_info(cert, &info) == 0);
		walk(cert, &info);
		check_policies(cert, &info);
		check_text(env, cert);
		FUZZ_CHECK(nacre_cert_plain(env, cert, &plain) == 0 && !nacre_key_is_certificate(plain));
		check_joined(env, cert, plain);
		nacre_key_free(plain);
	}
	nacre_key_free(cert);
}

static void
read_cert_fields(const struct nacre_env *env, struct slice fields)
{
	struct buf blob;

	buf_init(&blob, env, INPUT_MAX);
	forge_cert(&blob, fields);
	if (blob.bad == 0)
		read_cert(env, buf_slice(&blob));
	buf_free(&blob);
}

/* Ours holds for the one namespace and the one message that were signed, and nothing else does. */
static void
read_sshsig(const struct nacre_env *env, struct slice text)
{
	nacre_sshsig *sig;
	int r = nacre_sshsig_parse(env, (const char *)text.p, text.n, &sig);
	struct slice name_space;
	char wanted[NACRE_SSHSIG_NAMESPACE_MAX + 1];

	FUZZ_CHECK((r == 0) == (sig != NULL));
	if (r != 0)
		return;
	name_space = slice_of(nacre_sshsig_namespace(sig).p, nacre_sshsig_namespace(sig).n);
	FUZZ_CHECK(name_space.n > 0 && name_space.n < sizeof(wanted) && nacre_sshsig_hash(sig) != NULL);
	memcpy(wanted, name_space.p, name_space.n);
	wanted[name_space.n] = '\0';
	r = nacre_sshsig_update(sig, (const uint8_t *)CERT_FORGE_MESSAGE, sizeof(CERT_FORGE_MESSAGE) - 1);
	FUZZ_CHECK(r == 0 && nacre_sshsig_verify(sig, "another", 0) != 0);
	r = nacre_sshsig_verify(sig, wanted, 0);
	FUZZ_CHECK(r != 0 || !nacre_key_equal(nacre_sshsig_key(sig), forge_key(FORGE_SUBJECT)) ||
		   slice_is(name_space, CERT_FORGE_NAMESPACE));
	nacre_sshsig_free(sig);
}

static void
read_sshsig_blob(const struct nacre_env *env, struct slice blob)
{
	struct buf text;

	buf_init(&text, env, INPUT_MAX);
	buf_put_slice(&text, SLICE_LIT("-----BEGIN SSH SIGNATURE-----\n"));
	armor_encode(&text, blob, 70);
	buf_put_slice(&text, SLICE_LIT("-----END SSH SIGNATURE-----\n"));
	FUZZ_CHECK(text.bad == 0);
	read_sshsig(env, buf_slice(&text));
	buf_free(&text);
}

static bool
is_enough(uint8_t said, unsigned asked)
{
	return ((asked & NACRE_VERIFY_NO_TOUCH) != 0 || (said & NACRE_SK_TOUCHED) != 0) &&
	       ((asked & NACRE_VERIFY_USER) == 0 || (said & NACRE_SK_USER_VERIFIED) != 0);
}

/* By every policy: what holds says enough of the user, and by a good signature it holds where it does. */
static void
verify(const nacre_key *key, struct slice data, struct slice signature, const struct nacre_sk_details *truth)
{
	struct nacre_sk_details said;
	unsigned asked;
	int r;

	for (asked = 0; asked <= (NACRE_VERIFY_NO_TOUCH | NACRE_VERIFY_USER); asked++) {
		r = nacre_key_verify(key, NULL, data.p, data.n, signature.p, signature.n, asked, &said);
		FUZZ_CHECK(r == 0 || (r == NACRE_E_CRYPTO && said.flags == 0 && said.counter == 0));
		if (r == 0 && key->type->sk)
			FUZZ_CHECK(is_enough(said.flags, asked));
		if (truth == NULL)
			continue;
		FUZZ_CHECK((r == 0) == is_enough(truth->flags, asked));
		FUZZ_CHECK(r != 0 || (said.flags == truth->flags && said.counter == truth->counter));
	}
}

static void
read_sk_signature(const struct nacre_env *env, struct slice bytes)
{
	struct reader r = reader_of(bytes);
	struct slice blob = reader_string(&r);
	nacre_key *key = NULL;

	if (key_parse_blob(env, blob, &key) == 0)
		verify(key, SLICE_LIT(CERT_FORGE_MESSAGE), reader_rest(&r), NULL);
	nacre_key_free(key);
}

static void
sign_as_device(const struct nacre_env *env, struct slice bytes)
{
	struct reader r = reader_of(bytes);
	struct slice application = reader_string(&r), data;
	struct nacre_sk_details details = {.flags = reader_u8(&r)};
	struct buf blob, signature;
	nacre_key *key = NULL;
	int rc;

	details.counter = reader_u32(&r);
	data = reader_rest(&r);
	if (r.bad)
		return;
	buf_init(&blob, env, INPUT_MAX);
	buf_init(&signature, env, INPUT_MAX);
	forge_sk_blob(&blob, FORGE_SUBJECT, application);
	forge_sk_signature(&signature, FORGE_SUBJECT, application, &details, data);
	FUZZ_CHECK((rc = key_parse_blob(env, buf_slice(&blob), &key)) == 0 || rc == NACRE_E_KEY_FORMAT);
	if (rc == 0)
		verify(key, data, buf_slice(&signature), &details);
	nacre_key_free(key);
	buf_free(&signature);
	buf_free(&blob);
}

static void (*const readers[CERT_FORMS])(const struct nacre_env *env, struct slice bytes) = {
    [FORM_CERT_BLOB] = read_cert,
    [FORM_CERT_FIELDS] = read_cert_fields,
    [FORM_SSHSIG_TEXT] = read_sshsig,
    [FORM_SSHSIG_BLOB] = read_sshsig_blob,
    [FORM_SK_SIGNATURE] = read_sk_signature,
    [FORM_SK_DEVICE] = sign_as_device,
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct test_env t;

	if (size == 0 || size > INPUT_MAX / 4 || sodium_init() < 0)
		return 0;
	test_env_init(&t, 1);
	readers[data[0] % CERT_FORMS](&t.env, slice_of(data + 1, size - 1));
	FUZZ_CHECK(t.live_blocks == 0 && t.wrong_sizes == 0);
	return 0;
}
