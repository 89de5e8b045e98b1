/* plan_default: the strategy that is used where the caller has none. Knows: what it is shown. Must not know: the
 * client. Serves: RFC 4252 5 (the client chooses), 5.2. */
#include <string.h>
#include "auth_plan.h"
#include "slice.h"

#define AUTOMATIC_FAILURES_MAX 4
#define METHODS "publickey,password,keyboard-interactive"

static bool
is_allowed(const struct nacre_auth_state *state, const char *method)
{
	return state->methods == NULL || slice_has_name(slice_str(state->methods), slice_str(method));
}

/* How many attempts by this method the server has looked at, or a person has ended. */
static unsigned
count(const struct nacre_auth_state *state, const char *method)
{
	unsigned n = 0;

	for (size_t i = 0; i < state->n_attempts; i++) {
		if (strcmp(state->attempts[i].method, method) == 0 && auth_attempt_counts(&state->attempts[i]))
			n++;
	}
	return n;
}

static bool
was_given_up(const struct nacre_auth_state *state, const char *method)
{
	for (size_t i = 0; i < state->n_attempts; i++) {
		if (strcmp(state->attempts[i].method, method) == 0 &&
		    state->attempts[i].result == NACRE_ATTEMPT_GIVEN_UP)
			return true;
	}
	return false;
}

static bool
is_automatic(enum nacre_key_source source)
{
	return source == NACRE_KEY_AGENT || source == NACRE_KEY_DISCOVERED;
}

static unsigned
automatic_failures(const struct nacre_auth_state *state)
{
	unsigned n = 0;

	for (size_t i = 0; i < state->n_attempts; i++) {
		if (is_automatic(state->attempts[i].source) && state->attempts[i].result == NACRE_ATTEMPT_REFUSED)
			n += state->attempts[i].refusals > 1 ? state->attempts[i].refusals : 1;
	}
	return n;
}

static unsigned
questions(const struct nacre_connect_options *o)
{
	return o->password_prompts == 0 ? PLAN_ASK_MAX : o->password_prompts;
}

/* The given password once, then a person's. */
static bool
next_password(const struct nacre_auth_state *state, struct nacre_auth_next *next)
{
	const struct nacre_connect_options *o = state->options;
	unsigned given = o->password != NULL, n = count(state, "password");

	if (!is_allowed(state, "password"))
		return false;
	next->kind = NACRE_AUTH_PASSWORD;
	if (n < given) {
		next->password = o->password;
		return true;
	}
	return o->ask != NULL && n < given + questions(o) && !was_given_up(state, "password");
}

/* The password stands in only where the server was not given it as a password: else it might answer a question for
 * something else, a code of the second factor. */
static bool
next_interactive(const struct nacre_auth_state *state, struct nacre_auth_next *next)
{
	const struct nacre_connect_options *o = state->options;
	unsigned n = count(state, "keyboard-interactive");
	bool person = o->prompts != NULL || o->ask != NULL;

	if (!is_allowed(state, "keyboard-interactive") || was_given_up(state, "keyboard-interactive"))
		return false;
	next->kind = NACRE_AUTH_INTERACTIVE;
	if (n == 0 && o->password != NULL && count(state, "password") == 0) {
		next->password = o->password;
		return true;
	}
	return person && n < questions(o);
}

static bool
remains_besides_keys(const struct nacre_auth_state *state)
{
	struct nacre_auth_next unused = {.kind = NACRE_AUTH_STOP};

	return next_password(state, &unused) || next_interactive(state, &unused);
}

/* RFC 4252 7: a question is cheaper than a signature, unless there is nothing to choose from. */
static bool
is_worth_a_probe(const struct nacre_auth_state *state, const struct nacre_auth_key *key)
{
	unsigned named = 0;

	for (size_t i = 0; i < state->n_keys; i++)
		named += !is_automatic(state->keys[i].source);
	return named != 1 || is_automatic(key->source) || !nacre_key_has_private(key->key);
}

static bool
next_key(const struct nacre_auth_state *state, struct nacre_auth_next *next)
{
	bool enough = automatic_failures(state) >= AUTOMATIC_FAILURES_MAX && remains_besides_keys(state);

	if (!is_allowed(state, "publickey"))
		return false;
	for (size_t i = 0; i < state->n_keys; i++) {
		const struct nacre_auth_key *key = &state->keys[i];

		if (key->tried || (enough && is_automatic(key->source)))
			continue;
		next->kind = NACRE_AUTH_KEY;
		next->key = key->key;
		next->probe = is_worth_a_probe(state, key);
		return true;
	}
	return false;
}

static const struct {
	const char *method;
	bool (*next)(const struct nacre_auth_state *state, struct nacre_auth_next *next);
} default_rows[] = {
    {"publickey", next_key},
    {"password", next_password},
    {"keyboard-interactive", next_interactive},
};

static bool
next_by(const struct nacre_auth_state *state, struct slice method, struct nacre_auth_next *next)
{
	for (size_t i = 0; i < sizeof(default_rows) / sizeof(default_rows[0]); i++) {
		*next = (struct nacre_auth_next){.kind = NACRE_AUTH_STOP};
		if (slice_is(method, default_rows[i].method) && default_rows[i].next(state, next))
			return true;
	}
	return false;
}

/* RFC 4252 5.2. Never where something was given: a server that lets everybody in must not seem to have checked it
 * (CVE-2021-36367 and its kin). */
static bool
is_first_without_credential(const struct nacre_auth_state *state)
{
	return state->methods == NULL && state->n_attempts == 0 && !auth_plan_has_credential(state->options);
}

int
nacre_auth_default(void *ctx, const struct nacre_auth_state *state, struct nacre_auth_next *next)
{
	struct slice rest = slice_str(state->options->auth_methods != NULL ? state->options->auth_methods : METHODS);
	struct slice method;

	(void)ctx;
	if (is_first_without_credential(state)) {
		next->kind = NACRE_AUTH_NONE;
		return 0;
	}
	while (slice_next_name(&rest, &method)) {
		if (next_by(state, method, next))
			return 0;
	}
	*next = (struct nacre_auth_next){.kind = NACRE_AUTH_STOP};
	return 0;
}
