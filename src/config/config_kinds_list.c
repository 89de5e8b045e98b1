/* config_kinds_list: lists of files, names, variables. Knows: their forms. Must not know: what is in a file.
 * ssh_config(5). */
#include "config_kinds.h"
#include "config_reader.h"
#include "config_token.h"
#include "text.h"

#define FILES_MAX 100 /* of identities, as with OpenSSH */
#define KNOWN_MAX 32 /* other files */

static bool
is_none(const char *word)
{
	return text_eq_nocase(slice_str(word), SLICE_LIT("none"));
}

/* The next word of a list in which "none" stands alone; *word is NULL at the end. An empty list is a failure. */
static int
next_listed(struct config_taking *t, const char **word)
{
	if ((*word = config_take(t)) == NULL && t->n_out > 0)
		return 0;
	if (*word == NULL || (*word)[0] == '\0')
		return config_fail(t->reader, NACRE_E_CONFIG, "a value is missing");
	if (is_none(*word) && (t->n_out > 0 || t->n > 0))
		return config_fail(t->reader, NACRE_E_CONFIG, "\"none\" stands alone");
	return 0;
}

int
kind_files(struct config_taking *t)
{
	const char *word;
	int r;

	while ((r = next_listed(t, &word)) == 0 && word != NULL) {
		if (t->n_out == KNOWN_MAX)
			return config_fail(t->reader, NACRE_E_CONFIG, "more than %d words", KNOWN_MAX);
		config_keep(t, word);
	}
	return r;
}

int
kind_identity(struct config_taking *t)
{
	const char *word;
	int r = config_need(t, &word);

	if (r != 0)
		return r;
	if (t->reader->active && t->reader->into->slots[t->id].n >= FILES_MAX)
		return config_fail(t->reader, NACRE_E_CONFIG, "more than %d files", FILES_MAX);
	config_keep(t, word);
	return 0;
}

/* A variable that is not there is told where it stands, not when the agent is asked. */
static int
keep_agent(struct config_taking *t, const char *word)
{
	char *text = NULL;
	int r = config_variables(t->reader, word, &text);

	if (text != NULL)
		mem_free_str(t->reader->env, text);
	if (r == 0 && word[0] == '$' && word[1] != '{' && !config_is_variable(slice_str(word + 1)))
		return config_fail_word(t->reader, "this is no variable's name:", word);
	if (r == 0)
		config_keep(t, word);
	return r;
}

int
kind_agent(struct config_taking *t)
{
	const char *word;
	int r = config_need(t, &word);

	return r == 0 ? keep_agent(t, word) : r;
}

/* Yes, no, or where the agent listens. */
int
kind_forward_agent(struct config_taking *t)
{
	static const struct config_choice words[] = {{"yes", "yes"}, {"no", "no"}, {"true", "yes"}, {"false", "no"}};
	const char *word;
	size_t i;
	int r = config_need(t, &word);

	if (r != 0)
		return r;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (text_eq_nocase(slice_str(word), slice_str(words[i].word))) {
			config_keep(t, words[i].means);
			return 0;
		}
	}
	return keep_agent(t, word);
}

