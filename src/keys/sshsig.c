/* sshsig: see nacre/sshsig.h. Knows: the blob, what is signed, the armour. Must not know: whose keys they are. OpenSSH
 * PROTOCOL.sshsig. */
#include <nacre/sshsig.h>
#include "armor.h"
#include "key.h"
#include "mem.h"
#include "reader.h"

#define MAGIC SLICE_LIT("SSHSIG")
#define BEGIN_SIGNATURE SLICE_LIT("-----BEGIN SSH SIGNATURE-----")
#define END_SIGNATURE SLICE_LIT("-----END SSH SIGNATURE-----")
#define VERSION 1
#define WIDTH 70 /* of a line, as ssh-keygen writes it */
#define BLOB_MAX NACRE_SSHSIG_TEXT_MAX

static const struct hash_row {
	const char *name;
	enum hash_id id;
} hashes[] = {{"sha512", HASH_SHA512}, {"sha256", HASH_SHA256}};

struct nacre_sshsig {
	const struct nacre_env *env;
	const nacre_key *signer; /* signing: the caller's */
	nacre_key *shown; /* verifying: the signature's own */
	const struct hash_row *hash;
	struct hash state;
	bool ended;
	struct buf blob; /* verifying: decoded; signing: the namespace */
	struct slice name_space, reserved, signature; /* in blob */
};

