/* key: see key.h. Knows: the table of types, and a key's life. Must not know: formats. RFC 4253 6.6. */
#include "key.h"
#include "cert_parse.h"
#include "mem.h"

#include <sodium.h>

#define SK_ED25519 "sk-ssh-ed25519@openssh.com"
#define MLDSA "ssh-mldsa44-ed25519@openssh.com"
#define SK_ECDSA "sk-ecdsa-sha2-nistp256@openssh.com"
#define CERT(type, ...)                                                                                                \
	{                                                                                                              \
		.name = type "-cert-v01@openssh.com", .plain = (type), __VA_ARGS__                                     \
	}

const struct key_type key_types[] = {
    {.name = "ssh-ed25519", .kind = KEY_ED25519_KIND},
    {.name = "ecdsa-sha2-nistp256", .kind = KEY_ECDSA_KIND, .curve = CURVE_P256, .curve_name = "nistp256"},
    {.name = "ecdsa-sha2-nistp384", .kind = KEY_ECDSA_KIND, .curve = CURVE_P384, .curve_name = "nistp384"},
    {.name = "ecdsa-sha2-nistp521", .kind = KEY_ECDSA_KIND, .curve = CURVE_P521, .curve_name = "nistp521"},
    {.name = "ssh-rsa", .kind = KEY_RSA_KIND},
    {.name = "ssh-dss", .kind = KEY_DSA_KIND},
    {.name = MLDSA, .kind = KEY_MLDSA_KIND},
    {.name = SK_ED25519, .kind = KEY_ED25519_KIND, .sk = true},
    {.name = SK_ECDSA, .kind = KEY_ECDSA_KIND, .curve = CURVE_P256, .curve_name = "nistp256", .sk = true},
    CERT("ssh-ed25519", .kind = KEY_ED25519_KIND),
    CERT("ecdsa-sha2-nistp256", .kind = KEY_ECDSA_KIND, .curve = CURVE_P256, .curve_name = "nistp256"),
    CERT("ecdsa-sha2-nistp384", .kind = KEY_ECDSA_KIND, .curve = CURVE_P384, .curve_name = "nistp384"),
    CERT("ecdsa-sha2-nistp521", .kind = KEY_ECDSA_KIND, .curve = CURVE_P521, .curve_name = "nistp521"),
    CERT("ssh-rsa", .kind = KEY_RSA_KIND),
    {.name = "ssh-mldsa44-ed25519-cert-v01@openssh.com", .plain = MLDSA, .kind = KEY_MLDSA_KIND},
    {.name = "sk-ssh-ed25519-cert-v01@openssh.com", .plain = SK_ED25519, .kind = KEY_ED25519_KIND, .sk = true},
    {.name = "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com",
	.plain = SK_ECDSA,
	.kind = KEY_ECDSA_KIND,
	.curve = CURVE_P256,
	.curve_name = "nistp256",
	.sk = true},
    {.name = NULL},
};

const struct key_type *
key_type_find(struct slice name)
{
	const struct key_type *t;

	for (t = key_types; t->name != NULL; t++)
		if (slice_is(name, t->name))
			return t;
	return NULL;
}

/* Locked memory with guard pages where the system gives it; else wiped memory of the environment's. */
static int
take_secret(nacre_key *key, size_t n)
{
	/* Once is enough, and again costs nothing; sodium_malloc aborts without it. */
	key->secret = sodium_init() < 0 ? NULL : sodium_malloc(n);
	key->secret_is_locked = key->secret != NULL;
	if (key->secret == NULL && (key->secret = mem_new(key->env, n)) == NULL)
		return NACRE_E_NOMEM;
	key->secret_len = n;
	return 0;
}

static void
drop_secret(nacre_key *key)
{
	if (key->secret_is_locked)
		sodium_free(key->secret); /* wipes */
	else
		mem_wipe_free(key->env, key->secret, key->secret_len);
	key->secret = NULL;
	key->secret_len = 0;
}

static int
check_ed25519(const nacre_key *key)
{
	struct slice s = key->numbers[0];
	uint8_t public_key[ED25519_PUBLIC_LEN];
	int r;

	if (s.n != 64)
		return NACRE_E_KEY_FORMAT;
	if ((r = ed25519_public(s.p, public_key)) != 0)
		return r;
	if (memcmp(public_key, key->point.p, sizeof(public_key)) != 0 ||
	    memcmp(s.p + 32, public_key, sizeof(public_key)) != 0)
		return NACRE_E_KEY_FORMAT;
	return 0;
}

static int
check_mldsa(const nacre_key *key)
{
	struct slice s = key->numbers[0];
	uint8_t public_key[MLDSA_ED25519_PUBLIC_LEN];
	int r;

	if (s.n != MLDSA_ED25519_SEEDS_LEN)
		return NACRE_E_KEY_FORMAT;
	if ((r = mldsa_ed25519_public(key->env, s.p, public_key)) != 0)
		return r;
	return memcmp(public_key, key->point.p, sizeof(public_key)) == 0 ? 0 : NACRE_E_KEY_FORMAT;
}

