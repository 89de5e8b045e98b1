/* config_store: see config_store.h. Knows: memory. Must not know: which keyword means what. Serves: nothing on the
 * wire. */
#include "config_store.h"
#include "pattern.h"
#include "text.h"

const char *
config_store_name(struct nacre_config_host *host, const char *name)
{
	struct config_name *one;

	for (one = host->names; one != NULL; one = one->next)
		if (strcmp(one->text, name) == 0)
			return one->text;
	if ((one = mem_new(host->env, sizeof(*one))) == NULL)
		return NULL;
	if ((one->text = mem_str(host->env, slice_str(name))) == NULL) {
		mem_free(host->env, one, sizeof(*one));
		return NULL;
	}
	one->next = host->names;
	host->names = one;
	return one->text;
}

/* Points the words at their text, and joins them behind it. */
static void
lay_out(struct config_value *value, char *text, struct slice words)
{
	char *shown = text + words.n;
	size_t i;

	if (words.n > 0)
		memcpy(text, words.p, words.n);
	value->shown = shown;
	for (i = 0; i < value->n_words; i++) {
		size_t n = strlen(text);

		value->words[i] = text;
		if (i > 0)
			*shown++ = ' ';
		memcpy(shown, text, n);
		shown += n;
		text += n + 1;
	}
	*shown = '\0';
}

static struct config_value *
make_value(
    const struct nacre_env *env, const char *keyword, struct slice words, size_t n, const struct config_where *where)
{
	size_t keyword_n = keyword == NULL ? 0 : strlen(keyword) + 1;
	size_t head = sizeof(struct config_value) + n * sizeof(char *);
	size_t size = head + 2 * words.n + 1 + keyword_n;
	struct config_value *value = mem_new(env, size);

	if (value == NULL)
		return NULL;
	value->size = size;
	value->file = where->file;
	value->line = where->line;
	value->user = where->user;
	value->n_words = n;
	value->words = (const char **)(void *)(value + 1);
	lay_out(value, (char *)value + head, words);
	if (keyword != NULL)
		value->keyword = memcpy((char *)value + size - keyword_n, keyword, keyword_n);
	return value;
}

int
config_store_add(struct nacre_config_host *host, enum config_id id, const char *keyword, struct slice words, size_t n,
    const struct config_where *where)
{
	struct config_value **end = &host->slots[id].first, *value;

	if (host->n_values == NACRE_CONFIG_VALUES_MAX)
		return NACRE_E_LIMIT;
	if ((value = make_value(host->env, keyword, words, n, where)) == NULL)
		return NACRE_E_NOMEM;
	while (*end != NULL)
		end = &(*end)->next;
	*end = value;
	host->slots[id].n++;
	host->n_values++;
	return 0;
}

static void
drop(struct nacre_config_host *host, enum config_id id, struct config_value **at)
{
	struct config_value *value = *at;

	*at = value->next;
	mem_free(host->env, value, value->size);
	host->slots[id].n--;
	host->n_values--;
}

void
config_store_clear(struct nacre_config_host *host, enum config_id id)
{
	while (host->slots[id].first != NULL)
		drop(host, id, &host->slots[id].first);
}

void
config_store_remove(struct nacre_config_host *host, enum config_id id, struct slice pattern)
{
	struct config_value **at = &host->slots[id].first;

	while (*at != NULL) {
		if (pattern_match_exact(pattern, slice_str((*at)->shown)))
			drop(host, id, at);
		else
			at = &(*at)->next;
	}
}

bool
config_is(const struct nacre_config_host *host, enum config_id id, const char *shown)
{
	const char *value = config_shown(host, id);

	return value != NULL && strcmp(value, shown) == 0;
}

bool
config_is_none(const struct nacre_config_host *host, enum config_id id)
{
	const char *value = config_shown(host, id);

	return value != NULL && text_eq_nocase(slice_str(value), SLICE_LIT("none"));
}

void
nacre_config_host_free(nacre_config_host *host)
{
	struct config_name *name;
	size_t i;

	if (host == NULL)
		return;
	for (i = 0; i <= CONFIG_PAST; i++)
		config_store_clear(host, (enum config_id)i);
	while ((name = host->names) != NULL) {
		host->names = name->next;
		mem_free_str(host->env, name->text);
		mem_free(host->env, name, sizeof(*name));
	}
	for (i = 0; i < CONFIG_FACTS; i++)
		mem_free_str(host->env, host->facts[i]);
	mem_free_str(host->env, host->original);
	mem_free_str(host->env, host->hostname);
	mem_free(host->env, host, sizeof(*host));
}

const char *
nacre_config_original(const nacre_config_host *host)
{
	return host->original;
}

const char *
nacre_config_hostname(const nacre_config_host *host)
{
	return host->hostname;
}

const char *
nacre_config_value(const nacre_config_host *host, const char *keyword)
{
	enum config_id id = config_row_find(slice_str(keyword));

	return id == CONFIG_ROWS ? NULL : config_shown(host, id);
}

static void
describe(enum config_id id, const struct config_value *value, struct nacre_config_directive *out)
{
	bool spent = id < CONFIG_ROWS && (config_rows[id].flags & CONFIG_SPENT) != 0;

	*out = (struct nacre_config_directive){
	    .keyword = value->keyword != NULL ? value->keyword : config_rows[id].name,
	    .value = value->shown,
	    .words = value->words,
	    .n_words = value->n_words,
	    .file = value->file,
	    .line = value->line,
	    .applied = spent || value->applied,
	};
}

/* The slot whose list has the value: lists are short, and there are few. */
static enum config_id
slot_of(const struct nacre_config_host *host, const struct config_value *value)
{
	const struct config_value *one;
	size_t id;

	for (id = 0; id < CONFIG_PAST; id++)
		for (one = host->slots[id].first; one != NULL; one = one->next)
			if (one == value)
				return (enum config_id)id;
	return CONFIG_PAST;
}

bool
nacre_config_next(const nacre_config_host *host, const void **at, struct nacre_config_directive *directive)
{
	const struct config_value *value = *at;
	size_t id = value == NULL ? 0 : slot_of(host, value);

	value = value == NULL ? host->slots[0].first : value->next;
	while (value == NULL && id < CONFIG_PAST)
		value = host->slots[++id].first;
	*at = value;
	*directive = (struct nacre_config_directive){.keyword = NULL};
	if (value == NULL)
		return false;
	describe((enum config_id)id, value, directive);
	return true;
}

bool
nacre_config_next_of(
    const nacre_config_host *host, const char *keyword, const void **at, struct nacre_config_directive *directive)
{
	enum config_id id = config_row_find(slice_str(keyword));
	const struct config_value *value = *at;

	*directive = (struct nacre_config_directive){.keyword = NULL};
	value = value == NULL ? host->slots[id].first : value->next;
	*at = value;
	if (value == NULL)
		return false;
	describe(id, value, directive);
	return true;
}

void
nacre_config_mark(nacre_config_host *host, const char *keyword)
{
	struct config_value *value = host->slots[config_row_find(slice_str(keyword))].first;

	for (; value != NULL; value = value->next)
		value->applied = true;
}
