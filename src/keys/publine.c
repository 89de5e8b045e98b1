/* publine: see publine.h. Knows: words. Must not know: options, markers. sshd(8), AUTHORIZED_KEYS FILE FORMAT. */
#include "publine.h"
#include "armor.h"
#include "keyfile.h"

static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static struct slice
skip_spaces(struct slice s)
{
	while (s.n > 0 && is_space(s.p[0]))
		s = slice_from(s, 1);
	return s;
}

bool
publine_word(struct slice *line, struct slice *word)
{
	struct slice s = skip_spaces(*line);
	size_t n = 0;

	while (n < s.n && !is_space(s.p[n]))
		n++;
	*word = slice_of(s.p, n);
	*line = skip_spaces(slice_from(s, n));
	return n > 0;
}

/* Without options. */
static int
read_key(const struct nacre_env *env, struct slice *line, nacre_key **key)
{
	struct slice type, base64;
	struct buf blob;
	int r;

	*key = NULL;
	if (!publine_word(line, &type) || !publine_word(line, &base64))
		return NACRE_E_KEY_FORMAT;
	if (key_type_find(type) == NULL)
		return NACRE_E_KEY_TYPE_UNKNOWN;
	buf_init(&blob, env, KEYFILE_MAX);
	if ((r = armor_decode(&blob, base64)) == 0)
		r = key_parse_blob(env, buf_slice(&blob), key);
	buf_free(&blob);
	if (r == 0 && !slice_is(type, nacre_key_type(*key))) {
		nacre_key_free(*key);
		*key = NULL;
		r = NACRE_E_KEY_FORMAT;
	}
	return r;
}

/* A backslash hides a quotation mark, nothing else does: sshd(8). */
static struct slice
take_options(struct slice *line)
{
	struct slice s = *line;
	bool is_quoted = false;
	size_t n;

	for (n = 0; n < s.n && (is_quoted || !is_space(s.p[n])); n++) {
		if (s.p[n] == '\\' && n + 1 < s.n && s.p[n + 1] == '"')
			n++;
		else if (s.p[n] == '"')
			is_quoted = !is_quoted;
	}
	*line = skip_spaces(slice_from(s, n));
	return slice_of(s.p, n);
}

int
publine_split(const struct nacre_env *env, struct slice *line, struct slice *options, nacre_key **key)
{
	struct slice words = *line, type, behind;

	*options = SLICE_NONE;
	*key = NULL;
	if (publine_word(&words, &type) && key_type_find(type) == NULL) {
		behind = skip_spaces(*line);
		*options = take_options(&behind);
		words = behind;
		if (publine_word(&words, &type) && key_type_find(type) != NULL)
			*line = behind;
		else
			*options = SLICE_NONE;
	}
	return read_key(env, line, key);
}

static struct slice
first_line(struct slice text)
{
	struct slice first = SLICE_NONE;

	(void)armor_next_line(&text, &first);
	while (first.n > 0 && is_space(first.p[first.n - 1]))
		first.n--;
	return first;
}

/* A line of two words has a key, though not a good one. */
static const char *
problem(int r, struct slice line)
{
	struct slice word;

	if (r == NACRE_E_CRYPTO)
		return "the authority's signature of the certificate does not hold";
	if (r != NACRE_E_KEY_FORMAT)
		return nacre_status_text(r);
	if (!publine_word(&line, &word) || !publine_word(&line, &word))
		return "the line is not \"type base64 comment\"";
	return "the line's key is malformed, or of another type than the line says";
}

int
publine_read(const struct nacre_env *env, struct slice text, struct slice *options, nacre_key **key, struct why *why)
{
	struct slice rest = first_line(text), line = rest, words = rest, type;
	int r;

	if (!publine_word(&words, &type))
		return why_fail(why, NACRE_E_KEY_FORMAT, "the line is empty");
	r = options == NULL ? read_key(env, &rest, key) : publine_split(env, &rest, options, key);
	if (r == NACRE_E_KEY_TYPE_UNKNOWN)
		return why_fail_name(why, r, "the key is of a type that is not supported", type);
	if (r != 0)
		return why_fail(why, r, problem(r, line));
	if (rest.n > 0 && (r = key_set_comment(*key, rest)) != 0) {
		nacre_key_free(*key);
		*key = NULL;
		return why_fail(why, r, "out of memory");
	}
	return 0;
}

bool
publine_is_one_line(const char *comment)
{
	return strchr(comment, '\n') == NULL && strchr(comment, '\r') == NULL;
}

int
publine_write(struct buf *text, const nacre_key *key, const char *comment)
{
	if (!publine_is_one_line(comment))
		return NACRE_E_ARGUMENT;
	buf_put_slice(text, slice_str(key->type->name));
	buf_put_u8(text, ' ');
	armor_encode(text, key_blob(key), 0);
	if (comment[0] != '\0') {
		buf_put_u8(text, ' ');
		buf_put_slice(text, slice_str(comment));
	}
	buf_put_u8(text, '\n');
	return text->bad;
}
