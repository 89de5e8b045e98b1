/* plan_unlock: locked keys, and who knows what opens them. Knows: passphrases, a person. Must not know: messages.
 * Serves: nothing on the wire. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <nacre/cert.h>
#include "clock.h"
#include "facade.h"

int
plan_key_fail(struct failure *why, int rc, const char *path, const char *text)
{
	return failure_set(why, rc, failure_origin(rc), "%s: %s", path, text[0] != '\0' ? text : nacre_status_text(rc));
}

/* A security key's file holds no private half, and without a signer nobody asks the device. */
int
plan_parse_private(
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

const char *
plan_passphrase(const struct nacre_connect_options *options)
{
	return options->passphrase != NULL ? options->passphrase : options->password;
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

bool
plan_ask_password(nacre_client *c, char *answer)
{
	char about[2 * CLIENT_NAME_MAX + 1];

	snprintf(about, sizeof(about), "%s@%s", c->user, c->host);
	return plan_ask(c, NACRE_ASK_PASSWORD, about, answer);
}

static bool
is_worth_asking(int rc)
{
	return rc == NACRE_E_KEY_PASSPHRASE || rc == NACRE_E_KEY_PASSPHRASE_WRONG;
}

/* That the password opens a key is a guess: that it does not leaves the key as locked as it was. */
static int
unlock_without_asking(const struct nacre_connect_options *options, const struct nacre_env *env,
    const struct plan_key *key, nacre_key **unlocked, char *text)
{
	int rc;

	if (plan_passphrase(options) == NULL)
		return NACRE_E_KEY_PASSPHRASE;
	rc = plan_parse_private(env, key, plan_passphrase(options), unlocked, text);
	if (rc != NACRE_E_KEY_PASSPHRASE_WRONG || options->passphrase != NULL)
		return rc;
	text[0] = '\0';
	return NACRE_E_KEY_PASSPHRASE;
}

static int
unlock(nacre_client *c, struct plan_key *key, nacre_key **unlocked, struct failure *why)
{
	const struct nacre_connect_options *options = &c->plan->options;
	char answer[PLAN_SECRET_MAX], text[PLAN_WHY_MAX] = "";
	int rc;

	*unlocked = NULL;
	rc = unlock_without_asking(options, c->env, key, unlocked, text);
	for (int i = 0; i < PLAN_ASK_MAX && options->ask != NULL && is_worth_asking(rc); i++) {
		if (!plan_ask(c, NACRE_ASK_PASSPHRASE, plan_key_name(key), answer))
			break;
		text[0] = '\0';
		rc = plan_parse_private(c->env, key, answer, unlocked, text);
	}
	sodium_memzero(answer, sizeof(answer));
	return rc == NACRE_OK ? rc : plan_key_fail(why, rc, plan_key_name(key), text);
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
	return rc == NACRE_OK ? rc : plan_key_fail(why, rc, plan_key_name(key), "");
}
