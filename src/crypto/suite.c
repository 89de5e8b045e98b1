/* suite: see suite.h. Knows: AEAD, encrypt-then-MAC, encrypt-and-MAC, and nothing yet. Must not know: packets'
 * contents. RFC 4253 6.3-6.4; OpenSSH PROTOCOL 1.5. */
#include "suite.h"
#include "buf.h"

#include <sodium.h>

void
suite_init_null(struct suite *s)
{
	*s = (struct suite){.cipher = NULL};
}

int
suite_init(struct suite *s, const struct nacre_env *env, const struct cipher *cipher, const struct mac *mac,
    const struct suite_keys *keys, bool seal)
{
	int r;

	suite_init_null(s);
	s->cipher = cipher;
	s->mac = cipher->kind == CIPHER_STREAM ? mac : NULL;
	if (cipher->kind == CIPHER_STREAM && mac == NULL)
		r = NACRE_E_ARGUMENT; /* never without integrity */
	else
		r = cipher->init(&s->cipher_state, env, keys->key, keys->iv, seal);
	if (r == 0 && s->mac != NULL)
		r = s->mac->init(&s->mac_state, env, keys->mac_key);
	if (r != 0)
		suite_wipe(s);
	return r;
}

void
suite_wipe(struct suite *s)
{
	if (s->cipher != NULL)
		s->cipher->wipe(&s->cipher_state);
	if (s->mac != NULL)
		s->mac->wipe(&s->mac_state);
	suite_init_null(s);
}

static int
seal_etm(struct suite *s, uint32_t seq, uint8_t *pkt, size_t n)
{
	int r = s->cipher->crypt(&s->cipher_state, pkt + SUITE_LENGTH_LEN, n - SUITE_LENGTH_LEN);

	return r != 0 ? r : s->mac->tag(&s->mac_state, seq, pkt, n, pkt + n);
}

static int
seal_eam(struct suite *s, uint32_t seq, uint8_t *pkt, size_t n)
{
	int r = s->mac->tag(&s->mac_state, seq, pkt, n, pkt + n);

	return r != 0 ? r : s->cipher->crypt(&s->cipher_state, pkt, n);
}

int
suite_seal(struct suite *s, uint32_t seq, uint8_t *pkt, size_t n)
{
	if (s->cipher == NULL)
		return 0;
	if (suite_is_aead(s))
		return s->cipher->seal(&s->cipher_state, seq, pkt, n, pkt);
	return suite_is_etm(s) ? seal_etm(s, seq, pkt, n) : seal_eam(s, seq, pkt, n);
}

int
suite_open_length(struct suite *s, uint32_t seq, uint8_t *pkt, uint32_t *length)
{
	int r;

	if (suite_is_aead(s))
		return s->cipher->peek_length(&s->cipher_state, seq, pkt, length);
	if (s->cipher != NULL && !suite_is_etm(s) &&
	    (r = s->cipher->crypt(&s->cipher_state, pkt, suite_head_len(s))) != 0)
		return r;
	*length = get_be32(pkt);
	return 0;
}

static int
check_tag(struct suite *s, uint32_t seq, const uint8_t *pkt, size_t n)
{
	uint8_t tag[CIPHER_TAG_MAX];
	int r = s->mac->tag(&s->mac_state, seq, pkt, n, tag);

	if (r != 0)
		return r;
	return sodium_memcmp(tag, pkt + n, s->mac->tag_len) == 0 ? 0 : NACRE_E_MAC;
}

static int
open_etm(struct suite *s, uint32_t seq, uint8_t *pkt, size_t n)
{
	int r = check_tag(s, seq, pkt, n);

	return r != 0 ? r : s->cipher->crypt(&s->cipher_state, pkt + SUITE_LENGTH_LEN, n - SUITE_LENGTH_LEN);
}

/* The head was decrypted by suite_open_length. */
static int
open_eam(struct suite *s, uint32_t seq, uint8_t *pkt, size_t n)
{
	size_t head = suite_head_len(s);
	int r = n < head ? NACRE_E_MISUSE : s->cipher->crypt(&s->cipher_state, pkt + head, n - head);

	return r != 0 ? r : check_tag(s, seq, pkt, n);
}

void
suite_waste(struct suite *s, uint32_t seq, const uint8_t *p, size_t n)
{
	uint8_t tag[CIPHER_TAG_MAX];

	(void)s->mac->tag(&s->mac_state, seq, p, n, tag);
	sodium_memzero(tag, sizeof(tag));
}

int
suite_seal_from(struct suite *s, uint32_t seq, const uint8_t *in, size_t n, uint8_t *pkt)
{
	return suite_can_move(s) ? s->cipher->seal(&s->cipher_state, seq, in, n, pkt) : NACRE_E_MISUSE;
}

int
suite_open_to(struct suite *s, uint32_t seq, uint8_t *pkt, size_t n, uint8_t *out)
{
	return suite_can_move(s) ? s->cipher->open(&s->cipher_state, seq, pkt, n, out) : NACRE_E_MISUSE;
}

int
suite_open(struct suite *s, uint32_t seq, uint8_t *pkt, size_t n)
{
	if (s->cipher == NULL)
		return 0;
	if (suite_is_aead(s))
		return suite_open_to(s, seq, pkt, n, pkt + SUITE_LENGTH_LEN);
	return suite_is_etm(s) ? open_etm(s, seq, pkt, n) : open_eam(s, seq, pkt, n);
}
