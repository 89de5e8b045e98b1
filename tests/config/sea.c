/* sea: see sea.h. Knows: tables. Must not know: what is asked for. */
#include "sea.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const char *
row_text(const struct sea_row *rows, const char *name, bool *there)
{
	size_t i;

	for (i = 0; i < SEA_MAX && rows[i].name != NULL; i++) {
		*there = strcmp(rows[i].name, name) == 0;
		if (*there)
			return rows[i].text;
	}
	*there = false;
	return NULL;
}

static int
sea_fact(void *ctx, enum nacre_config_fact fact, char *out, size_t cap)
{
	static const char *const facts[] = {
	    [NACRE_CONFIG_USER] = "oyster",
	    [NACRE_CONFIG_HOME] = "/home/oyster",
	    [NACRE_CONFIG_UID] = "1000",
	    [NACRE_CONFIG_HOSTNAME] = "reef.example.org",
	    [NACRE_CONFIG_VERSION] = "Nacre_9",
	};

	(void)ctx;
	snprintf(out, cap, "%s", facts[fact]);
	return 0;
}

static int
sea_variable(void *ctx, const char *name, char *out, size_t cap)
{
	struct sea *sea = ctx;
	bool there;
	const char *text = row_text(sea->variables, name, &there);

	if (!there)
		return 1;
	snprintf(out, cap, "%s", text);
	return 0;
}

static int
sea_home_of(void *ctx, const char *user, char *out, size_t cap)
{
	(void)ctx;
	snprintf(out, cap, "/home/%s/", user);
	return strcmp(user, "nobody") == 0 ? 1 : 0;
}

static int
sea_read(void *ctx, const struct nacre_env *env, const char *path, bool careful, uint8_t **p, size_t *n, char *why,
    size_t why_size)
{
	struct sea *sea = ctx;
	bool there;
	const char *text = row_text(sea->files, path, &there);

	(void)careful;
	if (!there)
		return 1;
	if (text == NULL) {
		snprintf(why, why_size, "%s: it is wet", path);
		return NACRE_E_FILE;
	}
	*n = strlen(text);
	if ((*p = env->alloc(env->ctx, *n + 1)) == NULL)
		return NACRE_E_NOMEM;
	memcpy(*p, text, *n + 1);
	return 0;
}

/* The pattern itself, or for one that ends in '*' every file that begins so. */
static int
sea_glob(void *ctx, const char *pattern, nacre_config_each_fn *each, void *each_ctx)
{
	struct sea *sea = ctx;
	size_t n = strlen(pattern), i;
	int rc = 0;

	for (i = 0; rc == 0 && i < SEA_MAX && sea->files[i].name != NULL; i++) {
		const char *name = sea->files[i].name;

		if (strcmp(name, pattern) == 0 || (pattern[n - 1] == '*' && strncmp(name, pattern, n - 1) == 0))
			rc = each(each_ctx, name);
	}
	return rc;
}

static int
sea_run(void *ctx, const char *command)
{
	struct sea *sea = ctx;
	size_t used = strlen(sea->ran);

	snprintf(sea->ran + used, sizeof(sea->ran) - used, "%s\n", command);
	return sea->status;
}

static int
sea_addresses(void *ctx, nacre_config_each_fn *each, void *each_ctx)
{
	struct sea *sea = ctx;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < SEA_MAX && sea->addresses[i] != NULL; i++)
		rc = each(each_ctx, sea->addresses[i]);
	return rc;
}

static int
sea_name(void *ctx, enum nacre_config_name how, const char *name, const char *family, char *out, size_t cap)
{
	struct sea *sea = ctx;
	size_t used = strlen(sea->asked);
	const char *text;
	bool there;

	out[0] = '\0';
	if (how == NACRE_CONFIG_NUMERIC) {
		const char *digits = strcmp(name, "127.1") == 0 ? "127.0.0.1" : name;
		size_t n = strspn(digits, "0123456789.");

		if (digits[n] != '\0' || n >= cap)
			return 1;
		memcpy(out, digits, n + 1);
		return 0;
	}
	snprintf(sea->asked + used, sizeof(sea->asked) - used, "%s/%s ", name, family);
	text = row_text(sea->names, name, &there);
	if (there)
		snprintf(out, cap, "%s", text);
	return there ? 0 : 1;
}

void
sea_init(struct sea *sea)
{
	memset(sea, 0, sizeof(*sea));
	test_env_init(&sea->t, 1);
	sea->world = (struct nacre_config_world){
	    .size = sizeof(sea->world),
	    .ctx = sea,
	    .fact = sea_fact,
	    .variable = sea_variable,
	    .home_of = sea_home_of,
	    .read = sea_read,
	    .glob = sea_glob,
	    .run = sea_run,
	    .addresses = sea_addresses,
	    .name = sea_name,
	};
	assert_int_equal(nacre_config_new(&sea->t.env, &sea->world, &sea->config), 0);
}

void
sea_free(struct sea *sea)
{
	nacre_config_free(sea->config);
	assert_int_equal(sea->t.live_blocks, 0);
	assert_int_equal(sea->t.wrong_sizes, 0);
}

void
sea_text(struct sea *sea, const char *name, const char *text)
{
	assert_int_equal(nacre_config_text(sea->config, name, text, strlen(text), NACRE_CONFIG_USER_FILE), 0);
}

static void
renew(struct sea *sea, const char *text)
{
	nacre_config_free(sea->config);
	assert_int_equal(nacre_config_new(&sea->t.env, &sea->world, &sea->config), 0);
	sea_text(sea, "file", text);
}

nacre_config_host *
sea_find(struct sea *sea, const char *text, const char *host)
{
	struct nacre_config_lookup how = {.size = sizeof(how), .allow_exec = true};
	nacre_config_host *found = NULL;

	renew(sea, text);
	if (nacre_config_lookup(sea->config, host, &how, &found) != 0)
		print_error("%s\n", sea_message(sea));
	return found;
}

const char *
sea_value(struct sea *sea, const char *text, const char *host, const char *keyword)
{
	static char kept[1024];
	nacre_config_host *found = sea_find(sea, text, host);
	const char *value;

	assert_non_null(found);
	value = strcmp(keyword, "=") == 0 ? nacre_config_hostname(found) : nacre_config_value(found, keyword);
	snprintf(kept, sizeof(kept), "%s", value == NULL ? "" : value);
	nacre_config_host_free(found);
	return kept;
}

int
sea_failure(struct sea *sea, const char *text, const char *host)
{
	nacre_config_host *found = NULL;
	int rc;

	renew(sea, text);
	rc = nacre_config_lookup(sea->config, host, NULL, &found);
	assert_true(rc == 0 ? found != NULL : found == NULL);
	nacre_config_host_free(found);
	return rc;
}

const char *
sea_message(const struct sea *sea)
{
	struct nacre_error error;

	nacre_config_error(sea->config, &error);
	return error.message;
}
