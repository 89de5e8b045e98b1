/* kdf: see kdf.h. Knows: what is hashed in which order. Must not know: messages. RFC 4253 7.2, 8; RFC 4419 3; RFC 8731
 * 3. */
#include "kdf.h"
#include "buf.h"

static int
hash_u32(struct hash *h, uint32_t v)
{
	uint8_t be[4];

	put_be32(be, v);
	return hash_update(h, slice_of(be, sizeof(be)));
}

static int
hash_string(struct hash *h, struct slice s)
{
	int r = hash_u32(h, (uint32_t)s.n);

	return r != 0 ? r : hash_update(h, s);
}

/* RFC 4251 5: leading zeros go, and a 00 comes before a high bit. */
static int
hash_mpint(struct hash *h, struct slice s)
{
	static const uint8_t zero = 0;
	bool pad;
	int r;

	while (s.n > 0 && s.p[0] == 0)
		s = slice_from(s, 1);
	pad = s.n > 0 && (s.p[0] & 0x80) != 0;
	if ((r = hash_u32(h, (uint32_t)s.n + (pad ? 1 : 0))) != 0)
		return r;
	if (pad && (r = hash_update(h, slice_of(&zero, 1))) != 0)
		return r;
	return hash_update(h, s);
}

static int
hash_secret(struct hash *h, const struct kex *kex, struct slice secret)
{
	return kex->secret_form == KEX_SECRET_MPINT ? hash_mpint(h, secret) : hash_string(h, secret);
}

static int
hash_public(struct hash *h, const struct kex *kex, struct slice value)
{
	return kex->shape == KEX_SHAPE_ECDH ? hash_string(h, value) : hash_mpint(h, value);
}

static int
hash_group(struct hash *h, const struct group_fields *group)
{
	int r;

	if (group == NULL)
		return 0;
	if ((r = hash_u32(h, group->min)) != 0 || (r = hash_u32(h, group->n)) != 0 ||
	    (r = hash_u32(h, group->max)) != 0 || (r = hash_mpint(h, group->p)) != 0)
		return r;
	return hash_mpint(h, group->g);
}

int
kdf_exchange_hash(const struct kex *kex, const struct exchange_fields *f, uint8_t *h)
{
	const struct slice strings[] = {f->client_ident, f->server_ident, f->client_init, f->server_init, f->host_key};
	struct hash hash;
	size_t i;
	int r = hash_init(&hash, kex->hash);

	if (r != 0)
		return r;
	for (i = 0; i < sizeof(strings) / sizeof(strings[0]) && r == 0; i++)
		r = hash_string(&hash, strings[i]);
	if (r == 0)
		r = hash_group(&hash, f->group);
	if (r == 0)
		r = hash_public(&hash, kex, f->client_public);
	if (r == 0)
		r = hash_public(&hash, kex, f->server_public);
	if (r == 0)
		r = hash_secret(&hash, kex, f->secret);
	if (r == 0)
		r = hash_final(&hash, h);
	hash_wipe(&hash);
	return r;
}

/* K1 = HASH(K || H || letter || session_id), Kn = HASH(K || H || K1 || ... || Kn-1). */
static int
derive_block(const struct derivation *d, uint8_t letter, const uint8_t *so_far, size_t n, uint8_t *out)
{
	struct hash hash;
	int r = hash_init(&hash, d->kex->hash);

	if (r != 0)
		return r;
	if ((r = hash_secret(&hash, d->kex, d->secret)) == 0)
		r = hash_update(&hash, d->h);
	if (r == 0 && n > 0)
		r = hash_update(&hash, slice_of(so_far, n));
	if (r == 0 && n == 0 && (r = hash_update(&hash, slice_of(&letter, 1))) == 0)
		r = hash_update(&hash, d->session_id);
	if (r == 0)
		r = hash_final(&hash, out);
	hash_wipe(&hash);
	return r;
}

static int
derive(const struct derivation *d, uint8_t letter, uint8_t *out, size_t n)
{
	uint8_t blocks[64 + HASH_MAX_LEN];
	size_t have;
	int r = 0;

	for (have = 0; have < n && r == 0; have += hash_len(d->kex->hash))
		r = derive_block(d, letter, blocks, have, blocks + have);
	if (r == 0)
		memcpy(out, blocks, n);
	mem_wipe(blocks, sizeof(blocks));
	return r;
}

int
kdf_derive(const struct derivation *from, bool client_to_server, const struct cipher *cipher, const struct mac *mac,
    struct suite_keys *keys)
{
	uint8_t shift = client_to_server ? 0 : 1;
	int r;

	*keys = (struct suite_keys){.key = {0}};
	if ((r = derive(from, (uint8_t)('A' + shift), keys->iv, cipher->iv_len)) == 0 &&
	    (r = derive(from, (uint8_t)('C' + shift), keys->key, cipher->key_len)) == 0)
		r = derive(from, (uint8_t)('E' + shift), keys->mac_key, mac == NULL ? 0 : mac->key_len);
	if (r != 0)
		mem_wipe(keys, sizeof(*keys));
	return r;
}
