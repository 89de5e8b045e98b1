/* reader: see reader.h. Knows: RFC 4251 5's types. Must not know: messages. */
#include "reader.h"

#define NAME_MAX_LEN 64 /* RFC 4251 6 */

uint8_t
reader_u8(struct reader *r)
{
	struct slice s = reader_bytes(r, 1);

	return s.n == 0 ? 0 : s.p[0];
}

uint64_t
reader_u64(struct reader *r)
{
	uint64_t high;

	if (r->n < 8) {
		r->bad = true;
		return 0;
	}
	high = reader_u32(r);
	return high << 32 | reader_u32(r);
}

bool
reader_bool(struct reader *r)
{
	return reader_u8(r) != 0;
}

static bool
is_name(struct slice name)
{
	size_t i;

	if (name.n > NAME_MAX_LEN)
		return false;
	for (i = 0; i < name.n; i++)
		if (name.p[i] <= 0x20 || name.p[i] >= 0x7f)
			return false;
	return true;
}

/* RFC 4251 5 forbids empty names. They are let pass, as OpenSSH does: libssh 0.10 ends its lists of ciphers with a
 * comma. */
static bool
is_name_list(struct slice list)
{
	struct slice rest = list, name;

	while (slice_next_name(&rest, &name))
		if (!is_name(name))
			return false;
	return true;
}

struct slice
reader_names(struct reader *r)
{
	struct slice list = reader_string(r);

	if (r->bad || !is_name_list(list)) {
		r->bad = true;
		return SLICE_NONE;
	}
	return list;
}

/* RFC 4251 5: negative numbers have the high bit set; a leading 00 stands only before a high bit; zero is empty. */
static bool
is_shortest_unsigned(struct slice s)
{
	if (s.n == 0)
		return true;
	if ((s.p[0] & 0x80) != 0)
		return false;
	return s.p[0] != 0 || (s.n > 1 && (s.p[1] & 0x80) != 0);
}

struct slice
reader_mpint(struct reader *r)
{
	struct slice s = reader_string(r);

	if (r->bad || !is_shortest_unsigned(s)) {
		r->bad = true;
		return SLICE_NONE;
	}
	return s.n > 0 && s.p[0] == 0 ? slice_from(s, 1) : s;
}

struct slice
reader_rest(struct reader *r)
{
	return reader_bytes(r, r->bad ? 0 : r->n);
}
