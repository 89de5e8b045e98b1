/* apply_keys: identities, the agent, and which methods may be used. Knows: where keys lie. Must not know: how they are
 * tried. ssh_config(5). */
#include <stdio.h>
#include <string.h>
#include <nacre/io.h>
#include "apply_config.h"
#include "file.h"
#include "user.h"

#define PATH_LEN_MAX 4200
#define METHODS_MAX 256

/* Would a key file that somebody names be taken? One that a configuration names may be missing or not ours, as with
 * OpenSSH: it is passed over. */
static bool
is_usable(struct applying *a, const char *path)
{
	struct failure why = {.code = 0};
	struct file_bytes bytes = {NULL, 0};
	nacre_key *key = NULL;
	size_t n = strlen(path);
	bool is_public = n > 4 && strcmp(path + n - 4, ".pub") == 0;
	int rc = file_read(a->c->env, path, FILE_KEY_MAX, is_public ? FILE_PUBLIC : FILE_SECRET, &bytes, &why);

	file_bytes_free(a->c->env, &bytes);
	if (rc == NACRE_OK && is_public)
		rc = nacre_key_load_public(a->c->env, path, &key, why.text, sizeof(why.text));
	nacre_key_free(key);
	if (rc != NACRE_OK && rc != NACRE_E_FILE_MISSING)
		client_log(a->c, NACRE_LOG_WARNING, "%s: passed over", why.text);
	failure_empty(&why, a->c->env);
	return rc == NACRE_OK;
}

/* The list has room for APPLIED_FILES_MAX and the end. */
static int
add_to(struct applying *a, const char **list, size_t *n, const char *path)
{
	for (size_t i = 0; i < *n; i++)
		if (strcmp(list[i], path) == 0)
			return NACRE_OK;
	if (*n == APPLIED_FILES_MAX)
		return client_fail(a->c, NACRE_E_LIMIT, "more than %d key files, or certificates", APPLIED_FILES_MAX);
	list[(*n)++] = path;
	return NACRE_OK;
}

static int
add_file(struct applying *a, const char *path)
{
	return add_to(a, a->applied->key_files, &a->applied->n_key_files, path);
}

static int
add_certificate(struct applying *a, const char *path)
{
	if (path == NULL)
		return a->c->failure.code;
	return add_to(a, a->applied->certificates, &a->applied->n_certificates, path);
}

/* The file, or the public half that lies there alone and says which key of the agent is meant. */
static int
add_identity(struct applying *a, const struct nacre_config_directive *d)
{
	const char *path = apply_expanded(a, d, 0);
	char public_half[PATH_LEN_MAX];
	struct applied_text *text = a->applied->texts;

	if (path == NULL)
		return a->c->failure.code;
	/* An option's file was named by hand: where it cannot be used, the connect says so. */
	if (d->line == 0 || is_usable(a, path))
		return add_file(a, path);
	if (snprintf(public_half, sizeof(public_half), "%s.pub", path) >= (int)sizeof(public_half) ||
	    !is_usable(a, public_half))
		return NACRE_OK;
	/* The text just kept becomes the longer one. */
	mem_free_str(a->c->env, text->text);
	if ((text->text = mem_str(a->c->env, slice_str(public_half))) == NULL)
		return client_fail(a->c, NACRE_E_NOMEM, "out of memory");
	return add_file(a, text->text);
}

/* The caller's files come first; where a configuration names some, none are looked for elsewhere. */
int
apply_identities(struct applying *a, const struct nacre_config_directive *first)
{
	struct nacre_config_directive d;
	const void *at = NULL;
	int rc = NACRE_OK;

	(void)first;
	for (size_t i = 0; rc == NACRE_OK && a->options->key_files != NULL && a->options->key_files[i] != NULL; i++)
		rc = add_file(a, a->options->key_files[i]);
	while (rc == NACRE_OK && nacre_config_next_of(a->applied->found, "IdentityFile", &at, &d))
		if (!apply_is(&d, "none"))
			rc = add_identity(a, &d);
	a->options->key_files = a->applied->key_files;
	a->options->no_look_for_keys = true;
	return rc;
}

