/* plan_keys: the keys of an authentication plan. Knows: key files, passphrases, what lies beside them. Must not know:
 * messages. Serves: nothing on the wire. */
#include <stdio.h>
#include <string.h>
#include <nacre/cert.h>
#include <nacre/io.h>
#include "auth_plan.h"

#define NAME_MAX_LEN 4200 /* of a file, with "-cert.pub" and the NUL */

static struct plan_key *
new_slot(struct auth_plan *plan, struct failure *why)
{
	if (plan->n_keys < PLAN_KEYS_MAX)
		return &plan->keys[plan->n_keys++];
	(void)failure_set(why, NACRE_E_LIMIT, NACRE_ORIGIN_LOCAL, "more than %d keys", PLAN_KEYS_MAX);
	return NULL;
}

/* An encrypted PEM file does not show its public half: that may lie beside it; else what was given opens it now. That
 * the password does is a guess, whose failure says nothing. */
static int
load_hidden(const struct nacre_connect_options *options, const struct nacre_env *env, struct plan_key *key, char *text)
{
	int rc;

	if (nacre_key_load_public(env, key->name, &key->owned, NULL, 0) == NACRE_OK)
		return NACRE_OK;
	rc = plan_parse_private(env, key, plan_passphrase(options), &key->owned, text);
	if (rc == NACRE_OK)
		file_bytes_free(env, &key->file);
	if (rc != NACRE_E_KEY_PASSPHRASE_WRONG || options->passphrase != NULL)
		return rc;
	text[0] = '\0';
	return NACRE_E_KEY_PASSPHRASE;
}

/* A public half alone, for which an agent may sign: such a file need not be closed to others. */
static bool
load_public(const struct nacre_env *env, const char *path, struct plan_key *key)
{
	struct failure unheard = {.code = 0};
	struct file_bytes bytes = {NULL, 0};

	if (file_read(env, path, FILE_KEY_MAX, FILE_PUBLIC, &bytes, &unheard) == NACRE_OK)
		key->is_public =
		    nacre_key_parse_public(env, (const char *)bytes.p, bytes.n, &key->owned, NULL, 0) == NACRE_OK;
	file_bytes_free(env, &bytes);
	key->key = key->owned;
	return key->is_public;
}

static int
name_key(struct plan_key *key, const struct nacre_env *env, const char *name, struct failure *why)
{
	if ((key->name = mem_str(env, slice_str(name))) != NULL)
		return NACRE_OK;
	return failure_set(why, NACRE_E_NOMEM, NACRE_ORIGIN_RESOURCE, "out of memory");
}

/* An unlocked key is kept, its file is not; a locked one is kept as its public half, with the file. */
static int
load_file(struct auth_plan *plan, const struct nacre_env *env, const char *path, enum nacre_key_source source,
    struct failure *why)
{
	struct plan_key *key = new_slot(plan, why);
	char text[PLAN_WHY_MAX] = "";
	int rc;

	if (key == NULL)
		return NACRE_E_LIMIT;
	key->source = source;
	if ((rc = name_key(key, env, path, why)) != NACRE_OK)
		return rc;
	if (source == NACRE_KEY_FILE && load_public(env, path, key))
		return NACRE_OK;
	if ((rc = file_read(env, path, FILE_KEY_MAX, FILE_SECRET, &key->file, why)) != NACRE_OK)
		return rc;
	rc = plan_parse_private(env, key, NULL, &key->owned, text);
	if (rc == NACRE_OK)
		file_bytes_free(env, &key->file);
	else if (rc == NACRE_E_KEY_PASSPHRASE)
		rc = nacre_key_peek_public(env, key->file.p, key->file.n, &key->owned, text, sizeof(text));
	if (rc == NACRE_E_KEY_PASSPHRASE)
		rc = load_hidden(&plan->options, env, key, text);
	if (rc != NACRE_OK)
		return plan_key_fail(why, rc, path, text);
	key->key = key->owned;
	return NACRE_OK;
}

/* "key-cert.pub" beside "key", as ssh-keygen writes it; *cert is NULL where there is none that can be used. */
static void
find_certificate(const struct nacre_env *env, const char *path, nacre_key **cert)
{
	struct failure unheard = {.code = 0};
	struct file_bytes bytes = {NULL, 0};
	char name[NAME_MAX_LEN];

	*cert = NULL;
	if ((size_t)snprintf(name, sizeof(name), "%s-cert.pub", path) >= sizeof(name))
		return;
	if (file_read(env, name, FILE_KEY_MAX, FILE_PUBLIC, &bytes, &unheard) != NACRE_OK)
		return;
	if (nacre_key_parse_public(env, (const char *)bytes.p, bytes.n, cert, NULL, 0) == NACRE_OK &&
	    !nacre_key_is_certificate(*cert)) {
		nacre_key_free(*cert);
		*cert = NULL;
	}
	file_bytes_free(env, &bytes);
}

