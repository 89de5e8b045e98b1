/* dh_check: which groups and public values are refused, before any mathematics. Knows: numbers as bytes. Must not know:
 * the library of big numbers. All of it is public: nothing here takes the same time. RFC 8268 4, RFC 8270 3. */
#include "dh.h"

#define PUBLIC_ONES_MIN 4 /* as OpenSSH: powers of two are not public values */

static unsigned
ones_in(uint8_t byte)
{
	unsigned n = 0;

	for (; byte != 0; byte = (uint8_t)(byte & (byte - 1)))
		n++;
	return n;
}

static bool
has_ones(struct slice v, unsigned wanted)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < v.n && n < wanted; i++)
		n += ones_in(v.p[i]);
	return n >= wanted;
}

static struct slice
magnitude(struct slice v)
{
	while (v.n > 0 && v.p[0] == 0)
		v = slice_from(v, 1);
	return v;
}

size_t
dh_bits(struct slice v)
{
	size_t bits;
	uint8_t top;

	v = magnitude(v);
	bits = v.n * 8;
	for (top = v.n == 0 ? 0xff : v.p[0]; (top & 0x80) == 0; top = (uint8_t)(top << 1))
		bits--;
	return bits;
}

static bool
is_above_one(struct slice v)
{
	return v.n > 1 || (v.n == 1 && v.p[0] > 1);
}

/* p is odd: p - 1 differs from it in the last bit alone. */
static bool
is_below_p_minus_one(struct slice v, struct slice p)
{
	int order;

	if (v.n != p.n)
		return v.n < p.n;
	order = memcmp(v.p, p.p, p.n - 1);
	return order < 0 || (order == 0 && v.p[p.n - 1] < (p.p[p.n - 1] & 0xfe));
}

const char *
dh_check_public(const struct dh_group *group, struct slice v)
{
	v = magnitude(v);
	if (!is_above_one(v))
		return "is not above 1";
	if (!is_below_p_minus_one(v, group->p))
		return "is not below p - 1";
	return has_ones(v, PUBLIC_ONES_MIN) ? NULL : "has fewer than four bits set";
}

const char *
dh_check_group(const struct dh_group *group, uint32_t min, uint32_t max)
{
	struct slice g = magnitude(group->g);
	size_t bits = dh_bits(group->p);

	if (bits < min || bits < DH_BITS_MIN)
		return "p is too short";
	if (bits > max || bits > DH_BITS_MAX)
		return "p is too long";
	if ((group->p.p[group->p.n - 1] & 1) == 0)
		return "p is even";
	if (!is_above_one(g) || !is_below_p_minus_one(g, group->p))
		return "g is not between 1 and p - 1";
	return NULL;
}

void
dh_keep(struct dh_room *room, struct slice p, struct slice g)
{
	p = magnitude(p);
	g = magnitude(g);
	memcpy(room->p, p.p, p.n);
	if (g.n > 0)
		memcpy(room->g, g.p, g.n);
	room->group = (struct dh_group){.p = slice_of(room->p, p.n), .g = slice_of(room->g, g.n)};
}
