/* make_cert_corpus: writes the seeds of fuzz_cert: certificates of each kind of key and authority, fields of each
 * shape, signatures of files, and of security keys.
 *
 *   make_cert_corpus DIR */
#include "cert_forge.h"
#include "corpus_file.h"
#include "fuzz.h"
#include "test_env.h"
#include <nacre/cert.h>
#include <nacre/sshsig.h>

#include <sodium.h>

static void
seed(const char *dir, const struct nacre_env *env, enum cert_form form, const char *name, struct slice bytes)
{
	static const char *const names[] = {"cert", "fields", "text", "sshsig", "sk", "device"};
	struct buf b;
	char file[80];

	buf_init(&b, env, 65536);
	buf_put_u8(&b, (uint8_t)form);
	buf_put_slice(&b, bytes);
	FUZZ_CHECK(b.bad == 0);
	snprintf(file, sizeof(file), "%s-%s", names[form], name);
	corpus_file(dir, "cert", file, buf_slice(&b));
	buf_free(&b);
}

/* Every field that a certificate has, by an authority of each type. */
static void
cert_seed(const char *dir, const struct nacre_env *env, const char *type, unsigned bits)
{
	static const char *const names[] = {"alice", "www.example.org", "*.example.org"};
	static const struct nacre_cert_option critical[] = {
	    {"force-command", "echo pearl"}, {"source-address", "10.0.0.0/8,2001:db8::/32"}, {"verify-required", NULL}};
	static const struct nacre_cert_option extensions[] = {{"permit-pty", NULL}, {"x@nacre", "a value"}};
	const struct nacre_cert_fields fields = {.size = sizeof(fields),
	    .type = NACRE_CERT_USER,
	    .serial = 7,
	    .key_id = "an id",
	    .principals = names,
	    .n_principals = 3,
	    .valid_after = 1,
	    .valid_before = NACRE_CERT_FOREVER,
	    .critical = critical,
	    .n_critical = 3,
	    .extensions = extensions,
	    .n_extensions = 2};
	nacre_key *key, *by_it, *of_it;
	char name[64];

	FUZZ_CHECK(nacre_key_generate(env, type, bits, &key) == 0);
	FUZZ_CHECK(nacre_cert_issue(env, &fields, key, forge_key(FORGE_AUTHORITY), &of_it) == 0);
	FUZZ_CHECK(nacre_cert_issue(env, &fields, forge_key(FORGE_SUBJECT), key, &by_it) == 0);
	seed(dir, env, FORM_CERT_BLOB, type, key_blob(of_it));
	snprintf(name, sizeof(name), "by-%s", type);
	seed(dir, env, FORM_CERT_BLOB, name, key_blob(by_it));
	nacre_key_free(by_it);
	nacre_key_free(of_it);
	nacre_key_free(key);
}

static void
put_list(struct buf *b, const char *const *items)
{
	size_t mark = buf_begin_string(b);

	for (; *items != NULL; items++)
		buf_put_cstring(b, *items);
	buf_end_string(b, mark);
}

/* name, data, name, data: the data of an option that has a value is a string in a string. */
static void
put_options(struct buf *b, const char *const *items)
{
	size_t mark = buf_begin_string(b), inner;

	for (; items[0] != NULL; items += 2) {
		buf_put_cstring(b, items[0]);
		inner = buf_begin_string(b);
		if (items[1][0] != '\0')
			buf_put_cstring(b, items[1]);
		buf_end_string(b, inner);
	}
	buf_end_string(b, mark);
}

static const struct {
	const char *name;
	uint32_t type;
	const char *principals[3], *critical[7], *extensions[5];
} shapes[] = {
    {"plain", 1, {"alice"}, {NULL}, {NULL}},
    {"nobody", 1, {NULL}, {NULL}, {NULL}},
    {"comma", 1, {"alice,bob", "alice"}, {NULL}, {NULL}},
    {"host", 2, {"*.example.org", "!www?"}, {NULL}, {NULL}},
    {"host-critical", 2, {"www.example.org"}, {"force-command", "ls"}, {NULL}},
    {"source", 1, {"alice"}, {"source-address", "10.0.0.0/8,2001:db8::/32,192.0.2.1"}, {NULL}},
    {"source-bad", 1, {"alice"}, {"source-address", "10.0.0.1/8,,2001:db8::/129"}, {NULL}},
    {"all", 1, {"alice", "bob"}, {"force-command", "ls", "source-address", "::/0", "verify-required", ""},
	{"permit-pty", "", "x@nacre", "a value"}},
    {"order", 1, {"alice"}, {"verify-required", "", "force-command", "ls"}, {NULL}},
    {"twice", 1, {"alice"}, {NULL}, {"permit-pty", "", "permit-pty", ""}},
    {"unknown", 1, {"alice"}, {"new-rule@nacre", ""}, {NULL}},
};

static void
fields_seeds(const char *dir, const struct nacre_env *env)
{
	struct buf b;
	size_t i;

	for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		buf_init(&b, env, 65536);
		buf_put_u64(&b, i);
		buf_put_u32(&b, shapes[i].type);
		buf_put_cstring(&b, "an id");
		put_list(&b, shapes[i].principals);
		buf_put_u64(&b, 1u << 29);
		buf_put_u64(&b, 2u << 29);
		put_options(&b, shapes[i].critical);
		put_options(&b, shapes[i].extensions);
		buf_put_cstring(&b, "");
		seed(dir, env, FORM_CERT_FIELDS, shapes[i].name, buf_slice(&b));
		buf_free(&b);
	}
}

