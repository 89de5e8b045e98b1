/* config_sources: see config_sources.h. Knows: memory, the world. Must not know: keywords. Serves: nothing on the
 * wire. */
#include "config_sources.h"

#include <stdio.h>

#define OPTIONS_MAX 1024
#define FILES_MAX 64 /* that are added, not included */
#define PATH_LEN_MAX 4096

int
nacre_config_new(const struct nacre_env *env, const struct nacre_config_world *world, nacre_config **config)
{
	struct nacre_config *c;

	*config = NULL;
	if (env == NULL || world == NULL || world->size == 0)
		return NACRE_E_ARGUMENT;
	if ((c = mem_new(env, sizeof(*c))) == NULL)
		return NACRE_E_NOMEM;
	c->env = env;
	c->world = world;
	*config = c;
	return 0;
}

static void
free_sources(const struct nacre_env *env, struct config_source *source)
{
	struct config_source *next;

	for (; source != NULL; source = next) {
		next = source->next;
		mem_free_str(env, source->name);
		mem_free_str(env, source->keyword);
		mem_wipe_free(env, source->text, source->size);
		mem_free(env, source, sizeof(*source));
	}
}

void
nacre_config_free(nacre_config *c)
{
	if (c == NULL)
		return;
	free_sources(c->env, c->options);
	free_sources(c->env, c->files);
	failure_clear(&c->failure, c->env);
	mem_free(c->env, c, sizeof(*c));
}

static void
begin(struct nacre_config *c)
{
	failure_clear(&c->failure, c->env);
}

int
config_keep_failure(struct nacre_config *c, int code, const char *file, unsigned long line)
{
	if (code == 0)
		return 0;
	if (c->failure.code == 0)
		(void)failure_set(&c->failure, code, failure_origin(code), "%s", nacre_status_text(code));
	if (file != NULL)
		failure_add_file(&c->failure, c->env, file, line);
	return c->failure.code;
}

void
nacre_config_error(const nacre_config *c, struct nacre_error *error)
{
	failure_view(&c->failure, error);
}

/* Takes p, n bytes with a NUL behind them, whatever happens. */
static int
add_source(struct nacre_config *c, bool is_option, const char *name, uint8_t *p, size_t n, bool user)
{
	struct config_source *source = mem_new(c->env, sizeof(*source)), **end = is_option ? &c->options : &c->files;
	char *copy = name == NULL ? NULL : mem_str(c->env, slice_str(name));

	if (source == NULL || (name != NULL && copy == NULL)) {
		mem_free_str(c->env, copy);
		mem_free(c->env, source, sizeof(*source));
		mem_wipe_free(c->env, p, n + 1);
		return config_keep_failure(c, NACRE_E_NOMEM, NULL, 0);
	}
	*source = (struct config_source){.text = p, .n = n, .size = n + 1, .user = user};
	if (is_option)
		source->keyword = copy;
	else
		source->name = copy;
	while (*end != NULL)
		end = &(*end)->next;
	*end = source;
	*(is_option ? &c->n_options : &c->n_files) += 1;
	return 0;
}

static int
add_copy(struct nacre_config *c, bool is_option, const char *name, const void *bytes, size_t n, bool user)
{
	uint8_t *p;

	if ((is_option ? c->n_options : c->n_files) >= (is_option ? OPTIONS_MAX : FILES_MAX))
		return config_keep_failure(c, NACRE_E_LIMIT, NULL, 0);
	if ((p = mem_new(c->env, n + 1)) == NULL)
		return config_keep_failure(c, NACRE_E_NOMEM, NULL, 0);
	if (n > 0)
		memcpy(p, bytes, n);
	return add_source(c, is_option, name, p, n, user);
}

/* Reads the options alone, for a host that nobody means, and takes the last one out where it is not good. */
static int
try_options(struct nacre_config *c)
{
	struct config_source *files = c->files, **last = &c->options;
	nacre_config_host *unused = NULL;
	int r;

	c->files = NULL;
	r = nacre_config_lookup(c, "-", NULL, &unused);
	c->files = files;
	nacre_config_host_free(unused);
	if (r == 0)
		return 0;
	while ((*last)->next != NULL)
		last = &(*last)->next;
	free_sources(c->env, *last);
	*last = NULL;
	c->n_options--;
	return r;
}

int
nacre_config_option(nacre_config *c, const char *text)
{
	int r;

	begin(c);
	if (text == NULL)
		return config_keep_failure(c, NACRE_E_ARGUMENT, NULL, 0);
	r = add_copy(c, true, NULL, text, strlen(text), true);
	return r == 0 ? try_options(c) : r;
}

int
nacre_config_set(nacre_config *c, const char *keyword, const char *value)
{
	int r;

	begin(c);
	if (keyword == NULL || value == NULL)
		return config_keep_failure(c, NACRE_E_ARGUMENT, NULL, 0);
	r = add_copy(c, true, keyword, value, strlen(value), true);
	return r == 0 ? try_options(c) : r;
}

int
nacre_config_text(nacre_config *c, const char *name, const void *p, size_t n, enum nacre_config_owner owner)
{
	begin(c);
	if (name == NULL || (p == NULL && n > 0))
		return config_keep_failure(c, NACRE_E_ARGUMENT, NULL, 0);
	if (n > NACRE_CONFIG_FILE_MAX)
		return config_keep_failure(c, NACRE_E_LIMIT, name, 0);
	return add_copy(c, false, name, p, n, owner == NACRE_CONFIG_USER_FILE);
}

/* 1: there is no such file. */
static int
add_file(struct nacre_config *c, const char *path, bool careful, bool user)
{
	char why[FAILURE_TEXT_MAX - 8] = "";
	uint8_t *p = NULL;
	size_t n = 0;
	int r;

	if (c->world->read == NULL)
		return config_keep_failure(c, NACRE_E_UNSUPPORTED, path, 0);
	if (c->n_files == FILES_MAX)
		return config_keep_failure(c, NACRE_E_LIMIT, path, 0);
	if ((r = c->world->read(c->world->ctx, c->env, path, careful, &p, &n, why, sizeof(why))) == 0)
		return add_source(c, false, path, p, n, user);
	if (r > 0)
		return 1;
	if (why[0] != '\0')
		(void)failure_set(&c->failure, r, failure_origin(r), "%s", why);
	return config_keep_failure(c, r, path, 0);
}

int
nacre_config_file(nacre_config *c, const char *path, enum nacre_config_owner owner)
{
	int r;

	begin(c);
	if (path == NULL)
		return config_keep_failure(c, NACRE_E_ARGUMENT, NULL, 0);
	if ((r = add_file(c, path, false, owner == NACRE_CONFIG_USER_FILE)) <= 0)
		return r;
	(void)failure_set(
	    &c->failure, NACRE_E_FILE_MISSING, NACRE_ORIGIN_RESOURCE, "%.200s: there is no such file", path);
	return config_keep_failure(c, NACRE_E_FILE_MISSING, path, 0);
}

int
nacre_config_default_files(nacre_config *c)
{
	char home[PATH_LEN_MAX / 2], path[PATH_LEN_MAX];
	int r;

	begin(c);
	if (c->world->fact != NULL &&
	    c->world->fact(c->world->ctx, NACRE_CONFIG_HOME, home, sizeof(home)) == NACRE_OK) {
		snprintf(path, sizeof(path), "%s/.ssh/config", home);
		if ((r = add_file(c, path, true, true)) < 0)
			return r;
	}
	r = add_file(c, "/etc/ssh/ssh_config", false, false);
	return r < 0 ? r : 0;
}