int
apply_certificates(struct applying *a, const struct nacre_config_directive *first)
{
	const char *const *given = a->options->certificate_files;
	struct nacre_config_directive d;
	const void *at = NULL;
	int rc = NACRE_OK;

	(void)first;
	for (size_t i = 0; rc == NACRE_OK && given != NULL && given[i] != NULL; i++)
		rc = add_certificate(a, given[i]);
	while (rc == NACRE_OK && nacre_config_next_of(a->applied->found, "CertificateFile", &at, &d))
		if (!apply_is(&d, "none"))
			rc = add_certificate(a, apply_expanded(a, &d, 0));
	a->options->certificate_files = a->applied->certificates;
	return rc;
}

/* Nobody listens there: as with OpenSSH it goes on without an agent, and says so. */
static void
use_agent(struct applying *a, const char *path)
{
	nacre_agent *agent = NULL;
	char why[FAILURE_TEXT_MAX];

	if (nacre_agent_open(a->c->env, path, a->options->agent_timeout_ms, &agent, why, sizeof(why)) == NACRE_OK) {
		nacre_agent_close(agent);
		a->options->agent_path = path;
		return;
	}
	client_log(a->c, NACRE_LOG_WARNING, "IdentityAgent: %s", why);
	a->options->no_agent = true;
}

int
apply_agent(struct applying *a, const struct nacre_config_directive *first)
{
	const char *path;

	if (a->options->agent != NULL || a->options->agent_path != NULL || a->options->no_agent)
		return NACRE_OK;
	if (strcmp(first->value, "SSH_AUTH_SOCK") == 0)
		return NACRE_OK;
	if (strcmp(first->value, "none") == 0) {
		a->options->no_agent = true;
		return NACRE_OK;
	}
	if (first->value[0] == '$' && first->value[1] != '{') { /* the old form of a variable */
		if ((path = user_variable(first->value + 1)) == NULL)
			a->options->no_agent = true;
		else
			use_agent(a, path);
		return NACRE_OK;
	}
	if ((path = apply_expanded(a, first, 0)) == NULL)
		return a->c->failure.code;
	if (first->line == 0)
		a->options->agent_path = path;
	else
		use_agent(a, path);
	return NACRE_OK;
}

static const struct {
	const char *method, *keyword;
} switches[] = {
    {"publickey", "PubkeyAuthentication"},
    {"password", "PasswordAuthentication"},
    {"keyboard-interactive", "KbdInteractiveAuthentication"},
};

#define N_SWITCHES (sizeof(switches) / sizeof(switches[0]))

static bool
is_off(const nacre_config_host *found, size_t i)
{
	const char *value = nacre_config_value(found, switches[i].keyword);

	return value != NULL && (strcmp(value, "no") == 0 || strcmp(value, "false") == 0);
}

/* The list in its order, without those that are switched off or not known here. Called for PreferredAuthentications,
 * and once more at the end for who sets a switch alone. */
int
apply_methods(struct applying *a, const struct nacre_config_directive *first)
{
	const char *preferred = nacre_config_value(a->applied->found, "PreferredAuthentications");
	struct slice rest = slice_str(preferred == NULL ? "publickey,password,keyboard-interactive" : preferred), name;
	struct buf list;
	bool any_off = preferred != NULL;

	if (first != NULL || a->options->auth_methods != NULL)
		return NACRE_OK;
	buf_init(&list, a->c->env, METHODS_MAX);
	for (size_t i = 0; i < N_SWITCHES; i++) {
		any_off = any_off || is_off(a->applied->found, i);
		nacre_config_mark(a->applied->found, switches[i].keyword);
	}
	while (slice_next_name(&rest, &name))
		for (size_t i = 0; i < N_SWITCHES; i++)
			if (slice_is(name, switches[i].method) && !is_off(a->applied->found, i) &&
			    !slice_has_name(buf_slice(&list), name))
				buf_put_name(&list, 0, name);
	buf_put_u8(&list, 0);
	if (any_off && list.bad == 0)
		a->options->auth_methods = apply_keep(a, (const char *)list.p);
	buf_free(&list);
	return any_off && a->options->auth_methods == NULL ? client_fail(a->c, NACRE_E_NOMEM, "out of memory")
							   : NACRE_OK;
}
