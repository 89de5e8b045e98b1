/* suite_null: the fuzz targets' only cipher: an AEAD in shape that hides and checks nothing, so that an input's packets
 * pass after NEWKEYS too. It takes the place of the cipher and MAC tables, and is linked into fuzz targets only: the
 * library has no such cipher. */
#include "buf.h"
#include "cipher.h"

static int
null_init(struct cipher_state *st, const struct nacre_env *env, const uint8_t *key, const uint8_t *iv, bool seal)
{
	(void)st;
	(void)env;
	(void)key;
	(void)iv;
	(void)seal;
	return 0;
}

static int
null_seal(struct cipher_state *st, uint32_t seq, const uint8_t *in, size_t n, uint8_t *pkt)
{
	(void)st;
	(void)seq;
	memmove(pkt, in, n);
	return 0;
}

static int
null_open(struct cipher_state *st, uint32_t seq, uint8_t *pkt, size_t n, uint8_t *out)
{
	(void)st;
	(void)seq;
	if (out != pkt + 4)
		memcpy(out, pkt + 4, n - 4);
	return 0;
}

static int
null_peek_length(struct cipher_state *st, uint32_t seq, const uint8_t *pkt, uint32_t *length)
{
	(void)st;
	(void)seq;
	*length = get_be32(pkt);
	return 0;
}

static void
null_wipe(struct cipher_state *st)
{
	memset(st, 0, sizeof(*st));
}

static int
mac_init(struct mac_state *st, const struct nacre_env *env, const uint8_t *key)
{
	(void)st;
	(void)env;
	(void)key;
	return 0;
}

static int
mac_tag(struct mac_state *st, uint32_t seq, const uint8_t *p, size_t n, uint8_t *tag)
{
	(void)st;
	(void)seq;
	(void)p;
	(void)n;
	memset(tag, 0, 4);
	return 0;
}

static void
mac_wipe(struct mac_state *st)
{
	memset(st, 0, sizeof(*st));
}

const struct cipher cipher_table[] = {
    {
	.name = "fuzz-null",
	.kind = CIPHER_AEAD,
	.block_len = 8,
	.init = null_init,
	.seal = null_seal,
	.peek_length = null_peek_length,
	.open = null_open,
	.wipe = null_wipe,
    },
    {.name = NULL},
};

const struct mac mac_table[] = {
    {.name = "fuzz-mac", .tag_len = 4, .init = mac_init, .tag = mac_tag, .wipe = mac_wipe},
    {.name = NULL},
};

const struct cipher *
cipher_find(struct slice name)
{
	return slice_is(name, cipher_table[0].name) ? &cipher_table[0] : NULL;
}

const struct mac *
mac_find(struct slice name)
{
	return slice_is(name, mac_table[0].name) ? &mac_table[0] : NULL;
}
