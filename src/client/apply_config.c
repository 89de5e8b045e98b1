/* apply_config: see apply_config.h. Knows: where a configuration is found, and how long it counts. Must not know: what
 * a keyword means. ssh_config(5). */
#include <stdio.h>
#include <string.h>
#include "apply_config.h"
#include "config_defaults.h"
#include "text.h"

#define WHY_MAX 240

static int
fail_memory(struct nacre_client *c)
{
	return client_fail(c, NACRE_E_NOMEM, "out of memory");
}

const char *
apply_keep(struct applying *a, const char *text)
{
	struct applied_text *one = mem_new(a->c->env, sizeof(*one));

	if (one == NULL || (one->text = mem_str(a->c->env, slice_str(text))) == NULL) {
		mem_free(a->c->env, one, sizeof(*one));
		(void)fail_memory(a->c);
		return NULL;
	}
	one->next = a->applied->texts;
	a->applied->texts = one;
	return one->text;
}

const char *
apply_expanded(struct applying *a, const struct nacre_config_directive *directive, size_t word)
{
	char *text, why[WHY_MAX];
	const char *kept;
	int rc = nacre_config_expand(a->applied->found, directive, word, NULL, 0, &text, why, sizeof(why));

	if (rc != NACRE_OK) {
		(void)client_fail(a->c, rc, "%s", why[0] == '\0' ? nacre_status_text(rc) : why);
		failure_add_file(&a->c->failure, a->c->env, directive->file, directive->line);
		return NULL;
	}
	kept = apply_keep(a, text);
	nacre_config_text_free(a->applied->found, text);
	return kept;
}

bool
apply_is(const struct nacre_config_directive *directive, const char *value)
{
	return strcmp(directive->value, value) == 0;
}

/* Nothing is dropped without a word. */
static void
tell_the_rest(struct applying *a)
{
	struct nacre_config_directive d;
	const void *at = NULL;
	char value[128], place[128];

	config_mark_defaults(a->applied->found);
	while (nacre_config_next(a->applied->found, &at, &d)) {
		if (d.applied)
			continue;
		(void)text_escape(value, sizeof(value), slice_str(d.value), false);
		if (d.line == 0)
			snprintf(place, sizeof(place), "%.96s", d.file);
		else
			snprintf(place, sizeof(place), "%.96s line %lu", d.file, d.line);
		/* What somebody has just typed they want to know about. */
		client_log(a->c, d.line == 0 ? NACRE_LOG_WARNING : NACRE_LOG_INFO,
		    "%s: %s %s: a connection does not serve this", place, d.keyword, value);
	}
}

static int
apply_all(struct applying *a)
{
	int rc;

	a->applied->usual_hosts = apply_knows_nobody(a->c);
	if ((rc = apply_options(a)) != NACRE_OK)
		return rc;
	/* The three switches speak of the same list as PreferredAuthentications. */
	if ((rc = apply_methods(a, NULL)) != NACRE_OK || (rc = apply_usual_hosts(a)) != NACRE_OK)
		return rc;
	tell_the_rest(a);
	return client_is_cancelled(a->c) ? NACRE_E_CANCELLED : NACRE_OK;
}

static int
fail_as_config(struct nacre_client *c, const nacre_config *config)
{
	struct nacre_error error;

	nacre_config_error(config, &error);
	(void)failure_set(&c->failure, error.code, error.origin, "%s", error.message);
	if (error.file != NULL)
		failure_add_file(&c->failure, c->env, error.file, error.line);
	return c->failure.code;
}

int
client_find_config(
    struct nacre_client *c, const char *host, const struct nacre_connect_options *options, nacre_config_host **found)
{
	struct nacre_config_lookup how = {.size = sizeof(how), .allow_exec = options->config_allow_exec};
	nacre_config *config = NULL;
	int rc;

	if (host == NULL || host[0] == '\0')
		return client_fail(c, NACRE_E_ARGUMENT, "host: empty");
	if (nacre_config_new(c->env, nacre_config_system(), &config) != NACRE_OK)
		return fail_memory(c);
	if (options->config_file == NULL)
		rc = nacre_config_default_files(config);
	else
		rc = nacre_config_file(config, options->config_file, NACRE_CONFIG_USER_FILE);
	if (rc == NACRE_OK && options->port != 0)
		rc = config_set_number(config, "Port", options->port);
	if (rc == NACRE_OK && options->user != NULL)
		rc = nacre_config_set(config, "User", options->user);
	if (rc == NACRE_OK)
		rc = nacre_config_lookup(config, host, &how, found);
	if (rc != NACRE_OK)
		rc = fail_as_config(c, config);
	nacre_config_free(config);
	return rc;
}

int
client_apply_config(struct nacre_client *c, const char **host, struct nacre_connect_options *options)
{
	struct applying a = {.c = c, .options = options};
	nacre_config_host *found = options->config;
	int rc;

	client_config_free(c);
	trust_drop_own(&c->trust);
	if (found == NULL && !options->use_config && options->config_file == NULL)
		return NACRE_OK;
	if (found != NULL && (*host == NULL || (strcmp(*host, nacre_config_original(found)) != 0 &&
						   strcmp(*host, nacre_config_hostname(found)) != 0)))
		return client_fail(c, NACRE_E_ARGUMENT, "config: it was looked up for another host");
	if (found == NULL && (rc = client_find_config(c, *host, options, &found)) != NACRE_OK)
		return rc;
	if ((a.applied = mem_new(c->env, sizeof(*a.applied))) == NULL) {
		nacre_config_host_free(options->config == NULL ? found : NULL);
		return fail_memory(c);
	}
	a.applied->found = found;
	a.applied->owned = options->config == NULL;
	c->config = a.applied;
	if ((rc = apply_all(&a)) != NACRE_OK) {
		client_config_connected(c);
		return rc;
	}
	client_log(c, NACRE_LOG_DEBUG, "the configuration takes %s for %s", nacre_config_hostname(found), *host);
	*host = nacre_config_hostname(found);
	return NACRE_OK;
}

void
client_config_connected(struct nacre_client *c)
{
	if (c->config == NULL || c->config->policy == NULL)
		return;
	nacre_client_set_missing_host_key_policy(c, c->config->policy, c->config->policy_ctx);
	c->config->policy = NULL;
}

void
client_config_swap_policy(struct nacre_client *c)
{
	struct applied *applied = c->config;
	nacre_host_key_policy *policy = c->trust.policy;
	void *ctx = c->trust.policy_ctx;

	if (applied == NULL || applied->policy == NULL)
		return;
	nacre_client_set_missing_host_key_policy(c, applied->policy, applied->policy_ctx);
	applied->policy = policy;
	applied->policy_ctx = ctx;
}

void
client_config_free(struct nacre_client *c)
{
	struct applied *applied = c->config;
	struct applied_text *text;

	if (applied == NULL)
		return;
	client_config_connected(c);
	while ((text = applied->texts) != NULL) {
		applied->texts = text->next;
		mem_free_str(c->env, text->text);
		mem_free(c->env, text, sizeof(*text));
	}
	if (applied->owned)
		nacre_config_host_free(applied->found);
	mem_free(c->env, applied, sizeof(*applied));
	c->config = NULL;
}

const nacre_config_host *
nacre_client_config(const nacre_client *c)
{
	return c == NULL || c->config == NULL ? NULL : c->config->found;
}
