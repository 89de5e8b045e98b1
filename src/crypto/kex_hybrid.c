/* kex_hybrid: see kex_hybrid.h. Knows: which value goes where, and how two secrets become one. Must not know: the KEMs'
 * mathematics, messages. RFC 9941 3, RFC 10042: the initiator sends an encapsulation key and
 * its X25519 value, the responder a ciphertext and its own; K is a hash of both secrets. */
#include "kex_hybrid.h"
#include "mem.h"

#include <sodium.h>

#define X25519_LEN HYBRID_X25519_LEN
#define KEM_SECRET_LEN 32
#define KEM_DK_MAX (KEX_STATE_MAX - X25519_LEN)

_Static_assert(MLKEM768_DK_LEN <= KEM_DK_MAX && MLKEM768_EK_LEN + X25519_LEN <= KEX_PUBLIC_MAX &&
		   MLKEM768_SECRET_LEN == KEM_SECRET_LEN,
    "ML-KEM-768 sizes");
_Static_assert(SNTRUP761_SK_LEN <= KEM_DK_MAX && SNTRUP761_PK_LEN + X25519_LEN <= KEX_PUBLIC_MAX &&
		   SNTRUP761_SECRET_LEN == KEM_SECRET_LEN,
    "sntrup761 sizes");

struct kem {
	enum hash_id hash; /* of both secrets */
	size_t ek_len, ct_len;
	bool (*check)(const uint8_t *ek); /* NULL: any bytes are a key */
	int (*keygen)(const struct nacre_env *env, uint8_t *ek, uint8_t *dk);
	int (*encaps)(const struct nacre_env *env, const uint8_t *ek, uint8_t *ct, uint8_t *secret);
	int (*decaps)(const uint8_t *dk, const uint8_t *ct, uint8_t *secret);
};

static const struct kem mlkem = {
    .hash = HASH_SHA256,
    .ek_len = MLKEM768_EK_LEN,
    .ct_len = MLKEM768_CT_LEN,
    .check = mlkem768_check,
    .keygen = mlkem768_keygen,
    .encaps = mlkem768_encaps,
    .decaps = mlkem768_decaps,
};

static const struct kem sntrup = {
    .hash = HASH_SHA512,
    .ek_len = SNTRUP761_PK_LEN,
    .ct_len = SNTRUP761_CT_LEN,
    .keygen = sntrup761_keygen,
    .encaps = sntrup761_encaps,
    .decaps = sntrup761_decaps,
};

/* What the initiator keeps in kex_state.bytes. */
struct initiator {
	uint8_t scalar[X25519_LEN], dk[KEM_DK_MAX];
};

struct secrets {
	uint8_t kem[KEM_SECRET_LEN], x25519[X25519_LEN];
};

_Static_assert(sizeof(struct initiator) <= KEX_STATE_MAX && sizeof(struct secrets) == KEM_SECRET_LEN + X25519_LEN,
    "laid out without gaps");

static int
combine(const struct kem *kem, const struct secrets *s, uint8_t *secret)
{
	return hash_once(kem->hash, slice_of(s, sizeof(*s)), secret);
}

static int
x25519_keygen(const struct nacre_env *env, uint8_t *scalar, uint8_t *public_value)
{
	int r = mem_random(env, scalar, X25519_LEN);

	if (r != 0)
		return r;
	return crypto_scalarmult_base(public_value, scalar) == 0 ? 0 : NACRE_E_CRYPTO;
}

/* RFC 8731 3: an all-zero result ends the exchange; libsodium says so. */
static int
x25519_agree(const uint8_t *scalar, const uint8_t *public_value, uint8_t *shared)
{
	return crypto_scalarmult(shared, scalar, public_value) == 0 ? 0 : NACRE_E_KEX;
}

static int
hybrid_init(const struct kem *kem, struct kex_state *st, const struct nacre_env *env, uint8_t *out)
{
	struct initiator *own = (void *)st->bytes;
	int r = kem->keygen(env, out, own->dk);

	if (r == 0)
		r = x25519_keygen(env, own->scalar, out + kem->ek_len);
	if (r != 0)
		mem_wipe(st, sizeof(*st));
	return r;
}

/* What is cheap to refuse goes first. */
static int
hybrid_respond(const struct kem *kem, const struct nacre_env *env, const uint8_t *init, uint8_t *reply, uint8_t *secret)
{
	uint8_t scalar[X25519_LEN];
	struct secrets s;
	int r;

	if (kem->check != NULL && !kem->check(init))
		return NACRE_E_KEX;
	if ((r = x25519_keygen(env, scalar, reply + kem->ct_len)) == 0 &&
	    (r = x25519_agree(scalar, init + kem->ek_len, s.x25519)) == 0 &&
	    (r = kem->encaps(env, init, reply, s.kem)) == 0)
		r = combine(kem, &s, secret);
	mem_wipe(scalar, sizeof(scalar));
	mem_wipe(&s, sizeof(s));
	return r;
}

static int
hybrid_finish(const struct kem *kem, struct kex_state *st, const uint8_t *reply, uint8_t *secret)
{
	const struct initiator *own = (const void *)st->bytes;
	struct secrets s;
	int r;

	if ((r = x25519_agree(own->scalar, reply + kem->ct_len, s.x25519)) == 0 &&
	    (r = kem->decaps(own->dk, reply, s.kem)) == 0)
		r = combine(kem, &s, secret);
	mem_wipe(st, sizeof(*st));
	mem_wipe(&s, sizeof(s));
	return r;
}

int
kex_mlkem_init(struct kex_state *st, const struct nacre_env *env, uint8_t *out)
{
	return hybrid_init(&mlkem, st, env, out);
}

int
kex_mlkem_respond(const struct nacre_env *env, const uint8_t *init, uint8_t *reply, uint8_t *secret)
{
	return hybrid_respond(&mlkem, env, init, reply, secret);
}

int
kex_mlkem_finish(struct kex_state *st, const uint8_t *reply, uint8_t *secret)
{
	return hybrid_finish(&mlkem, st, reply, secret);
}

int
kex_sntrup_init(struct kex_state *st, const struct nacre_env *env, uint8_t *out)
{
	return hybrid_init(&sntrup, st, env, out);
}

int
kex_sntrup_respond(const struct nacre_env *env, const uint8_t *init, uint8_t *reply, uint8_t *secret)
{
	return hybrid_respond(&sntrup, env, init, reply, secret);
}

int
kex_sntrup_finish(struct kex_state *st, const uint8_t *reply, uint8_t *secret)
{
	return hybrid_finish(&sntrup, st, reply, secret);
}
