/* auth_plan: carries out what a strategy says, and tells it what came of that. Knows: the question that is open, the
 * list of attempts. Must not know: which credential is worth trying. Serves: RFC 4252 5 (the client chooses), 5.1,
 * 7, 8. */
#include <stdio.h>
#include <string.h>
#include "clock.h"
#include "facade.h"

#define PLAN_TURNS_MAX 256 /* of the strategy without a request: more is an endless loop */

static const char *
find_unsupported(const struct nacre_connect_options *o)
{
	const struct {
		const char *name;
		bool wanted;
	} rows[] = {{"gss_auth", o->gss_auth}, {"gss_kex", o->gss_kex}, {"gss_deleg_creds", o->gss_deleg_creds},
	    {"gss_trust_dns", o->gss_trust_dns}, {"gss_host", o->gss_host != NULL}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].wanted)
			return rows[i].name;
	}
	return NULL;
}

int
auth_plan_new(const struct nacre_env *env, const struct nacre_connect_options *options, struct auth_plan **plan,
    struct failure *why)
{
	const char *unsupported = find_unsupported(options);
	int rc;

	if (unsupported != NULL)
		return failure_set(
		    why, NACRE_E_UNSUPPORTED, NACRE_ORIGIN_LOCAL, "%s: GSSAPI is not built in", unsupported);
	*plan = mem_new(env, sizeof(**plan));
	if (*plan == NULL)
		return failure_set(why, NACRE_E_NOMEM, NACRE_ORIGIN_RESOURCE, "out of memory");
	(*plan)->options = *options;
	if ((rc = plan_load_keys(*plan, env, why)) == NACRE_OK)
		return NACRE_OK;
	auth_plan_free(*plan, env);
	*plan = NULL;
	return rc;
}

void
auth_plan_free(struct auth_plan *plan, const struct nacre_env *env)
{
	if (plan == NULL)
		return;
	plan_free_keys(plan, env);
	plan_free_agent(plan);
	plan_free_notes(plan, env);
	failure_clear(&plan->problem, env);
	mem_wipe_free(env, plan, sizeof(*plan));
}

bool
auth_plan_has_credential(const struct nacre_connect_options *o)
{
	return o->password != NULL || o->key != NULL || o->key_file != NULL ||
	       (o->key_files != NULL && o->key_files[0] != NULL);
}

/* What the server says to the attempt that was open. Where none is, this side has given one up: nothing is new. */
static void
note_answer(nacre_client *c, const struct nacre_event *event)
{
	struct nacre_attempt *attempt = auth_record_open(&c->record);
	struct auth_plan *plan = c->plan;

	if (attempt == NULL)
		return;
	plan->methods_known = true;
	plan->partial = event->partial;
	snprintf(plan->methods, sizeof(plan->methods), "%.*s", (int)event->methods.n,
	    event->methods.n == 0 ? "" : (const char *)event->methods.p);
	attempt->result = event->partial ? NACRE_ATTEMPT_PARTIAL : NACRE_ATTEMPT_REFUSED;
	attempt->refusals = event->refusals - plan->refusals;
	plan->refusals = event->refusals;
	(void)nacre_text_escape(attempt->remaining, sizeof(attempt->remaining), event->methods, false);
	client_log(c, NACRE_LOG_DEBUG, "%s %s was %s; allowed: %s", attempt->method, attempt->name,
	    event->partial ? "accepted, and more is wanted" : "refused", attempt->remaining);
	if (strcmp(attempt->method, "publickey") == 0 && plan->current != NULL)
		plan->current->tried = auth_attempt_counts(attempt);
}

static struct nacre_attempt *
begin(nacre_client *c, const char *method, const struct plan_key *key)
{
	struct nacre_attempt *attempt = auth_record_add(&c->record, c->env, method, key);

	if (attempt == NULL)
		(void)failure_set(&c->plan->problem, NACRE_E_NOMEM, NACRE_ORIGIN_RESOURCE, "out of memory");
	return attempt;
}

/* True where the request has left. */
static bool
has_left(struct nacre_attempt *attempt, int rc)
{
	if (rc == NACRE_OK)
		return true;
	attempt->result = NACRE_ATTEMPT_GIVEN_UP;
	attempt->error = rc;
	return false;
}

static bool
try_none(nacre_client *c, uint64_t token, const struct nacre_auth_next *next)
{
	struct nacre_attempt *attempt = begin(c, "none", NULL);

	(void)next;
	return attempt != NULL && has_left(attempt, nacre_conn_answer_auth_none(c->conn, token, c->user));
}

