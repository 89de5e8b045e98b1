/* armor: see armor.h. Knows: libsodium's base64. Must not know: keys. RFC 4648 4. */
#include "armor.h"

#include <sodium.h>

int
armor_decode(struct buf *out, struct slice text)
{
	size_t max = text.n / 4 * 3 + 3, n;
	uint8_t *p = buf_reserve(out, max);
	const char *end = NULL;

	if (p == NULL)
		return out->bad;
	if (sodium_base642bin(
		p, max, (const char *)text.p, text.n, " \t\r\n", &n, &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    end != (const char *)text.p + text.n)
		return NACRE_E_KEY_FORMAT;
	out->n += n;
	return 0;
}

void
armor_encode(struct buf *out, struct slice bytes, size_t width)
{
	size_t n = sodium_base64_ENCODED_LEN(bytes.n, sodium_base64_VARIANT_ORIGINAL), at, len;
	struct buf text;
	char *p;

	buf_init(&text, out->env, n);
	if ((p = (char *)buf_reserve(&text, n)) == NULL) {
		out->bad = text.bad;
		return;
	}
	sodium_bin2base64(p, n, bytes.p, bytes.n, sodium_base64_VARIANT_ORIGINAL);
	text.n = n - 1; /* without the NUL */
	for (at = 0; at < text.n; at += len) {
		len = width == 0 || text.n - at < width ? text.n - at : width;
		buf_put(out, p + at, len);
		if (width != 0)
			buf_put_u8(out, '\n');
	}
	buf_free(&text);
}

bool
armor_next_line(struct slice *text, struct slice *line)
{
	const uint8_t *end;

	if (text->n == 0)
		return false;
	end = memchr(text->p, '\n', text->n);
	*line = slice_of(text->p, end == NULL ? text->n : (size_t)(end - text->p));
	*text = slice_from(*text, line->n + (end == NULL ? 0 : 1));
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}
