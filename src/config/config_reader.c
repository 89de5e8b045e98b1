/* config_reader: see config_reader.h. Knows: keywords, Host, what counts. Must not know: kinds, Match, Include.
 * ssh_config(5). */
#include "config_reader.h"
#include "armor.h"
#include "nearest.h"
#include "pattern.h"
#include "text.h"

#include <stdarg.h>
#include <stdio.h>

#define SHOWN_MAX 96
#define PLACE_MAX 128

int
config_fail(struct config_reader *r, int code, const char *format, ...)
{
	char place[PLACE_MAX], text[FAILURE_TEXT_MAX];
	const char *keyword = r->keyword == NULL ? "" : r->keyword;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (r->file == NULL)
		return failure_set(r->why, code, failure_origin(code), "%s", text);
	if (r->is_option)
		snprintf(place, sizeof(place), "%s", r->file);
	else
		snprintf(place, sizeof(place), "%.96s line %lu", r->file, r->line);
	return failure_set(
	    r->why, code, failure_origin(code), "%s: %s%s%s", place, keyword, keyword[0] == '\0' ? "" : ": ", text);
}

int
config_fail_word(struct config_reader *r, const char *text, const char *word)
{
	char shown[SHOWN_MAX];

	(void)text_escape(shown, sizeof(shown), slice_str(word), false);
	return config_fail(r, NACRE_E_CONFIG, "%s %s", text, shown);
}

static int
fail_memory(struct config_reader *r, int code)
{
	return config_fail(
	    r, code, "%s", code == NACRE_E_LIMIT ? "there are too many values" : nacre_status_text(code));
}

static struct config_where
where_now(const struct config_reader *r)
{
	return (struct config_where){r->file, r->line, r->user};
}

static bool
is_there(const struct config_taking *t)
{
	const struct config_value *value = config_first(t->reader->into, t->id);
	struct slice words = buf_slice(t->out);
	bool by_owner = (t->row->flags & CONFIG_OWNED) != 0;

	for (; value != NULL; value = value->next) {
		/* A value's words stand in one piece, as those of the output do, and what is shown stands behind
		 * them. */
		struct slice there = slice_of(value->words[0], (size_t)(value->shown - value->words[0]));

		if (slice_eq(there, words) && (!by_owner || value->user == t->reader->user))
			return true;
	}
	return false;
}

/* RekeyLimit's two halves are set each by the first line that has it. */
static int
join_rekey(struct config_taking *t)
{
	struct nacre_config_host *into = t->reader->into;
	const struct config_value *old = config_first(into, t->id);
	struct config_where where = where_now(t->reader);
	char both[64];
	int n;

	if (old->n_words != 1 || t->n_out != 2)
		return 0;
	n = snprintf(both, sizeof(both), "%s", old->words[0]);
	(void)snprintf(
	    both + n + 1, sizeof(both) - (size_t)n - 1, "%s", (const char *)t->out->p + strlen((char *)t->out->p) + 1);
	config_store_clear(into, t->id);
	return config_store_add(into, t->id, NULL, slice_of(both, (size_t)n + 2 + strlen(both + n + 1)), 2, &where);
}

static int
store(struct config_taking *t)
{
	struct nacre_config_host *into = t->reader->into;
	struct config_where where = where_now(t->reader);
	unsigned flags = t->row->flags;

	if (t->reader->final && (flags & CONFIG_FIRST) != 0)
		return 0; /* what names the host was decided by the first reading */
	if ((flags & CONFIG_ALL) == 0 && into->slots[t->id].n > 0)
		return t->id == CONFIG_RekeyLimit ? join_rekey(t) : 0;
	if ((flags & CONFIG_UNIQUE) != 0 && is_there(t))
		return 0;
	return config_store_add(into, t->id, NULL, buf_slice(t->out), t->n_out, &where);
}

static int
take_value(struct config_reader *r, enum config_id id, const struct config_words *words, struct slice rest)
{
	struct config_taking t = {
	    .reader = r,
	    .id = id,
	    .row = &config_rows[id],
	    .words = words->at,
	    .n = words->n,
	    .rest = rest,
	    .out = r->out_room,
	};
	int code;

	buf_reset(r->out_room);
	if ((code = t.row->take(&t)) != 0)
		return r->why->code != 0 ? code : fail_memory(r, code);
	if (t.n > 0)
		return config_fail_word(r, "there is more on the line than it takes:", t.words[0]);
	if ((code = r->out_room->bad) == 0 && r->active && !t.nothing)
		code = store(&t);
	return code == 0 ? 0 : fail_memory(r, code);
}

static int
take_unknown(struct config_reader *r, struct slice rest)
{
	struct config_where where = where_now(r);
	int code;

	if (!r->active)
		return 0;
	buf_reset(r->out_room);
	buf_put_slice(r->out_room, rest);
	buf_put_u8(r->out_room, 0);
	if ((code = r->out_room->bad) == 0)
		code = config_store_add(r->into, CONFIG_PAST, r->keyword, buf_slice(r->out_room), 1, &where);
	return code == 0 ? 0 : fail_memory(r, code);
}

