/* known_lines: see known_lines.h. Knows: markers, words, base64. Must not know: what a key means beyond its type's
 * name: keys are compared as bytes, so that lines of types unknown to this build are kept. sshd(8), SSH_KNOWN_HOSTS
 * FILE FORMAT. */
#include "known_lines.h"
#include "armor.h"
#include "host_name.h"
#include "publine.h"
#include "reader.h"

#define TYPE_MAX 64 /* RFC 4251 6 */

static uint8_t *
put_bytes(uint8_t *to, struct slice s, struct slice *copy)
{
	if (s.n > 0)
		memcpy(to, s.p, s.n);
	*copy = slice_of(to, s.n);
	return to + s.n;
}

int
known_list_add(struct known_list *list, const struct nacre_env *env, const struct known_line *line)
{
	struct slice type = slice_of(line->type, strlen(line->type) + 1);
	size_t size = sizeof(*line) + line->hosts.n + line->blob.n + line->comment.n + type.n;
	struct known_line *copy = mem_new(env, size);
	uint8_t *p;

	if (copy == NULL)
		return NACRE_E_NOMEM;
	*copy = *line;
	copy->size = size;
	copy->next = NULL;
	p = put_bytes((uint8_t *)(copy + 1), line->hosts, &copy->hosts);
	p = put_bytes(p, line->blob, &copy->blob);
	p = put_bytes(p, line->comment, &copy->comment);
	copy->type = (const char *)p;
	put_bytes(p, type, &type);
	if (list->last == NULL)
		list->first = copy;
	else
		list->last->next = copy;
	list->last = copy;
	list->counts[copy->kind]++;
	return 0;
}

static const struct {
	const char *word;
	enum nacre_known_hosts_kind kind;
} markers[] = {
    {"@revoked", NACRE_KNOWN_HOSTS_REVOKED_KEY},
    {"@cert-authority", NACRE_KNOWN_HOSTS_AUTHORITY},
};

static enum nacre_known_hosts_kind
marker_kind(struct slice word)
{
	size_t i;

	for (i = 0; i < sizeof(markers) / sizeof(markers[0]); i++)
		if (slice_is(word, markers[i].word))
			return markers[i].kind;
	return NACRE_KNOWN_HOSTS_UNREADABLE;
}

/* The blob must open with the type that the line names. */
static bool
is_key(struct slice type, struct slice blob)
{
	struct reader r = reader_of(blob);
	struct slice name = reader_string(&r);

	return !r.bad && r.n > 0 && slice_eq(name, type);
}

static bool
is_hosts(struct slice field)
{
	struct host_hash hash;

	return !host_hash_is(field) || host_hash_read(field, &hash) == 0;
}

/* The words of a line. `type` becomes a string; the blob is decoded into `blob`. NACRE_E_FORMAT: unreadable. */
static int
read_words(struct slice text, struct known_line *line, char type[TYPE_MAX + 1], struct buf *blob)
{
	struct slice word, base64;
	int r;

	if (!publine_word(&text, &line->hosts))
		return NACRE_E_FORMAT;
	if (line->hosts.p[0] == '@') {
		line->kind = marker_kind(line->hosts);
		if (line->kind == NACRE_KNOWN_HOSTS_UNREADABLE || !publine_word(&text, &line->hosts))
			return NACRE_E_FORMAT;
	}
	if (!is_hosts(line->hosts) || !publine_word(&text, &word) || !publine_word(&text, &base64))
		return NACRE_E_FORMAT;
	if (word.n > TYPE_MAX || memchr(word.p, 0, word.n) != NULL)
		return NACRE_E_FORMAT;
	if ((r = armor_decode(blob, base64)) != 0)
		return r == NACRE_E_NOMEM ? r : NACRE_E_FORMAT;
	line->comment = text;
	memcpy(type, word.p, word.n);
	type[word.n] = '\0';
	return is_key(word, buf_slice(blob)) ? 0 : NACRE_E_FORMAT;
}

static int
parse_line(struct known_list *list, const struct nacre_env *env, struct known_line line, struct slice text)
{
	char type[TYPE_MAX + 1] = "";
	struct buf blob;
	int r;

	buf_init(&blob, env, text.n + 3); /* base64 does not grow */
	r = read_words(text, &line, type, &blob);
	if (r == 0) {
		line.type = type;
		line.blob = buf_slice(&blob);
	}
	if (r == NACRE_E_FORMAT) {
		line.kind = NACRE_KNOWN_HOSTS_UNREADABLE;
		line.hosts = text;
		line.comment = SLICE_NONE;
		line.type = "";
	}
	if (r == 0 || r == NACRE_E_FORMAT)
		r = known_list_add(list, env, &line);
	buf_free(&blob);
	return r;
}

int
known_list_source(struct known_list *list, const struct nacre_env *env, const char *name, const char **kept)
{
	struct known_source *source;

	*kept = NULL;
	if (name == NULL)
		return 0;
	if (list->sources != NULL && strcmp(list->sources->name, name) == 0) {
		*kept = list->sources->name;
		return 0;
	}
	if ((source = mem_new(env, sizeof(*source))) == NULL)
		return NACRE_E_NOMEM;
	if ((source->name = mem_str(env, slice_str(name))) == NULL) {
		mem_free(env, source, sizeof(*source));
		return NACRE_E_NOMEM;
	}
	source->next = list->sources;
	list->sources = source;
	*kept = source->name;
	return 0;
}

int
known_list_parse(struct known_list *list, const struct nacre_env *env, const char *source, struct slice text)
{
	struct known_line line = {.kind = NACRE_KNOWN_HOSTS_KEY};
	struct slice row, rest, word;
	int r = known_list_source(list, env, source, &line.source);

	while (r == 0 && armor_next_line(&text, &row)) {
		line.number++;
		rest = row;
		if (publine_word(&rest, &word) && word.p[0] != '#')
			r = parse_line(list, env, line, row);
	}
	return r;
}

void
known_list_join(struct known_list *list, struct known_list *more)
{
	struct known_source **end = &list->sources;
	size_t i;

	if (more->first != NULL) {
		if (list->last == NULL)
			list->first = more->first;
		else
			list->last->next = more->first;
		list->last = more->last;
	}
	while (*end != NULL)
		end = &(*end)->next;
	*end = more->sources;
	for (i = 0; i < sizeof(list->counts) / sizeof(list->counts[0]); i++)
		list->counts[i] += more->counts[i];
	*more = (struct known_list){.first = NULL};
}

void
known_list_free(struct known_list *list, const struct nacre_env *env)
{
	struct known_line *line, *next;
	struct known_source *source, *after;

	for (line = list->first; line != NULL; line = next) {
		next = line->next;
		mem_free(env, line, line->size);
	}
	for (source = list->sources; source != NULL; source = after) {
		after = source->next;
		mem_free_str(env, source->name);
		mem_free(env, source, sizeof(*source));
	}
	*list = (struct known_list){.first = NULL};
}
