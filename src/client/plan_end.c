/* plan_end: how authentication ended: a success that is wanted, or what a failure is called. Knows: all attempts. Must
 * not know: how they were made. Serves: RFC 4252 5.1. */
#include <stdio.h>
#include <string.h>
#include "auth_plan.h"
#include "facade.h"

#define REASON_NO_MORE_METHODS 14 /* RFC 4253 11.1 */
#define ATTEMPTS_TEXT_MAX 1024 /* what a list of the error holds; the message has less room */
#define ATTEMPTS_SHOWN 116

/* CVE-2021-36367 and its kin: a server that looks at nothing wants our credential, or our prompts, for something
 * else. */
bool
auth_plan_accept(nacre_client *c, const struct nacre_event *event)
{
	struct nacre_attempt *attempt = auth_record_open(&c->record);
	const struct nacre_connect_options *options = &c->plan->options;

	if (attempt != NULL)
		attempt->result = NACRE_ATTEMPT_ACCEPTED;
	c->auth_trivial = event->trivial;
	if (!event->trivial)
		return true;
	client_log(c, NACRE_LOG_WARNING, "the server has looked at no credential");
	if (options->allow_trivial_auth || !auth_plan_has_credential(options))
		return true;
	failure_clear(&c->plan->problem, c->env);
	(void)failure_set(&c->plan->problem, NACRE_E_AUTH_TRIVIAL, NACRE_ORIGIN_PEER,
	    "the server let %.80s in by %s without looking at the credential", c->user,
	    attempt == NULL ? "nothing" : attempt->method);
	(void)nacre_conn_disconnect(c->conn, REASON_NO_MORE_METHODS, "no credential was looked at");
	return false;
}

static bool
is_auth(int rc)
{
	return rc == NACRE_E_AUTH || rc == NACRE_E_AUTH_METHODS || rc == NACRE_E_AUTH_PARTIAL;
}

static int
code_of(const nacre_client *c, int rc)
{
	const struct auth_plan *plan = c->plan;

	if (rc == NACRE_E_AUTH_PARTIAL || auth_record_has_refusal(&c->record))
		return rc == NACRE_E_AUTH_PARTIAL ? rc : NACRE_E_AUTH;
	if (plan->n_keys == 0 && plan->options.password == NULL && plan->options.prompts == NULL &&
	    plan->options.ask == NULL)
		return NACRE_E_AUTH_NOTHING;
	return NACRE_E_AUTH_METHODS;
}

int
auth_plan_explain(nacre_client *c, int rc)
{
	const struct auth_plan *plan = c->plan;
	const struct failure *problem = &plan->problem;
	char attempts[ATTEMPTS_TEXT_MAX], text[FAILURE_TEXT_MAX];

	if (!is_auth(rc) && problem->code != NACRE_E_AUTH_TRIVIAL)
		return rc;
	auth_record_text(&c->record, attempts, sizeof(attempts));
	if (problem->code == NACRE_OK) {
		rc = code_of(c, rc);
		snprintf(text, sizeof(text), "as %.40s: %.*s%s; the server would still accept: %.42s", c->user,
		    ATTEMPTS_SHOWN, attempts, strlen(attempts) > ATTEMPTS_SHOWN ? "..." : "",
		    plan->methods[0] == '\0' ? "nothing" : plan->methods);
	} else {
		rc = problem->code;
		snprintf(text, sizeof(text), "%s", problem->text);
	}
	failure_clear(&c->failure, c->env);
	(void)client_fail(c, rc, "%s", text);
	if (plan->agent_why[0] != '\0')
		failure_set_hint(&c->failure, "the agent: %s", plan->agent_why);
	failure_add_lists(
	    &c->failure, c->env, slice_str(attempts), plan->methods_known ? slice_str(plan->methods) : SLICE_NONE);
	return rc;
}

bool
nacre_client_auth_was_trivial(const nacre_client *c)
{
	return c != NULL && c->auth_trivial;
}

const struct nacre_attempt *
nacre_client_auth_attempts(const nacre_client *c, size_t *n)
{
	*n = c == NULL ? 0 : c->record.n;
	return c == NULL ? NULL : c->record.list;
}
