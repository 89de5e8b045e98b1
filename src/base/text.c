/* text: see text.h. Knows: which code points are safe to show. Must not know: terminals. Unicode 15, RFC 3629. */
#include "text.h"

#include <stdio.h>

struct code_point {
	uint32_t value;
	size_t n; /* bytes it takes; 0: not valid UTF-8 */
};

static bool
is_continuation(struct slice s, size_t i)
{
	return i < s.n && (s.p[i] & 0xc0) == 0x80;
}

static struct code_point
decode_tail(struct slice s, uint32_t value, size_t n, uint32_t least)
{
	size_t i;

	for (i = 1; i < n; i++) {
		if (!is_continuation(s, i))
			return (struct code_point){0, 0};
		value = value << 6 | (s.p[i] & 0x3fu);
	}
	if (value < least || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return (struct code_point){0, 0};
	return (struct code_point){value, n};
}

static struct code_point
decode(struct slice s)
{
	uint8_t b = s.p[0];

	if (b < 0x80)
		return (struct code_point){b, 1};
	if ((b & 0xe0) == 0xc0)
		return decode_tail(s, b & 0x1fu, 2, 0x80);
	if ((b & 0xf0) == 0xe0)
		return decode_tail(s, b & 0x0fu, 3, 0x800);
	if ((b & 0xf8) == 0xf0)
		return decode_tail(s, b & 0x07u, 4, 0x10000);
	return (struct code_point){0, 0};
}

static bool
is_safe(uint32_t c, bool keep_lines)
{
	if (keep_lines && (c == '\n' || c == '\t'))
		return true;
	if (c < 0x20 || (c >= 0x7f && c < 0xa0))
		return false;
	if (c == 0x061c || c == 0x200e || c == 0x200f || c == 0x2028 || c == 0x2029 || c == 0xfeff)
		return false;
	return !(c >= 0x202a && c <= 0x202e) && !(c >= 0x2066 && c <= 0x2069);
}

/* Appends n bytes of text where they fit whole with the NUL. */
static bool
append(char *out, size_t cap, size_t *used, const void *p, size_t n)
{
	if (n >= cap - *used)
		return false;
	memcpy(out + *used, p, n);
	*used += n;
	return true;
}

#define ESCAPED_LEN 4 /* "\xNN" */

/* All the bytes of a character, or none. */
static bool
append_escaped(char *out, size_t cap, size_t *used, struct slice s)
{
	char hex[ESCAPED_LEN * 4 + 1]; /* a character takes 4 bytes at most */
	size_t i;

	for (i = 0; i < s.n; i++)
		snprintf(hex + i * ESCAPED_LEN, ESCAPED_LEN + 1, "\\x%02x", s.p[i]);
	return append(out, cap, used, hex, s.n * ESCAPED_LEN);
}

size_t
text_escape(char *out, size_t cap, struct slice s, bool keep_lines)
{
	size_t used = 0;
	bool fits = true;

	while (s.n > 0 && fits) {
		struct code_point c = decode(s);
		size_t n = c.n == 0 ? 1 : c.n;

		if (c.n > 0 && is_safe(c.value, keep_lines))
			fits = append(out, cap, &used, s.p, n);
		else
			fits = append_escaped(out, cap, &used, slice_of(s.p, n));
		s = slice_from(s, n);
	}
	out[used] = '\0';
	return used;
}

int64_t
text_number(struct slice s, int64_t max)
{
	int64_t v = 0;
	size_t i;

	if (s.n == 0 || s.n > 18)
		return -1;
	for (i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -1;
		v = v * 10 + (s.p[i] - '0'); /* cannot wrap: at most 18 digits */
	}
	return v > max ? -1 : v;
}

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

bool
text_eq_nocase(struct slice a, struct slice b)
{
	size_t i;

	if (a.n != b.n)
		return false;
	for (i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}
