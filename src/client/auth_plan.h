/* auth_plan: which credential next. Knows: the caller's credentials, and what was tried. Must not know: messages.
 * Serves: RFC 4252 5 (the client chooses), 5.2, 7, 8. */
#ifndef CLIENT_AUTH_PLAN_H
#define CLIENT_AUTH_PLAN_H

#include <nacre/client.h>
#include "failure.h"
#include "file.h"

#define PLAN_KEYS_MAX 32
#define PLAN_ASK_MAX 3 /* times that a person is asked for the same thing */
#define PLAN_SECRET_MAX 1024 /* a password or passphrase that was typed, with the NUL */

struct plan_key {
	const nacre_key *key; /* what is offered: the caller's key, or one of the two below */
	nacre_key *owned; /* unlocked, or the public half */
	struct file_bytes file; /* a locked key's file; empty otherwise */
	const char *path; /* NULL for the caller's key */
	struct plan_key *locked; /* a certificate's: the locked key that it certifies; NULL: it is unlocked */
	bool used;
};

struct auth_plan {
	struct nacre_connect_options options;
	struct plan_key keys[PLAN_KEYS_MAX];
	size_t n_keys;
	struct plan_key *current; /* offered last */
	bool password_used, none_used;
	unsigned asked;
	struct failure problem; /* the most telling thing that went wrong on our side */
};

/* Reads the key files. options is borrowed until auth_plan_free. */
int auth_plan_new(const struct nacre_env *env, const struct nacre_connect_options *options, struct auth_plan **plan,
    struct failure *why) NACRE_CHECK;
/* Wipes and frees; NULL is fine. */
void auth_plan_free(struct auth_plan *plan, const struct nacre_env *env);

/* Answers NACRE_EVENT_AUTH and NACRE_EVENT_SIGN. */
void auth_plan_answer(nacre_client *c, const struct nacre_event *event);
void auth_plan_sign(nacre_client *c, const struct nacre_event *event);

/* --- plan_keys.c --- */

int plan_load_keys(struct auth_plan *plan, const struct nacre_env *env, struct failure *why) NACRE_CHECK;
void plan_free_keys(struct auth_plan *plan, const struct nacre_env *env);
/* Asks the caller's person; answer has PLAN_SECRET_MAX bytes, wiped by who asked. False where there is no answer. */
bool plan_ask(nacre_client *c, enum nacre_ask what, const char *about, char *answer);
/* The private half of a locked key, by the passphrase that was given or asked for: the caller's to free. */
int plan_unlock(nacre_client *c, struct plan_key *key, nacre_key **unlocked, struct failure *why) NACRE_CHECK;

#endif
