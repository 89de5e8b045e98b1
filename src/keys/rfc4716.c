/* rfc4716: see rfc4716.h. Knows: headers, their continued lines, and the comment among them. Must not know: blobs.
 * RFC 4716 3. */
#include "rfc4716.h"
#include "armor.h"
#include "assemble.h"
#include "keyfile.h"
#include "publine.h"
#include "text.h"

#define RFC4716_END "---- END SSH2 PUBLIC KEY ----"
#define TAG_MAX 64
#define VALUE_MAX 1024
#define LINE_MAX 72
#define WIDTH 70

static int
malformed(struct why *why, const char *text)
{
	return why_fail(why, NACRE_E_KEY_FORMAT, text);
}

/* RFC 4716 3.3: a line that ends in a backslash goes on in the next one. */
static bool
take_value(struct slice *text, struct slice first, struct buf *value)
{
	struct slice line = first;

	for (;;) {
		bool goes_on = slice_ends(line, SLICE_LIT("\\"));

		buf_put(value, line.p, line.n - (goes_on ? 1 : 0));
		if (!goes_on || value->bad != 0)
			return value->bad == 0;
		if (!armor_next_line(text, &line))
			return false;
	}
}

/* RFC 4716 3.3.2: quotation marks around the comment are not part of it. */
static struct slice
unquote(struct slice s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = slice_from(s, 1);
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		return slice_of(s.p + 1, s.n - 2);
	return s;
}

/* The headers off the front of *text; the comment into `comment`. */
static int
read_headers(struct slice *text, struct buf *comment, struct why *why)
{
	struct slice rest = *text, line, tag;
	const uint8_t *colon;
	struct buf value;

	while (armor_next_line(&rest, &line) && (colon = line.n == 0 ? NULL : memchr(line.p, ':', line.n)) != NULL) {
		bool is_good;

		tag = slice_of(line.p, (size_t)(colon - line.p));
		buf_init(&value, comment->env, VALUE_MAX);
		is_good = tag.n > 0 && tag.n <= TAG_MAX && take_value(&rest, slice_from(line, tag.n + 1), &value);
		if (is_good && text_eq_nocase(tag, SLICE_LIT("Comment"))) {
			buf_reset(comment);
			buf_put_slice(comment, unquote(buf_slice(&value)));
		}
		is_good = is_good && comment->bad == 0;
		buf_free(&value);
		if (!is_good)
			return malformed(why, "RFC 4716: a header is malformed or too long");
		*text = rest;
	}
	return 0;
}

static int
find_end(struct slice text, struct slice *body, struct why *why)
{
	struct slice start = text, line;

	while (armor_next_line(&text, &line))
		if (slice_starts(line, SLICE_LIT(RFC4716_END))) {
			*body = slice_of(start.p, (size_t)(line.p - start.p));
			return 0;
		}
	return malformed(why, "RFC 4716: the file has no END line: it was cut");
}

static int
read_body(const struct nacre_env *env, struct slice text, struct slice comment, nacre_key **key, struct why *why)
{
	struct slice body = SLICE_NONE;
	struct buf blob;
	int r;

	if ((r = find_end(text, &body, why)) != 0)
		return r;
	buf_init(&blob, env, KEYFILE_MAX);
	if ((r = armor_decode(&blob, body)) != 0)
		r = why_fail(why, r, r == NACRE_E_NOMEM ? nacre_status_text(r) : "RFC 4716: the text is not base64");
	else
		r = key_assemble_blob(env, buf_slice(&blob), key, why);
	buf_free(&blob);
	if (r == 0 && comment.n > 0 && (r = key_set_comment(*key, comment)) != 0) {
		nacre_key_free(*key);
		*key = NULL;
		return why_fail(why, r, nacre_status_text(r));
	}
	return r;
}

int
rfc4716_read(const struct nacre_env *env, struct slice text, nacre_key **key, struct why *why)
{
	struct slice line = SLICE_NONE;
	struct buf comment;
	int r;

	do {
		if (!armor_next_line(&text, &line))
			return malformed(why, "RFC 4716: the file has no BEGIN line");
	} while (!slice_starts(line, SLICE_LIT(RFC4716_BEGIN)));
	buf_init(&comment, env, VALUE_MAX);
	if ((r = read_headers(&text, &comment, why)) == 0)
		r = read_body(env, text, buf_slice(&comment), key, why);
	buf_free(&comment);
	return r;
}

/* In lines of 72 bytes, those that go on ended by a backslash. */
static void
put_comment(struct buf *text, struct slice comment)
{
	size_t column = sizeof("Comment: \"") - 1, i;

	buf_put_slice(text, SLICE_LIT("Comment: \""));
	for (i = 0; i < comment.n; i++, column++) {
		if (column == LINE_MAX - 2) {
			buf_put_slice(text, SLICE_LIT("\\\n"));
			column = 0;
		}
		buf_put_u8(text, comment.p[i]);
	}
	buf_put_slice(text, SLICE_LIT("\"\n"));
}

int
rfc4716_write(struct buf *text, const nacre_key *key, const struct format_order *order, struct why *why)
{
	struct slice comment = slice_str(order->comment);

	if (!publine_is_one_line(order->comment) || comment.n + 2 > VALUE_MAX - 1)
		return why_fail(why, NACRE_E_ARGUMENT, "the comment has more than one line or 1021 bytes");
	buf_put_slice(text, SLICE_LIT(RFC4716_BEGIN "\n"));
	if (comment.n > 0)
		put_comment(text, comment);
	armor_encode(text, key_blob(key), WIDTH);
	buf_put_slice(text, SLICE_LIT(RFC4716_END "\n"));
	return text->bad;
}
