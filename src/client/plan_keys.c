/* plan_keys: the keys of an authentication plan. Knows: key files, passphrases, whom to ask. Must not know: messages.
 * Serves: nothing on the wire. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <nacre/cert.h>
#include "clock.h"
#include "facade.h"

#define PLAN_WHY_MAX 200
#define NAME_MAX_LEN 4200 /* of a file, with "-cert.pub" and the NUL */

static struct plan_key *
new_slot(struct auth_plan *plan, struct failure *why)
{
	if (plan->n_keys < PLAN_KEYS_MAX)
		return &plan->keys[plan->n_keys++];
	(void)failure_set(why, NACRE_E_LIMIT, NACRE_ORIGIN_LOCAL, "more than %d keys", PLAN_KEYS_MAX);
	return NULL;
}

static int
key_fail(struct failure *why, int rc, const char *path, const char *text)
{
	return failure_set(why, rc, failure_origin(rc), "%s: %s", path, text[0] != '\0' ? text : nacre_status_text(rc));
}

/* A security key's file holds no private half, and without a signer nobody asks the device. */
static int
parse_private(
    const struct nacre_env *env, const struct plan_key *key, const char *passphrase, nacre_key **parsed, char *text)
{
	int rc = nacre_key_parse_private(env, key->file.p, key->file.n, passphrase, parsed, text, PLAN_WHY_MAX);

	if (rc != NACRE_OK || nacre_key_can_sign(*parsed))
		return rc;
	nacre_key_free(*parsed);
	*parsed = NULL;
	(void)snprintf(text, PLAN_WHY_MAX, "the private half is in a security key");
	return NACRE_E_UNSUPPORTED;
}

/* An encrypted PEM file does not show its public half: that may lie beside it; else a passphrase that was given opens
 * the file now. */
static int
load_hidden(const struct nacre_connect_options *options, const struct nacre_env *env, struct plan_key *key, char *text)
{
	int rc;

	if (nacre_key_load_public(env, key->path, &key->owned, NULL, 0) == NACRE_OK)
		return NACRE_OK;
	rc = parse_private(env, key, options->passphrase, &key->owned, text);
	if (rc == NACRE_OK)
		file_bytes_free(env, &key->file);
	return rc;
}

/* An unlocked key is kept, its file is not; a locked one is kept as its public half, with the file. */
static int
load_file(struct auth_plan *plan, const struct nacre_env *env, const char *path, struct failure *why)
{
	struct plan_key *key = new_slot(plan, why);
	char text[PLAN_WHY_MAX] = "";
	int rc;

	if (key == NULL)
		return NACRE_E_LIMIT;
	key->path = path;
	if ((rc = file_read(env, path, FILE_KEY_MAX, FILE_SECRET, &key->file, NULL, why)) != NACRE_OK)
		return rc;
	rc = parse_private(env, key, NULL, &key->owned, text);
	if (rc == NACRE_OK)
		file_bytes_free(env, &key->file);
	else if (rc == NACRE_E_KEY_PASSPHRASE)
		rc = nacre_key_peek_public(env, key->file.p, key->file.n, &key->owned, text, sizeof(text));
	if (rc == NACRE_E_KEY_PASSPHRASE)
		rc = load_hidden(&plan->options, env, key, text);
	if (rc != NACRE_OK)
		return key_fail(why, rc, path, text);
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
	if (file_read(env, name, FILE_KEY_MAX, FILE_PUBLIC, &bytes, NULL, &unheard) != NACRE_OK)
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
		return key_fail(why, rc, path, "");
	if ((slot = new_slot(plan, why)) == NULL) {
		nacre_key_free(cert);
		return NACRE_E_LIMIT;
	}
	*slot = *plain;
	*plain = (struct plan_key){.key = cert, .owned = cert, .path = path};
	plain->locked = nacre_key_has_private(cert) ? NULL : slot;
	return NACRE_OK;
}

static int
add_file(struct auth_plan *plan, const struct nacre_env *env, const char *path, struct failure *why)
{
	int rc = load_file(plan, env, path, why);

	return rc != NACRE_OK ? rc : add_certificate(plan, env, path, why);
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

int
plan_load_keys(struct auth_plan *plan, const struct nacre_env *env, struct failure *why)
{
	const struct nacre_connect_options *options = &plan->options;
	int rc = NACRE_OK;

	if (options->key != NULL)
		rc = add_given(plan, options->key, why);
	if (rc == NACRE_OK && options->key_file != NULL)
		rc = add_file(plan, env, options->key_file, why);
	for (size_t i = 0; rc == NACRE_OK && options->key_files != NULL && options->key_files[i] != NULL; i++)
		rc = add_file(plan, env, options->key_files[i], why);
	return rc;
}

void
plan_free_keys(struct auth_plan *plan, const struct nacre_env *env)
{
	for (size_t i = 0; i < plan->n_keys; i++) {
		nacre_key_free(plan->keys[i].owned);
		file_bytes_free(env, &plan->keys[i].file);
	}
	plan->n_keys = 0;
}

bool
plan_ask(nacre_client *c, enum nacre_ask what, const char *about, char *answer)
{
	const struct nacre_connect_options *options = &c->plan->options;
	int rc;

	memset(answer, 0, PLAN_SECRET_MAX);
	c->in_callback++;
	rc = options->ask(options->ask_ctx, what, about, answer, PLAN_SECRET_MAX);
	c->in_callback--;
	answer[PLAN_SECRET_MAX - 1] = '\0';
	if (client_is_cancelled(c))
		return false;
	/* The question is still open, so no deadline runs yet; those that begin with the answer begin now. */
	(void)nacre_conn_tick(c->conn, nacre_clock_ms());
	return rc == 0;
}

static int
unlock_with(
    const struct nacre_env *env, const struct plan_key *key, const char *passphrase, nacre_key **unlocked, char *text)
{
	text[0] = '\0';
	return parse_private(env, key, passphrase, unlocked, text);
}

static bool
is_worth_asking(int rc)
{
	return rc == NACRE_E_KEY_PASSPHRASE || rc == NACRE_E_KEY_PASSPHRASE_WRONG;
}

static int
unlock(nacre_client *c, struct plan_key *key, nacre_key **unlocked, struct failure *why)
{
	const struct nacre_connect_options *options = &c->plan->options;
	char answer[PLAN_SECRET_MAX], text[PLAN_WHY_MAX] = "";
	int rc = NACRE_E_KEY_PASSPHRASE;

	*unlocked = NULL;
	if (options->passphrase != NULL)
		rc = unlock_with(c->env, key, options->passphrase, unlocked, text);
	for (int i = 0; i < PLAN_ASK_MAX && options->ask != NULL && is_worth_asking(rc); i++) {
		if (!plan_ask(c, NACRE_ASK_PASSPHRASE, key->path, answer))
			break;
		rc = unlock_with(c->env, key, answer, unlocked, text);
	}
	sodium_memzero(answer, sizeof(answer));
	return rc == NACRE_OK ? rc : key_fail(why, rc, key->path, text);
}

int
plan_unlock(nacre_client *c, struct plan_key *key, nacre_key **unlocked, struct failure *why)
{
	nacre_key *plain;
	int rc;

	if (key->locked == NULL)
		return unlock(c, key, unlocked, why);
	*unlocked = NULL;
	if ((rc = unlock(c, key->locked, &plain, why)) != NACRE_OK)
		return rc;
	rc = nacre_cert_with_key(c->env, key->key, plain, unlocked);
	nacre_key_free(plain);
	return rc == NACRE_OK ? rc : key_fail(why, rc, key->path, "");
}
