/* signer_line: see signer_line.h. Knows: fields and options. Must not know: who asks.
 * ssh-keygen(1), ALLOWED SIGNERS. */
#include "signer_line.h"
#include "publine.h"
#include "signer_time.h"
#include "text.h"

#include <nacre/cert.h>

/* An option's value goes here; each text says what is wrong. */
typedef const char *option_fn(struct signer_line *line, const struct signer_clock *clock, struct slice value);

static const char *
take_namespaces(struct signer_line *line, const struct signer_clock *clock, struct slice value)
{
	(void)clock;
	if (line->has_namespaces)
		return "two times namespaces";
	line->has_namespaces = true;
	line->namespaces = value;
	return NULL;
}

static const char *
take_after(struct signer_line *line, const struct signer_clock *clock, struct slice value)
{
	if (line->valid_after != 0)
		return "two times valid-after";
	if (!signer_time_parse(value, clock->local, clock->ctx, &line->valid_after))
		return "valid-after is no time";
	return NULL;
}

static const char *
take_before(struct signer_line *line, const struct signer_clock *clock, struct slice value)
{
	if (line->valid_before != UINT64_MAX)
		return "two times valid-before";
	if (!signer_time_parse(value, clock->local, clock->ctx, &line->valid_before))
		return "valid-before is no time";
	return NULL;
}

static const struct {
	const char *name;
	option_fn *take;
} valued[] = {
    {"namespaces", take_namespaces},
    {"valid-after", take_after},
    {"valid-before", take_before},
};

/* Moves a quoted value to *room, where it stands without its quotation marks and the backslashes before such. False
 * where it is not quoted, or does not end. */
static bool
dequote(struct slice *options, uint8_t **room, struct slice *value)
{
	struct slice s = *options;
	uint8_t *start = *room, *to = start;
	size_t i;

	if (s.n == 0 || s.p[0] != '"')
		return false;
	for (i = 1; i < s.n && s.p[i] != '"'; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n && s.p[i + 1] == '"')
			i++;
		*to++ = s.p[i];
	}
	if (i >= s.n)
		return false;
	*room = to;
	*value = slice_of(start, (size_t)(to - start));
	*options = slice_from(s, i + 1);
	return true;
}

static const char *
take_option(struct signer_line *line, const struct signer_clock *clock, struct slice *options, uint8_t **room)
{
	struct slice name, value;
	size_t n = 0;

	while (n < options->n && options->p[n] != '=' && options->p[n] != ',')
		n++;
	name = slice_of(options->p, n);
	*options = slice_from(*options, n);
	if (text_eq_nocase(name, SLICE_LIT("cert-authority")) && (options->n == 0 || options->p[0] == ',')) {
		line->is_authority = true;
		return NULL;
	}
	for (size_t i = 0; i < sizeof(valued) / sizeof(valued[0]); i++) {
		if (!text_eq_nocase(name, slice_str(valued[i].name)) || options->n == 0 || options->p[0] != '=')
			continue;
		*options = slice_from(*options, 1);
		if (!dequote(options, room, &value))
			return "an option's value is not in quotation marks";
		return valued[i].take(line, clock, value);
	}
	return "an option that is not known";
}

/* What is not understood must not be dropped: it may forbid something. */
static const char *
take_options(struct signer_line *line, const struct signer_clock *clock, struct slice options, uint8_t **room)
{
	const char *broken = NULL;
	bool has_more = options.n > 0;

	while (broken == NULL && has_more) {
		broken = take_option(line, clock, &options, room);
		has_more = broken == NULL && options.n > 0;
		if (has_more && options.p[0] != ',')
			return "something behind an option's value";
		options = slice_from(options, 1);
	}
	if (broken == NULL && line->valid_before <= line->valid_after)
		return "valid-before is not behind valid-after";
	return broken;
}

/* A field in quotation marks may have spaces in it. */
static bool
take_principals(struct slice *text, struct slice *principals)
{
	const uint8_t *end;

	while (text->n > 0 && (text->p[0] == ' ' || text->p[0] == '\t'))
		*text = slice_from(*text, 1);
	if (text->n == 0 || text->p[0] != '"')
		return publine_word(text, principals);
	*text = slice_from(*text, 1);
	end = text->n == 0 ? NULL : memchr(text->p, '"', text->n);
	if (end == NULL)
		return false;
	*principals = slice_of(text->p, (size_t)(end - text->p));
	*text = slice_from(*text, principals->n + 1);
	return principals->n > 0 && text->n > 0 && (text->p[0] == ' ' || text->p[0] == '\t');
}

static const char *
key_problem(int r)
{
	return r == NACRE_E_KEY_TYPE_UNKNOWN ? "the key is of a type that is not known, or there is no key"
					     : "the key is malformed or of a size that is not allowed";
}

static int
parse_fields(const struct nacre_env *env, struct slice text, const struct signer_clock *clock, struct signer_line *line,
    uint8_t *room)
{
	struct slice options;
	int r;

	if (memchr(text.p, 0, text.n) != NULL || !take_principals(&text, &line->principals)) {
		line->broken = "no principals and key";
		return 0;
	}
	r = publine_split(env, &text, &options, &line->key);
	if (r == NACRE_E_NOMEM)
		return r;
	line->broken = r != 0 ? key_problem(r) : take_options(line, clock, options, &room);
	if (line->broken == NULL && line->is_authority && nacre_key_is_certificate(line->key))
		line->broken = "a certificate cannot be an authority";
	return 0;
}

int
signer_line_parse(const struct nacre_env *env, struct slice text, unsigned long number,
    const struct signer_clock *clock, struct signer_line **out)
{
	/* The line's own bytes, and as many for values, which do not grow without their quotation marks. */
	size_t size = sizeof(struct signer_line) + 2 * text.n;
	struct signer_line *line = mem_new(env, size);
	uint8_t *copy;
	int r;

	*out = NULL;
	if (line == NULL)
		return NACRE_E_NOMEM;
	line->size = size;
	line->number = number;
	line->valid_before = UINT64_MAX;
	copy = (uint8_t *)(line + 1);
	memcpy(copy, text.p, text.n);
	r = parse_fields(env, slice_of(copy, text.n), clock, line, copy + text.n);
	if (r != 0) {
		signer_line_free(env, line);
		return r;
	}
	*out = line;
	return 0;
}

void
signer_line_free(const struct nacre_env *env, struct signer_line *line)
{
	nacre_key_free(line->key);
	mem_free(env, line, line->size);
}
