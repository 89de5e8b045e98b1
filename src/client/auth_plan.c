/* auth_plan: which credential next. Knows: the caller's credentials, and what was tried. Must not know: messages.
 * Serves: RFC 4252 5 (the client chooses), 5.2, 7, 8. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include "clock.h"
#include "facade.h"

/* Answers the question with its credential: true. False: it has none (left) that the server would look at. */
typedef bool plan_step(nacre_client *c, const struct nacre_event *event);

int
auth_plan_new(const struct nacre_env *env, const struct nacre_connect_options *options, struct auth_plan **plan,
    struct failure *why)
{
	int rc;

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
	failure_clear(&plan->problem, env);
	mem_wipe_free(env, plan, sizeof(*plan));
}

/* Before the first refusal the server has not said what it allows: then everything may be tried. */
static bool
is_unknown(const struct nacre_event *event)
{
	return event->attempts == 0 && !event->partial && event->methods.n == 0;
}

static bool
is_allowed(const struct nacre_event *event, struct slice method)
{
	return is_unknown(event) || slice_has_name(slice_of(event->methods.p, event->methods.n), method);
}

static struct plan_key *
next_key(struct auth_plan *plan)
{
	for (size_t i = 0; i < plan->n_keys; i++) {
		if (!plan->keys[i].used)
			return &plan->keys[i];
	}
	return NULL;
}

static bool
try_keys(nacre_client *c, const struct nacre_event *event)
{
	struct auth_plan *plan = c->plan;
	struct plan_key *key;
	bool probe;
	int rc;

	while (is_allowed(event, SLICE_LIT("publickey")) && (key = next_key(plan)) != NULL) {
		key->used = true;
		plan->current = key;
		/* One of many: the server may refuse it, and a signature costs more than a question. */
		probe = plan->n_keys > 1 || !nacre_key_has_private(key->key);
		rc = nacre_conn_answer_auth_publickey(c->conn, event->token, c->user, key->key, probe);
		if (rc == NACRE_OK)
			return true;
		client_log(c, NACRE_LOG_WARNING, "key %s is not used: %s", key->path == NULL ? "(given)" : key->path,
		    nacre_status_text(rc));
		(void)failure_set(&plan->problem, rc, failure_origin(rc),
		    "key %s: no signature algorithm for it is enabled", key->path == NULL ? "(given)" : key->path);
	}
	return false;
}

static bool
try_password(nacre_client *c, const struct nacre_event *event)
{
	struct auth_plan *plan = c->plan;

	if (plan->password_used || plan->options.password == NULL || !is_allowed(event, SLICE_LIT("password")))
		return false;
	plan->password_used = true;
	return nacre_conn_answer_auth_password(c->conn, event->token, c->user, plan->options.password) == NACRE_OK;
}

/* RFC 4252 5.2. Only where nothing was given: a server that lets everybody in must not seem to have checked a
 * credential (CVE-2021-36367 and its kin). */
static bool
try_none(nacre_client *c, const struct nacre_event *event)
{
	struct auth_plan *plan = c->plan;

	if (plan->none_used || plan->n_keys > 0 || plan->options.password != NULL || !is_unknown(event))
		return false;
	plan->none_used = true;
	return nacre_conn_answer_auth_none(c->conn, event->token, c->user) == NACRE_OK;
}

static bool
try_asking(nacre_client *c, const struct nacre_event *event)
{
	struct auth_plan *plan = c->plan;
	char about[2 * CLIENT_NAME_MAX + 1], answer[PLAN_SECRET_MAX];
	bool answered;

	if (plan->options.ask == NULL || plan->asked >= PLAN_ASK_MAX || !is_allowed(event, SLICE_LIT("password")))
		return false;
	plan->asked++;
	snprintf(about, sizeof(about), "%s@%s", c->user, c->host);
	answered = plan_ask(c, NACRE_ASK_PASSWORD, about, answer) &&
		   nacre_conn_answer_auth_password(c->conn, event->token, c->user, answer) == NACRE_OK;
	sodium_memzero(answer, sizeof(answer));
	return answered || client_is_cancelled(c);
}

