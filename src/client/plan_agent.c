/* plan_agent: an agent's keys in the plan. Knows: which of them stand for keys that were named. Must not know: the
 * agent's protocol. Serves: OpenSSH PROTOCOL.agent 1 (session-bind). */
#include <nacre/cert.h>
#include <stdio.h>
#include "facade.h"
#include "pattern.h"

#define COMMENT_SHOWN_MAX 128

/* Somebody else's agent: a warning, or none at all. */
static int
look_at_owner(struct auth_plan *plan)
{
	if (!nacre_agent_is_foreign(plan->agent))
		return NACRE_OK;
	snprintf(plan->agent_why, sizeof(plan->agent_why), "it belongs to another user");
	if (!plan->options.agent_refuse_foreign)
		return NACRE_OK;
	nacre_agent_close(plan->agent);
	plan->agent = NULL;
	return NACRE_E_AGENT_OWNER;
}

/* Nobody to ask is no failure, unless somebody was named. */
static int
open_agent(struct auth_plan *plan, const struct nacre_env *env, struct failure *why)
{
	const struct nacre_connect_options *o = &plan->options;
	char text[PLAN_WHY_MAX];
	int rc;

	if (o->agent != NULL) {
		plan->agent = o->agent;
		return NACRE_OK;
	}
	rc = nacre_agent_open(env, o->agent_path, o->agent_timeout_ms, &plan->agent, text, sizeof(text));
	if (rc == NACRE_OK && (rc = look_at_owner(plan)) != NACRE_OK)
		snprintf(text, sizeof(text), "%s", plan->agent_why);
	plan->agent_is_ours = rc == NACRE_OK;
	if (rc == NACRE_OK || o->agent_path == NULL)
		return rc == NACRE_E_NOMEM ? failure_set(why, rc, NACRE_ORIGIN_RESOURCE, "out of memory") : NACRE_OK;
	return failure_set(why, rc, failure_origin(rc), "the agent: %s", text);
}

/* Is `certified` a certificate for this key? Then *joined shows it, and signs as the key does. */
static bool
join(const struct nacre_env *env, const nacre_key *certified, const nacre_key *key, nacre_key **joined)
{
	return nacre_key_is_certificate(certified) && !nacre_key_is_certificate(key) &&
	       nacre_cert_with_key(env, certified, key, joined) == NACRE_OK;
}

/* A named key that is locked, or of which only the public half is here, needs nobody's passphrase where the agent has
 * it; the file is kept, should the agent not sign. True where the agent's key is one of the plan's now. */
static bool
stands_for_named(struct auth_plan *plan, const struct nacre_env *env, const nacre_key *key)
{
	bool is_known = false;
	nacre_key *joined;

	for (size_t i = 0; i < plan->n_keys; i++) {
		struct plan_key *named = &plan->keys[i];

		is_known = is_known || nacre_key_equal(named->key, key);
		if (nacre_key_can_sign(named->key))
			continue;
		if (nacre_key_equal(named->key, key)) {
			named->key = key;
		} else if (join(env, named->key, key, &joined)) {
			nacre_key_free(named->owned);
			named->key = named->owned = joined;
		} else {
			continue;
		}
		named->by_agent = true;
	}
	return is_known;
}

static void
add_key(struct auth_plan *plan, const struct nacre_env *env, const nacre_key *key)
{
	const struct nacre_connect_options *o = &plan->options;
	struct slice comment = slice_str(nacre_key_comment(key));
	char shown[COMMENT_SHOWN_MAX]; /* an agent is somebody else too */

	if (o->agent_comments != NULL &&
	    pattern_list_match_exact(slice_str(o->agent_comments), comment) != PATTERN_MATCH)
		return;
	if (stands_for_named(plan, env, key) || o->identities_only || plan->n_keys == PLAN_KEYS_MAX)
		return;
	(void)nacre_text_escape(shown, sizeof(shown), (struct nacre_bytes){comment.p, comment.n}, false);
	plan->keys[plan->n_keys++] = (struct plan_key){
	    .key = key, .by_agent = true, .source = NACRE_KEY_AGENT, .name = mem_str(env, slice_str(shown))};
}

int
plan_add_agent(struct auth_plan *plan, const struct nacre_env *env, struct failure *why)
{
	int rc;

	if (plan->options.no_agent)
		return NACRE_OK;
	if ((rc = open_agent(plan, env, why)) != NACRE_OK || plan->agent == NULL)
		return rc;
	rc = nacre_agent_list(plan->agent, &plan->agent_keys);
	for (size_t i = 0; i < plan->agent_keys.n; i++)
		add_key(plan, env, plan->agent_keys.keys[i]);
	if (rc == NACRE_E_NOMEM)
		return failure_set(why, rc, NACRE_ORIGIN_RESOURCE, "out of memory");
	if (rc != NACRE_OK)
		snprintf(
		    plan->agent_why, sizeof(plan->agent_why), "it does not list its keys: %s", nacre_status_text(rc));
	return NACRE_OK;
}

void
plan_tell_agent(nacre_client *c)
{
	if (c->plan->agent_why[0] != '\0')
		client_log(c, NACRE_LOG_WARNING, "the agent: %s", c->plan->agent_why);
}

bool
plan_agent_is_lost(int rc)
{
	return rc == NACRE_E_TIMEOUT || rc == NACRE_E_CONNECTION_LOST || rc == NACRE_E_PROTOCOL;
}

/* Its other keys would only use up what the server bears. */
void
plan_lose_agent(struct auth_plan *plan)
{
	for (size_t i = 0; i < plan->n_keys; i++) {
		struct plan_key *key = &plan->keys[i];

		if (key->by_agent && key->file.n == 0 && (key->locked == NULL || key->locked->file.n == 0))
			key->tried = true;
	}
}

void
plan_free_agent(struct auth_plan *plan)
{
	nacre_agent_list_free(&plan->agent_keys);
	if (plan->agent_is_ours)
		nacre_agent_close(plan->agent);
	plan->agent = NULL;
}

/* Before the first signature: keys that are restricted to destinations want to know. An agent without it signs the
 * others all the same. */
void
plan_bind_agent(nacre_client *c)
{
	struct auth_plan *plan = c->plan;
	struct nacre_conn_info info;

	if (plan->agent == NULL || plan->agent_is_bound)
		return;
	plan->agent_is_bound = true;
	nacre_conn_get_info(c->conn, &info);
	if (info.server_key != NULL && nacre_agent_session_bind(plan->agent, info.server_key, info.session_id,
					   info.host_key_signature, false) != NACRE_OK)
		client_log(c, NACRE_LOG_DEBUG, "the agent does not bind its keys to sessions");
}