static int
refuse_unknown(struct config_reader *r)
{
	size_t best = NEAREST_FAR, distance, i;
	const char *nearest = NULL;

	for (i = 0; i < CONFIG_ROWS; i++) {
		char name[CONFIG_KEYWORD_MAX];
		size_t k;

		/* Letters in any case are the same letters. */
		for (k = 0; k + 1 < sizeof(name) && k < strlen(r->keyword) && k < strlen(config_rows[i].name); k++)
			name[k] = (r->keyword[k] | 0x20) == (config_rows[i].name[k] | 0x20) ? config_rows[i].name[k]
											    : r->keyword[k];
		snprintf(name + k, sizeof(name) - k, "%s", r->keyword + k);
		distance = nearest_rank(slice_str(name), slice_str(config_rows[i].name));
		if (distance < best) {
			best = distance;
			nearest = config_rows[i].name;
		}
	}
	if (nearest != NULL)
		return config_fail(r, NACRE_E_CONFIG, "there is no such keyword; did you mean %s?", nearest);
	return config_fail(r, NACRE_E_CONFIG, "there is no such keyword");
}

static bool
is_ignored(const struct config_reader *r)
{
	const char *ignored = config_shown(r->into, CONFIG_IgnoreUnknown);

	return ignored != NULL && pattern_list_match(slice_str(ignored), slice_str(r->keyword)) == PATTERN_MATCH;
}

/* Host compares letters as they are, unlike Match host. A pattern with "!" that matches decides at once. */
static int
take_host(struct config_reader *r, const struct config_words *words)
{
	bool matches = false, negated;
	struct slice pattern;
	size_t i;

	for (i = 0; i < words->n; i++) {
		pattern = slice_str(words->at[i]);
		if (pattern.n == 0)
			return config_fail(r, NACRE_E_CONFIG, "a pattern is empty");
		negated = pattern.p[0] == '!';
		if (!pattern_match_exact(negated ? slice_from(pattern, 1) : pattern, slice_str(r->name)))
			continue;
		matches = !negated;
		if (negated)
			break;
	}
	r->active = matches && !r->never;
	return 0;
}

static int
take_match(struct config_reader *r, const struct config_words *words)
{
	bool matches;
	int code = config_match(r, words, &matches);

	if (code == 0)
		r->active = matches && !r->never;
	return code;
}

static const struct {
	const char *name;
	int (*take)(struct config_reader *r, const struct config_words *words);
} blocks[] = {{"Host", take_host}, {"Match", take_match}, {"Include", config_include}};

static int
take_line(struct config_reader *r, const struct config_words *words, struct slice rest)
{
	struct slice keyword = slice_str(r->keyword);
	enum config_id id = config_row_find(keyword);
	size_t i;

	for (i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		if (!text_eq_nocase(keyword, slice_str(blocks[i].name)))
			continue;
		if (r->is_option)
			return config_fail(r, NACRE_E_CONFIG, "this cannot be an option");
		return blocks[i].take(r, words);
	}
	if (id < CONFIG_ROWS)
		return take_value(r, id, words, rest);
	return id == CONFIG_PAST || is_ignored(r) ? take_unknown(r, rest) : refuse_unknown(r);
}

static int
read_line(struct config_reader *r, struct slice line)
{
	char keyword[CONFIG_KEYWORD_MAX];
	struct config_words words;
	struct slice name, rest;
	const char *wrong;
	int code;

	r->keyword = NULL;
	if (line.n > 0 && memchr(line.p, 0, line.n) != NULL)
		return config_fail(r, NACRE_E_CONFIG, "the line holds a NUL byte");
	if (!config_line_split(line, &name, &rest))
		return 0;
	(void)text_escape(keyword, sizeof(keyword), name, false);
	r->keyword = keyword;
	if ((wrong = config_words_cut(r->words_room, rest, &words)) != NULL)
		code = config_fail(r, r->words_room->bad == 0 ? NACRE_E_CONFIG : r->words_room->bad, "%s", wrong);
	else if (rest.n == 0)
		code = config_fail(r, NACRE_E_CONFIG, "a value is missing");
	else
		code = take_line(r, &words, rest);
	r->keyword = NULL;
	return code;
}

int
config_read_text(struct config_reader *r, struct slice text)
{
	struct slice line;
	int code = 0;

	for (r->line = 1; code == 0 && armor_next_line(&text, &line); r->line += code == 0)
		code = read_line(r, line);
	return code;
}

/* An option's value that came apart is one word, whatever is in it. */
static int
read_apart(struct config_reader *r, const struct config_source *source)
{
	struct config_words words = {.n = 1};
	char keyword[CONFIG_KEYWORD_MAX];

	(void)text_escape(keyword, sizeof(keyword), slice_str(source->keyword), false);
	r->keyword = keyword;
	words.at[0] = (const char *)source->text;
	return take_line(r, &words, slice_of(source->text, source->n));
}

int
config_read_source(struct config_reader *r, const struct config_source *source)
{
	struct slice text = slice_of(source->text, source->n);
	int code;

	r->file = config_store_name(r->into, source->name == NULL ? "command-line" : source->name);
	r->line = 0;
	r->user = source->user;
	r->is_option = source->name == NULL;
	r->active = true;
	r->never = false;
	if (r->file == NULL)
		return config_fail(r, NACRE_E_NOMEM, "out of memory");
	if (!r->is_option)
		return config_read_text(r, text);
	code = source->keyword != NULL ? read_apart(r, source) : read_line(r, text);
	r->keyword = NULL;
	return code;
}
