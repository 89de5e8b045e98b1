/* cert_forge: see cert_forge.h. Knows: what is signed. Must not know: what a reader makes of it. OpenSSH
 * PROTOCOL.certkeys, PROTOCOL.u2f. */
#include "cert_forge.h"
#include "assemble.h"
#include "fuzz.h"
#include "reader.h"
#include "test_env.h"

static const char *const types[FORGE_KEYS] = {
    [FORGE_AUTHORITY] = "ssh-ed25519",
    [FORGE_SUBJECT] = "ssh-ed25519",
    [FORGE_ECDSA] = "ecdsa-sha2-nistp256",
};

static const char *const sk_types[FORGE_KEYS] = {
    [FORGE_AUTHORITY] = "sk-ssh-ed25519@openssh.com",
    [FORGE_SUBJECT] = "sk-ssh-ed25519@openssh.com",
    [FORGE_ECDSA] = "sk-ecdsa-sha2-nistp256@openssh.com",
};

const nacre_key *
forge_key(enum forge_key which)
{
	static nacre_key *keys[FORGE_KEYS];
	static struct test_env t;
	struct key_parts parts = {.has_private = true};
	struct why why = {NULL, 0};
	uint8_t secret[32];

	if (keys[which] != NULL)
		return keys[which];
	if (t.env.size == 0)
		test_env_init(&t, 3);
	memset(secret, 'A' + (int)which, sizeof(secret));
	parts.type = key_type_find(slice_str(types[which]));
	parts.secret = slice_of(secret, sizeof(secret));
	FUZZ_CHECK(key_assemble(&t.env, &parts, &keys[which], &why) == 0);
	return keys[which];
}

void
forge_cert(struct buf *out, struct slice fields)
{
	const nacre_key *authority = forge_key(FORGE_AUTHORITY);
	struct buf signature;

	buf_put_cstring(out, "ssh-ed25519-cert-v01@openssh.com");
	buf_put_cstring(out, "a nonce");
	buf_put_slice(out, forge_key(FORGE_SUBJECT)->fields);
	buf_put_slice(out, fields);
	buf_put_string(out, key_blob(authority));
	buf_init(&signature, out->env, 256);
	FUZZ_CHECK(key_sign(authority, out->env, sigalg_for_key(authority, NULL), buf_slice(out), &signature) == 0);
	buf_put_string(out, buf_slice(&signature));
	buf_free(&signature);
}

void
forge_sk_blob(struct buf *out, enum forge_key which, struct slice application)
{
	buf_put_cstring(out, sk_types[which]);
	buf_put_slice(out, forge_key(which)->fields);
	buf_put_string(out, application);
}

void
forge_sk_signature(struct buf *out, enum forge_key which, struct slice application,
    const struct nacre_sk_details *details, struct slice data)
{
	const nacre_key *key = forge_key(which);
	uint8_t covered[SK_SIGNED_LEN];
	struct slice bytes = slice_of(covered, sizeof(covered));
	struct buf plain;
	struct reader r;

	FUZZ_CHECK(sk_signed_data(application, details, data, covered) == 0);
	buf_init(&plain, out->env, 256);
	FUZZ_CHECK(key_sign(key, out->env, sigalg_for_key(key, NULL), bytes, &plain) == 0);
	r = reader_of(buf_slice(&plain));
	(void)reader_string(&r);
	buf_put_cstring(out, sk_types[which]);
	buf_put_string(out, reader_string(&r));
	buf_put_u8(out, details->flags);
	buf_put_u32(out, details->counter);
	FUZZ_CHECK(out->bad == 0);
	buf_free(&plain);
}