/* The blob of a text that is armoured as ssh-keygen does it. */
static void
sshsig_seed(const char *dir, const struct nacre_env *env, const char *name, const nacre_key *key, const char *hash)
{
	static const char begin[] = "-----BEGIN SSH SIGNATURE-----\n";
	nacre_sshsig *sig;
	uint8_t blob[8192];
	size_t n, blob_n;
	const char *end; /* the first character that is not base64 */
	char *text;

	FUZZ_CHECK(nacre_sshsig_new(env, key, CERT_FORGE_NAMESPACE, hash, &sig) == 0);
	FUZZ_CHECK(nacre_sshsig_update(sig, (const uint8_t *)CERT_FORGE_MESSAGE, sizeof(CERT_FORGE_MESSAGE) - 1) == 0);
	FUZZ_CHECK(nacre_sshsig_sign(sig, &text, &n) == 0);
	seed(dir, env, FORM_SSHSIG_TEXT, name, slice_of(text, n));
	FUZZ_CHECK(sodium_base642bin(blob, sizeof(blob), text + sizeof(begin) - 1, n - sizeof(begin) + 1, "\n", &blob_n,
		       &end, sodium_base64_VARIANT_ORIGINAL) == 0);
	seed(dir, env, FORM_SSHSIG_BLOB, name, slice_of(blob, blob_n));
	nacre_sshsig_text_free(env, text, n);
	nacre_sshsig_free(sig);
}

static void
sshsig_seeds(const char *dir, const struct nacre_env *env)
{
	static const char *const names[] = {"alice"};
	const struct nacre_cert_fields fields = {.size = sizeof(fields),
	    .type = NACRE_CERT_USER,
	    .principals = names,
	    .n_principals = 1,
	    .valid_before = NACRE_CERT_FOREVER};
	nacre_key *rsa, *cert, *both;

	sshsig_seed(dir, env, "ed25519", forge_key(FORGE_SUBJECT), "sha512");
	sshsig_seed(dir, env, "sha256", forge_key(FORGE_SUBJECT), "sha256");
	sshsig_seed(dir, env, "ecdsa", forge_key(FORGE_ECDSA), NULL);
	FUZZ_CHECK(nacre_key_generate(env, "ssh-rsa", 2048, &rsa) == 0);
	sshsig_seed(dir, env, "rsa", rsa, NULL);
	nacre_key_free(rsa);
	FUZZ_CHECK(nacre_cert_issue(env, &fields, forge_key(FORGE_SUBJECT), forge_key(FORGE_AUTHORITY), &cert) == 0);
	FUZZ_CHECK(nacre_cert_with_key(env, cert, forge_key(FORGE_SUBJECT), &both) == 0);
	sshsig_seed(dir, env, "certificate", both, NULL);
	nacre_key_free(both);
	nacre_key_free(cert);
}

static void
sk_seeds(const char *dir, const struct nacre_env *env, const char *name, enum forge_key which, uint8_t flags)
{
	const struct nacre_sk_details details = {.flags = flags, .counter = 7};
	struct buf b;
	size_t mark;

	buf_init(&b, env, 4096);
	mark = buf_begin_string(&b);
	forge_sk_blob(&b, which, SLICE_LIT("ssh:"));
	buf_end_string(&b, mark);
	forge_sk_signature(&b, which, SLICE_LIT("ssh:"), &details, SLICE_LIT(CERT_FORGE_MESSAGE));
	seed(dir, env, FORM_SK_SIGNATURE, name, buf_slice(&b));
	buf_reset(&b);
	buf_put_cstring(&b, "ssh:");
	buf_put_u8(&b, flags);
	buf_put_u32(&b, details.counter);
	buf_put_cstring(&b, CERT_FORGE_MESSAGE);
	seed(dir, env, FORM_SK_DEVICE, name, buf_slice(&b));
	buf_free(&b);
}

int
main(int argc, char **argv)
{
	struct test_env t;

	if (argc != 2 || sodium_init() < 0) {
		fprintf(stderr, "usage: make_cert_corpus DIR\n");
		return 1;
	}
	test_env_init(&t, 72);
	cert_seed(argv[1], &t.env, "ssh-ed25519", 0);
	cert_seed(argv[1], &t.env, "ecdsa-sha2-nistp256", 0);
	cert_seed(argv[1], &t.env, "ecdsa-sha2-nistp521", 0);
	cert_seed(argv[1], &t.env, "ssh-rsa", 2048);
	fields_seeds(argv[1], &t.env);
	sshsig_seeds(argv[1], &t.env);
	sk_seeds(argv[1], &t.env, "ed25519", FORGE_SUBJECT, NACRE_SK_TOUCHED);
	sk_seeds(argv[1], &t.env, "ed25519-user", FORGE_SUBJECT, NACRE_SK_TOUCHED | NACRE_SK_USER_VERIFIED);
	sk_seeds(argv[1], &t.env, "untouched", FORGE_AUTHORITY, 0);
	sk_seeds(argv[1], &t.env, "ecdsa", FORGE_ECDSA, NACRE_SK_TOUCHED);
	FUZZ_CHECK(t.live_blocks == 0);
	return 0;
}
