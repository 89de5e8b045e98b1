/* config_include: files within files. Knows: where relative names begin, how deep it may go. Must not know: how a file
 * is read. ssh_config(5), Include. */
#include "config_token.h"

#define USER_PLACE "~/.ssh/"
#define SYSTEM_PLACE "/etc/ssh/"
#define WHY_MAX 200

/* Reads one file, and comes back to where the line stands. */
static int
include_text(struct config_reader *r, const char *path, struct slice text)
{
	struct config_reader outer = *r;
	struct buf room;
	int code;

	buf_init(&room, r->env, NACRE_CONFIG_TEXT_MAX);
	r->file = config_store_name(r->into, path);
	r->words_room = &room; /* the outer line's words are still needed */
	r->never = r->never || !r->active;
	r->depth++;
	code = r->file == NULL ? NACRE_E_NOMEM : config_read_text(r, text);
	buf_free(&room);
	if (code != 0)
		return code; /* the place of the failure is what r says now */
	outer.wants_final = r->wants_final;
	outer.files = r->files;
	*r = outer;
	return 0;
}

static int
include_file(void *ctx, const char *path)
{
	struct config_reader *r = ctx;
	const struct nacre_config_world *world = r->world;
	char why[WHY_MAX] = "";
	uint8_t *p = NULL;
	size_t n = 0;
	int code;

	if (r->depth == NACRE_CONFIG_DEPTH_MAX)
		return config_fail(
		    r, NACRE_E_LIMIT, "files include each other more than %d deep", NACRE_CONFIG_DEPTH_MAX);
	if (r->files++ == NACRE_CONFIG_FILES_MAX)
		return config_fail(r, NACRE_E_LIMIT, "more than %d files are included", NACRE_CONFIG_FILES_MAX);
	if ((code = world->read(world->ctx, r->env, path, true, &p, &n, why, sizeof(why))) > 0)
		return 0; /* it was there a moment ago */
	if (code < 0)
		return config_fail(r, code, "%s", why[0] == '\0' ? nacre_status_text(code) : why);
	code = include_text(r, path, slice_of(p, n));
	mem_wipe_free(r->env, p, n + 1);
	return code;
}

/* Puts a relative path where it begins, and "~" into full. */
static int
place_path(struct config_reader *r, struct config_expansion *e, const char *path, char **out)
{
	struct buf placed;
	int code;

	*out = NULL;
	if (path[0] == '~' && !r->user)
		return config_fail(r, NACRE_E_CONFIG, "a system file includes nothing from a home directory");
	buf_init(&placed, r->env, NACRE_CONFIG_TEXT_MAX);
	if (path[0] != '/' && path[0] != '~')
		buf_put_slice(&placed, slice_str(r->user ? USER_PLACE : SYSTEM_PLACE));
	buf_put(&placed, path, strlen(path) + 1);
	e->flags = CONFIG_TILDE;
	if ((code = placed.bad) == 0)
		code = config_expand(e, (const char *)placed.p, out);
	buf_free(&placed);
	return code;
}

static int
include_pattern(struct config_reader *r, const char *word)
{
	struct config_expansion e = {.host = r->into, .flags = CONFIG_VARIABLES | CONFIG_TOKENS};
	char *name = NULL, *pattern = NULL, *path = NULL;
	int code;

	if ((code = config_name_now(r, &name)) != 0)
		return code;
	e.name = e.alias = name;
	code = config_expand(&e, word, &pattern);
	if (code == 0)
		code = place_path(r, &e, pattern, &path);
	if (code == 0)
		code = r->world->glob(r->world->ctx, path, include_file, r);
	mem_free_str(r->env, path);
	mem_free_str(r->env, pattern);
	mem_free_str(r->env, name);
	if (code != 0 && r->why->code == 0)
		return config_fail(r, code, "%s", e.why[0] == '\0' ? nacre_status_text(code) : e.why);
	return code;
}

int
config_include(struct config_reader *r, const struct config_words *words)
{
	size_t i;
	int code = 0;

	if (r->world->glob == NULL || r->world->read == NULL)
		return config_fail(r, NACRE_E_CONFIG, "nobody can read files here");
	for (i = 0; code == 0 && i < words->n; i++) {
		if (words->at[i][0] == '\0')
			return config_fail(r, NACRE_E_CONFIG, "a file's name is empty");
		code = include_pattern(r, words->at[i]);
	}
	return code;
}
