/* config_lookup: from sources to what they say of a host. Knows: the order of the steps. Must not know: lines.
 * ssh_config(5). */
#include "config_sources.h"
#include "config_token.h"
#include "text.h"

#include <stdio.h>

#define FACT_MAX 4096

static int
read_options(struct config_reader *r, const struct nacre_config *c)
{
	const struct config_source *source;
	int code = 0;

	for (source = c->options; code == 0 && source != NULL; source = source->next)
		code = config_read_source(r, source);
	return code;
}

static int
read_files(struct config_reader *r, const struct nacre_config *c)
{
	const struct config_source *source;
	int code = 0;

	for (source = c->files; code == 0 && source != NULL; source = source->next)
		code = config_read_source(r, source);
	return code;
}

/* What nobody knows stays NULL, and is missed where it is needed. */
static int
ask_facts(struct nacre_config_host *into)
{
	const struct nacre_config_world *world = into->world;
	char text[FACT_MAX];
	size_t i;

	for (i = 0; i < CONFIG_FACTS; i++) {
		if (world->fact == NULL || world->fact(world->ctx, (enum nacre_config_fact)i, text, sizeof(text)) != 0)
			continue;
		if ((into->facts[i] = mem_str(into->env, slice_str(text))) == NULL)
			return NACRE_E_NOMEM;
	}
	return 0;
}

static void
clear_forwards(struct nacre_config_host *into)
{
	if (!config_is(into, CONFIG_ClearAllForwardings, "yes"))
		return;
	config_store_clear(into, CONFIG_LocalForward);
	config_store_clear(into, CONFIG_RemoteForward);
	config_store_clear(into, CONFIG_DynamicForward);
	config_store_clear(into, CONFIG_Tunnel);
}

/* "none" has kept others out, and means nothing further. */
static void
clear_nones(struct nacre_config_host *into)
{
	size_t id;

	for (id = 0; id < CONFIG_ROWS; id++)
		if ((config_rows[id].flags & CONFIG_NONE) != 0 && config_is_none(into, (enum config_id)id))
			config_store_clear(into, (enum config_id)id);
	if (config_is_none(into, CONFIG_ProxyJump))
		config_store_clear(into, CONFIG_ProxyJump);
}

/* A limit of bytes alone says nothing of time: 0. */
static int
complete_rekey(struct nacre_config_host *into)
{
	const struct config_value *value = config_first(into, CONFIG_RekeyLimit);
	struct config_where where;
	char both[64];
	int n;

	if (value == NULL || value->n_words != 1)
		return 0;
	where = (struct config_where){value->file, value->line, value->user};
	n = snprintf(both, sizeof(both) - 2, "%s", value->shown);
	memcpy(both + n + 1, "0", 2);
	config_store_clear(into, CONFIG_RekeyLimit);
	return config_store_add(into, CONFIG_RekeyLimit, NULL, slice_of(both, (size_t)n + 3), 2, &where);
}

/* Where the last hop is the host itself nobody would ever arrive. */
static int
check_loop(struct config_reader *r)
{
	const struct config_value *jump = config_first(r->into, CONFIG_ProxyJump);

	if (!config_jump_is_loop(r->into))
		return 0;
	r->file = jump->file;
	r->line = jump->line;
	r->is_option = jump->line == 0;
	return config_fail(r, NACRE_E_CONFIG, "ProxyJump: the host is its own hop");
}

static int
finish(struct config_reader *r)
{
	clear_forwards(r->into);
	clear_nones(r->into);
	if (complete_rekey(r->into) != 0)
		return config_fail(r, NACRE_E_NOMEM, "out of memory");
	return check_loop(r);
}

static int
look_up(struct config_reader *r, const struct nacre_config *c)
{
	int code;

	if ((code = read_options(r, c)) != 0 || (code = read_files(r, c)) != 0)
		return code;
	r->file = NULL;
	r->is_option = false;
	if ((code = config_canonicalize(r)) != 0)
		return code;
	if (config_first(r->into, CONFIG_CanonicalizeHostname) != NULL &&
	    !config_is(r->into, CONFIG_CanonicalizeHostname, "false"))
		r->wants_final = true;
	if (r->wants_final) {
		r->name = r->into->hostname;
		r->final = true;
		if ((code = read_files(r, c)) != 0)
			return code;
	}
	r->file = NULL;
	return finish(r);
}

static struct nacre_config_host *
new_host(const struct nacre_config *c, const char *name)
{
	struct nacre_config_host *into = mem_new(c->env, sizeof(*into));

	if (into == NULL)
		return NULL;
	into->env = c->env;
	into->world = c->world;
	into->original = mem_str(c->env, slice_str(name));
	if (into->original == NULL || ask_facts(into) != 0) {
		nacre_config_host_free(into);
		return NULL;
	}
	return into;
}

int
nacre_config_lookup(
    nacre_config *c, const char *host, const struct nacre_config_lookup *given, nacre_config_host **found)
{
	struct nacre_config_lookup how = {.size = 0};
	struct config_reader r = {.env = c->env, .world = c->world, .why = &c->failure, .name = host};
	struct buf words, out;
	int code;

	*found = NULL;
	failure_clear(&c->failure, c->env);
	if (host == NULL || host[0] == '\0' || (given != NULL && given->size < sizeof(given->size)))
		return config_keep_failure(c, NACRE_E_ARGUMENT, NULL, 0);
	if (given != NULL)
		memcpy(&how, given, given->size < sizeof(how) ? given->size : sizeof(how));
	r.command = how.command;
	r.allow_exec = how.allow_exec;
	if ((r.into = new_host(c, host)) == NULL)
		return config_keep_failure(c, NACRE_E_NOMEM, NULL, 0);
	buf_init(&words, c->env, NACRE_CONFIG_TEXT_MAX);
	buf_init(&out, c->env, NACRE_CONFIG_TEXT_MAX);
	r.words_room = &words;
	r.out_room = &out;
	code = look_up(&r, c);
	buf_free(&words);
	buf_free(&out);
	if (code != 0) {
		code = config_keep_failure(c, code, r.file, r.line);
		nacre_config_host_free(r.into);
		return code;
	}
	*found = r.into;
	return 0;
}
