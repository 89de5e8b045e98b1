/* host_name: see host_name.h. Knows: spelling and hashing. Must not know: which hosts there are. RFC 2104 2. */
#include "host_name.h"
#include "hash.h"
#include "pattern.h"
#include "text.h"

#include <sodium.h>
#include <stdio.h>

#define PORT_DEFAULT 22 /* RFC 4253 4.1 */
#define PORT_MAX 65535
#define HMAC_BLOCK 64 /* of SHA-1 */
#define HASH_BASE64_LEN 28

int
host_name_set(struct host_name *name, const char *host, unsigned port)
{
	size_t i;

	*name = (struct host_name){.n = 0};
	if (host == NULL || host[0] == '\0' || strlen(host) > NACRE_KNOWN_HOSTS_HOST_MAX || port > PORT_MAX)
		return NACRE_E_ARGUMENT;
	if (port == 0 || port == PORT_DEFAULT)
		snprintf(name->text, sizeof(name->text), "%s", host);
	else
		snprintf(name->text, sizeof(name->text), "[%s]:%u", host, port);
	name->n = strlen(name->text);
	for (i = 0; i < name->n; i++)
		if (name->text[i] >= 'A' && name->text[i] <= 'Z')
			name->text[i] = (char)(name->text[i] + ('a' - 'A'));
	return 0;
}

bool
host_is_writable(const char *host)
{
	struct slice s = slice_str(host);
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] == 0x7f || strchr(",#|*?!@[]\"", s.p[i]) != NULL)
			return false;
	return s.n > 0;
}

bool
host_hash_is(struct slice field)
{
	return slice_starts(field, SLICE_LIT("|"));
}

static bool
read_base64(struct slice text, uint8_t out[HOST_HASH_LEN])
{
	const char *end = NULL;
	size_t n = 0;

	return sodium_base642bin(out, HOST_HASH_LEN, (const char *)text.p, text.n, NULL, &n, &end,
		   sodium_base64_VARIANT_ORIGINAL) == 0 &&
	       end == (const char *)text.p + text.n && n == HOST_HASH_LEN;
}

int
host_hash_read(struct slice field, struct host_hash *hash)
{
	struct slice rest = slice_from(field, 3);

	if (!slice_starts(field, SLICE_LIT("|1|")) || rest.n != HASH_BASE64_LEN * 2 + 1 ||
	    rest.p[HASH_BASE64_LEN] != '|')
		return NACRE_E_FORMAT;
	if (!read_base64(slice_of(rest.p, HASH_BASE64_LEN), hash->salt) ||
	    !read_base64(slice_from(rest, HASH_BASE64_LEN + 1), hash->hash))
		return NACRE_E_FORMAT;
	return 0;
}

static int
hash_pair(struct slice first, struct slice second, uint8_t out[HOST_HASH_LEN])
{
	struct hash h;
	int r = hash_init(&h, HASH_SHA1);

	if (r == 0)
		r = hash_update(&h, first);
	if (r == 0)
		r = hash_update(&h, second);
	if (r == 0)
		r = hash_final(&h, out);
	hash_wipe(&h);
	return r;
}

/* HMAC-SHA1 under the salt, which is shorter than a block. */
int
host_hash_compute(struct host_hash *hash, struct slice name)
{
	uint8_t inner[HMAC_BLOCK], outer[HMAC_BLOCK], digest[HOST_HASH_LEN];
	size_t i;
	int r;

	for (i = 0; i < HMAC_BLOCK; i++) {
		uint8_t k = i < sizeof(hash->salt) ? hash->salt[i] : 0;

		inner[i] = k ^ 0x36;
		outer[i] = k ^ 0x5c;
	}
	if ((r = hash_pair(slice_of(inner, sizeof(inner)), name, digest)) != 0)
		return r;
	return hash_pair(slice_of(outer, sizeof(outer)), slice_of(digest, sizeof(digest)), hash->hash);
}

void
host_hash_put(struct buf *b, const struct host_hash *hash)
{
	char salt[HASH_BASE64_LEN + 1], text[HASH_BASE64_LEN + 1];

	sodium_bin2base64(salt, sizeof(salt), hash->salt, sizeof(hash->salt), sodium_base64_VARIANT_ORIGINAL);
	sodium_bin2base64(text, sizeof(text), hash->hash, sizeof(hash->hash), sodium_base64_VARIANT_ORIGINAL);
	buf_put_slice(b, SLICE_LIT("|1|"));
	buf_put_slice(b, slice_str(salt));
	buf_put_u8(b, '|');
	buf_put_slice(b, slice_str(text));
}

int
host_field_match(struct slice field, const struct host_name *name, bool *answer)
{
	struct host_hash written, ours;
	int r;

	*answer = false;
	if (!host_hash_is(field)) {
		*answer = pattern_list_match(field, host_name_slice(name)) == PATTERN_MATCH;
		return 0;
	}
	if ((r = host_hash_read(field, &written)) != 0)
		return r;
	ours = written;
	if ((r = host_hash_compute(&ours, host_name_slice(name))) != 0)
		return r;
	*answer = slice_eq(slice_of(ours.hash, sizeof(ours.hash)), slice_of(written.hash, sizeof(written.hash)));
	return 0;
}

int
host_field_without(struct slice field, const struct host_name *name, struct buf *rest, bool *was_there)
{
	bool names_any = false;
	struct slice element;

	*was_there = false;
	if (host_hash_is(field))
		return host_field_match(field, name, was_there);
	while (slice_next_name(&field, &element)) {
		if (text_eq_nocase(element, host_name_slice(name))) {
			*was_there = true;
			continue;
		}
		names_any = names_any || element.p[0] != '!';
		buf_put_name(rest, 0, element);
	}
	if (!names_any)
		buf_reset(rest);
	return rest->bad;
}