/* A certificate stands before the plain key: who has one wants it looked at first. The plain key is tried after it. */
static int
add_certificate(struct auth_plan *plan, const struct nacre_env *env, const char *path, struct failure *why)
{
	struct plan_key *plain = &plan->keys[plan->n_keys - 1], *slot;
	nacre_key *cert, *both;
	int rc = NACRE_OK;

	find_certificate(env, path, &cert);
	if (cert == NULL)
		return NACRE_OK;
	if (plain->owned != NULL && nacre_key_has_private(plain->owned)) {
		rc = nacre_cert_with_key(env, cert, plain->owned, &both);
		nacre_key_free(cert);
		cert = both;
	}
	if (rc == NACRE_E_KEY_TYPE)
		return NACRE_OK; /* another key's */
	if (rc != NACRE_OK)
		return plan_key_fail(why, rc, path, "");
	if ((slot = new_slot(plan, why)) == NULL) {
		nacre_key_free(cert);
		return NACRE_E_LIMIT;
	}
	*slot = *plain;
	*plain = (struct plan_key){.key = cert, .owned = cert, .source = slot->source};
	plain->locked = nacre_key_has_private(cert) ? NULL : slot;
	return name_key(plain, env, path, why);
}

static bool
is_there(const struct auth_plan *plan, size_t n, const nacre_key *key)
{
	for (size_t i = 0; i < n; i++) {
		if (nacre_key_equal(plan->keys[i].key, key))
			return true;
	}
	return false;
}

static void
drop_from(struct auth_plan *plan, const struct nacre_env *env, size_t first)
{
	for (size_t i = first; i < plan->n_keys; i++) {
		nacre_key_free(plan->keys[i].owned);
		file_bytes_free(env, &plan->keys[i].file);
		mem_free_str(env, plan->keys[i].name);
		plan->keys[i] = (struct plan_key){.key = NULL};
	}
	plan->n_keys = first;
}

/* Of a key that was named already, only a file that was named too is another chance: its certificate may be. */
int
plan_add_file(struct auth_plan *plan, const struct nacre_env *env, const char *path, enum nacre_key_source source,
    struct failure *why)
{
	size_t before = plan->n_keys;
	int rc = load_file(plan, env, path, source, why);

	if (rc == NACRE_OK && source == NACRE_KEY_DISCOVERED && is_there(plan, before, plan->keys[before].key))
		drop_from(plan, env, before);
	else if (rc == NACRE_OK)
		rc = add_certificate(plan, env, path, why);
	if (rc != NACRE_OK)
		drop_from(plan, env, before);
	if (rc != NACRE_OK && source == NACRE_KEY_FILE)
		failure_add_file(why, env, path, 0);
	return rc;
}

const char *
plan_key_name(const struct plan_key *key)
{
	return key->name == NULL ? "(given)" : key->name;
}

static int
add_given(struct auth_plan *plan, const nacre_key *given, struct failure *why)
{
	struct plan_key *key = new_slot(plan, why);

	if (key == NULL)
		return NACRE_E_LIMIT;
	if (!nacre_key_can_sign(given))
		return failure_set(
		    why, NACRE_E_ARGUMENT, NACRE_ORIGIN_LOCAL, "options.key has neither a private half nor a signer");
	key->key = given;
	return NACRE_OK;
}

/* A file with a public half alone was named for the agent's sake. */
static int
check_public_halves(const struct auth_plan *plan, struct failure *why)
{
	for (size_t i = 0; i < plan->n_keys; i++) {
		const struct plan_key *key = &plan->keys[i];

		if (key->is_public && !nacre_key_can_sign(key->key))
			return failure_set(why, NACRE_E_KEY_FORMAT, NACRE_ORIGIN_LOCAL,
			    "%s: holds a public key, and no agent has its private half", plan_key_name(key));
	}
	return NACRE_OK;
}

/* Named ones first, then an agent's, then those that lie where they usually do. */
int
plan_load_keys(struct auth_plan *plan, const struct nacre_env *env, struct failure *why)
{
	const struct nacre_connect_options *options = &plan->options;
	int rc = NACRE_OK;

	if (options->key != NULL)
		rc = add_given(plan, options->key, why);
	if (rc == NACRE_OK && options->key_file != NULL)
		rc = plan_add_file(plan, env, options->key_file, NACRE_KEY_FILE, why);
	for (size_t i = 0; rc == NACRE_OK && options->key_files != NULL && options->key_files[i] != NULL; i++)
		rc = plan_add_file(plan, env, options->key_files[i], NACRE_KEY_FILE, why);
	if (rc == NACRE_OK && (rc = plan_add_agent(plan, env, why)) == NACRE_OK)
		rc = check_public_halves(plan, why);
	if (rc == NACRE_OK && !options->no_look_for_keys && !options->identities_only &&
	    (rc = plan_discover(plan, env)) != NACRE_OK)
		rc = failure_set(why, rc, failure_origin(rc), "out of memory");
	return rc == NACRE_OK ? plan_add_certificates(plan, env, why) : rc;
}

void
plan_free_keys(struct auth_plan *plan, const struct nacre_env *env)
{
	drop_from(plan, env, 0);
}