static const struct hash_row *
hash_find(struct slice name)
{
	size_t i;

	for (i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
		if (slice_is(name, hashes[i].name))
			return &hashes[i];
	return NULL;
}

static bool
is_name_space(struct slice s)
{
	return s.n > 0 && s.n <= NACRE_SSHSIG_NAMESPACE_MAX && memchr(s.p, 0, s.n) == NULL;
}

static int
begin(const struct nacre_env *env, nacre_sshsig **out)
{
	nacre_sshsig *sig = mem_new(env, sizeof(*sig));

	if (sig == NULL)
		return NACRE_E_NOMEM;
	sig->env = env;
	buf_init(&sig->blob, env, BLOB_MAX);
	*out = sig;
	return 0;
}

void
nacre_sshsig_free(nacre_sshsig *sig)
{
	if (sig == NULL)
		return;
	hash_wipe(&sig->state);
	nacre_key_free(sig->shown);
	buf_free(&sig->blob);
	mem_wipe_free(sig->env, sig, sizeof(*sig));
}

/* What SHA-1 alone signs with has no place in signatures that last. */
static bool
may_sign(const nacre_key *key)
{
	return sigalg_for_key(key, NULL) != NULL;
}

static int
give_or_free(nacre_sshsig *sig, int r, nacre_sshsig **out)
{
	if (r == 0)
		r = hash_init(&sig->state, sig->hash->id);
	if (r != 0) {
		nacre_sshsig_free(sig);
		return r;
	}
	*out = sig;
	return 0;
}

int
nacre_sshsig_new(
    const struct nacre_env *env, const nacre_key *key, const char *name_space, const char *hash, nacre_sshsig **out)
{
	const struct hash_row *row = hash == NULL ? &hashes[0] : hash_find(slice_str(hash));
	nacre_sshsig *sig;
	int r;

	*out = NULL;
	if (env == NULL || key == NULL || name_space == NULL || !is_name_space(slice_str(name_space)) ||
	    !nacre_key_can_sign(key))
		return NACRE_E_ARGUMENT;
	if (row == NULL)
		return NACRE_E_UNSUPPORTED;
	if (!may_sign(key))
		return NACRE_E_KEY_TYPE;
	if ((r = begin(env, &sig)) != 0)
		return r;
	sig->signer = key;
	sig->hash = row;
	buf_put_slice(&sig->blob, slice_str(name_space));
	sig->name_space = buf_slice(&sig->blob);
	return give_or_free(sig, sig->blob.bad, out);
}

static struct slice
trim(struct slice line)
{
	while (line.n > 0 && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t'))
		line.n--;
	return line;
}

/* The base64 between the two lines; only empty lines may stand around them. */
static bool
find_body(struct slice text, struct slice *body)
{
	struct slice line, start;
	bool ended = false;

	do
		if (!armor_next_line(&text, &line))
			return false;
	while (trim(line).n == 0);
	if (!slice_eq(trim(line), BEGIN_SIGNATURE))
		return false;
	start = text;
	while (!ended && armor_next_line(&text, &line))
		ended = slice_eq(trim(line), END_SIGNATURE);
	if (!ended)
		return false;
	*body = slice_of(start.p, (size_t)(line.p - start.p));
	while (armor_next_line(&text, &line))
		if (trim(line).n > 0)
			return false;
	return true;
}

static int
read_fields(nacre_sshsig *sig)
{
	struct reader r = reader_of(buf_slice(&sig->blob));
	struct slice magic = reader_bytes(&r, MAGIC.n), key, hash;
	uint32_t version = reader_u32(&r);
	int e;

	if (r.bad || !slice_eq(magic, MAGIC))
		return NACRE_E_FORMAT;
	if (version != VERSION)
		return NACRE_E_UNSUPPORTED;
	key = reader_string(&r);
	sig->name_space = reader_string(&r);
	sig->reserved = reader_string(&r);
	hash = reader_string(&r);
	sig->signature = reader_string(&r);
	if (!reader_end(&r) || !is_name_space(sig->name_space))
		return NACRE_E_FORMAT;
	if ((sig->hash = hash_find(hash)) == NULL)
		return NACRE_E_UNSUPPORTED;
	e = key_parse_blob(sig->env, key, &sig->shown);
	if (e == 0 && !may_sign(sig->shown))
		return NACRE_E_KEY_TYPE;
	return e == NACRE_E_KEY_FORMAT ? NACRE_E_FORMAT : e;
}

int
nacre_sshsig_parse(const struct nacre_env *env, const char *text, size_t n, nacre_sshsig **out)
{
	nacre_sshsig *sig;
	struct slice body;
	int r;

	*out = NULL;
	if (env == NULL || text == NULL)
		return NACRE_E_ARGUMENT;
	if (n > NACRE_SSHSIG_TEXT_MAX || !find_body(slice_of(text, n), &body))
		return NACRE_E_FORMAT;
	if ((r = begin(env, &sig)) != 0)
		return r;
	if ((r = armor_decode(&sig->blob, body)) == 0)
		r = read_fields(sig);
	return give_or_free(sig, r == NACRE_E_KEY_FORMAT ? NACRE_E_FORMAT : r, out);
}

int
nacre_sshsig_update(nacre_sshsig *sig, const uint8_t *p, size_t n)
{
	if (sig == NULL || (p == NULL && n > 0))
		return NACRE_E_ARGUMENT;
	if (sig->ended)
		return NACRE_E_MISUSE;
	return hash_update(&sig->state, slice_of(p, n));
}

/* What is signed: no message of SSH begins so, and none is as long as this names itself. */
static int
put_covered(nacre_sshsig *sig, struct buf *b)
{
	uint8_t digest[HASH_MAX_LEN];
	int r = hash_final(&sig->state, digest);

	sig->ended = true;
	if (r != 0)
		return r;
	buf_put_slice(b, MAGIC);
	buf_put_string(b, sig->name_space);
	buf_put_string(b, sig->reserved);
	buf_put_cstring(b, sig->hash->name);
	buf_put_string(b, slice_of(digest, hash_len(sig->hash->id)));
	return b->bad;
}

static void
put_blob(struct buf *b, const nacre_sshsig *sig, struct slice signature)
{
	buf_put_slice(b, MAGIC);
	buf_put_u32(b, VERSION);
	buf_put_string(b, key_blob(sig->signer));
	buf_put_string(b, sig->name_space);
	buf_put_string(b, sig->reserved);
	buf_put_cstring(b, sig->hash->name);
	buf_put_string(b, signature);
}

static int
give_text(const nacre_sshsig *sig, struct slice signature, char **text, size_t *n)
{
	struct buf blob, out;
	int r;

	buf_init(&blob, sig->env, BLOB_MAX);
	buf_init(&out, sig->env, 2 * BLOB_MAX);
	put_blob(&blob, sig, signature);
	buf_put_slice(&out, BEGIN_SIGNATURE);
	buf_put_u8(&out, '\n');
	if (blob.bad == 0)
		armor_encode(&out, buf_slice(&blob), WIDTH);
	buf_put_slice(&out, END_SIGNATURE);
	buf_put_u8(&out, '\n');
	r = blob.bad != 0 ? blob.bad : out.bad;
	if (r == 0 && (*text = mem_new(sig->env, out.n + 1)) == NULL)
		r = NACRE_E_NOMEM;
	if (r == 0) {
		memcpy(*text, out.p, out.n);
		*n = out.n;
	}
	buf_free(&out);
	buf_free(&blob);
	return r;
}

int
nacre_sshsig_sign(nacre_sshsig *sig, char **text, size_t *n)
{
	struct buf covered, signature;
	int r;

	*text = NULL;
	*n = 0;
	if (sig == NULL)
		return NACRE_E_ARGUMENT;
	if (sig->signer == NULL || sig->ended)
		return NACRE_E_MISUSE;
	buf_init(&covered, sig->env, BLOB_MAX);
	buf_init(&signature, sig->env, BLOB_MAX);
	if ((r = put_covered(sig, &covered)) == 0)
		r = key_sign(sig->signer, sig->env, sigalg_for_key(sig->signer, NULL), buf_slice(&covered), &signature);
	if (r == 0)
		r = give_text(sig, buf_slice(&signature), text, n);
	buf_free(&signature);
	buf_free(&covered);
	return r;
}

void
nacre_sshsig_text_free(const struct nacre_env *env, char *text, size_t n)
{
	mem_free(env, text, n + 1);
}

int
nacre_sshsig_verify(nacre_sshsig *sig, const char *name_space, unsigned flags)
{
	struct buf covered;
	int r;

	if (sig == NULL || name_space == NULL)
		return NACRE_E_ARGUMENT;
	if (sig->shown == NULL || sig->ended)
		return NACRE_E_MISUSE;
	if (!slice_is(sig->name_space, name_space))
		return NACRE_E_ARGUMENT;
	buf_init(&covered, sig->env, BLOB_MAX);
	/* Without a name of an algorithm SHA-1's is not taken. */
	if ((r = put_covered(sig, &covered)) == 0)
		r = nacre_key_verify(
		    sig->shown, NULL, covered.p, covered.n, sig->signature.p, sig->signature.n, flags, NULL);
	buf_free(&covered);
	return r;
}

const nacre_key *
nacre_sshsig_key(const nacre_sshsig *sig)
{
	return sig->shown != NULL ? sig->shown : sig->signer;
}

struct nacre_bytes
nacre_sshsig_namespace(const nacre_sshsig *sig)
{
	return (struct nacre_bytes){sig->name_space.p, sig->name_space.n};
}

const char *
nacre_sshsig_hash(const nacre_sshsig *sig)
{
	return sig->hash->name;
}