static bool
try_password(nacre_client *c, uint64_t token, const struct nacre_auth_next *next)
{
	struct nacre_attempt *attempt = begin(c, "password", NULL);
	struct auth_plan *plan = c->plan;

	if (attempt == NULL)
		return false;
	plan->password = next->password;
	if (plan->password == NULL && plan->options.ask != NULL && plan_ask_password(c, plan->typed))
		plan->password = plan->typed;
	if (plan->password == NULL)
		return has_left(attempt, NACRE_E_CANCELLED);
	return has_left(attempt, nacre_conn_answer_auth_password(c->conn, token, c->user, plan->password));
}

static bool
try_interactive(nacre_client *c, uint64_t token, const struct nacre_auth_next *next)
{
	struct nacre_attempt *attempt = begin(c, "keyboard-interactive", NULL);

	c->plan->fallback = next->password;
	return attempt != NULL && has_left(attempt, nacre_conn_answer_auth_interactive(c->conn, token, c->user, NULL));
}

static struct plan_key *
find_key(struct auth_plan *plan, const nacre_key *key)
{
	for (size_t i = 0; i < plan->n_keys; i++) {
		if (plan->keys[i].key == key)
			return &plan->keys[i];
	}
	plan->foreign = (struct plan_key){.key = key};
	return &plan->foreign;
}

/* Nobody has named it, so nobody misses it. */
static bool
is_automatic(const struct plan_key *key)
{
	return key->source == NACRE_KEY_AGENT || key->source == NACRE_KEY_DISCOVERED;
}

/* Nothing of a key that is not good enough is shown. */
static int
offer(nacre_client *c, uint64_t token, const nacre_key *key, bool probe)
{
	if (client_key_is_short(key, c->plan->options.rsa_bits_min))
		return NACRE_E_KEY_TYPE;
	return nacre_conn_answer_auth_publickey(c->conn, token, c->user, key, probe);
}

static int
fail_short_key(struct auth_plan *plan)
{
	return failure_set(&plan->problem, NACRE_E_KEY_TYPE, NACRE_ORIGIN_LOCAL,
	    "key %s: it is RSA with %u bits, and %u are wanted", plan_key_name(plan->current),
	    nacre_key_bits(plan->current->key), plan->options.rsa_bits_min);
}

static bool
try_key(nacre_client *c, uint64_t token, const struct nacre_auth_next *next)
{
	struct auth_plan *plan = c->plan;
	struct nacre_attempt *attempt;
	int rc;

	if (next->key == NULL)
		return false;
	plan->current = find_key(plan, next->key);
	if ((attempt = begin(c, "publickey", plan->current)) == NULL)
		return false;
	rc = offer(c, token, next->key, next->probe);
	if (has_left(attempt, rc))
		return true;
	plan->current->tried = true;
	client_log(c, is_automatic(plan->current) ? NACRE_LOG_DEBUG : NACRE_LOG_WARNING, "key %s is not used: %s",
	    plan_key_name(plan->current), nacre_status_text(rc));
	if (!is_automatic(plan->current) && client_key_is_short(next->key, plan->options.rsa_bits_min))
		(void)fail_short_key(plan);
	else if (!is_automatic(plan->current))
		(void)failure_set(&plan->problem, rc, failure_origin(rc),
		    "key %s: no signature algorithm for it is enabled", plan_key_name(plan->current));
	return false;
}

typedef bool plan_try(nacre_client *c, uint64_t token, const struct nacre_auth_next *next);

static plan_try *const plan_tries[] = {
    [NACRE_AUTH_NONE] = try_none,
    [NACRE_AUTH_KEY] = try_key,
    [NACRE_AUTH_PASSWORD] = try_password,
    [NACRE_AUTH_INTERACTIVE] = try_interactive,
};

static struct nacre_auth_state
state_of(nacre_client *c)
{
	struct auth_plan *plan = c->plan;

	for (size_t i = 0; i < plan->n_keys; i++)
		plan->shown[i] = (struct nacre_auth_key){.key = plan->keys[i].key,
		    .source = plan->keys[i].source,
		    .name = plan_key_name(&plan->keys[i]),
		    .tried = plan->keys[i].tried};
	return (struct nacre_auth_state){
	    .host = c->host,
	    .user = c->user,
	    .options = &plan->options,
	    .methods = plan->methods_known ? plan->methods : NULL,
	    .partial = plan->partial,
	    .attempts = c->record.list,
	    .n_attempts = c->record.n,
	    .keys = plan->shown,
	    .n_keys = plan->n_keys,
	};
}

/* NACRE_AUTH_STOP where it says so, or cannot be asked any more. */
static enum nacre_auth_kind
ask_strategy(nacre_client *c, struct nacre_auth_next *next)
{
	const struct nacre_connect_options *options = &c->plan->options;
	struct nacre_auth_state state = state_of(c);
	int rc;

	*next = (struct nacre_auth_next){.kind = NACRE_AUTH_STOP};
	if (options->auth_strategy == NULL)
		return nacre_auth_default(NULL, &state, next) == 0 ? next->kind : NACRE_AUTH_STOP;
	c->in_callback++;
	rc = options->auth_strategy(options->auth_strategy_ctx, &state, next);
	c->in_callback--;
	if (client_is_cancelled(c))
		return NACRE_AUTH_STOP;
	(void)nacre_conn_tick(c->conn, nacre_clock_ms());
	return rc == 0 && (unsigned)next->kind <= NACRE_AUTH_INTERACTIVE ? next->kind : NACRE_AUTH_STOP;
}