static int
check_secret(const nacre_key *key)
{
	struct rsa_private rsa = {key->n, key->e, key->numbers[0], key->numbers[1], key->numbers[2], key->numbers[3]};
	int r = NACRE_E_KEY_FORMAT;

	switch (key->type->kind) {
	case KEY_ED25519_KIND:
		return check_ed25519(key);
	case KEY_ECDSA_KIND:
		r = ecdsa_check_pair(key->type->curve, key->numbers[0], key->point, key->env);
		break;
	case KEY_RSA_KIND:
		r = rsa_check_private(&rsa, key->env);
		break;
	case KEY_DSA_KIND:
		r = dsa_check_pair(&key->dsa, key->numbers[0]);
		break;
	case KEY_MLDSA_KIND:
		r = check_mldsa(key);
		break;
	}
	return r == NACRE_E_CRYPTO ? NACRE_E_KEY_FORMAT : r;
}

int
key_set_secret(nacre_key *key, const struct slice numbers[KEY_NUMBERS])
{
	size_t total = 0, at = 0, i;
	int r;

	for (i = 0; i < KEY_NUMBERS; i++)
		total += numbers[i].n;
	if (total == 0)
		return NACRE_E_KEY_FORMAT;
	if ((r = take_secret(key, total)) != 0)
		return r;
	for (i = 0; i < KEY_NUMBERS; i++) {
		if (numbers[i].n > 0)
			memcpy(key->secret + at, numbers[i].p, numbers[i].n);
		key->numbers[i] = slice_of(key->secret + at, numbers[i].n);
		at += numbers[i].n;
	}
	/* Never written again: threads may share the key. */
	if (key->secret_is_locked)
		(void)sodium_mprotect_readonly(key->secret);
	return check_secret(key);
}

int
key_share_secret(nacre_key *to, const nacre_key *from)
{
	int r;

	to->signer = from->signer;
	to->signer_ctx = from->signer_ctx;
	if ((r = key_share_sk_file(to, from)) != 0)
		return r;
	return from->secret == NULL ? 0 : key_set_secret(to, from->numbers);
}

int
key_set_comment(nacre_key *key, struct slice comment)
{
	size_t n = 0;

	/* What a file says behind the end of a line could be written to no line. */
	while (n < comment.n && comment.p[n] != '\0' && comment.p[n] != '\n' && comment.p[n] != '\r')
		n++;
	comment.n = n;
	mem_free_str(key->env, key->comment);
	key->comment = mem_str(key->env, comment);
	return key->comment == NULL ? NACRE_E_NOMEM : 0;
}

void
nacre_key_free(nacre_key *key)
{
	if (key == NULL)
		return;
	drop_secret(key);
	mem_wipe_free(key->env, key->sk_file, key->sk_file_len);
	cert_free(key->cert, key->env);
	mem_free(key->env, key->blob, key->blob_len);
	mem_free_str(key->env, key->comment);
	mem_free(key->env, key, sizeof(*key));
}

const char *
nacre_key_type(const nacre_key *key)
{
	return key->type->name;
}

/* The mpint's magnitude has no leading zero byte: its top byte holds the top bit. */
static unsigned
modulus_bits(struct slice n)
{
	unsigned bits = (unsigned)n.n * 8;
	uint8_t top;

	for (top = n.p[0]; (top & 0x80) == 0; top = (uint8_t)(top << 1))
		bits--;
	return bits;
}

unsigned
nacre_key_bits(const nacre_key *key)
{
	static const unsigned curve_bits[] = {256, 384, 521};

	switch (key->type->kind) {
	case KEY_ED25519_KIND:
	case KEY_MLDSA_KIND: /* as ssh-keygen has it */
		return 256;
	case KEY_ECDSA_KIND:
		return curve_bits[key->type->curve];
	case KEY_RSA_KIND:
		break;
	case KEY_DSA_KIND:
		return modulus_bits(key->dsa.p);
	}
	return modulus_bits(key->n);
}

bool
nacre_key_has_private(const nacre_key *key)
{
	return key->secret != NULL;
}

bool
nacre_key_can_sign(const nacre_key *key)
{
	return key->secret != NULL || key->signer != NULL;
}

bool
nacre_key_is_locked(const nacre_key *key)
{
	return key->secret_is_locked;
}

const char *
nacre_key_comment(const nacre_key *key)
{
	return key->comment == NULL ? "" : key->comment;
}

struct slice
key_blob(const nacre_key *key)
{
	return slice_of(key->blob, key->blob_len);
}

void
key_put_plain(struct buf *b, const nacre_key *key)
{
	if (key->type->plain == NULL) {
		buf_put_slice(b, key_blob(key));
		return;
	}
	buf_put_cstring(b, key->type->plain);
	buf_put_slice(b, key->fields);
}

const uint8_t *
nacre_key_blob(const nacre_key *key, size_t *n)
{
	*n = key->blob_len;
	return key->blob;
}

bool
nacre_key_equal(const nacre_key *a, const nacre_key *b)
{
	return slice_eq(key_blob(a), key_blob(b));
}

int
nacre_key_copy_public(const struct nacre_env *env, const nacre_key *key, nacre_key **copy)
{
	int r;

	*copy = NULL;
	if (env == NULL || key == NULL)
		return NACRE_E_ARGUMENT;
	if ((r = key_parse_blob(env, key_blob(key), copy)) != 0 || key->comment == NULL)
		return r;
	if ((r = key_set_comment(*copy, slice_str(key->comment))) != 0) {
		nacre_key_free(*copy);
		*copy = NULL;
	}
	return r;
}