/* In this order; asking a person comes last. */
static plan_step *const plan_steps[] = {try_keys, try_password, try_none, try_asking};

static void
plan_stop(nacre_client *c, const struct nacre_event *event)
{
	const struct auth_plan *plan = c->plan;
	char text[FAILURE_TEXT_MAX];
	int n = snprintf(text, sizeof(text), "tried as %.100s:", c->user);

	if (plan->n_keys > 0)
		n += snprintf(
		    text + n, sizeof(text) - (size_t)n, " %zu key%s", plan->n_keys, plan->n_keys == 1 ? "" : "s");
	if (plan->password_used || plan->asked > 0)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "%s a password", plan->n_keys > 0 ? "," : "");
	if (plan->n_keys == 0 && !plan->password_used && plan->asked == 0)
		(void)snprintf(text + n, sizeof(text) - (size_t)n, " no credential");
	(void)nacre_conn_answer_auth_stop(c->conn, event->token, text);
}

void
auth_plan_answer(nacre_client *c, const struct nacre_event *event)
{
	struct nacre_bytes methods = event->methods;

	if (event->attempts > 0 || event->partial)
		client_log_peer(
		    c, NACRE_LOG_DEBUG, event->partial ? "accepted, and more is wanted" : "refused; allowed", methods);
	for (size_t i = 0; i < sizeof(plan_steps) / sizeof(plan_steps[0]); i++) {
		if (client_is_cancelled(c) || plan_steps[i](c, event))
			return;
	}
	plan_stop(c, event);
}

/* By the key's signer, which may take its time; NULL declines. */
static void
sign_elsewhere(nacre_client *c, const struct nacre_event *event)
{
	uint8_t *signature = NULL;
	uint64_t token = event->token;
	char algorithm[64];
	size_t n = 0;
	int rc;

	snprintf(algorithm, sizeof(algorithm), "%.*s", (int)event->algorithm.n, (const char *)event->algorithm.p);
	c->in_callback++;
	rc = nacre_key_sign(
	    c->env, c->plan->current->key, algorithm, event->data.p, event->data.n, &signature, &n);
	c->in_callback--;
	if (client_is_cancelled(c)) {
		nacre_key_signature_free(c->env, signature, n);
		return;
	}
	(void)nacre_conn_tick(c->conn, nacre_clock_ms());
	if (rc != NACRE_OK)
		(void)failure_set(&c->plan->problem, rc, failure_origin(rc), "the key's signer made no signature");
	/* What the connection does not take is no signature: then this key is passed over. */
	if (nacre_conn_answer_sign(c->conn, token, signature, n) == NACRE_E_ARGUMENT)
		(void)nacre_conn_answer_sign(c->conn, token, NULL, 0);
	nacre_key_signature_free(c->env, signature, n);
}

/* The server would take the key that was offered by its public half: now it is worth unlocking. */
void
auth_plan_sign(nacre_client *c, const struct nacre_event *event)
{
	struct auth_plan *plan = c->plan;
	nacre_key *unlocked = NULL;

	if (plan == NULL || plan->current == NULL || !nacre_key_equal(plan->current->key, event->key)) {
		(void)nacre_conn_answer_sign(c->conn, event->token, NULL, 0);
		return;
	}
	if (nacre_key_has_private(plan->current->key)) {
		(void)nacre_conn_answer_sign_key(c->conn, event->token, plan->current->key);
		return;
	}
	if (nacre_key_can_sign(plan->current->key)) {
		sign_elsewhere(c, event);
		return;
	}
	if (plan_unlock(c, plan->current, &unlocked, &plan->problem) == NACRE_OK)
		(void)nacre_conn_answer_sign_key(c->conn, event->token, unlocked);
	else if (!client_is_cancelled(c))
		(void)nacre_conn_answer_sign(c->conn, event->token, NULL, 0);
	nacre_key_free(unlocked);
}