void
auth_plan_answer(nacre_client *c, const struct nacre_event *event)
{
	struct nacre_auth_next next;
	uint64_t token = event->token;
	enum nacre_auth_kind kind;

	note_answer(c, event);
	for (int i = 0; i < PLAN_TURNS_MAX && (kind = ask_strategy(c, &next)) != NACRE_AUTH_STOP; i++) {
		if (plan_tries[kind](c, token, &next) || client_is_cancelled(c))
			return;
	}
	if (!client_is_cancelled(c))
		(void)nacre_conn_answer_auth_stop(c->conn, token, NULL);
}

/* This key is passed over. */
static void
decline_signature(nacre_client *c, uint64_t token, int error)
{
	struct nacre_attempt *attempt = auth_record_open(&c->record);

	if (attempt != NULL)
		(void)has_left(attempt, error);
	if (c->plan->current != NULL)
		c->plan->current->tried = true;
	(void)nacre_conn_answer_sign(c->conn, token, NULL, 0);
}

/* By the key's signer, which may take its time. *signature is the caller's, also on failure. */
static int
sign_elsewhere(nacre_client *c, const struct nacre_event *event, uint8_t **signature, size_t *n)
{
	struct auth_plan *plan = c->plan;
	char algorithm[64];
	int rc;

	snprintf(algorithm, sizeof(algorithm), "%.*s", (int)event->algorithm.n, (const char *)event->algorithm.p);
	plan_bind_agent(c);
	c->in_callback++;
	rc = nacre_key_sign(c->env, plan->current->key, algorithm, event->data.p, event->data.n, signature, n);
	c->in_callback--;
	if (client_is_cancelled(c))
		return NACRE_E_CANCELLED;
	(void)nacre_conn_tick(c->conn, nacre_clock_ms());
	if (rc == NACRE_OK)
		return rc;
	client_log(c, NACRE_LOG_WARNING, "key %s: its signer made no signature: %s", plan_key_name(plan->current),
	    nacre_status_text(rc));
	if (plan->current->by_agent && plan_agent_is_lost(rc))
		plan_lose_agent(plan);
	return rc;
}

/* True where a file holds the private half, locked. */
static bool
has_locked_file(const struct plan_key *key)
{
	return (key->locked != NULL ? key->locked : key)->file.n > 0;
}

static int
sign_by_file(nacre_client *c, uint64_t token)
{
	nacre_key *unlocked = NULL;
	int rc = plan_unlock(c, c->plan->current, &unlocked, &c->plan->problem);

	if (rc == NACRE_OK)
		(void)nacre_conn_answer_sign_key(c->conn, token, unlocked);
	nacre_key_free(unlocked);
	return rc;
}

/* Where an agent was to sign in place of a locked file and does not, the file is still there. What the connection does
 * not take is no signature. */
static int
sign_somehow(nacre_client *c, const struct nacre_event *event)
{
	struct auth_plan *plan = c->plan;
	uint8_t *signature = NULL;
	size_t n = 0;
	int rc;

	if (!nacre_key_can_sign(plan->current->key))
		return sign_by_file(c, event->token);
	rc = sign_elsewhere(c, event, &signature, &n);
	if (rc == NACRE_OK && nacre_conn_answer_sign(c->conn, event->token, signature, n) == NACRE_E_ARGUMENT)
		rc = NACRE_E_CRYPTO;
	nacre_key_signature_free(c->env, signature, n);
	if (rc == NACRE_OK || client_is_cancelled(c))
		return rc;
	if (has_locked_file(plan->current))
		return sign_by_file(c, event->token);
	(void)failure_set(&plan->problem, rc, failure_origin(rc), "the key's signer made no signature");
	return rc;
}

/* The server would take the key that was offered by its public half: now it is worth unlocking. */
void
auth_plan_sign(nacre_client *c, const struct nacre_event *event)
{
	struct auth_plan *plan = c->plan;
	int rc;

	if (plan == NULL || plan->current == NULL || !nacre_key_equal(plan->current->key, event->key)) {
		(void)nacre_conn_answer_sign(c->conn, event->token, NULL, 0);
		return;
	}
	if (nacre_key_has_private(plan->current->key)) {
		(void)nacre_conn_answer_sign_key(c->conn, event->token, plan->current->key);
		return;
	}
	rc = sign_somehow(c, event);
	if (rc != NACRE_OK && !client_is_cancelled(c))
		decline_signature(c, event->token, rc);
}
