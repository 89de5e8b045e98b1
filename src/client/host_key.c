/* host_key: the server's key is shown: is it the right one? Knows: what known hosts and the policy say together. Must
 * not know: how they say it (trust.c, policy.c), or how the connection came about. Serves: RFC 4253 8 (host key
 * verification), RFC 4251 4.1. */
#include <nacre/cert.h>
#include "clock.h"
#include "facade.h"

#define FINGERPRINT_MAX 96

/* Known keys never ask anybody; changed and revoked ones neither. */
static int
judge_plain_key(struct nacre_client *c, const nacre_key *key)
{
	char name[TRUST_NAME_MAX], fingerprint[FINGERPRINT_MAX] = "";
	int rc = trust_check(&c->trust, c->host, c->port, key, &c->key_problem), verdict;

	if (rc != NACRE_E_HOST_KEY_UNKNOWN)
		return rc;
	trust_name(c->host, c->port, name, sizeof(name));
	c->in_callback++;
	verdict = c->trust.policy(c->trust.policy_ctx, c, name, key);
	c->in_callback--;
	if (verdict == 0)
		return NACRE_OK;
	if (nacre_key_fingerprint(key, "SHA256", fingerprint, sizeof(fingerprint)) != NACRE_OK)
		fingerprint[0] = '\0';
	failure_clear(&c->key_problem, c->env);
	return failure_set(&c->key_problem, rc, failure_origin(rc), "the host key of %s is not known: %s %s", name,
	    nacre_key_type(key), fingerprint);
}

/* A certificate that proves nothing here is a key like any other. */
static int
judge_host_key(struct nacre_client *c, const nacre_key *key)
{
	nacre_key *plain;
	int rc;

	if (!nacre_key_is_certificate(key))
		return judge_plain_key(c, key);
	rc = trust_certificate(&c->trust, c->host, c->port, key, &c->key_problem);
	if (rc != NACRE_E_CERTIFICATE)
		return rc;
	client_log(c, NACRE_LOG_DEBUG, "%s: what is known of its key decides", c->key_problem.text);
	failure_clear(&c->key_problem, c->env);
	if ((rc = nacre_cert_plain(c->env, key, &plain)) != NACRE_OK)
		return rc;
	rc = judge_plain_key(c, plain);
	nacre_key_free(plain);
	return rc;
}

void
client_on_host_key(struct nacre_client *c, const struct nacre_event *event)
{
	uint64_t token = event->token;
	int rc = judge_host_key(c, event->key);

	if (client_is_cancelled(c))
		return;
	/* The question was open while somebody thought; what follows is timed from now. */
	(void)nacre_conn_tick(c->conn, nacre_clock_ms());
	(void)nacre_conn_answer_host_key(c->conn, token, rc);
}
