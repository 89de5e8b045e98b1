/* netmask: see netmask.h. Knows: digits, colons, prefix lengths. Must not know: who asks. RFC 4291 2.2, RFC 4632
 * 3.1. */
#include "netmask.h"
#include "text.h"

#define V4_BITS_BEFORE 96 /* of an IPv4 address in the form of IPv6 */

/* The part before `c`, which is dropped; the whole where there is none. */
static struct slice
take_part(struct slice *rest, char c)
{
	const uint8_t *at = rest->n == 0 ? NULL : memchr(rest->p, c, rest->n);
	struct slice part = slice_of(rest->p, at == NULL ? rest->n : (size_t)(at - rest->p));

	*rest = slice_from(*rest, at == NULL ? rest->n : part.n + 1);
	return part;
}

static bool
read_v4(struct slice text, uint8_t out[4])
{
	size_t i, dots = 0;
	int64_t n;

	for (i = 0; i < text.n; i++)
		dots += text.p[i] == '.';
	if (dots != 3)
		return false;
	for (i = 0; i < 4; i++) {
		struct slice part = take_part(&text, '.');

		/* A leading zero is octal to some and decimal to others. */
		if ((n = text_number(part, 255)) < 0 || (part.n > 1 && part.p[0] == '0'))
			return false;
		out[i] = (uint8_t)n;
	}
	return true;
}

static int
hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool
read_group(struct slice text, uint8_t out[2])
{
	unsigned value = 0;
	size_t i;

	if (text.n == 0 || text.n > 4)
		return false;
	for (i = 0; i < text.n; i++) {
		if (hex_value(text.p[i]) < 0)
			return false;
		value = value << 4 | (unsigned)hex_value(text.p[i]);
	}
	out[0] = (uint8_t)(value >> 8);
	out[1] = (uint8_t)value;
	return true;
}

/* Groups with ':' between them, the last perhaps an IPv4 address, into out; *n bytes. */
static bool
read_groups(struct slice text, uint8_t out[16], size_t *n)
{
	*n = 0;
	while (text.n > 0) {
		bool is_last = memchr(text.p, ':', text.n) == NULL;
		struct slice part = take_part(&text, ':');

		if (*n + 2 > 16 || (!is_last && text.n == 0))
			return false;
		if (is_last && memchr(part.p, '.', part.n) != NULL) {
			if (*n + 4 > 16 || !read_v4(part, out + *n))
				return false;
			*n += 4;
			return true;
		}
		if (!read_group(part, out + *n))
			return false;
		*n += 2;
	}
	return true;
}

/* Where "::" stands; text.n where it does not. */
static size_t
find_gap(struct slice text)
{
	size_t i;

	for (i = 0; i + 1 < text.n; i++)
		if (text.p[i] == ':' && text.p[i + 1] == ':')
			return i;
	return text.n;
}

static bool
read_v6(struct slice text, uint8_t out[16])
{
	uint8_t head[16] = {0}, tail[16] = {0};
	size_t gap = find_gap(text), n_head, n_tail = 0;

	if (!read_groups(slice_of(text.p, gap), head, &n_head))
		return false;
	if (gap == text.n)
		memcpy(out, head, 16);
	if (gap == text.n)
		return n_head == 16;
	if (!read_groups(slice_from(text, gap + 2), tail, &n_tail) || n_head + n_tail > 14)
		return false;
	memset(out, 0, 16);
	memcpy(out, head, n_head);
	memcpy(out + (16 - n_tail), tail, n_tail);
	return true;
}

bool
netaddr_read(struct slice text, struct netaddr *address)
{
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

	*address = (struct netaddr){.is_v4 = false};
	text = take_part(&text, '%');
	memcpy(address->byte, mapped, sizeof(mapped));
	if (read_v4(text, address->byte + sizeof(mapped))) {
		address->is_v4 = true;
		return true;
	}
	if (!read_v6(text, address->byte))
		return false;
	address->is_v4 = memcmp(address->byte, mapped, sizeof(mapped)) == 0;
	return true;
}

static bool
same_bits(const uint8_t *a, const uint8_t *b, size_t bits)
{
	uint8_t mask = (uint8_t)(0xff00u >> (bits % 8));

	if (memcmp(a, b, bits / 8) != 0)
		return false;
	return bits % 8 == 0 || ((a[bits / 8] ^ b[bits / 8]) & mask) == 0;
}

/* "address" or "address/bits", with nothing set behind the bits: what seems to be a host and says a network is a
 * mistake. */
static enum netmask_verdict
match_one(struct slice text, const struct netaddr *address)
{
	bool has_bits = text.n > 0 && memchr(text.p, '/', text.n) != NULL;
	struct slice digits = take_part(&text, '/');
	struct netaddr net;
	size_t bits = 128, i;
	int64_t n;

	if (digits.n == 0 || memchr(digits.p, '%', digits.n) != NULL || !netaddr_read(digits, &net))
		return NETMASK_MALFORMED;
	if (has_bits) {
		if ((n = text_number(text, net.is_v4 ? 32 : 128)) < 0)
			return NETMASK_MALFORMED;
		bits = (size_t)n + (net.is_v4 ? V4_BITS_BEFORE : 0);
	}
	for (i = bits; i < 128; i++)
		if ((net.byte[i / 8] >> (7 - i % 8) & 1) != 0)
			return NETMASK_MALFORMED;
	return net.is_v4 == address->is_v4 && same_bits(net.byte, address->byte, bits) ? NETMASK_MATCH : NETMASK_NONE;
}

enum netmask_verdict
netmask_list_match(struct slice list, const struct netaddr *address)
{
	enum netmask_verdict found = NETMASK_NONE, one;

	if (list.n == 0 || list.p[list.n - 1] == ',')
		return NETMASK_MALFORMED;
	while (list.n > 0) {
		one = match_one(take_part(&list, ','), address);
		if (one == NETMASK_MALFORMED)
			return one;
		if (one == NETMASK_MATCH)
			found = one;
	}
	return found;
}