static bool
is_letter_or_digit(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool
config_is_domain(struct slice name)
{
	size_t i;

	if (name.n == 0 || !is_letter_or_digit(name.p[0]))
		return false;
	for (i = 0; i < name.n; i++) {
		if (name.p[i] == '.' && i > 0 && name.p[i - 1] == '.')
			return false;
		if (!is_letter_or_digit(name.p[i]) && strchr(".-_", name.p[i]) == NULL)
			return false;
	}
	return true;
}

/* Appends a word in lower case, without the NUL. */
static void
put_lower(struct buf *out, struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		buf_put_u8(out, s.p[i] >= 'A' && s.p[i] <= 'Z' ? (uint8_t)(s.p[i] + ('a' - 'A')) : s.p[i]);
}

int
kind_domains(struct config_taking *t)
{
	const char *word;
	struct slice name;
	int r;

	while ((r = next_listed(t, &word)) == 0 && word != NULL) {
		name = slice_str(word);
		if (!config_is_domain(name))
			return config_fail_word(t->reader, "this is no domain:", word);
		if (name.p[name.n - 1] == '.')
			name.n--;
		put_lower(t->out, name);
		buf_put_u8(t->out, 0);
		t->n_out++;
	}
	return r;
}

/* "from:to", lists of patterns; "*" stands for "*:*". */
int
kind_cnames(struct config_taking *t)
{
	const char *word, *colon;
	int r;

	while ((r = next_listed(t, &word)) == 0 && word != NULL) {
		colon = strchr(word, ':');
		if (strcmp(word, "*") == 0)
			word = "*:*";
		else if (!is_none(word) && (colon == NULL || colon[1] == '\0'))
			return config_fail_word(t->reader, "this is no \"names:names\":", word);
		put_lower(t->out, slice_str(word));
		buf_put_u8(t->out, 0);
		t->n_out++;
	}
	return r;
}

/* Names add up, and "-NAME" takes away what is there: so they are stored one by one, at once. */
int
kind_send_env(struct config_taking *t)
{
	struct config_reader *reader = t->reader;
	struct config_where where = {reader->file, reader->line, reader->user};
	const char *word;
	int r = 0;

	t->nothing = true;
	if (t->n == 0)
		return config_fail(reader, NACRE_E_CONFIG, "a value is missing");
	while (r == 0 && (word = config_take(t)) != NULL) {
		if (word[0] == '\0' || strchr(word, '=') != NULL)
			return config_fail_word(reader, "this is no variable's name:", word);
		if (!reader->active)
			continue;
		if (word[0] == '-')
			config_store_remove(reader->into, t->id, slice_str(word + 1));
		else
			r = config_store_add(reader->into, t->id, NULL, slice_of(word, strlen(word) + 1), 1, &where);
	}
	return r;
}

/* Does the name of "NAME=value" stand in the output? */
static bool
has_variable(const struct buf *out, const char *word)
{
	size_t n = (size_t)(strchr(word, '=') - word) + 1, at = 0;

	while (at < out->n) {
		struct slice kept = slice_str((const char *)out->p + at);

		if (slice_starts(kept, slice_of(word, n)))
			return true;
		at += kept.n + 1;
	}
	return false;
}

int
kind_set_env(struct config_taking *t)
{
	const char *word;

	if (t->n == 0)
		return config_fail(t->reader, NACRE_E_CONFIG, "a value is missing");
	while ((word = config_take(t)) != NULL) {
		if (strchr(word, '=') == NULL || word[0] == '=')
			return config_fail_word(t->reader, "this is no NAME=value:", word);
		if (!has_variable(t->out, word))
			config_keep(t, word);
	}
	return 0;
}

int
kind_channel_timeout(struct config_taking *t)
{
	const char *word, *equals;
	int r;

	while ((r = next_listed(t, &word)) == 0 && word != NULL) {
		equals = strchr(word, '=');
		if (!is_none(word) && (equals == NULL || equals == word || config_time(slice_str(equals + 1)) < 0))
			return config_fail_word(t->reader, "this is no type=time:", word);
		config_keep(t, word);
	}
	return r;
}

/* "host:port", "[address]:port", with "*" for any of either. */
static bool
is_permit(const char *word)
{
	const char *colon = word[0] == '[' ? strchr(word, ']') : strchr(word, ':');

	if (colon != NULL && word[0] == '[')
		colon++;
	if (colon == NULL || colon == word || *colon != ':')
		return false;
	return strcmp(colon + 1, "*") == 0 || config_port(slice_str(colon + 1)) > 0;
}

int
kind_permit(struct config_taking *t)
{
	const char *word;
	bool any;
	int r;

	while ((r = next_listed(t, &word)) == 0 && word != NULL) {
		any = text_eq_nocase(slice_str(word), SLICE_LIT("any"));
		if (any && (t->n_out > 0 || t->n > 0))
			return config_fail(t->reader, NACRE_E_CONFIG, "\"any\" stands alone");
		if (!any && !is_none(word) && !is_permit(word))
			return config_fail_word(t->reader, "this is no host:port:", word);
		config_keep(t, word);
	}
	return r;
}
